"""The rows that a number of a figure counts: just as many, newest first, page by page."""
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format

from insights.figures.counting import count
from tickets import columns, orders, queues
from tickets.models import Call, Ticket

SHOWN = ("state", "type", "category", "unit", "area")
ORDER = orders.Sorting("place", orders.Order(F("moment"), orders.moment, falling=True, always=True), True)


@dataclass(frozen=True)
class Line:
    """One row that was counted: its moment, and its ticket or its call; of a ticket that was passed on only the number."""

    when: str
    row: columns.Row | None = None
    gone: str = ""
    call: Call | None = None


def page(measure, period, scope, *, after, now):
    """(lines, where the next page begins or "")"""
    rows = measure.rows(period, scope).annotate(place=F(measure.source.moment)).order_by(*ORDER.keys)
    position = ORDER.position(after)
    value, pk = position or (None, 0)
    if value:
        rows = rows.filter(orders.beyond(value, pk, ORDER))
    ticket = measure.source.ticket
    of_ticket = () if ticket is None else (f"{ticket}pk", f"{ticket}ticket_no")
    found = list(rows.values_list("place", "pk", *of_ticket)[:orders.PAGE + 1])
    kept = found[:orders.PAGE]
    following = f"{kept[-1][0].isoformat()}~{kept[-1][1]}" if len(found) > orders.PAGE else ""
    lines = calls(kept) if ticket is None else tickets(kept, scope.viewer, now)
    return lines, following


def tickets(found, user, now):
    chosen = [columns.COLUMNS[name] for name in SHOWN]
    seen = Ticket.objects.visible_to(user).filter(pk__in={pk for _at, _row, pk, _number in found})
    rows = columns.rows_of(list(columns.bringing(seen, chosen).for_list()), user, now, queues.ALL, chosen)
    shown = {row.ticket.pk: row for row in rows}
    return [Line(said(at), row=shown.get(pk), gone="" if pk in shown else number) for at, _row, pk, number in found]


def calls(found):
    rows = Call.objects.select_related("operator").in_bulk([pk for _at, pk in found])
    return [Line(said(at), call=rows[pk]) for at, pk in found]


def said(moment):
    return date_format(timezone.localtime(moment), "Y-m-d H:i")


def how_many(measure, period, scope):
    many = count([measure.code], period, scope)[measure.code]
    return many.get("n", 0) if isinstance(many, dict) else many
