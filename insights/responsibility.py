"""Where the time of all open tickets went: the ledger of each (tickets/ledger.py), summed by holder.

Only open tickets are counted, so the cost follows them and not the history. What is summed here is what the page of each
ticket shows, to the second.
"""
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from accounts.models import Unit
from accounts.roles import DISTRICT, Role
from tickets import ledger
from tickets.models import Ticket, TicketEvent
from tickets.states import OPEN

READERS = (*DISTRICT, Role.UL, Role.AU)
NEEDED = ("ticket_id", "seq", "name", "target", "unit_id", "at", "data")


@dataclass(frozen=True)
class Share:
    """Of one holder; `unit` is None for the desks of the hotline, `share` of the whole is between 0 and 1."""

    holder: ledger.Holder
    unit: Unit | None
    tickets: int
    seconds: int
    share: float


def shares(user, *, now) -> list[Share]:
    """Of the open tickets that this user sees, the largest first; two queries."""
    seconds: Counter = Counter()
    tickets: Counter = Counter()
    for booked in booked_of_open(user, now):
        for key, spent in ledger.totals(booked):
            seconds[key] += spent
            tickets[key] += 1
    units = Unit.objects.in_bulk({unit for _holder, unit in seconds} - {None})
    whole = sum(seconds.values()) or 1
    return [Share(holder, units.get(unit), tickets[holder, unit], int(spent), spent / whole)
            for (holder, unit), spent in seconds.most_common()]


def booked_of_open(user, now):
    """The bookings of each open ticket in sight, read as a stream."""
    seen = Ticket.objects.visible_to(user).filter(state__in=OPEN).values("pk")
    events = TicketEvent.objects.filter(ticket__in=seen).order_by("ticket_id", "seq").only(*NEEDED)
    for _ticket, own in groupby(events.iterator(chunk_size=2000), key=lambda event: event.ticket_id):
        yield ledger.bookings(list(own), now)
