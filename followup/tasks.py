"""Nightly and hourly looks of the callback desk. Celery only says "look now"; the rows decide."""
from celery import shared_task

from accounts.instant import database_now
from followup import actions, callbacks
from followup.appeals import acts as appeals
from followup.survey import limits


@shared_task
def auto_archive():
    actions.archive_due(now=database_now())


@shared_task
def expire_surveys():
    now = database_now()
    limits.forget(now=now)
    callbacks.expire_surveys(now=now)
    appeals.tell_late(now=now)
