"""Nightly and hourly looks of the callback desk. Celery only says "look now"; the rows decide."""
from celery import shared_task

from accounts.instant import database_now
from followup import actions, callbacks
from followup.annotations import reminding
from followup.appeals import acts as appeals
from followup.survey import limits
from followup.tracking import listing


@shared_task
def auto_archive():
    actions.archive_due(now=database_now())


@shared_task
def expire_surveys():
    now = database_now()
    limits.forget(now=now)
    callbacks.expire_surveys(now=now)
    appeals.tell_late(now=now)


@shared_task
def remind_of_annotations():
    reminding.remind_due(now=database_now())


@shared_task
def make_tracking_list():
    listing.catch_up(now=database_now())
