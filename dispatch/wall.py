"""What hangs on the wall: how much is late or will be, and what has to be done first, for everybody in the room to read.

Strangers walk past a wall, so nothing of a citizen stands on it: a number, a category, a unit, a state and a clock.
"""
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import DISTRICT, Role
from dispatch import boards
from dispatch.supervision import UNANSWERED
from tickets import columns, presenters
from tickets.choices import Urgency
from tickets.models import Ticket
from tickets.states import OPEN, State

READERS = (*DISTRICT, Role.UL)
ROWS = 8


@dataclass(frozen=True)
class Number:
    label: str
    count: int
    tone: str


def tickets(user: User):
    """All of the district for those who watch over it, else those of the units one leads."""
    whole = user.has_role(*DISTRICT)
    return (boards.seen if whole else boards.led_by)(user).filter(state__in=OPEN)


def numbers(user, now) -> list[Number]:
    """The sizes of what matters now; one query."""
    ordered = Exists(boards.orders_of(*UNANSWERED))
    found = tickets(user).annotate(in_hour=Exists(boards.due_within_the_hour(now)), ordered=ordered).aggregate(
        open=Count("pk"), late=Count("pk", filter=Q(next_due_at__lt=now)), hour=Count("pk", filter=Q(in_hour=True)),
        critical=Count("pk", filter=Q(urgency=Urgency.CRITICAL)), orders=Count("pk", filter=Q(ordered=True)),
        hard=Count("pk", filter=Q(state=State.ADJUDICATION)))
    return [
        Number(_("Late"), found["late"], "red"), Number(_("Late within the hour"), found["hour"], "orange"),
        Number(_("Critical"), found["critical"], "red"), Number(_("Orders out"), found["orders"], "orange"),
        Number(_("Adjudication"), found["hard"], "purple"), Number(_("In progress"), found["open"], "blue"),
    ]


def pressing(user, now) -> list[dict]:
    """The tickets whose clocks end first, late ones before all; two queries."""
    first = tickets(user).filter(next_due_at__isnull=False).order_by(F("next_due_at"), "pk")
    rows = columns.bringing(first.select_related("category", "lead_unit", "area"), [columns.COLUMNS["holder"]])
    found = list(rows[:ROWS])
    return [{"ticket": line.ticket, "what": what(line.ticket), "holder": columns.holder(line), "chip": line.chip,
             "pills": list(presenters.pills_of(line.ticket))}
            for line in columns.lines_of(found, user, now)]


def what(ticket: Ticket) -> str:
    return " · ".join(str(part) for part in (ticket.category or _("No category yet"), ticket.area) if part)
