"""The edge of the relay: reads the clock, looks again while there is more to send."""
import time

import structlog
from celery import shared_task

from accounts.instant import database_now
from notices import relay as second_half

log = structlog.get_logger(__name__)
PATIENCE = 60  # seconds a look may last; the next one goes on


def relay_now():
    """Send what waits. Called by the task, by the loop of every worker and by tests."""
    begun = time.monotonic()
    while True:
        done = second_half.relay(now=database_now())
        if done.failed:
            log.error("notices_failed", count=done.failed)
        if not done.claimed or time.monotonic() - begun > PATIENCE:
            return done


@shared_task(ignore_result=True)
def relay():
    relay_now()
