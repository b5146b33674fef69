"""Rows that say the same thing twice must say the same: what is stored for speed, against what it was derived from."""
from collections import defaultdict
from datetime import timedelta
from itertools import islice

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, CharField, Count, Exists, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from dispatch.models import Assignment, Escalation
from followup.models import Appeal, AppealReview, CallbackTask
from insights import trail_rules
from insights.trail_rules import names
from notices.models import Notice
from tickets import replay
from tickets.clocks import UNFINISHED, WINDOWS, Clock, Status
from tickets.models import Ticket, TicketEvent
from tickets.states import State

CHUNK = 500  # tickets whose trail is in memory at a time
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


def clocks_as_replayed(now):
    """C5 Every clock of an open matter, played again from the trail alone, is what its row says."""
    known = replay.Known.read()
    open_ones = Ticket.objects.filter(Exists(Clock.objects.filter(ticket=OuterRef("pk"), status__in=UNFINISHED)))
    tickets = open_ones.order_by("pk").iterator(chunk_size=CHUNK)
    while batch := list(islice(tickets, CHUNK)):
        events, rows = by_ticket(TicketEvent, batch, "seq"), by_ticket(Clock, batch, "id")
        for ticket in batch:
            played = replay.play(ticket, events[ticket.pk], known)
            if any(replay.differences(rows[ticket.pk], played)):
                yield ticket.ticket_no


def by_ticket(model, tickets, order):
    """{ticket id: its rows in this order}, in one query."""
    found = defaultdict(list)
    for row in model.objects.filter(ticket__in=tickets).order_by("ticket", order):
        found[row.ticket_id].append(row)
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


def appeals_as_reviewed(now):
    """C9 No ticket is archived while its result is under review, and every appeal has the reviews that its status says."""
    first = Exists(AppealReview.objects.filter(appeal=OuterRef("pk"), is_final=False))
    final = Exists(AppealReview.objects.filter(appeal=OuterRef("pk"), is_final=True))
    reviewed = Q(status=Appeal.Status.FIRST) & (first | final) | Q(status=Appeal.Status.DECIDED) & (~first | final) \
        | Q(status=Appeal.Status.SECOND) & (~first | final) | Q(status=Appeal.Status.FINAL) & ~(first & final)
    unread = Q(status__in=Appeal.OPEN) & ~Q(ticket__state=State.CLOSED)
    return Ticket.objects.filter(pk__in=Appeal.objects.filter(reviewed | unread).values("ticket"))


def outcomes_still_there(now):
    """C10 Every callback outcome that the trail tells of still stands on a callback of its ticket."""
    told = TicketEvent.objects.filter(name="callback_outcome").order_by().values("ticket").annotate(n=Count("pk"))
    there = CallbackTask.objects.filter(ticket=OuterRef("ticket"), corrects=None).exclude(outcome="").order_by().values(
        "ticket").annotate(n=Count("pk")).values("n")
    gone = told.annotate(there=Coalesce(Subquery(there), 0)).filter(n__gt=F("there"))
    return Ticket.objects.filter(pk__in=gone.values("ticket"))


CHECKS = {check.__doc__.split()[0]: check for check in (  # type: ignore[union-attr]
    units_as_assigned, next_due_as_clocks, state_as_replayed, fields_as_recorded, clocks_as_replayed, nothing_overlooked,
    nothing_after_the_end, rungs_were_told, appeals_as_reviewed, outcomes_still_there)}
