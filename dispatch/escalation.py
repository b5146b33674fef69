"""The first half of a deadline: whoever looks, writes down the rungs that were reached. notices/relay.py tells people.

Beat, the loop of every worker and a starting worker only say "look now"; any number of looks at once is harmless.
A look takes due clocks in due order, a batch of tickets at a time, until none is left. The ticket row is locked
first (SKIP LOCKED) and its clocks are read again inside the lock, so a clock that was just met never fires. Rungs
that were reached together, after an outage, are all written; only the highest tells people, the others are `skipped`.
The unique (clock, level) is the last guard: exactly once, however many look.
"""
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import takewhile

import structlog
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.db.models import F

from accounts import many_rows
from accounts.models import User
from accounts.roster import people
from dispatch import actions, heartbeat, supervision
from dispatch.models import Escalation, SupervisionOrder
from dispatch.recipients import Posts, english, quiet_until
from notices.actions import compose, put, tell
from notices.models import Notice
from tickets import trail
from tickets.actions import Refused, lock, record_locked
from tickets.calendars import LOCAL
from tickets.clocks import Clock, Kind, Status
from tickets.models import Ticket, TicketEvent
from tickets.states import State

log = structlog.get_logger(__name__)
TIME_TO_ACKNOWLEDGE = timedelta(minutes=30)
STILL_HURRIED = timedelta(days=7)  # older ones have no rung left; keeps the search short
PUT_ASIDE = timedelta(hours=1)
SILENT = ("warn", "warn2", "L1")  # rungs that nobody has to acknowledge
LABELS = {kind: english(kind.label) for kind in Kind}


@dataclass
class Swept:
    """What a look did. `finished` is False when it stopped with more to do, or was stopped by the guard."""

    fired: int = 0
    skipped: int = 0
    tickets: int = 0
    hurried: int = 0
    put_aside: int = 0
    latest: float = 0.0  # seconds between the worst rung's time and now
    finished: bool = False


@dataclass(slots=True)
class Look:
    """One locked ticket at one look: what of its row a look needs to know, and the (clock, rung) pairs it reached."""

    id: int
    ticket_no: str
    state: str
    urgency: str
    version: int
    trail_hash: str
    lead_unit_id: int | None
    category_id: int | None
    reached: list = field(default_factory=list)

    @property
    def rungs(self):
        return [rung for _clock, rung in self.reached]


OF_A_TICKET = ("id", "ticket_no", "state", "urgency", "version", "trail_hash", "lead_unit_id", "category_id")
OF_A_CLOCK = ("ticket", "kind", "round", "holder", "profile", "status", "due_at", "length", "level", "next_fire_at")


def sweep(*, now, limit=500, batches=None, guard=None):
    """Fire everything that is due, `limit` tickets a transaction, at most `batches` of them."""
    done = Swept()
    if guard is not None and not guard.allows(now):
        return done
    posts = Posts(now)
    hurry(done, now, limit)
    while batches is None or batches > 0:
        if not sweep_batch(done, posts, now, limit):
            done.finished = True
            break
        batches = batches and batches - 1
    heartbeat.beat("sweep", now=now, lag=done.latest)
    return done


@transaction.atomic
def sweep_batch(done, posts, now, limit):
    looks = due_tickets(now, limit)
    if not looks:
        return False
    try:
        with transaction.atomic():
            told = fire(looks, due_clocks(looks, posts, now), posts, now)
    except OperationalError:
        raise  # the connection, a deadlock, a time limit: nobody's fault, the next look tries again
    except Exception as error:
        log.warning("sweep_batch_failed", error=type(error).__name__)
        told = one_by_one(looks, done, posts, now)
    count(done, told, now)
    return True


def due_tickets(now, limit):
    """In due order; a ticket that somebody works on is left for the next look, one with two due clocks comes twice."""
    due = Ticket.objects.filter(clocks__next_fire_at__lte=now).order_by("clocks__next_fire_at")  # in index order
    rows = due.select_for_update(skip_locked=True, no_key=True, of=("self",)).values_list(*OF_A_TICKET)[:limit]
    return list({row[0]: Look(*row) for row in rows}.values())


def due_clocks(looks, posts, now):
    due = Clock.objects.filter(ticket__in=[look.id for look in looks], next_fire_at__lte=now)
    clocks = list(due.only(*OF_A_CLOCK).order_by("pk"))
    for clock in clocks:
        clock.profile = posts.profiles[clock.profile_id]
    return clocks


def fire(looks, clocks, posts, now):
    """Write what these clocks of locked tickets have reached: rungs, one event a ticket, notices, the next look."""
    by_ticket = {look.id: look for look in looks}
    known = set(Escalation.objects.filter(clock__in=[clock.pk for clock in clocks]).values_list("clock", "level"))
    for clock in clocks:
        by_ticket[clock.ticket_id].reached += [
            (clock, rung) for rung in climb(clock, now) if (rung.clock_id, rung.level) not in known]
    telling = [look for look in looks if look.reached]
    many_rows.insert(Escalation, [rung for look in telling for rung in look.rungs], ignore_conflicts=True)
    write_events(telling, now)
    many_rows.update(Clock, ("level", "next_fire_at"), clocks)
    put([notice for look in telling for notice in notices_of(look, posts, now)])
    for look in telling:
        take_effect(look, now)
    return telling


def climb(clock, now):
    """The rungs reached by `now`, lowest first, unsaved; moves the clock past them.

    A clock that was hurried stands at its next rung although its time has not come.
    """
    ladder = clock.profile.ladder(clock.kind)
    left = range(clock.level, len(ladder))
    reached = list(takewhile(lambda level: clock.fire_at(ladder[level]) <= now, left)) or list(left[:1])
    rungs = [
        Escalation(ticket_id=clock.ticket_id, clock_id=clock.pk, kind=clock.kind, round=clock.round, level=level,
                   rung=ladder[level][0], due_at=min(clock.fire_at(ladder[level]), now), fired_at=now,
                   skipped=level != reached[-1], needs_ack=level == reached[-1] and ladder[level][0] not in SILENT)
        for level in reached]
    clock.level += len(reached)
    clock.plan_fire()
    return rungs


def write_events(looks, now):
    system = User.objects.system()
    many_rows.insert(TicketEvent, [
        trail.compose(look, "escalate", by=system, now=now, source=look.state, is_move=False,
                      data={"rungs": rungs_by_clock(look), "skipped": sum(rung.skipped for rung in look.rungs)})
        for look in looks])
    many_rows.update(Ticket, ("version", "trail_hash"), looks)


def rungs_by_clock(look):
    """{"RESPONSE#1": ["warn", "L1"]}"""
    said = defaultdict(list)
    for rung in look.rungs:
        said[f"{rung.kind}#{rung.round}"].append(rung.rung)
    return said


# --- who hears of it ---------------------------------------------------------------------------------------


def notices_of(look, posts, now):
    for clock, rung in look.reached:
        if rung.skipped:
            continue
        names, unit = clock.profile.ladder(clock.kind)[rung.level][2], posts.units[clock.holder_id or look.lead_unit_id]
        if is_warning(rung):
            recipients = posts.holders(names, unit)
        else:
            recipients = posts.hearers(names, unit, category_id=look.category_id, urgency=look.urgency)
        yield from compose(
            recipients, cause=cause_of(rung), kind=text_for(rung), ticket_no=look.ticket_no, now=now,
            params={"clock": LABELS[rung.kind], "due": clock.due_at.isoformat(), "rung": rung.rung},
            channels=channels_for(rung), not_before=quiet_until(now, look.urgency, rung.rung))


def cause_of(rung):
    return f"escalation:{rung.clock_id}:{rung.level}"


def is_warning(rung):
    return rung.rung.startswith("warn")


def text_for(rung):
    if is_warning(rung):
        return "warning"
    return "escalation_to_acknowledge" if rung.needs_ack else "escalation"


def channels_for(rung):
    """A warning rings the bell only, except before a unit has signed: nobody there may have opened the ticket yet."""
    loud = not is_warning(rung) or rung.kind == Kind.RECEIPT
    return (Notice.Channel.INAPP, Notice.Channel.SMS) if loud else (Notice.Channel.INAPP,)


# --- what follows by itself --------------------------------------------------------------------------------


def take_effect(look, now):
    """Some rungs do more than tell, even when a higher one tells instead of them."""
    for rung in look.rungs:
        effect = EFFECTS.get((rung.kind, rung.rung))
        if effect is None:
            continue
        try:
            effect(look, now)
        except Refused as refusal:  # the ladder and the rule disagree; the rung itself stays written
            log.error("rung_without_effect", ticket=look.ticket_no, rung=rung.rung, reason=str(refusal))


def deem_signed(look, now):
    if look.state == State.PENDING_RECEIPT:
        signed = actions.deem_signed(look.id, by=User.objects.system(), now=now)
        held_by = signed.lead_unit
        recipients = [person for post in ("unit_liaison", "unit_leader") for person in people(post, unit=held_by, now=now)]
        tell(recipients, cause=f"deemed_signed:{signed.pk}:{signed.version}", kind="deemed_signed",
             ticket_no=signed.ticket_no, params={"unit": held_by.name}, now=now)


def order_supervision(look, now):
    supervision.issue_by_system(look.id, SupervisionOrder.Kind.OVERDUE, now=now)


EFFECTS = {
    (Kind.RECEIPT, "L2"): deem_signed,  # T13: silence is acceptance
    (Kind.COMPLETION, "L2"): order_supervision,
    (Kind.REDO, "L2"): order_supervision,
}


# --- one bad row must not stop the others -------------------------------------------------------------------


def one_by_one(looks, done, posts, now):
    """The batch failed as a whole: find the clock that fails by itself, put it aside, fire the others."""
    told = []
    for clock in due_clocks(looks, posts, now):
        try:
            with transaction.atomic():
                fresh = Ticket.objects.filter(pk=clock.ticket_id).values_list(*OF_A_TICKET).get()
                told += fire([Look(*fresh)], [clock], posts, now)
        except OperationalError:
            raise
        except Exception:
            log.exception("clock_put_aside", clock=clock.pk, kind=clock.kind)
            put_aside(clock, now)
            done.put_aside += 1
    return told


def put_aside(clock, now):
    """Look at it again in an hour; the duty leader hears of it once a day."""
    Clock.objects.filter(pk=clock.pk).update(next_fire_at=now + PUT_ASIDE)
    number = Ticket.objects.values_list("ticket_no", flat=True).get(pk=clock.ticket_id)
    tell(people("duty_leader", unit=None, now=now), cause=f"put_aside:{clock.pk}:{now.astimezone(LOCAL):%Y%m%d}",
         kind="sweep_failed", ticket_no=number, params={"clock": english(Kind(clock.kind).label)}, now=now)


def count(done, looks, now):
    rungs = [rung for look in looks for rung in look.rungs]
    done.tickets += len(looks)
    done.skipped += sum(rung.skipped for rung in rungs)
    done.fired += sum(not rung.skipped for rung in rungs)
    done.latest = max([done.latest, *((now - rung.due_at).total_seconds() for rung in rungs)])


# --- acknowledgement ----------------------------------------------------------------------------------------


def ignored(now):
    """Rungs that nobody acknowledged in time, whose clock still runs late and has a rung left."""
    return Escalation.objects.filter(
        needs_ack=True, acknowledged_at=None, fired_at__lte=now - TIME_TO_ACKNOWLEDGE, fired_at__gt=now - STILL_HURRIED,
        clock__status=Status.RUNNING, clock__due_at__lte=now, clock__next_fire_at__gt=now, clock__level=F("level") + 1)


@transaction.atomic
def hurry(done, now, limit):
    """Bring the next rung of ignored ones forward to now; the sweep that follows fires it."""
    tickets = Ticket.objects.filter(pk__in=ignored(now).values("ticket")).order_by("pk")
    tickets = tickets.select_for_update(skip_locked=True, no_key=True, of=("self",))
    locked = list(tickets.values_list("pk", flat=True)[:limit])
    if locked:
        clocks = list(ignored(now).filter(ticket__in=locked).values_list("clock", flat=True))
        done.hurried = Clock.objects.filter(pk__in=clocks).update(next_fire_at=now)


def may_acknowledge(escalation, user):
    """Who was told of it, and the duty leader."""
    return user.has_role("DL") or Notice.objects.filter(cause=cause_of(escalation), recipient=user).exists()


@transaction.atomic
def acknowledge(escalation_id, *, by, now):
    """确认: somebody has it in hand. A second acknowledgement changes nothing."""
    ticket = lock(Escalation.objects.values_list("ticket_id", flat=True).get(pk=escalation_id), by=by)
    escalation = Escalation.objects.get(pk=escalation_id)
    if not may_acknowledge(escalation, by):
        raise PermissionDenied("acknowledge_escalation")
    if escalation.acknowledged_at is None and escalation.needs_ack:
        escalation.acknowledged_by, escalation.acknowledged_at = by, now
        escalation.save(update_fields=["acknowledged_by", "acknowledged_at"])
        record_locked(ticket, "acknowledge_escalation", by=by, now=now,
                      data={"clock": f"{escalation.kind}#{escalation.round}", "rung": escalation.rung})
    return escalation
