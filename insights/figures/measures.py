"""Everything that figures are made of: so many rows of a source under a condition. A number on a page is one of these, and
its list shows just these rows.
"""
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from dispatch.models import Reply, Request, SupervisionOrder
from followup.models import AppealReview, CallbackTask
from insights.figures.callbacks_due import Rounds
from insights.figures.durations import HANDLING, RESPONDING, Spread
from insights.figures.sources import MET_IN_TIME, NEXT_DAY, SOURCES, Source
from knowledge.models import Use
from tickets.choices import ClosureKind, Outcome, Urgency
from tickets.clocks import Clock, Kind, Status
from tickets.models import TicketEvent
from tickets.people import Disposition
from tickets.states import State
from tickets.telephony.models import PhoneCall

NUISANCE = (Disposition.HARASSMENT, Disposition.SILENT, Disposition.WRONG_NUMBER, Disposition.TEST)
SOON = 15  # seconds
ALL_OF_IT = Q()


@dataclass(frozen=True, eq=False)
class Measure:
    code: str
    label: object
    source: Source
    which: Q = field(default_factory=Q)
    needs: Mapping = field(default_factory=dict)  # annotations that the condition reads
    spread: Spread | Rounds | None = None  # each by itself instead of how many

    def rows(self, period, scope):
        found = scope.narrow(self.source.within(period), self.source).annotate(**self.needs)
        return found.filter(self.which)


def counts(source, *given):
    """`given`: code, label, condition and what the condition needs, the last two if there are any."""
    for code, label, *more in given:
        yield Measure(code, label, SOURCES[source], *more)


def assessed(source, code, label, which=ALL_OF_IT):
    """A denominator of units, without what was excluded (剔除), and how much was."""
    left_out = Q(**{f"{SOURCES[source].ticket}excluded_from_assessment": True})
    yield Measure(code, label, SOURCES[source], which & ~left_out)
    yield Measure(f"{code}_excluded", _("Excluded from assessment"), SOURCES[source], which & left_out)


def seconds_between(first, second, most):
    return Q(**{f"{second}__lte": F(first) + timedelta(seconds=most)})


def late_before_dispatch():
    """REVIEW or DISPATCH of the first dispatch was not met in time."""
    early = Clock.objects.filter(ticket=OuterRef("pk"), kind__in=(Kind.REVIEW, Kind.DISPATCH),
                                 started_at__lte=OuterRef("first_dispatched_at"))
    return Exists(early.exclude(MET_IN_TIME))


def events(*names):
    return Exists(TicketEvent.objects.filter(ticket=OuterRef("pk"), name__in=names))


def cited():
    """The answer named an article of the knowledge."""
    return Exists(Use.objects.filter(ticket_no=OuterRef("ticket_no")))


def deemed():
    """The receipt was not signed by the unit: silence signed it."""
    return Exists(SOURCES["parts"].rows().filter(ticket=OuterRef("ticket"), unit=OuterRef("holder"), deemed_signed=True,
                                                 signed_at=OuterRef("stopped_at")))


def approved_reply():
    return Exists(Reply.objects.filter(ticket=OuterRef("ticket"), round=OuterRef("round"), status=Reply.Status.APPROVED))


def changed_by_appeal():
    """The last review of the unit's appeal of this round says that the citizen was served well."""
    reviews = AppealReview.objects.filter(appeal__ticket=OuterRef("ticket"), appeal__round=OuterRef("round"))
    later = AppealReview.objects.filter(appeal=OuterRef("appeal"), is_final=True)
    in_force = reviews.filter(Q(is_final=True) | ~Exists(later))
    return Exists(in_force.filter(decision=AppealReview.Decision.CHANGED, result=Outcome.POSITIVE))


TASK = CallbackTask
INCOMING = Q(phone__direction=PhoneCall.Direction.IN)
OFFERED = INCOMING & Q(phone__rang_at__isnull=False)
DONE_FOR_GOOD = Q(completed_at__isnull=False) & ~Q(state=State.REPLY_REVIEW)
DISPATCHED = Q(ticket__first_dispatched_at__isnull=False)
RESPONSE, COMPLETION = Q(kind=Kind.RESPONSE) & DISPATCHED, Q(kind=Kind.COMPLETION)
REACHED = Q(contacted__isnull=False) & ~Q(solved=TASK.Solved.NO_COMMENT, satisfied=TASK.Satisfied.NO_COMMENT)
RATED = REACHED & Q(ticket__excluded_from_assessment=False)
SERVICE = Q(process_satisfied__in=(TASK.Satisfied.SATISFIED, TASK.Satisfied.BASICALLY, TASK.Satisfied.UNSATISFIED))
FULL_MARKS = Q(contacted=True, solved=TASK.Solved.SOLVED, satisfied=TASK.Satisfied.SATISFIED)
INCLUDED, INCLUDED_TICKET = Q(excluded_from_assessment=False), Q(ticket__excluded_from_assessment=False)
RETURN = Q(kind=Request.Kind.RETURN)

ALL = (
    *counts("calls",
            ("calls", _("Calls that came in"), ~Q(disposition=Disposition.OUTGOING)),
            ("calls_offered", _("Calls that rang at a seat"), OFFERED),
            ("calls_answered", _("Calls answered"), OFFERED & Q(phone__answered_at__isnull=False)),
            ("calls_answered_soon", _("Calls answered within 15 seconds"),
             OFFERED & seconds_between("phone__rang_at", "phone__answered_at", SOON)),
            ("calls_nuisance", _("Silent, harassing, wrong and test calls"), Q(disposition__in=NUISANCE))),
    *counts("accepted",
            ("accepted", _("Tickets accepted"), ~Q(state=State.REJECTED)),
            ("direct", _("Tickets answered on the line"), Q(closure_kind=ClosureKind.DIRECT)),
            ("cited", _("Answered from the knowledge"), Q(closure_kind=ClosureKind.DIRECT, cites=True), {"cites": cited()}),
            ("sent_back", _("Sent back by the review"), Q(info_return_count__gt=0) & ~Q(state=State.REJECTED)),
            ("refused", _("Matters not accepted"), Q(state=State.REJECTED)),
            ("accepted_dispatched", _("Accepted and dispatched"), Q(first_dispatched_at__isnull=False)),
            ("cleared_same_day", _("Completed on the day of acceptance"),
             Q(first_dispatched_at__isnull=False, completed_at__lt=F("next_day")) & DONE_FOR_GOOD, {"next_day": NEXT_DAY})),
    *counts("merged", ("merged", _("Merged into another ticket"))),
    *counts("dispatched",
            ("dispatched", _("Tickets dispatched")),
            ("dispatched_in_time", _("Reviewed and dispatched in time"), Q(late=False), {"late": late_before_dispatch()}),
            ("first_right", _("The first unit was right"), Q(came_back=False),
             {"came_back": events("approve_return", "recall")}),
            ("done", _("Completed"), INCLUDED & DONE_FOR_GOOD)),
    *assessed("dispatched", "to_do", _("Dispatched, to be completed")),
    *counts("parts", ("lead_parts", _("Handed to a lead unit"))),
    *assessed("receipts", "receipts_due", _("Receipts due")),
    *counts("receipts", ("receipts_in_time", _("Receipts signed in time"), INCLUDED_TICKET & MET_IN_TIME & Q(deemed=False),
                         {"deemed": deemed()})),
    *assessed("promises", "responses_due", _("Responses due"), RESPONSE),
    *counts("promises",
            ("responses_in_time", _("Citizen reached in time"), INCLUDED_TICKET & RESPONSE & MET_IN_TIME & Q(attempted=False)),
            ("responses_attempted", _("Two tries in vain"), INCLUDED_TICKET & RESPONSE & Q(status=Status.MET, attempted=True))),
    *assessed("promises", "completions_due", _("Completions due"), COMPLETION),
    *counts("promises",
            ("completions_in_time", _("Completions in time"), INCLUDED_TICKET & COMPLETION & MET_IN_TIME),
            ("completions_late", _("Late, or open beyond the deadline"), INCLUDED_TICKET & COMPLETION & ~MET_IN_TIME)),
    *assessed("promises", "replies_due", _("Replies due"), COMPLETION & DISPATCHED),
    *counts("promises", ("replied", _("Reply approved"), INCLUDED_TICKET & COMPLETION & DISPATCHED & Q(has_reply=True),
                         {"has_reply": approved_reply()})),
    *counts("callbacks_due",
            ("callbacks_due", _("Callbacks due")),
            ("callbacks_done", _("Every reporter asked"), Q(unasked=False))),
    Measure("callback_rounds", _("Rounds of callbacks due"), SOURCES["callback_rounds"], spread=Rounds()),
    *counts("outcomes",
            ("outcomes", _("Outcomes recorded")),
            ("reached", _("Reached and rated"), REACHED),
            ("rated", _("Reached and rated, not excluded"), RATED),
            ("rated_excluded", _("Excluded from assessment"), REACHED & Q(ticket__excluded_from_assessment=True)),
            ("contacted", _("The unit made contact"), RATED & Q(contacted=True)),
            ("solved", TASK.Solved.SOLVED.label, RATED & Q(solved=TASK.Solved.SOLVED)),
            ("basically_solved", TASK.Solved.BASICALLY.label, RATED & Q(solved=TASK.Solved.BASICALLY)),
            ("satisfied", TASK.Satisfied.SATISFIED.label, RATED & Q(satisfied=TASK.Satisfied.SATISFIED)),
            ("basically_satisfied", TASK.Satisfied.BASICALLY.label, RATED & Q(satisfied=TASK.Satisfied.BASICALLY)),
            ("service_rated", _("Rated the service"), SERVICE),
            ("service_satisfied", _("Satisfied with the service"), Q(process_satisfied=TASK.Satisfied.SATISFIED)),
            ("fell_short", _("Ratings that cost points"), RATED & ~FULL_MARKS),
            ("appeals_won", _("Changed after an appeal"), RATED & ~FULL_MARKS & Q(won=True), {"won": changed_by_appeal()}),
            ("redone", _("Had to be redone"), INCLUDED_TICKET & Q(round=1, ticket__redo_round__gte=1))),
    *assessed("outcomes", "first_outcomes", _("Outcomes of the first round"), Q(round=1)),
    *counts("requests",
            ("returns_asked", _("Returns that were asked for"), RETURN),
            ("returns_granted", _("Returns that were granted"), RETURN & Q(status=Request.Status.APPROVED))),
    *counts("taken", ("taken", _("Signed or returned"))),
    *counts("reviewed",
            ("replies_reviewed", _("Replies reviewed")),
            ("replies_returned", _("Replies sent back"), Q(status=Reply.Status.RETURNED))),
    *counts("checked",
            ("callbacks_checked", _("Unreachable callbacks looked at again")),
            ("callbacks_kept", _("Found in order"), Q(kept=True))),
    *counts("granted",
            ("suspended", _("Suspensions granted"), Q(kind=Request.Kind.SUSPENSION)),
            ("extended", _("Extensions granted"), Q(kind=Request.Kind.EXTENSION)),
            ("exclusions", _("Exclusions granted"), Q(kind=Request.Kind.EXCLUSION))),
    *counts("appeals", ("appealed_out", _("Excluded after an appeal"))),
    *counts("forced", ("forced", _("Closed by force"))),
    *counts("reminders", ("called_again", _("Called again"), Q(kind="repeat_call"))),
    *counts("orders", ("orders", _("Orders issued"))),
    *counts("orders_due",
            ("orders_due", _("Orders due")),
            ("orders_closed", _("Closed in time"),
             Q(status=SupervisionOrder.Status.CLOSED, closed_at__lte=F("due_at")))),
    *counts("late", ("late_now", _("Open and late now"))),
    Measure("handling_time", _("Completed"), SOURCES["completed"], spread=HANDLING),
    *(Measure(f"handling_time_{urgency}", urgency.label, SOURCES["completed"], Q(urgency=urgency), spread=HANDLING)
      for urgency in Urgency),
    Measure("response_time", _("Citizen reached for the first time"), SOURCES["contacts"], spread=RESPONDING),
)
MEASURES = {measure.code: measure for measure in ALL}
