"""The trail: append-only events, each carrying the hash of the one before it."""
import hashlib
import json
from datetime import UTC

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

GENESIS = "0" * 64
canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def digest(said):
    """SHA-256 over the canonical JSON of what an event says, in this order: ticket no., seq, name, source, target,
    is_move, by, unit, instant in UTC with microseconds, note, data, hash of the event before."""
    return hashlib.sha256(canonical(said).encode()).hexdigest()


class TicketEvent(models.Model):
    """What happened to a ticket: a move (`source` and `target` differ or the step is one) or an operation."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, db_index=False, related_name="events")  # event_seq
    seq = models.PositiveIntegerField()
    name = models.CharField(_("step"), max_length=40)
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20)
    is_move = models.BooleanField(default=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, db_index=False, related_name="+")  # event_by
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, db_index=False, related_name="+")  # who held it
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "seq"], name="event_seq")]
        indexes = [
            models.Index(fields=["by", "ticket"], name="event_by"),
            BrinIndex(fields=["at"], autosummarize=True, name="event_at"),  # what happened since: rows lie in the order of time
        ]
        triggers = [
            pgtrigger.Protect(name="event_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(name="event_no_truncate", level=pgtrigger.Statement, when=pgtrigger.Before,
                              operation=pgtrigger.Truncate, func="RAISE EXCEPTION 'the trail is never emptied';"),
        ]

    def __str__(self):
        return f"{self.ticket_id}/{self.seq} {self.name}"

    def digest(self, ticket_no):
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return digest([ticket_no, self.seq, self.name, self.source, self.target, self.is_move, self.by_id, self.unit_id, at,
                       self.note, self.data, self.prev_hash])


def extend(ticket, name, **said):
    """Write the next event of a locked ticket and carry its number and hash on the row (unsaved)."""
    event = compose(ticket, name, **said)
    event.save(force_insert=True)
    return event


def compose(ticket, name, *, by, now, source, is_move, note="", data=None):
    """The next event, unsaved, its number and hash carried on the row: for a look that writes many at once.

    `ticket` is the row, or whatever knows as much of it as is asked for here.
    """
    event = TicketEvent(
        ticket_id=ticket.id, seq=ticket.version + 1, name=name, source=source, target=ticket.state, is_move=is_move,
        by_id=by.pk, unit_id=ticket.lead_unit_id, at=now, note=note, data=data or {}, prev_hash=ticket.trail_hash or GENESIS,
    )
    event.hash = event.digest(ticket.ticket_no)
    ticket.version, ticket.trail_hash = event.seq, event.hash
    return event


def faults_of(ticket, events):
    """Say what is wrong with one ticket's chain: gap, changed event, broken link, lost tail, wrong state."""
    previous, expected = GENESIS, 1
    state = ""
    for event in events:
        if event.seq != expected:
            yield f"{ticket.ticket_no}: event {expected} is missing"
            expected = event.seq
        if event.prev_hash != previous:
            yield f"{ticket.ticket_no}: event {event.seq} does not follow the one before it"
        if event.digest(ticket.ticket_no) != event.hash:
            yield f"{ticket.ticket_no}: event {event.seq} ({event.name}) was changed"
        if event.source != state:
            yield f"{ticket.ticket_no}: event {event.seq} starts from {event.source!r}, the ticket was {state!r}"
        previous, expected, state = event.hash, expected + 1, event.target
    if ticket.trail_hash != (previous if previous != GENESIS else "") or ticket.version != expected - 1:
        yield f"{ticket.ticket_no}: the ticket knows {ticket.version} events, the trail ends at {expected - 1}"
    if ticket.state != state:
        yield f"{ticket.ticket_no}: state is {ticket.state}, the trail says {state}"
