"""Ways out of the product. A gateway is a function `send(phone, text, *, now)` that raises when it cannot send,
after 10 seconds at the latest.

HOTLINE_SMS_BACKEND names one by its dotted path; the default writes to a file, with the number masked.
"""
import json
import os
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from accounts.privacy import mask_phone

SHORT_NAMES = {"console": "notices.channels.write_to_log"}


def send_sms(phone, text, *, now):
    import_string(SHORT_NAMES.get(settings.SMS_BACKEND, settings.SMS_BACKEND))(phone, text, now=now)


def send_email(address, subject, text, *, number, thread=""):
    """By Django's back-end of e-mail, which EMAIL_TIMEOUT keeps from waiting for ever. A letter that leaves twice, because its
    sender died before he could write it down, has one Message-ID, so that mail programs show it once."""
    sender = settings.DEFAULT_FROM_EMAIL
    heads = {"Message-ID": f"<notice-{number}@{sender.rpartition('@')[2].rstrip('>')}>", "Auto-Submitted": "auto-replied"}
    if thread:
        heads |= {"In-Reply-To": f"<{thread}>", "References": f"<{thread}>"}
    EmailMessage(subject, text, sender, [address], headers=heads).send()


def write_to_log(phone, text, *, now):
    """One line of JSON. A single append of less than a page is not mixed with that of another worker."""
    line = json.dumps({"at": now.isoformat(), "to": mask_phone(phone), "text": text}, ensure_ascii=False) + "\n"
    path = Path(settings.HOTLINE_DATA) / "sms.log"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)
