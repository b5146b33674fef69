"""In which order a list stands, and its pages in that order.

Pages go by keyset: the last row of a page says where the next one begins, so page 400 costs what page 1 does and a
ticket that arrives meanwhile shifts nothing. What has no value comes last, whichever way the list is turned.
"""
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.utils.dateparse import parse_datetime

from tickets.choices import Type, Urgency
from tickets.states import State

PAGE = 25


def moment(text):
    instant = parse_datetime(text)
    if instant is None or instant.tzinfo is None:
        raise ValueError(text)
    return instant


def number(text):
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(text)
    return int(text)


def code(text):
    if not re.fullmatch(r"[0-9A-Za-z/_-]{1,200}", text):
        raise ValueError(text)
    return text


def rank(field, values):
    """The place of a value in its own list of choices; what is not in it has no place."""
    return Case(*[When(**{field: value}, then=Value(place)) for place, value in enumerate(values)], output_field=IntegerField())


@dataclass(frozen=True)
class Order:
    by: Any  # a field or an expression
    read: Callable  # the value out of an address; ValueError when it is none
    falling: bool = False  # the way that the first click on the head turns it
    always: bool = False  # every ticket has a value; an index can then be read from either end


ORDERS = {
    "deadline": Order(F("next_due_at"), moment),
    "registered": Order(F("registered_at"), moment, falling=True, always=True),
    "number": Order(F("ticket_no"), code, falling=True, always=True),
    "urgency": Order(rank("urgency", Urgency.values), number, falling=True),
    "state": Order(rank("state", State.values), number),
    "type": Order(rank("type", Type.values), number),
    "category": Order(F("category__code"), code),
    "unit": Order(F("lead_unit__path"), code),
    "area": Order(F("area__path"), code),
    "reporters": Order(F("reporter_count"), number, falling=True),
    "reminders": Order(F("remind_count"), number, falling=True),
}
KEPT = ("registered", "number")  # of a ticket that was handed back
NAMES = {"next_due_at": "deadline", "registered_at": "registered"}


@dataclass(frozen=True)
class Sorting:
    """An order and its direction. `name` is that of ORDERS, or that of the field that only this list has."""

    name: str
    order: Order
    falling: bool
    asked: str = ""  # as it stands in the address; "" when the list's own order is used

    @property
    def keys(self):
        last = None if self.order.always else True
        first = F("place").desc(nulls_last=last) if self.falling else F("place").asc(nulls_last=last)
        return first, "-pk" if self.falling else "pk"

    def next_click(self, name):
        """What the head of a column asks for: its usual direction first, then the other one."""
        falling = not self.falling if name == self.name else ORDERS[name].falling
        return f"-{name}" if falling else name

    def position(self, after):
        """(value or None, pk) out of an address; None for the first page and for anything that is no position."""
        value, separator, pk = after.rpartition("~")
        if not separator or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            return None
        try:
            return (self.order.read(value) if value else None), int(pk)
        except (ValueError, OverflowError):
            return None


def sorting_of(work, asked=""):
    """The order that an address asks for, if it is one of ours; else the list's own."""
    name, falling = asked.removeprefix("-"), asked.startswith("-")
    if name in ORDERS and (work.opens or name in KEPT):
        return Sorting(name, ORDERS[name], falling, asked)
    field = work.order.removeprefix("-")
    name = NAMES.get(field, field)
    return Sorting(name, ORDERS.get(name) or Order(F(field), moment), work.order.startswith("-"))


def ordered(rows, sorting):
    return rows.annotate(place=sorting.order.by).for_list().order_by(*sorting.keys)


def keyed(rows, sorting):
    """In this order, joined with nothing that the order does not ask for."""
    return rows.annotate(place=sorting.order.by).order_by(*sorting.keys)


def page(rows, sorting, *, after="", size=PAGE):
    """(tickets of one page, where the next page begins or ""). Only what is on the page is joined with other tables."""
    all_of_it, position = keyed(rows, sorting), sorting.position(after)
    if position:
        value, pk = position
        all_of_it = all_of_it.filter(beyond(value, pk, sorting))
    found = list(ordered(rows.filter(pk__in=all_of_it.values("pk")[: size + 1]), sorting))
    return found[:size], position_of(found[size - 1]) if len(found) > size else ""


def beyond(value, pk, sorting):
    """Everything after this row in the order of `ordered`."""
    side = "lt" if sorting.falling else "gt"
    later_pk = Q(**{f"pk__{side}": pk})
    if value is None:
        return Q(place__isnull=True) & later_pk
    later = Q(**{f"place__{side}": value}) | Q(place=value) & later_pk
    if sorting.order.always:
        return Q(**{f"place__{side}e": value}) & later  # the first half alone lets an index be used
    return later | Q(place__isnull=True)


def position_of(ticket):
    value = ticket.place
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"{text}~{ticket.pk}"
