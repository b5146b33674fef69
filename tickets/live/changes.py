"""The source of news about tickets: the trail, read as it grows."""
from collections import deque
from dataclasses import dataclass

from django.db.models import Max, Q

from accounts.instant import machine_now
from notices.live.rows import NewRows
from tickets.live.hearers import hearers, keys_of
from tickets.models import TicketEvent

REMEMBERED = 150.0  # seconds: longer than a page takes to load, or a stream to come back
MOST = 50  # tickets in one hint; more are only counted as "look at everything"
LATELY = 30.0  # as far back as the trail's own times are trusted to say what a page has seen
MARGIN = 5.0  # clocks of several machines, and a commit that took its time


@dataclass(frozen=True)
class Change:
    """One event; `left` are keys of people who may have lost sight of the ticket by it."""

    ticket: int
    version: int
    name: str
    by: int
    at: float
    left: frozenset


class Changes:
    """A source for the hub. Tells `changed` {"tickets": [[ticket no., version, step, by me]]} and `resync` {}."""

    def __init__(self):
        self.asked = float("-inf")
        self.untold: list = []  # read, but the database went before it was known who may hear of it

    def begin(self, now, moment):
        """The first one has come: what happened while his page was made is still at the end of the trail."""
        self.rows = NewRows(read, lambda: TicketEvent.objects.aggregate(last=Max("id"))["last"])
        self.begun = moment - LATELY
        last = [change_of(row) for row in self.rows.look(now)]
        self.memory = deque((change.at, change) for change in last if change.at >= self.begun)

    def look(self, listeners, *, now):
        moment = machine_now().timestamp()
        if now - self.asked > REMEMBERED:
            self.begin(now, moment)
        fresh = [change_of(row) for row in self.rows.look(now)]
        self.asked = now
        self.memory.extend((moment, change) for change in fresh)
        while self.memory and moment - self.memory[0][0] > REMEMBERED:
            self.begun = self.memory.popleft()[0]
        new = [one for one in listeners if one.is_new]
        self.untold += fresh
        told = self.told(self.untold, [one for one in listeners if not one.is_new])
        for listener in new:
            told += self.caught_up(listener, self.untold)
        self.untold = []
        return told

    def caught_up(self, listener, fresh):
        """What happened between the making of the page and now."""
        if listener.since is None:
            return self.told(fresh, [listener])
        if listener.since < self.begun:
            return [(listener, "resync", {})]
        return self.told([change for at, change in self.memory if at >= listener.since - MARGIN], [listener])

    def told(self, changes, listeners):
        if not changes or not listeners:
            return []
        latest = {}
        for change in changes:  # the last one of each ticket
            if change.ticket not in latest or latest[change.ticket].version < change.version:
                latest[change.ticket] = change
        found = {}
        for pk, no, heard in hearers(list(latest), listeners):
            for listener in heard:
                one = latest[pk]
                found.setdefault(listener, []).append([no, one.version, one.name, one.by == listener.user.pk])
        left = {key for change in changes for key in change.left}
        for listener in listeners:
            if listener not in found and left & (keys_of(listener.user) | {("person", listener.user.pk)}):
                found[listener] = []  # something is gone from his list; what, is not his any more
        return [(listener, "changed", {"tickets": rows[:MOST], "more": len(rows) > MOST}) for listener, rows in found.items()]


def read(after, among, limit):
    rows = TicketEvent.objects.filter(Q(id__gt=after) | Q(id__in=among)).order_by("id")
    return list(rows.values_list("id", "ticket", "seq", "name", "by", "at", "data__changed__unit_ids",
                                 "data__changed__handler_ids")[:limit])


def change_of(row):
    _id, ticket, seq, name, by, at, units, handlers = row
    gone = {("unit", unit) for unit in lost(units)} | {("person", person) for person in lost(handlers)}
    return Change(ticket, seq, name, by, at.timestamp(), frozenset(gone))


def lost(pair):
    """What stood in the list before and does not any more."""
    return set(pair[0] or ()) - set(pair[1] or ()) if pair else set()
