"""The intake form as a message fills it, for the operator who has it in hand; he reads it and sends it himself."""
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts.numbers import validate_phone_for_callback
from tickets.channels import handling, inbox
from tickets.choices import Urgency
from tickets.imports import CONTENT, NAME, SHORTENED, SHORTEST, TITLE


def initial_of(request):
    """What the address asks for: ?message=<id>. Without one nothing; one that is not in his hands is not there."""
    number = request.GET.get("message", "")
    if not number:
        return {}
    message = handling.in_hand(int(number), by=request.user) if number.isascii() and number.isdigit() and len(
        number) < 19 else None
    if message is None:
        raise Http404
    return initial(message)


def initial(message):
    words = message.body.strip()
    content = words if len(words) >= SHORTEST else "\n".join(filter(None, [message.subject, words]))
    known = {"message": message.pk, "channel": message.channel, "caller_name": message.sender[:NAME],
             "content": content[:CONTENT], "title": message.subject[:TITLE]}
    if can_be_called(message.phone):
        known["contact_phone"] = message.phone
    if message.urgency != Urgency.NORMAL:
        known["urgency"] = message.urgency
    if len(content) > CONTENT:
        known["note"] = SHORTENED.format(length=len(content), kept=CONTENT)
    return known


def can_be_called(phone):
    try:
        validate_phone_for_callback(phone)
    except ValidationError:
        return False
    return bool(phone)


def source_of(form, user, now):
    """The message beside the form, in full; None where the form is about no message, or it is no longer his."""
    number = form["message"].value()
    message = handling.in_hand(number, by=user) if str(number or "").isdecimal() and len(str(number)) < 19 else None
    if message is None:
        return None
    if form.is_bound:  # he is at it
        handling.prolong(message.pk, by=user, now=now)
    return inbox.line_of(message, user, now)
