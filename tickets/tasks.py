"""What looks by itself, without anybody asking: reads the clock and says "look now"."""
from celery import shared_task

from accounts.instant import database_now
from tickets.holidays import check


@shared_task(ignore_result=True)
def calendar_check():
    check.warn(now=database_now())
