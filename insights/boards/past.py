"""States and lights as they were: what is now, undone by the trail. It costs what happened since then, so not far back."""
from collections import Counter, defaultdict
from datetime import timedelta

from django.db.models import Count, Exists, Q

from dispatch import boards, wall
from tickets import replay
from tickets.clocks import WINDOWS, Status
from tickets.models import TicketEvent
from tickets.presenters import YELLOW
from tickets.states import OPEN

REACH = timedelta(days=7)
LIGHTS = ("late", "soon", "open")
# Tickets whose trail is played again for one board, which may take 300 ms: 0.3 to 0.6 ms for a ticket of 2 to 11 events.
MOST = 50


def states(user, at, now):
    """{state: how many} of the tickets that this viewer may count today; None for what is too long ago. Two queries."""
    if now - at > REACH:
        return None
    found = Counter(dict(wall.tickets(user).order_by().values_list("state").annotate(Count("pk"))))
    for state, source in undone(user, at).values_list("ticket__state", "source"):
        found[state] -= 1
        found[source] += 1  # "" for what was not registered yet
    return {state: found[state] for state in OPEN if found[state]}


def undone(user, at):
    """Of each ticket the first event since then."""
    rows, own = TicketEvent.objects.filter(at__gte=at), wall.countable(user)
    if own.query.where:  # who sees every ticket need not look them all up
        rows = rows.filter(ticket__in=own.values("pk"))
    return rows.order_by("ticket", "seq").distinct("ticket")


# --- the lights: of what nobody touched since then the rows still say it, of the rest the trail --------------------------


def lights(user, at, now):
    """{"late", "soon", "open": how many} as the board of that instant said; None for what is too long ago, or too much."""
    if now - at > REACH:
        return None
    touched = list(undone(user, at).values_list("ticket", "source")[:MOST + 1])
    if len(touched) > MOST:
        return None
    before = Counter(lights_of(user, touched, at))
    rows = wall.tickets(user).exclude(pk__in=[pk for pk, _source in touched])
    rows = rows.order_by().annotate(yellow=Exists(boards.nearly_late(at))).aggregate(
        late=Count("pk", filter=Q(next_due_at__lt=at)), open=Count("pk"),
        soon=Count("pk", filter=Q(yellow=True, next_due_at__gte=at)))
    return {"late": rows["late"] + before["late"], "soon": rows["soon"] + before["soon"],
            "open": rows["open"] + before.total()}


def lights_of(user, touched, at):
    """"late", "soon" or "other" of each that was open then, from its trail."""
    then_open = [pk for pk, source in touched if source in OPEN]
    if not then_open:
        return
    known, events = replay.Known.read(), defaultdict(list)
    for event in TicketEvent.objects.filter(ticket__in=then_open).order_by("ticket", "seq"):
        events[event.ticket_id].append(event)
    for ticket in wall.countable(user).filter(pk__in=then_open).order_by():
        yield light(replay.play(ticket, events[ticket.pk], known, until=at).clocks, at)


def light(clocks, at):
    running = [clock for clock in clocks if clock.status == Status.RUNNING and clock.kind not in WINDOWS]
    if any(clock.due_at < at for clock in running):
        return "late"
    soon = any(clock.due_at - at <= clock.length * timedelta(seconds=1 - YELLOW) for clock in running)
    return "soon" if soon else "other"
