"""What the worker does with knowledge."""
from celery import shared_task

from accounts.instant import database_now
from knowledge import reviews


@shared_task
def review_due():
    return reviews.tell_editors(now=database_now())
