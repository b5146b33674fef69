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
    first = TicketEvent.objects.filter(at__gte=at, ticket__in=wall.countable(user).values("pk")).order_by("ticket", "seq")
    for state, source in first.distinct("ticket").values_list("ticket__state", "source"):
        found[state] -= 1
        found[source] += 1  # "" for what was not registered yet
    return {state: found[state] for state in OPEN if found[state]}
