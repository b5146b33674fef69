"""What is late or will be, by kind and by unit, and what has to be done first.

Strangers walk past a screen, so nothing of a citizen stands here: a number, a category, a unit, a state and a clock.
"""
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import DISTRICT
from dispatch import boards
from dispatch.supervision import UNANSWERED
from tickets import columns, presenters
from tickets.choices import Urgency
from tickets.models import Ticket
from tickets.states import OPEN

ROWS = 8
NUMBERS = {
    "late": (_("Late"), "red"), "soon": (_("Yellow: soon late"), "yellow"), "hour": (_("Late within the hour"), "orange"),
    "critical": (_("Critical"), "red"), "high": (_("Level 3 and above"), "red"), "orders": (_("Orders out"), "orange"),
    "open": (_("In progress"), "blue"),
}
USUAL = ("late", "soon", "hour", "critical", "orders", "open")
OF_DUTY = ("late", "soon", "hour", "critical", "high", "open")


@dataclass(frozen=True)
class Number:
    name: str  # of the list on a desk, where there is one
    label: object
    count: int
    tone: str


def countable(user: User):
    """All of the district for those who watch over it, else those of the units one leads."""
    whole = user.has_role(*DISTRICT)
    return (boards.seen if whole else boards.led_by)(user)


def tickets(user: User):
    return countable(user).filter(state__in=OPEN)


def sizes(user, now) -> list[dict]:
    """How much of what matters each unit holds, and (unit None) nobody yet; one query."""
    soon = Q(yellow=True, next_due_at__gte=now)
    rows = tickets(user).annotate(
        in_hour=Exists(boards.due_within_the_hour(now)), yellow=Exists(boards.nearly_late(now)),
        ordered=Exists(boards.orders_of(*UNANSWERED)),
        climbed=Exists(boards.of_ticket(boards.climbed_high())), unit=F("lead_unit__name"))
    return list(rows.order_by().values("unit").annotate(
        open=Count("pk"), late=Count("pk", filter=Q(next_due_at__lt=now)), soon=Count("pk", filter=soon),
        hour=Count("pk", filter=Q(in_hour=True)), critical=Count("pk", filter=Q(urgency=Urgency.CRITICAL)),
        orders=Count("pk", filter=Q(ordered=True)), high=Count("pk", filter=Q(climbed=True))))


def numbers(rows, names=USUAL) -> list[Number]:
    """All units together."""
    return [Number(name, label, sum(row[name] for row in rows), tone)
            for name, (label, tone) in NUMBERS.items() if name in names]


def units(rows, most) -> list[dict]:
    """Those that hold most of what is late, then most of all."""
    held = [row for row in rows if row["unit"]]
    return sorted(held, key=lambda row: (-row["late"], -row["open"], row["unit"]))[:most]


def pressing(user, now) -> list[dict]:
    """The tickets whose clocks end first, late ones before all; two queries."""
    first = tickets(user).filter(next_due_at__isnull=False).order_by(F("next_due_at"), "pk")
    rows = columns.bringing(first.select_related("category", "lead_unit", "area"), [columns.COLUMNS["holder"]])
    found = list(rows[:ROWS])
    return [{"ticket": line.ticket, "what": what(line.ticket), "holder": columns.holder(line), "chip": line.chip,
             "pills": list(presenters.pills_of(line.ticket))}
            for line in columns.lines_of(found, user, now)]


def what(ticket: Ticket) -> str:
    return " · ".join(str(part) for part in (ticket.category or gettext("No category yet"), ticket.area) if part)
