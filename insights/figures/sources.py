"""What can be counted: one row of a source is one thing, at one moment, of one unit. A figure's list shows these rows."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Coalesce, Trunc

from dispatch.models import Assignment, Contact, Reminder, Reply, Request, SupervisionOrder
from followup import results
from followup.models import AppealReview, SampleFinding
from insights.figures import callbacks_due
from tickets.calendars import LOCAL
from tickets.choices import ClosureKind
from tickets.clocks import Clock, Kind, Status
from tickets.models import Call, Ticket
from tickets.queues import overdue
from tickets.states import State

NEXT_DAY = ExpressionWrapper(Trunc("accepted_at", "day", tzinfo=LOCAL) + timedelta(days=1), output_field=DateTimeField())


@dataclass(frozen=True)
class Source:
    """`ticket` is the way from a row to its ticket ("" when it is one, None when it has none), `unit` that to the unit the row
    is booked to: the lead unit of the last round, or, of a unit's own act, that unit."""

    name: str
    rows: Callable  # without a period
    moment: str
    ticket: str | None = "ticket__"
    unit: str = "ticket__lead_unit"
    of_period: Callable | None = None  # rows of a Period, where a moment alone does not say it
    columns: tuple = ()  # that the moment is made of, where it is none itself

    def within(self, period):
        if self.of_period:
            return self.of_period(period)
        return period.of(self.moment, self.rows())

    @property
    def adds_up(self):
        """Whether the sum over the hours of a period is the figure of the period."""
        return self.of_period is None


def counted_tickets():
    """What was merged into another is no ticket of its own (SPEC 6.1)."""
    return Ticket.objects.exclude(state=State.MERGED)


def of_tickets(name, moment, rows=counted_tickets, **more):
    return Source(name, rows, moment, ticket="", unit="lead_unit", **more)


def merged():
    """As reports see it: what was merged by mistake goes on as a ticket of its own."""
    return Ticket.objects.filter(state=State.MERGED, split_into=None)


def promises(*kinds):
    """A promise that is paused is not due: it is due again on its new date. A void one is none."""
    def rows():
        due = Clock.objects.filter(kind__in=kinds).exclude(status__in=(Status.VOID, Status.PAUSED))
        return due.exclude(ticket__state=State.MERGED)

    return rows


def lead_parts():
    return Assignment.objects.filter(role=Assignment.Role.LEAD, level=1)


def taken_or_returned():
    """A part of a lead unit when it was signed, or, when it never was, when it was returned."""
    parts = lead_parts().annotate(taken_at=Coalesce("signed_at", "closed_at"))
    return parts.filter(Q(signed_at__isnull=False) | Q(status=Assignment.Status.RETURNED))


def first_contacts():
    """The first time that a unit reached the citizen."""
    earlier = Contact.objects.filter(ticket=OuterRef("ticket"), reached=True).filter(
        Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk")))
    return Contact.objects.filter(~Exists(earlier), reached=True, ticket__accepted_at__isnull=False).exclude(
        ticket__state=State.MERGED)


def completed():
    """Finished and approved; what waits for the review of its reply is finished only for the time being."""
    return counted_tickets().filter(accepted_at__isnull=False, completed_at__isnull=False).exclude(state=State.REPLY_REVIEW)


def answered():
    return results.counting().filter(outcome__gt="")  # said again in the words of the index


def reviewed():
    return Reply.objects.filter(reviewed_at__isnull=False)


def granted():
    return Request.objects.filter(status=Request.Status.APPROVED)


def forced():
    return counted_tickets().filter(closure_kind=ClosureKind.FORCED)


def late_now(period):
    return overdue(counted_tickets(), period.now)


SOURCES = {source.name: source for source in (
    Source("calls", Call.objects.all, "started_at", ticket=None),
    of_tickets("accepted", "accepted_at"),
    of_tickets("merged", "registered_at", merged),
    of_tickets("dispatched", "first_dispatched_at"),
    of_tickets("completed", "completed_at", completed),
    of_tickets("forced", "closed_at", forced),
    of_tickets("late", "next_due_at", of_period=late_now),
    of_tickets("callbacks_due", "registered_at", of_period=callbacks_due.tickets),
    Source("callback_rounds", callbacks_due.rounds, "due_at"),
    Source("parts", lead_parts, "opened_at", unit="unit"),
    Source("taken", taken_or_returned, "taken_at", unit="unit", columns=("signed_at", "closed_at")),
    Source("receipts", promises(Kind.RECEIPT), "due_at", unit="holder"),
    Source("promises", promises(Kind.RESPONSE, Kind.COMPLETION), "due_at"),
    Source("contacts", first_contacts, "at"),
    Source("outcomes", answered, "outcome_at"),
    Source("requests", Request.objects.all, "at", unit="unit"),
    Source("granted", granted, "decided_at", unit="unit"),
    Source("appeals", lambda: AppealReview.objects.filter(decision=AppealReview.Decision.EXCLUDED), "at",
           ticket="appeal__ticket__", unit="appeal__unit"),
    Source("reviewed", reviewed, "reviewed_at", unit="unit"),
    Source("checked", SampleFinding.objects.all, "at", ticket="sampled__task__ticket__",
           unit="sampled__task__ticket__lead_unit"),
    Source("reminders", Reminder.objects.all, "at"),
    Source("orders", SupervisionOrder.objects.all, "at", unit="unit"),
    Source("orders_due", SupervisionOrder.objects.all, "due_at", unit="unit"),
)}
MET_IN_TIME = Q(status=Status.MET, stopped_at__lte=F("due_at"))
