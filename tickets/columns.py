"""The columns of a list, from which everybody chooses his own. The first one, the ticket itself, always stands.

What is told of a citizen here is masked for everybody: a list is looked at over shoulders and goes into a file.
"""
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.masking import mask_phone, name_for_reader
from accounts.models import User
from tickets import presenters
from tickets.choices import Channel, Type, Urgency
from tickets.clocks import UNFINISHED, Clock
from tickets.disclosure import NEVER, is_withheld
from tickets.presenters import Chip, Pill
from tickets.redaction import Reading
from tickets.states import WHOSE_TURN, State, Turn


@dataclass(frozen=True)
class Line:
    """One ticket and everything that its cells are made of."""

    ticket: object
    user: object
    chip: Chip | None

    @property
    def withheld(self):
        return is_withheld(self.ticket, self.user)


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    value: Callable  # of a Line: text, a number, a moment, a Pill or a Chip
    order: str = ""  # of orders.ORDERS
    kept: bool = False  # of a ticket that was handed back, too
    personal: bool = False
    brings: dict = field(default_factory=dict)  # annotations of the tickets
    width: int = 14  # in a sheet, in characters


@dataclass(frozen=True)
class Cell:
    kind: str  # pill, chip, moment, text
    value: object
    label: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a list, ready to be shown."""

    ticket: object
    title: str
    remark: str
    pills: list
    cells: list = field(default_factory=list)
    opens: bool = True
    quick: list = field(default_factory=list)  # steps one click away
    found: str = ""  # where the words that were searched for stand


def label_of(choices, field):
    """The word for a value. get_field_display() would translate all the choices to find this one, in every cell."""
    labels = {choice.value: choice.label for choice in choices}
    return lambda line: str(labels.get(getattr(line.ticket, field), ""))


def holder(line):
    """Who has it now: the unit and whom it named, or whose turn it is at the hotline."""
    ticket = line.ticket
    if WHOSE_TURN[State(ticket.state)] != Turn.UNIT or not ticket.lead_unit:
        return WHOSE_TURN[State(ticket.state)].label
    return " · ".join([ticket.lead_unit.name, *ticket.handler_names])


def caller(line):
    if line.withheld:
        return _("Confidential")
    return name_for_reader(line.ticket.caller.name, line.ticket.caller.gender)


def phone(line):
    return "" if line.withheld else mask_phone(line.ticket.caller.phone)


NAMED = Func(F("pk"), OuterRef("handler_ids"), arg_joiner=" = ANY(", template="(%(expressions)s))", output_field=BooleanField())
HANDLERS = User.objects.filter(NAMED).order_by("pk").values("display_name")
COLUMNS = {column.name: column for column in (
    Column("state", gettext_lazy("State"), lambda line: presenters.state_pill(line.ticket), "state"),
    Column("deadline", gettext_lazy("Deadline"), lambda line: line.chip, "deadline", width=17),
    Column("type", gettext_lazy("Type"), label_of(Type, "type"), "type", kept=True),
    Column("category", gettext_lazy("Category"), lambda line: line.ticket.category.name if line.ticket.category else "",
           "category", width=20),
    Column("urgency", gettext_lazy("Urgency"), label_of(Urgency, "urgency"), "urgency", width=9),
    Column("unit", gettext_lazy("Lead unit"), lambda line: line.ticket.lead_unit.name if line.ticket.lead_unit else "",
           "unit", width=26),
    Column("holder", gettext_lazy("Who has it now"), holder, brings={"handler_names": ArraySubquery(HANDLERS)}, width=30),
    Column("area", gettext_lazy("Place"), lambda line: line.ticket.area.name if line.ticket.area else "", "area"),
    Column("channel", gettext_lazy("Channel"), label_of(Channel, "channel")),
    Column("caller", gettext_lazy("Citizen (masked)"), caller, personal=True, width=12),
    Column("phone", gettext_lazy("Phone (masked)"), phone, personal=True),
    Column("reporters", gettext_lazy("Reporters"), lambda line: line.ticket.reporter_count, "reporters", width=9),
    Column("reminders", gettext_lazy("Urged"), lambda line: line.ticket.remind_count, "reminders", width=9),
    Column("registered", gettext_lazy("Registered"), lambda line: line.ticket.registered_at, "registered", kept=True, width=17),
    Column("registrar", gettext_lazy("Registered by"), lambda line: line.ticket.registered_by.display_name, width=12),
)}
USUAL = ("state", "deadline", "type", "unit", "registered")


def open_to(user, work):
    """The columns that this user may have in this list."""
    reads_people = not user.has_role(*NEVER)
    return [column for column in COLUMNS.values()
            if (work.opens or column.kept) and (reads_people or not column.personal)]


def chosen(names, user, work):
    """The columns of these names in the order of the table; the usual ones when nothing was chosen."""
    wanted = set(names) if names is not None else set(USUAL)
    return [column for column in open_to(user, work) if column.name in wanted]


def bringing(rows, columns):
    """The tickets with what these columns need of other tables."""
    return rows.annotate(**{name: what for column in columns for name, what in column.brings.items()})


def clocks_of(tickets):
    """{pk of a ticket: its unfinished clocks}; one query."""
    clocks: dict = {}
    for clock in Clock.objects.filter(ticket__in=[ticket.pk for ticket in tickets], status__in=UNFINISHED):
        clocks.setdefault(clock.ticket_id, []).append(clock)
    return clocks


def lines_of(tickets, user, now):
    """A Line for each ticket; one query, for their clocks."""
    clocks = clocks_of(tickets)
    for ticket in tickets:
        clock = presenters.next_clock(clocks.get(ticket.pk, []))
        yield Line(ticket, user, clock and presenters.chip_of(clock, now))


def title_of(ticket, user):
    return Reading(ticket, user).title or _("No title yet")


def rows_of(tickets, user, now, work, columns):
    return [
        Row(line.ticket, title_of(line.ticket, user), work.remark(line.ticket),
            list(presenters.pills_of(line.ticket)) if work.opens else [],
            [cell_of(column, line) for column in columns], work.opens)
        for line in lines_of(tickets, user, now)
    ]


def cell_of(column, line):
    value = column.value(line)
    if isinstance(value, Pill):
        return Cell("pill", value)
    if isinstance(value, Chip):
        return Cell("chip", value)
    if isinstance(value, datetime):
        return Cell("moment", date_format(timezone.localtime(value), "m-d H:i"), column.label)
    return Cell("text", "" if value is None else str(value), column.label)
