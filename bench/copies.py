"""Copies of a ticket by COPY: the same rows, moved to another instant, under a number and a hash chain of their own.

Copied are the ticket, its assignment, its trail and the two clocks that run and have a ladder. Left out is what no sweep
reads: calls, the clocks that were met, texts to citizens; the caller's row is shared. While rows are loaded, and only
on the connection that loads them, the triggers and foreign keys of the database are off (session_replication_role):
copies are not born as drafts. What the triggers ask for holds all the same: `verify_trail` finds nothing wrong.
"""
import hashlib
import io
import re
from datetime import datetime
from functools import lru_cache

from django.db import connection, models

from dispatch.models import Assignment
from tickets import trail
from tickets.clocks import Clock
from tickets.models import Ticket, TicketEvent

CHUNK = 10_000  # tickets in memory at a time
STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d")
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
MODELS = (Ticket, Assignment, TicketEvent, Clock)


def text(field, value):
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(field, models.JSONField):
        value = trail.canonical(value)
    elif isinstance(value, list):
        value = "{" + ",".join(map(str, value)) + "}"
    elif isinstance(value, bool):
        value = "t" if value else "f"
    elif isinstance(value, datetime):
        value = value.isoformat()
    return str(value).translate(ESCAPES)


class Stamps:
    """The instants of one ticket, as far from its beginning as in the original, in the spelling of the original."""

    def __init__(self, begun):
        self.begun, self.names = begun, {}
        self.at = lru_cache(20_000)(self._at)

    def named(self, written):
        """A text whose instants are replaced by their names, ready for the % of a copy."""
        return STAMP.sub(lambda found: f"%({self._name(found.group())})s", written.replace("%", "%%"))

    def _name(self, spelling):
        instant = datetime.fromisoformat(spelling)
        timespec = "microseconds" if "." in spelling else "auto"
        key = (instant - self.begun, instant.tzinfo, spelling[10], timespec)
        return self.names.setdefault(key, f"at{len(self.names)}")

    def _at(self, begun):
        return {name: (begun + after).astimezone(zone).isoformat(between, timespec)
                for (after, zone, between, timespec), name in self.names.items()}


class Mould:
    """One ticket, taken apart so that any number of copies can be written down."""

    def __init__(self, ticket):
        self.stamps = Stamps(ticket.registered_at)
        self.number = ticket.ticket_no
        events = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq"))
        last = {"trail_hash": f"%(h{len(events)})s", "id": "%(id)s", "phone_hash": "%(h1)s", "query_salt": "%(salt)s"}
        clocks = Clock.objects.filter(ticket=ticket, next_fire_at__isnull=False).order_by("pk")
        assert len(clocks) == 2, "two promises run while a ticket is in hand and the citizen was not called"
        self.lines = {
            Ticket: [self.line(ticket, last)],
            Assignment: [self.line(row) for row in Assignment.objects.filter(ticket=ticket)],
            TicketEvent: [self.line(event, {"prev_hash": f"%(h{event.seq - 1})s", "hash": f"%(h{event.seq})s"})
                          for event in events],
            Clock: [self.line(clock) for clock in clocks]}
        self.said = [self.words(event) for event in events]
        chain = self.copy(ticket.pk, ticket.ticket_no, ticket.registered_at)
        assert chain[f"h{len(events)}"] == ticket.trail_hash, "copies would have trails that do not verify"

    def line(self, row, own=()):
        values = {"ticket_id": "%(id)s"} | dict(own)
        cells = [values.get(field.column) or self.stamps.named(text(field, getattr(row, field.attname)))
                 for field in columns(type(row))]
        return "\t".join(cells).replace(self.number, "%(no)s") + "\n"

    def words(self, event):
        """What the hash of this event is computed from (tickets/trail.py)."""
        said = [event.seq, event.name, event.source, event.target, event.is_move, event.by_id, event.unit_id,
                event.at.isoformat(timespec="microseconds"), event.note, event.data]
        return '["%(no)s",' + self.stamps.named(trail.canonical(said)[1:-1]) + f',"%(h{event.seq - 1})s"]'

    def copy(self, pk, number, begun):
        """Everything that differs from the original, by name."""
        values = {"id": pk, "no": number, "salt": f"{pk:016x}", "h0": trail.GENESIS, **self.stamps.at(begun)}
        for place, words in enumerate(self.said, 1):
            values[f"h{place}"] = hashlib.sha256((words % values).encode()).hexdigest()
        return values


def columns(model):
    """All but the identity, which the database gives; a ticket's own is needed for the other rows."""
    return [field for field in model._meta.concrete_fields if not field.primary_key or model is Ticket]


class Copier:
    def __init__(self, tickets, loader):
        """`loader`: a psycopg2 connection of the database's owner, who alone may switch triggers off."""
        self.moulds, self.loader = [Mould(Ticket.objects.get(pk=ticket.pk)) for ticket in tickets], loader
        self.day = tickets[0].ticket_no[:8]
        with loader, loader.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")

    def copy(self, beginnings):
        """One ticket for each instant at which one begins. Returns (first, last) of their ids."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT max(id) FROM tickets_ticket),"
                           " (SELECT value FROM tickets_dailycounter WHERE kind = 'T' AND to_char(day, 'YYYYMMDD') = %s)",
                           [self.day])
            before, number = cursor.fetchone()
        for start in range(0, len(beginnings), CHUNK):
            self.write(beginnings[start:start + CHUNK], before + start, number + start)
        return before + 1, before + len(beginnings)

    def write(self, beginnings, before, number):
        files = {model: io.StringIO() for model in MODELS}
        for place, begun in enumerate(beginnings, 1):
            mould = self.moulds[place % len(self.moulds)]
            values = mould.copy(before + place, f"{self.day}{number + place:05d}", begun)
            for model, lines in mould.lines.items():
                files[model].writelines(line % values for line in lines)
        with self.loader, self.loader.cursor() as cursor:
            for model, file in files.items():
                file.seek(0)
                names = ", ".join(f'"{field.column}"' for field in columns(model))
                cursor.copy_expert(f"COPY {model._meta.db_table} ({names}) FROM STDIN", file)
            cursor.execute("SELECT setval(pg_get_serial_sequence('tickets_ticket', 'id'), %s)", [before + len(beginnings)])
            cursor.execute("UPDATE tickets_dailycounter SET value = %s WHERE kind = 'T' AND to_char(day, 'YYYYMMDD') = %s",
                           [number + len(beginnings), self.day])

    def settle(self):
        """As autovacuum would in time: otherwise the first one to read the fresh rows pays for it."""
        self.loader.autocommit = True
        with self.loader.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("CHECKPOINT")
        self.loader.autocommit = False
