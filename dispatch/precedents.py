"""Earlier rulings in matters of the same kind: how it was decided when nobody agreed."""
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from dispatch.models import Ruling
from tickets.models import Ticket
from tickets.redaction import Reading

NEWEST = 3  # of a unit are shown
COUNTED = 2000  # newest rulings of the categories asked about; what lies further back guides nobody


@dataclass(frozen=True)
class Precedent:
    """One ruling. Number and words only for who may read its ticket: words about duty may still tell of a person."""

    at: datetime
    ticket_no: str = ""
    text: str = ""


@dataclass(frozen=True)
class Precedents:
    """The rulings that named one unit: how many, and the newest, those of the same territory first."""

    count: int = 0
    newest: list[Precedent] = field(default_factory=list)


class Row(NamedTuple):
    pk: int
    ticket_id: int
    unit_id: int
    code: str
    area_id: int | None
    at: datetime


def rows_about(tickets):
    """{code of the group: rulings in it, newest first}, for any number of tickets; one query."""
    groups = {ticket.category.l2_code for ticket in tickets if ticket.category}
    found = defaultdict(list)
    if groups:
        rulings = Ruling.objects.filter(ticket__category__l2_code__in=groups).order_by("-at", "-pk")
        columns = ("pk", "ticket_id", "unit_id", "ticket__category__code", "ticket__area_id", "at")
        for row in map(Row._make, rulings.values_list(*columns)[:COUNTED]):
            found[row.code[:4]].append(row)
    return found


def by_unit(ticket, rows, same_place):
    """[(unit id, its rulings)] about the very category, or else about its group; most rulings of the place, then most, first.

    `same_place(area id)` says whether a place lies in the territory of the incident."""
    if ticket.category is None:
        return []
    others = [row for row in rows[ticket.category.l2_code] if row.ticket_id != ticket.pk]
    exact = [row for row in others if row.code == ticket.category.code]
    units = defaultdict(list)
    for row in exact or others:
        units[row.unit_id].append(row)
    near = {row.pk for row in exact or others if same_place(row.area_id)}
    for own in units.values():
        own.sort(key=lambda row: row.pk not in near)  # stable: newest first among the near and among the others
    return sorted(units.items(), key=lambda item: (-sum(row.pk in near for row in item[1]), -len(item[1]), -item[1][0].pk))


def told(rows_by_unit, reader):
    """{unit id: Precedents} as this reader may know them; one query, none when there is nothing to tell."""
    shown = [row for rows in rows_by_unit.values() for row in rows[:NEWEST]]
    readable = {}
    if shown and reader is not None:
        own = Ticket.objects.visible_to(reader).filter(pk__in={row.ticket_id for row in shown})
        found = Ruling.objects.filter(pk__in=[row.pk for row in shown], ticket__in=own).select_related("ticket__caller")
        readable = {ruling.pk: ruling for ruling in found}
    return {unit_id: Precedents(len(rows), [_told(row, readable.get(row.pk), reader) for row in rows[:NEWEST]])
            for unit_id, rows in rows_by_unit.items()}


def _told(row, ruling, reader):
    if ruling is None:
        return Precedent(row.at)
    return Precedent(row.at, ruling.ticket.ticket_no, Reading(ruling.ticket, reader).text(ruling.text))
