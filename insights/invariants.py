"""I1-I18 of the specification (3.7), each as one query over all tickets that must find nothing.

The database refuses most of this by constraints and triggers already. The audit asks again and in other words: from
the rows beside the ticket (callbacks, replies, assignments, events) and not only from the ticket's own columns, so that
a constraint that was dropped, a trigger that was disabled or a rule that lives in Python alone does not go unnoticed.
"""
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Membership
from accounts.roles import UNIT_ROLES
from dispatch.models import Assignment, Escalation, Reminder, Reply, Request
from followup import results
from followup.models import LEFT, CallbackTask
from insights import trail_rules
from insights.identities import leaks
from insights.trail_rules import names
from tickets import guards
from tickets.choices import CALLBACK_TYPES, DIRECT_TYPES, ClosureKind, Outcome
from tickets.clocks import PROMISED, UNFINISHED, Clock, Status
from tickets.models import Ticket, TicketEvent
from tickets.states import FINAL, OPEN, WHOSE_TURN, State, Turn

OVER = (State.CLOSED, State.ARCHIVED)
RESULT = CallbackTask.Kind.RESULT
HELD_BY_UNIT = (State.PENDING_RECEIPT, State.HANDLING, State.RETURN_REVIEW, State.SUSPENDED, State.REPLY_REVIEW)
HELD_BY_NO_UNIT = (State.DRAFT, State.NEED_INFO, State.PENDING_REVIEW, State.PENDING_DISPATCH, State.ARBITRATION)


def of_ticket(model, **more):
    """Whether the ticket of the outer query has such a row."""
    return Exists(model.objects.filter(ticket=OuterRef("pk"), **more))


def tasks(**more):
    return of_ticket(CallbackTask, **more)


def this_round(model, **more):
    return of_ticket(model, round=OuterRef("round"), **more)


def lead_parts():
    """How many units lead the ticket of the outer query; with its own lead unit, if it names one."""
    live = Assignment.objects.filter(ticket=OuterRef("pk"), role=Assignment.Role.LEAD, level=1, status__in=Assignment.LIVE)
    return counted(live)


def counted(rows):
    return Coalesce(Subquery(rows.order_by().values("ticket").annotate(n=Count("pk")).values("n")), 0,
                    output_field=IntegerField())


def last_event(*step_names):
    return TicketEvent.objects.filter(ticket=OuterRef("pk"), name__in=step_names).order_by("-seq")


def i1(now):
    """I1 A request for help, complaint or report is archived only when every reporter was called back."""
    return Ticket.objects.filter(tasks(kind=RESULT, outcome="") | ~tasks(kind=RESULT), state=State.ARCHIVED,
                                 type__in=CALLBACK_TYPES)


def i2(now):
    """I2 What was dispatched is closed only with an approved reply and a callback outcome of the same round."""
    missing = ~this_round(Reply, status=Reply.Status.APPROVED) | ~(
        this_round(CallbackTask, kind=RESULT) & ~this_round(CallbackTask, kind=RESULT, outcome=""))
    return Ticket.objects.filter(missing, state__in=OVER, first_dispatched_at__isnull=False)


def i3(now):
    """I3 Only consultations, praise and other matters are answered on the line, and never after dispatch."""
    answered = Q(closure_kind=ClosureKind.DIRECT) | of_ticket(TicketEvent, name="direct_answer")
    wrong = ~Q(type__in=DIRECT_TYPES) | Q(first_dispatched_at__isnull=False) | Q(answer="")
    return Ticket.objects.filter(answered, wrong)


def i4(now):
    """I4 A dispatched ticket is withdrawn only after the citizen confirmed it to the callback desk."""
    last = CallbackTask.objects.filter(ticket=OuterRef("pk")).exclude(outcome=LEFT).order_by(
        "-outcome_at", "-pk").values("outcome")[:1]
    return Ticket.objects.filter(state=State.CANCELLED, first_dispatched_at__isnull=False).annotate(
        last=Coalesce(Subquery(last), Value(""))).exclude(last=Outcome.WITHDRAW_CONFIRMED)


def i5(now):
    """I5 At most two ordinary redo rounds and one by adjudication, and at most two returns, in each life of a ticket."""
    return names(trail_rules.LIMITS)


def i6(now):
    """I6 A negative outcome leads to closed only through adjudication, decided by two persons."""
    negative = Q(callback_outcome=Outcome.NEGATIVE) | results.negative_at_closing()
    decided = Q(closure_kind=ClosureKind.FORCED, decided_by__isnull=False, second_by__isnull=False) \
        & ~Q(decided_by=F("second_by")) & of_ticket(TicketEvent, name="force_close", source=State.ADJUDICATION,
                                                    by=OuterRef("second_by"))
    return Ticket.objects.filter(negative, ~decided, state__in=OVER)


def i7(now):
    """I7 From every state a final one can be reached, and every open ticket has the rows that its next step needs."""
    stuck = Q(state__in=states_without_end())
    stuck |= Q(state=State.RETURN_REVIEW) & ~of_ticket(Request, kind="return", status="pending")
    stuck |= Q(state=State.REPLY_REVIEW) & ~this_round(Reply, status=Reply.Status.SUBMITTED)
    stuck |= Q(state=State.SUSPENDED, review_date=None)
    stuck |= Q(state=State.PENDING_CALLBACK, callback_outcome="") & ~this_round(CallbackTask, outcome="")
    stuck |= Q(state=State.PENDING_CALLBACK) & ~Q(callback_outcome="") & this_round(CallbackTask, outcome="")
    stuck |= Q(state__in=OVER) & of_ticket(Request, kind__in=["return", "extension", "suspension"], status="pending")
    return Ticket.objects.filter(stuck)


def states_without_end(pairs=None):
    """States from which no chain of transitions leads to a final one."""
    reaches, grown = set(FINAL), True
    while grown:
        more = {source for source, target in pairs or guards.PAIRS if target in reaches} - reaches
        reaches, grown = reaches | more, bool(more)  # type: ignore[operator]
    return sorted(set(State.values) - reaches)


def i8(now):
    """I8 Every open ticket has exactly one owner: the lead unit, an operator, or the desk whose turn it is."""
    leads = lead_parts()
    same = Exists(Assignment.objects.filter(ticket=OuterRef("pk"), role=Assignment.Role.LEAD, level=1,
                                            status__in=Assignment.LIVE, unit=OuterRef("lead_unit")))
    nobody = Q(state__in=HELD_BY_UNIT) & (~Q(leads=1) | ~same)
    two = Q(state__in=HELD_BY_NO_UNIT) & (Q(leads__gt=0) | Q(lead_unit__isnull=False))
    unowned = ~Q(state__in=[state for state in OPEN if WHOSE_TURN[state] != Turn.NOBODY])
    return Ticket.objects.filter(state__in=OPEN).annotate(leads=leads).filter(nobody | two | unowned)


def i9(now):
    """I9 A ticket in hand, suspended or answered has exactly one open lead assignment of level 1."""
    return Ticket.objects.filter(state__in=(State.HANDLING, State.SUSPENDED, State.REPLY_REVIEW)).annotate(
        leads=lead_parts()).exclude(leads=1)


def i10(now):
    """I10 Acceptance and first dispatch are written once, and the citizen's due dates move only as the trail says."""
    return names(trail_rules.WRITTEN_ONCE, trail_rules.DUE_DATES)


def i11(now):
    """I11 No clock runs in a final state; an accepted open ticket has its completion clock in the status of its state."""
    promise = Clock.objects.filter(ticket=OuterRef("pk"), kind__in=PROMISED, round=OuterRef("round"))
    running, held, paused = (Exists(promise.filter(status=status)) for status in (Status.RUNNING, Status.HELD, Status.PAUSED))
    met = Exists(promise.filter(status=Status.MET))
    open_one = Exists(promise.filter(status__in=UNFINISHED))
    answered = Q(state=State.PENDING_CALLBACK, withdraw_from="") | Q(state=State.ADJUDICATION)
    special = Q(state__in=(State.REPLY_REVIEW, State.SUSPENDED)) | answered
    wrong = Q(state=State.REPLY_REVIEW) & ~held | Q(state=State.SUSPENDED) & ~paused \
        | answered & (~met | open_one) | ~special & ~running
    over = of_ticket(Clock, status__in=UNFINISHED) & Q(state__in=FINAL)
    return Ticket.objects.filter(over | Q(state__in=OPEN, accepted_at__isnull=False) & wrong)


def i12(now):
    """I12 The trail is append-only: its triggers are in force, and every event follows the one before it."""
    return [*trail_rules.triggers_off(), *names(trail_rules.CHAIN)]


def i13(now):
    """I13 Who registered a ticket neither refuses it nor closes it by force alone; R9 needs two persons."""
    refused = last_event("confirm_refusal").values("by")[:1]
    alone = Q(state=State.REJECTED) & (Q(refused_by=F("registered_by")) | Q(refused_by=None) | Q(
        closing_reason="R9", second_by=None) | Q(decided_by=F("second_by")))
    forced = Q(closure_kind=ClosureKind.FORCED) & (Q(second_by=None) | Q(decided_by=F("second_by")))
    return Ticket.objects.annotate(refused_by=Subquery(refused)).filter(alone | forced)


def i14(now):
    """I14 No notice to a unit's people about a confidential ticket holds name, phone or address."""
    return leaks()


def i15(now):
    """I15 Ticket and call numbers are gapless within each day, and none is used twice."""
    return names(trail_rules.NUMBERS)


def i16(now):
    """I16 The repeat count is the number of merged tickets, without those split off again, and of repeated calls."""
    children = Ticket.objects.filter(master=OuterRef("pk"), split_into=None).order_by().values("master").annotate(
        n=Count("pk")).values("n")
    merged = Coalesce(Subquery(children), 0, output_field=IntegerField())
    calls = counted(Reminder.objects.filter(ticket=OuterRef("pk"), kind=Reminder.Kind.REPEAT_CALL))
    return Ticket.objects.annotate(counted=merged + calls).exclude(repeat_count=F("counted"))


def i17(now):
    """I17 A rung of the ladder fires once per clock: never twice, and never a higher one without the lower."""
    fired = Escalation.objects.filter(clock=OuterRef("clock"), level=OuterRef("level"))
    twice = Exists(fired.exclude(pk=OuterRef("pk")))
    below = Exists(Escalation.objects.filter(clock=OuterRef("clock"), level=OuterRef("level") - 1,
                                             fired_at__lte=OuterRef("fired_at")))
    wrong = Escalation.objects.filter(twice | Q(level__gt=0) & ~below)
    return Ticket.objects.filter(pk__in=wrong.values("ticket"))


def i18(now):
    """I18 Nobody of a unit that handled the case rated it, another agent made the second callback, and no result was changed
    afterwards: a correction is a new record of the same, and what counts is what the ticket says."""
    return [*_rated_by_own_unit(), *names(trail_rules.OUTCOMES, trail_rules.SECONDS)]


def _rated_by_own_unit():
    """Memberships are those of today, so only cases that can still be called back are looked at."""
    handled = Assignment.objects.filter(ticket=OuterRef(OuterRef("ticket"))).values("unit")
    own = Membership.objects.filter(user=OuterRef("outcome_by"), role__in=UNIT_ROLES, unit__in=handled)
    by_a_person = Q(attempts__isnull=False) | Q(corrects__isnull=False)
    rated = CallbackTask.objects.filter(Exists(own), by_a_person).exclude(ticket__state__in=FINAL)
    return rated.values_list("ticket__ticket_no", flat=True).distinct()


CHECKS = {f"I{number}": check for number, check in enumerate(
    (i1, i2, i3, i4, i5, i6, i7, i8, i9, i10, i11, i12, i13, i14, i15, i16, i17, i18), start=1)}
