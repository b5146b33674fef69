"""What must have been written, computed again from clocks and ladders alone; every difference is a sentence."""
import json
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count

from accounts.instant import database_now
from dispatch.models import Escalation, SupervisionOrder
from dispatch.tasks import sweep_now
from notices.models import Notice
from notices.tasks import relay_now
from tickets.models import Clock, Ticket, TicketEvent
from tickets.sla import LADDERS

# The only person of each post in the cast; a unit's post of a ticket that no unit holds falls to the duty leader.
PERSON = {"unit_liaison": "li", "unit_leader": "ul", "unit_handler": "hd", "supervisor": "sv", "duty_leader": "dl",
          "district_leader": "ql", "shift_leader": "ops", "callback_agent": "cb", "callback_lead": "ops", "reviewer": "rv",
          "dispatcher": "dp"}
WAITED_FOR_A_LOCK = timedelta(seconds=1)  # an act reads its time, then waits for a look that holds the ticket


def recount(since, broken=()):
    """One last look, then the comparison. `since` is when lateness begins to count; `broken` tickets are left out."""
    now = database_now()
    look_until_nothing_is_due(now)
    while relay_now().claimed:  # a round ends after some seconds
        pass
    seen = database_now()
    rows = defaultdict(list)
    for row in Escalation.objects.order_by("level", "pk"):
        rows[row.clock_id].append(row)
    clocks = Clock.objects.select_related("ticket", "profile").exclude(ticket__ticket_no__in=broken)
    faults = [fault for clock in clocks for fault in of_clock(clock, rows[clock.pk], now, seen)]
    faults += [*of_notices(rows, clocks), *of_orders(rows), *of_events(rows), *of_digests()]
    fired = [row for found in rows.values() for row in found]
    return {"faults": faults, "tickets": Ticket.objects.count(), "clocks": len(clocks), "rungs": len(fired),
            "skipped": sum(row.skipped for row in fired), "lateness": lateness(fired, datetime.fromisoformat(since)),
            "deemed_signed": Ticket.objects.filter(deemed_signed=True).count(),
            "orders": Counter(SupervisionOrder.objects.values_list("kind", flat=True)),
            "messages": messages(), **notices()}


def look_until_nothing_is_due(now, patience=60):
    """A look passes over a ticket that a worker's own look has locked, and would be over before that one is."""
    give_up = time.monotonic() + patience
    sweep_now()
    while Clock.objects.filter(next_fire_at__lte=now).exists() and time.monotonic() < give_up:
        sweep_now()


# --- rungs --------------------------------------------------------------------------------------------------------


def moments(clock):
    """When each rung is reached: a share of the allowed time from the start, or minutes after the end of it."""
    for name, when, posts in clock.profile.ladders.get(clock.kind, LADDERS[clock.kind]):
        if isinstance(when, str):
            yield name, clock.due_at + timedelta(minutes=int(when[:-1])), posts
        else:
            yield name, clock.started_at + when * (clock.due_at - clock.started_at), posts


def of_clock(clock, rows, now, seen):
    ladder = list(moments(clock))
    reached = [sum(moment <= until for _name, moment, _posts in ladder) for until in (now, seen)]
    said = f"{clock.ticket.ticket_no} {clock.kind} ({clock.status})"
    if [row.level for row in rows] != list(range(len(rows))):
        yield f"{said}: levels {[row.level for row in rows]}"
    for row in rows:
        name, moment, _posts = ladder[row.level]
        if (row.rung, row.due_at) != (name, moment) or row.fired_at < moment:
            yield f"{said}: {row.rung} due {row.due_at} fired {row.fired_at}, it is {name} due {moment}"
    yield from of_state(clock, rows, reached, said)
    looks = defaultdict(list)
    for row in rows:
        looks[row.fired_at].append(row.skipped)
    if any(skipped != [True] * (len(skipped) - 1) + [False] for skipped in looks.values()):
        yield f"{said}: not the highest rung of a look tells people"


def of_state(clock, rows, reached, said):
    if clock.level != len(rows):
        yield f"{said}: stands at {clock.level} with {len(rows)} rungs written"
    if clock.status == "running" and not reached[0] <= len(rows) <= reached[1]:
        yield f"{said}: {len(rows)} rungs written, {reached[0]} reached"
    if clock.status != "running" and any(row.fired_at > clock.stopped_at + WAITED_FOR_A_LOCK for row in rows):
        yield f"{said}: fired after it was stopped"
    if clock.kind == "RECEIPT" and clock.ticket.deemed_signed and len(rows) != 3:
        yield f"{said}: counts as signed after {len(rows)} of 3 rungs"


def lateness(rows, since):
    late = sorted((row.fired_at - row.due_at).total_seconds() for row in rows if row.due_at >= since)
    if not late:
        return {}
    return {"rungs": len(late), "p50": round(late[len(late) // 2], 1), "p90": round(late[len(late) * 9 // 10], 1),
            "p99": round(late[len(late) * 99 // 100], 1), "max": round(late[-1], 1)}


# --- what followed from them ------------------------------------------------------------------------------------------


def of_notices(rows, clocks):
    wanted = Counter()
    for clock in clocks:
        ladder = list(moments(clock))
        for row in rows[clock.pk]:
            if not row.skipped:
                wanted.update(told_by(clock, row, ladder[row.level][2]))
    written = Notice.objects.filter(cause__startswith="escalation:").values_list("cause", "recipient__username", "channel")
    found = Counter(written)
    yield from (f"notice {key}: {found[key]} instead of {wanted[key]}" for key in wanted | found if wanted[key] != found[key])
    twice = Notice.objects.values("cause", "recipient", "channel").annotate(n=Count("pk")).filter(n__gt=1)
    yield from (f"notice written {notice['n']} times: {notice}" for notice in twice)


def told_by(clock, row, posts):
    held = clock.holder_id or clock.ticket.lead_unit_id
    people = {"dl" if post.startswith("unit_") and not held else PERSON[post] for post in posts}
    loud = clock.kind == "RECEIPT" or not row.rung.startswith("warn")
    return {(f"escalation:{clock.pk}:{row.level}", person, channel)
            for person in people for channel in (("inapp", "sms") if loud else ("inapp",))}


def of_orders(rows):
    late = {row.ticket_id for found in rows.values() for row in found if (row.kind, row.rung) == ("COMPLETION", "L2")}
    orders = Counter(SupervisionOrder.objects.filter(kind="overdue").values_list("ticket_id", flat=True))
    yield from (f"ticket {pk}: {orders[pk]} supervision orders" for pk in late | set(orders) if orders[pk] != (pk in late))


def of_events(rows):
    """The trail says every rung exactly once."""
    said = Counter()
    for pk, data in TicketEvent.objects.filter(name="escalate").values_list("ticket_id", "data"):
        for clock, names in data["rungs"].items():
            said.update((pk, clock, name) for name in names)
    written = Counter((row.ticket_id, f"{row.kind}#{row.round}", row.rung) for found in rows.values() for row in found)
    yield from (f"rung {key}: {said[key]} times in the trail, {written[key]} written"
                for key in said | written if said[key] != written[key])


def of_digests():
    for digest in Notice.objects.filter(kind="digest"):
        if digest.params["count"] != digest.merged.count():
            yield f"digest {digest.pk} says {digest.params['count']} and stands for {digest.merged.count()}"
    yield from (f"notice {pk} still waits" for pk in Notice.objects.waiting(database_now()).values_list("pk", flat=True)[:5])


def notices():
    return {"notices": Notice.objects.filter(cause__startswith="escalation:").count(),
            "digests": Notice.objects.filter(kind="digest").count(),
            "put_aside": Notice.objects.filter(kind="sweep_failed").count()}


def messages():
    """Text messages: rows marked as sent by themselves, and lines that left. A sender killed between the two repeats one."""
    log = Path(settings.HOTLINE_DATA) / "sms.log"
    left = len([json.loads(line) for line in log.read_text().splitlines()]) if log.exists() else 0
    return {"marked": Notice.objects.filter(channel="sms", status="sent", digest=None).count(), "left": left}
