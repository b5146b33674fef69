"""What looks by itself, without anybody asking: reads the clock and says "look now"."""
import subprocess
import sys
from contextlib import suppress

from celery import shared_task
from django.conf import settings

from accounts.instant import database_now
from tickets.channels import late, mail
from tickets.exports import asking, making
from tickets.files import keeping
from tickets.holidays import check
from tickets.taking import drafts


@shared_task(ignore_result=True)
def calendar_check():
    check.warn(now=database_now())


@shared_task(ignore_result=True)
def late_messages():
    late.tell_late(now=database_now())


@shared_task(ignore_result=True)
def fetch_mail():
    """A mailbox that cannot be read now is read later; the log says so."""
    with suppress(mail.MailTrouble):
        mail.fetch(now=database_now())


@shared_task(ignore_result=True)
def expire_intake_drafts():
    now = database_now()
    drafts.expire(now=now)
    keeping.expire(now=now)  # after the drafts: a file lives as long as its draft


def exports_now():
    """Look for files to be written, and for old ones to be removed. Called by a loop of the worker, so files are written
    while the queue is down. Writing has a process of its own: a long file delays no deadline, and one that takes too much
    memory ends nothing but itself.
    """
    now = database_now()
    asking.purge(now=now)
    if making.due(now).exists():
        command = [sys.executable, "manage.py", "write_exports"]
        subprocess.run(command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, check=False)
