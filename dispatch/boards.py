"""The desks of dispatch, of the units, of supervision and of the duty leader."""
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import UNIT_ROLES, Role
from dispatch.models import Assignment, Escalation, Reminder, Request, SupervisionOrder
from dispatch.supervision import NOT_CLOSED, UNANSWERED
from tickets.choices import Outcome, Urgency
from tickets.clocks import UNFINISHED, WINDOWS, Clock, Status
from tickets.following import followed_by
from tickets.models import Proposal, Ticket
from tickets.presenters import YELLOW
from tickets.queues import NOTHING_LATE, Desk, Paper, WorkList, having, in_state, late, overdue, seen
from tickets.states import OPEN, State
from tickets.steps import STEPS

Kind = Request.Kind
WITHIN = timedelta(days=7)
HOUR = timedelta(hours=1)
HIGH_RUNGS = ("L3", "L4")
GONE = (Assignment.Status.RETURNED, Assignment.Status.RECALLED)
OWED = (Assignment.Status.PENDING, Assignment.Status.ACCEPTED)


def of_ticket(rows):
    return rows.filter(ticket=OuterRef("pk"))


# --- what waits for a second person, or for a decision ------------------------------------------------------------


def with_proposal(rows):
    waiting = Proposal.objects.filter(status=Proposal.Status.OPEN).order_by("at")
    return having(rows, waiting, asked_at="at", asked="step", asker="by__display_name")


def proposals_by_others(user, now):
    return with_proposal(seen(user)).exclude(Exists(of_ticket(Proposal.objects.filter(status=Proposal.Status.OPEN, by=user))))


def step_and_asker(ticket):
    """What is proposed, and by whom."""
    label = STEPS[ticket.asked].label if ticket.asked in STEPS else ticket.asked
    return gettext("%(step)s, proposed by %(person)s") % {"step": label, "person": ticket.asker}


def requested(*kinds):
    def rows(user, now):
        waiting = Request.objects.filter(status=Request.Status.PENDING, kind__in=kinds).order_by("at")
        return having(seen(user), waiting, asked_at="at", asked="kind", asker="unit__name")

    return rows


def kind_and_unit(ticket):
    return gettext("%(kind)s, asked by %(unit)s") % {"kind": Kind(ticket.asked).label, "unit": ticket.asker or "–"}


DECISIONS = {Kind.RETURN: ("approve_return", "reject_return"), Kind.EXTENSION: ("decide_extension",),
             Kind.SUSPENSION: ("approve_suspension", "reject_suspension"), Kind.EXCLUSION: ("decide_exclusion",)}
REQUEST_LIST = {"order": "asked_at", "remark": kind_and_unit, "edge": "orange", "quick": lambda ticket: DECISIONS[ticket.asked]}
PROPOSALS = WorkList("confirm", _("To confirm"), _("No proposal waits for a second person."), proposals_by_others,
                     order="asked_at", remark=step_and_asker, edge="purple")


# --- dispatch ------------------------------------------------------------------------------------------------------

DISPATCH = Desk("dispatch", _("Dispatch desk"), (Role.DP,), (
    WorkList("cases", _("Awaiting dispatch"), _("Nothing waits for dispatch."), in_state(State.PENDING_DISPATCH),
             edge="blue"),
    WorkList("returns", _("Returns to decide"), _("No return waits for a decision."), in_state(State.RETURN_REVIEW),
             edge="orange"),
    WorkList("unsigned", _("Not signed yet"), _("Every dispatched ticket was signed."),
             in_state(State.PENDING_RECEIPT), edge="yellow"),
    WorkList("rulings", _("Waiting for a ruling"), _("No ticket waits for a ruling."), in_state(State.ARBITRATION)),
), app="dispatch")


# --- what is late, or will be: for the hotline and, of its own tickets, for each unit ------------------------------


def running(**due):
    """Clocks that somebody can be late by, by when they are due."""
    return of_ticket(Clock.objects.exclude(kind__in=WINDOWS).filter(status=Status.RUNNING, **due))


def soon_late(rows, now):
    """Yellow and orange lights: not late, and three quarters of the time are gone."""
    return rows.filter(Exists(nearly_late(now)), state__in=OPEN, next_due_at__gte=now)


def nearly_late(now):
    return running(due_at__gte=now, due_at__lte=Value(now) + F("length") * Value(timedelta(seconds=1 - YELLOW)))


def due_within_the_hour(now):
    return running(due_at__gte=now, due_at__lt=now + HOUR)


def late_within_the_hour(rows, now):
    """Unless somebody acts."""
    return rows.filter(Exists(due_within_the_hour(now)), state__in=OPEN)


def orders_of(*statuses):
    return of_ticket(SupervisionOrder.objects.filter(status__in=statuses))


def under_order(rows, *statuses):
    orders = SupervisionOrder.objects.filter(status__in=statuses).order_by("due_at")
    return having(rows, orders, order_due="due_at", order_status="status")


def orders_open(user, now):
    return under_order(seen(user), *NOT_CLOSED)


def order_status(ticket):
    return SupervisionOrder.Status(ticket.order_status).label


def several_times(rows, now):
    return rows.filter(Q(repeat_count__gt=0) | Q(reporter_count__gt=1), state__in=OPEN)


def suspension_ends_soon(rows, now):
    return rows.filter(state=State.SUSPENDED, review_date__lte=(now + WITHIN).date())


def watched(base, *, acts=(), on_orders=(), on_answers=()):
    """The lists of whoever watches over the tickets `base(user)`, the most pressing first; `acts` are steps one click away."""
    def of(narrow):
        return lambda user, now: narrow(base(user), now)

    def ordered(*statuses):
        return {"rows": lambda user, now: under_order(base(user), *statuses), "order": "order_due", "remark": order_status}

    def quick(ticket):
        return acts

    return (
        WorkList("late", _("Red: late"), NOTHING_LATE, of(overdue), edge="red", quick=quick),
        WorkList("hour", _("Late within the hour"), _("Nothing will be late within the hour."), of(late_within_the_hour),
                 edge="orange", quick=quick),
        WorkList("soon", _("Yellow: soon late"), _("Nothing is soon late."), of(soon_late), edge="yellow",
                 quick=quick),
        WorkList("orders", _("Orders out"), _("No supervision order is out."), edge="orange", quick=lambda ticket: on_orders,
                 **ordered(*UNANSWERED)),
        WorkList("answered", _("Orders answered"), _("No answered order waits to be closed."), edge="green",
                 quick=lambda ticket: on_answers, **ordered(SupervisionOrder.Status.FED_BACK)),
        WorkList("repeated", _("Repeated or many"), _("No open matter was reported again."), of(several_times), edge="yellow",
                 quick=quick),
        WorkList("hard", _("Adjudication"), _("No case is in adjudication."),
                 lambda user, now: base(user).filter(state=State.ADJUDICATION), edge="red"),
        WorkList("suspended", _("Suspension ends"), _("No suspension ends within a week."), of(suspension_ends_soon)),
    )


# --- units ---------------------------------------------------------------------------------------------------------


def at_unit(*states, **more):
    """Tickets that a unit of mine leads."""
    return lambda user, now: led_by(user).filter(state__in=states, **more)


def led_by(user):
    return seen(user).filter(lead_unit__in=user.unit_scope(*UNIT_ROLES))


def to_contact(user, now):
    response = Clock.objects.filter(kind="RESPONSE", status=Status.RUNNING)
    return led_by(user).filter(Exists(of_ticket(response)), state=State.HANDLING)


def parts(user, now):
    """Tickets of other units in which ours owes a part, as co-unit or as the unit below."""
    mine = Assignment.objects.filter(unit__in=user.unit_scope(*UNIT_ROLES), status__in=OWED)
    return seen(user).filter(Exists(of_ticket(mine.exclude(role=Assignment.Role.LEAD, level=1))), state__in=OPEN)


def to_answer(user, now):
    """Supervision orders and reminders that wait for our answer."""
    reminders = of_ticket(Reminder.objects.filter(acknowledged_at=None))
    return led_by(user).filter(Exists(orders_of(*UNANSWERED)) | Exists(reminders), state__in=OPEN)


def unit_proposals(user, now):
    return with_proposal(led_by(user))


def handed_back(user, now):
    """SPEC 5.3: after a return or a recall the unit keeps number, title and dates, nothing else."""
    scope = user.unit_scope(*UNIT_ROLES)
    gone = Assignment.objects.filter(unit__in=scope, status__in=GONE, closed_at__gte=now - 4 * WITHIN).order_by("-closed_at")
    return having(Ticket.objects.exclude(unit_ids__overlap=scope), gone, left_at="closed_at")


FIELD_LIST = Paper("field-list", _("Field list"), "dispatch:field-list")
UNIT_BOARD = Desk("unit-board", _("Unit board"), (Role.UL,), (
    *watched(led_by, acts=("record_contact", "assign_down", "request_extension"), on_orders=("answer_supervision",)),
    WorkList("confirm", _("To be signed off"), _("No proposal waits for a second person."), unit_proposals, order="asked_at",
             remark=step_and_asker, edge="orange"),
), app="dispatch", papers=(FIELD_LIST,))
INBOX = Desk("unit", _("Unit inbox"), UNIT_ROLES, (
    WorkList("sign", _("To sign"), _("Nothing waits to be signed."), at_unit(State.PENDING_RECEIPT), edge="yellow"),
    WorkList("contact", _("To contact"), _("Every citizen was contacted."), to_contact, edge="orange"),
    WorkList("handling", _("In hand"), _("Nothing is in hand."), at_unit(State.HANDLING), edge="blue"),
    *(work for work in watched(led_by) if work.name in ("soon", "late")),
    WorkList("redo", _("To be redone"), _("Nothing is to be redone."), at_unit(State.HANDLING, redo_round__gt=0), edge="red"),
    WorkList("parts", _("Our parts"), _("No other unit waits for our part."), parts, edge="blue"),
    WorkList("answer", _("Orders and reminders"), _("No order and no reminder waits for an answer."), to_answer,
             edge="orange"),
    WorkList("confirm", _("To be signed off"), _("No proposal waits for a second person."), unit_proposals, order="asked_at",
             remark=step_and_asker, edge="orange"),
    WorkList("waiting", _("Waiting for the hotline"), _("Nothing waits for the hotline."),
             at_unit(State.RETURN_REVIEW, State.REPLY_REVIEW)),
    WorkList("suspended", _("Suspended"), _("Nothing is suspended."), at_unit(State.SUSPENDED)),
    WorkList("returned", _("Handed back"), _("Nothing was returned or recalled in the last four weeks."), handed_back,
             order="-left_at", opens=False, counted=False),
), app="dispatch", papers=(FIELD_LIST,))


def waits_for_feedback(user, now):
    """Whatever takes a stage feedback by its state: led by us, or with a part of ours."""
    return (led_by(user) | parts(user, now)).filter(state__in=STEPS["record_progress"].states)


FOR_FEEDBACK = Desk("unit-feedback", _("Progress by file"), UNIT_ROLES, (  # a file only: it has no page
    WorkList("open", _("Stage feedback"), _("Nothing is in hand."), waits_for_feedback),
), app="dispatch")


def mine_to_follow(user, now):
    """专人: what a special rule of its category gives to this user, until it ends."""
    return followed_by(seen(user), user, now)


FOLLOWED = WorkList("followed", _("Mine to follow"), _("No urgent ticket is yours to follow."), mine_to_follow, edge="purple",
                    quick=lambda ticket: ("remind", "issue_supervision"))


# --- supervision ---------------------------------------------------------------------------------------------------

SUPERVISION = Desk("supervision", _("Supervision board"), (Role.SV,), (
    *watched(seen, acts=("remind", "issue_supervision", "recall"), on_orders=("remind",),
             on_answers=("close_supervision", "send_back_supervision")),
    WorkList("rulings", _("Rulings"), _("No ticket waits for a ruling."), in_state(State.ARBITRATION), edge="orange",
             quick=lambda ticket: ("designate",)),
    FOLLOWED,
    WorkList("requests", _("Extensions, suspensions"), _("No request waits for a decision."),
             requested(Kind.EXTENSION, Kind.SUSPENSION, Kind.EXCLUSION), **REQUEST_LIST),
    PROPOSALS,
), app="dispatch")
COORDINATION = Desk("coordination", _("Requests"), (Role.ZH,), (
    WorkList("exclusions", _("Exclusions"), _("No unit asks for an exclusion."), requested(Kind.EXCLUSION), **REQUEST_LIST),
    WorkList("extensions", _("Extensions"), _("No unit asks for an extension."), requested(Kind.EXTENSION), **REQUEST_LIST),
    WorkList("suspensions", _("Suspensions"), _("No unit asks for a suspension."), requested(Kind.SUSPENSION),
             **REQUEST_LIST),
    WorkList("orders", _("Orders out"), _("No supervision order is out."), orders_open,
             order="order_due", remark=order_status),
    FOLLOWED,
    PROPOSALS,
), app="dispatch")


# --- the duty leader -----------------------------------------------------------------------------------------------


def climbed_high():
    return Escalation.objects.filter(rung__in=HIGH_RUNGS, clock__status__in=UNFINISHED)


def escalated_high(user, now):
    """What climbed to the duty leader or higher, and whose clock is still open."""
    rungs = climbed_high().order_by("-fired_at")
    return having(seen(user).filter(state__in=OPEN), rungs, climbed_at="fired_at", rung="rung")


def rung_reached(ticket):
    return gettext("level %(rung)s reached") % {"rung": ticket.rung}


DUTY = Desk("duty", _("Duty board"), (Role.DL,), (
    WorkList("critical", _("Critical now"), _("No critical ticket is open."),
             in_state(*OPEN, urgency=Urgency.CRITICAL), edge="red"),
    WorkList("high", _("Level 3 and above"), _("Nothing has climbed to level 3."), escalated_high, order="-climbed_at",
             remark=rung_reached, edge="red"),
    FOLLOWED,
    PROPOSALS,
    WorkList("suspensions", _("Suspensions asked for"), _("No unit asks for a suspension."),
             requested(Kind.SUSPENSION), **REQUEST_LIST),
    WorkList("rulings", _("Rulings"), _("No ticket waits for a ruling."), in_state(State.ARBITRATION), edge="orange"),
    WorkList("late", _("Late"), NOTHING_LATE, late, edge="red"),
    WorkList("negative", _("Negative callback"), _("No callback was negative."),
             in_state(State.PENDING_CALLBACK, State.ADJUDICATION, callback_outcome=Outcome.NEGATIVE), edge="yellow"),
), app="dispatch")
DESKS = (DISPATCH, UNIT_BOARD, INBOX, SUPERVISION, COORDINATION, DUTY)
