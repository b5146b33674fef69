"""How long after its moment a rung is written by the running system: worker and beat as `make run` starts them."""
import statistics
import time
from datetime import timedelta

from hotline import supervise

SOON = timedelta(seconds=5)  # the first clock falls due: its row is there by then
PATIENCE = 60  # seconds after the last one


class Running:
    """Worker and beat, until the block is left."""

    def __init__(self, home, port):
        self.family = [child for child in supervise.children(home, port) if child.name in ("worker", "beat")]

    def __enter__(self):
        for child in self.family:
            child.start()
        return self

    def __exit__(self, *_):
        supervise.end(self.family)


def wait_until_both_have_looked(since):
    from dispatch.models import Heartbeat

    give_up = time.monotonic() + 90
    while Heartbeat.objects.filter(name__in=("loop", "beat"), last_ok__gte=since).count() < 2:
        if time.monotonic() > give_up:
            raise SystemExit("worker or beat did not look at the deadlines; see their logs")
        time.sleep(0.2)


def delays(copier, *, count, seconds):
    """Seconds from due to fired of `count` clocks that fall due one after the other in so many seconds."""
    from accounts.instant import database_now
    from bench.crew import RESPONSE_MINUTES
    from dispatch.models import Escalation

    wait_until_both_have_looked(database_now())
    first = database_now() + SOON
    due = [first + timedelta(seconds=seconds * place / count) for place in range(count)]
    low, high = copier.copy([moment - timedelta(minutes=RESPONSE_MINUTES) for moment in due])
    rungs = Escalation.objects.filter(ticket__gte=low, ticket__lte=high)
    give_up = due[-1] + timedelta(seconds=PATIENCE)
    while rungs.count() < count and database_now() < give_up:
        time.sleep(1)
    return [(fired - due).total_seconds() for due, fired in rungs.values_list("due_at", "fired_at")]


def percentile(values, share):
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]
