"""Rows that say the same thing twice must say the same: what is stored for speed, against what it was derived from."""
from datetime import timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, CharField, Exists, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.dateparse import parse_datetime

from dispatch.models import Assignment, Escalation
from insights import trail_rules
from insights.trail_rules import names
from notices.models import Notice
from tickets import calendars, sla
from tickets.clocks import UNFINISHED, WINDOWS, Clock, Status
from tickets.models import Ticket, TicketEvent

GRACE = timedelta(seconds=60)  # the sweep's promise: whatever is due is written down within a minute
WAITING = timedelta(seconds=10)  # an act that waited for the sweep's lock is stamped with the time at which it was sent


def units_as_assigned(now):
    """C1 The units that may see a ticket are those with an assignment that was neither returned nor recalled."""
    seen = Assignment.objects.filter(ticket=OuterRef("pk"), status__in=Assignment.SEEN).order_by().values("ticket")
    units = seen.annotate(units=ArrayAgg("unit", distinct=True, order_by="unit")).values("units")
    nobody = Value([], output_field=ArrayField(BigIntegerField()))
    return Ticket.objects.annotate(assigned=Coalesce(Subquery(units), nobody)).exclude(unit_ids=F("assigned"))


def next_due_as_clocks(now):
    """C2 The next due date of a ticket is that of its earliest running clock."""
    running = Clock.objects.filter(ticket=OuterRef("pk"), status=Status.RUNNING).exclude(kind__in=WINDOWS)
    earliest = running.order_by().values("ticket").annotate(due=Min("due_at")).values("due")
    same = Q(next_due_at=F("earliest")) | Q(next_due_at=None, earliest=None)
    return Ticket.objects.annotate(earliest=Subquery(earliest)).exclude(same)


def state_as_replayed(now):
    """C3 The events of a ticket, played from its birth, are moves of the machine and end in its state."""
    return names(trail_rules.REPLAY)


def fields_as_recorded(now):
    """C4 Every field that the trail says was changed has the value that it got last."""
    return names(trail_rules.FIELDS)


def due_again(now):
    """C5 Every unfinished clock is due when its start, its limit and the recorded changes say, counted again."""
    calendar, moved = sla.calendar_in_force(), _recorded_due_dates()
    clocks = Clock.objects.filter(status__in=UNFINISHED, calendar_known=True).order_by("pk").values_list(
        "ticket__ticket_no", "ticket_id", "kind", "started_at", "due_at", "rule")
    for number, ticket_id, kind, started, due, rule in clocks.iterator(chunk_size=5000):
        said = [new for at, new in moved.get((ticket_id, kind), ()) if at >= started]
        if due != (said[-1] if said else calendars.due_at(started, rule, calendar)):
            yield number


def _recorded_due_dates():
    """(ticket, kind) -> [(when, new due date)], of tickets with an unfinished clock, in the order of the trail."""
    open_ones = Clock.objects.filter(status__in=UNFINISHED).values("ticket")
    events = TicketEvent.objects.filter(data__has_key="due", ticket__in=open_ones).order_by("ticket", "seq")
    found: dict = {}
    for ticket_id, at, data in events.values_list("ticket_id", "at", "data").iterator(chunk_size=1000):
        for kind, (_old, new) in data["due"].items():
            found.setdefault((ticket_id, kind), []).append((at, parse_datetime(new)))
    return found


def nothing_overlooked(now):
    """C6 Whatever a clock should have said a minute ago, it has said: no rung is overdue."""
    late = Clock.objects.filter(status=Status.RUNNING, next_fire_at__lt=now - GRACE)
    return Ticket.objects.filter(pk__in=late.values("ticket"))


def nothing_after_the_end(now):
    """C7 No rung was fired for a clock that had stopped before."""
    late = Escalation.objects.filter(clock__status__in=(Status.MET, Status.VOID), fired_at__gt=F("clock__stopped_at") + WAITING)
    return Ticket.objects.filter(pk__in=late.values("ticket"))


def rungs_were_told(now):
    """C8 Every rung that was to tell somebody has its notice."""
    cause = Concat(Value("escalation:"), Cast(OuterRef("clock_id"), CharField()), Value(":"),
                   Cast(OuterRef("level"), CharField()))
    silent = Escalation.objects.filter(~Exists(Notice.objects.filter(cause=cause)), skipped=False)
    return Ticket.objects.filter(pk__in=silent.values("ticket"))


CHECKS = {check.__doc__.split()[0]: check for check in (  # type: ignore[union-attr]
    units_as_assigned, next_due_as_clocks, state_as_replayed, fields_as_recorded, due_again, nothing_overlooked,
    nothing_after_the_end, rungs_were_told)}
