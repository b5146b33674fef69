"""The edges of the deadline loop: they read the clock and say "look now", nothing else."""
import time

import structlog
from celery import shared_task

from accounts.instant import database_now
from accounts.models import User
from dispatch import escalation, heartbeat, patterns, requests

log = structlog.get_logger(__name__)
PATIENCE = 60  # seconds a look may last; the next one, or another worker meanwhile, goes on
BATCHES = 20  # between two readings of the clock


def sweep_now(trigger="loop"):
    """Look at the database until nothing is due. Called by the task, by every worker's loop and by tests."""
    begun = time.monotonic()
    while True:
        now, guard = database_now(), heartbeat.ClockGuard.read()
        heartbeat.beat(trigger, now=now)
        swept = escalation.sweep(now=now, batches=BATCHES, guard=guard)
        if swept.put_aside:
            log.error("clocks_put_aside", count=swept.put_aside)
        if swept.finished or not swept.tickets or time.monotonic() - begun > PATIENCE:
            return swept


@shared_task(ignore_result=True)
def sweep():
    sweep_now("beat")


@shared_task(ignore_result=True)
def resume_due_suspensions():
    requests.resume_due(by=User.objects.system(), now=database_now())


@shared_task(ignore_result=True)
def scan_patterns():
    patterns.scan(now=database_now())
