"""The link of a text message: its token is made here, told to the citizen, and known afterwards by its hash alone."""
import secrets

from django.conf import settings
from django.urls import reverse

from accounts.privacy import keyed_hash
from followup.models import CallbackTask
from notices.actions import tell_citizen

BYTES = 16  # 128 bits of chance, 22 characters in a short message


def send(ticket, task, *, to, now):
    """Ask by text message. Only a result is asked for on a page; that somebody withdraws is said to a person."""
    ask = {"phone": to, "cause": f"survey:{task.pk}", "ticket_no": ticket.ticket_no, "now": now}
    if task.kind == CallbackTask.Kind.WITHDRAW_CHECK:
        tell_citizen(kind="withdrawal_check", **ask)
        return
    token = secrets.token_urlsafe(BYTES)
    task.survey_hash = hash_of(token)
    tell_citizen(kind="questionnaire", link=settings.PUBLIC_URL + reverse("followup:survey", args=[token]), **ask)


def found(token):
    """The callback that a link of ours belongs to, answered or not; None for any other."""
    return CallbackTask.objects.select_related("ticket").filter(survey_hash=hash_of(token)).first()


def hash_of(token):
    return keyed_hash(f"survey {token}")
