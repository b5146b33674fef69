"""The hash chains of all tickets, computed again from what the rows say. Reads the database and nothing else.

A chunk of tickets is read with all its events in one statement, so each ticket is seen at one instant while people
work on, and memory stays the same however long the history is.
"""
import json
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from insights.audit import SHOWN, Finding
from tickets import trail

CHUNK = 2000  # tickets
HEADS = ("id", "ticket_no", "state", "version", "trail_hash")
EVENTS = ("seq", "name", "source", "target", "is_move", "by_id", "unit_id", "at", "note", "data", "prev_hash", "hash")

# The instant is written by PostgreSQL as trail.canonical writes it: parsing and formatting it here would double the time.
ROWS = """
    SELECT t.id, t.ticket_no, t.state, t.version, t.trail_hash, e.seq, e.name, e.source, e.target, e.is_move, e.by_id,
           e.unit_id,
           to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), e.note, e.data::text, e.prev_hash, e.hash
    FROM tickets_ticket t LEFT JOIN tickets_ticketevent e ON e.ticket_id = t.id
    WHERE t.id > %s AND t.id <= %s ORDER BY t.id, e.seq
"""
ORPHANS = """
    SELECT e.ticket_id, count(*) FROM tickets_ticketevent e
    WHERE NOT EXISTS (SELECT FROM tickets_ticket t WHERE t.id = e.ticket_id) GROUP BY e.ticket_id ORDER BY e.ticket_id
"""


class Head(NamedTuple):
    """What the ticket's own row says about its trail."""

    ticket_no: str
    state: str
    version: int
    trail_hash: str


class Line(NamedTuple):
    """One event as trail.faults_of reads it."""

    seq: int
    name: str
    source: str
    target: str
    is_move: bool
    by_id: int
    unit_id: int | None
    at: str
    note: str
    data: str
    prev_hash: str
    hash: str

    def digest(self, ticket_no):
        data = json.loads(self.data) if self.data != "{}" else {}
        return trail.digest((ticket_no, *self[:9], data, self.prev_hash))


class Walk:
    """Iterating it yields every fault as a sentence; the counters are complete when it ends."""

    def __init__(self, *, only=()):
        self.only = set(only)
        self.tickets = self.events = self.faults = self.faulty = 0

    def __iter__(self):
        for first, last in self._chunks():
            with connection.cursor() as cursor:
                cursor.execute(ROWS, [first, last])
                rows = cursor.fetchall()
            for _pk, group in groupby(rows, key=lambda row: row[0]):
                yield from self._of_ticket(list(group))
        if not self.only:
            yield from self._orphans()

    def _chunks(self):
        """(after, up to) ids of the next tickets, until none is left."""
        limits = "SELECT max(id) FROM (SELECT id FROM tickets_ticket WHERE id > %s ORDER BY id LIMIT %s) chunk"
        if self.only:
            ids = sorted(self._ids())
            yield from ((pk - 1, pk) for pk in ids)
            return
        first = 0
        while True:
            with connection.cursor() as cursor:
                cursor.execute(limits, [first, CHUNK])
                (last,) = cursor.fetchone()
            if last is None:
                return
            yield first, last
            first = last

    def _ids(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM tickets_ticket WHERE ticket_no = ANY(%s)", [list(self.only)])
            return [pk for (pk,) in cursor.fetchall()]

    def _of_ticket(self, rows):
        head = Head(*rows[0][1:5])
        lines = [Line(*row[5:]) for row in rows if row[5] is not None]
        found = list(trail.faults_of(head, lines))
        self.tickets += 1
        self.events += len(lines)
        self.faults += len(found)
        self.faulty += bool(found)
        return found

    def _orphans(self):
        with connection.cursor() as cursor:
            cursor.execute(ORPHANS)
            orphans = cursor.fetchall()
        for ticket_id, count in orphans:
            self.faults += 1
            self.faulty += 1
            yield f"ticket {ticket_id} is gone; {count} of its events are left"


def finding():
    """The whole walk as one line of the audit."""
    faults = list(Walk())
    return Finding("TRAIL", "Every event's hash is what its words and the event before it give.", len(faults),
                   tuple(faults[:SHOWN]))
