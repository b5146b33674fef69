"""What the worker does for suggestions."""
import structlog
from celery import shared_task

from accounts.instant import database_now
from suggesting import themes, versions

log = structlog.get_logger(__name__)


@shared_task(soft_time_limit=3000, time_limit=3100)
def train_classifier():
    """At night: train with the tickets approved so far, and use the better one."""
    row = versions.train(now=database_now())
    if row is None:
        log.info("classifier_not_trained", reason="too few approved tickets")
    else:
        log.info("classifier_trained", verdict=row.verdict, macro_f1=row.macro_f1, top3=row.top3, tickets=row.tickets)


@shared_task(soft_time_limit=300, time_limit=330)
def find_themes():
    themes.look(now=database_now())
