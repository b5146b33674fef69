"""States as they were: what is now, undone by the trail. It costs what happened since then, so it does not reach far."""
from collections import Counter
from datetime import timedelta

from django.db.models import Count

from dispatch import wall
from tickets.models import TicketEvent
from tickets.states import OPEN

REACH = timedelta(days=7)


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
