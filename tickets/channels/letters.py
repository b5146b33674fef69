"""Who wrote by e-mail is answered by e-mail: with the number when his matter is accepted, with the reply when it is closed.

A letter is queued in the transaction of the step, once for each message, and sent by the relay of all notices; where no mail
server is named nothing is queued. Whoever wrote of a matter that was merged into another one hears of that one's end.
Of a confidential matter no reply leaves by e-mail, which anybody on the way can read: he is asked to call.
"""
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from notices.actions import write_to_citizen
from notices.models import Notice
from tickets.channels.models import Message
from tickets.choices import Channel
from tickets.numbers import query_code
from tickets.states import State

HASHED = "sha256:"  # a message that had no number of its own that could be kept
KINDS = {"submit": "letter_accepted", "express_dispatch": "letter_accepted", "confirm_refusal": "letter_refused",
         "transfer_out": "letter_passed_on", "merge_into": "letter_merged"}


def is_on():
    return bool(settings.EMAIL_HOST)


def after(ticket, step, *, source, now):
    """Called in the transaction of each step of a ticket's life."""
    if not is_on():
        return
    if ticket.state == State.CLOSED != source:
        told = Q(ticket__master=ticket, ticket__state=State.MERGED, status=Message.Status.TICKET)
        write(own(ticket) | Message.objects.filter(told, channel=Channel.EMAIL), ticket, "letter_closed", now)
    elif step in KINDS and ticket.channel == Channel.EMAIL:
        write(own(ticket), ticket, KINDS[step], now)


def own(ticket):
    """The e-mail that this ticket was made of: its number is on the ticket before the two are linked."""
    if ticket.channel != Channel.EMAIL or not ticket.source_ref:
        return Message.objects.filter(pk__in=[])
    return Message.objects.filter(channel=Channel.EMAIL, source_ref=ticket.source_ref)


def write(messages, ticket, kind, now):
    for message in messages.select_related("ticket"):
        its = message.ticket or ticket
        reply = reply_of(ticket, its) if kind == "letter_closed" else ""
        if is_address(message.address):
            write_to_citizen(message.address, cause=f"{kind}:{message.pk}:{ticket.round}", now=now, ticket_no=its.ticket_no,
                             kind=f"{kind}_silently" if kind == "letter_closed" and not reply else kind, letter=reply,
                             thread="" if message.source_ref.startswith(HASHED) else message.source_ref,
                             params={"query_code": query_code(its), "channel": ticket.told_channel,
                                     "master_no": its.master.ticket_no if its.master else ""})


def reply_of(ticket, its):
    """What may be said of the end: the answer on the line, or the unit's reply of the last round in its public words."""
    if ticket.is_confidential or its.is_confidential:
        return ""
    reply = ticket.replies.filter(round=ticket.round, status="approved").order_by("-pk").first()
    return reply.public_reply or reply.text if reply else ticket.answer


def is_address(text):
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def sent_for(message):
    """The letters that were written in answer to this e-mail, the oldest first."""
    if message.channel != Channel.EMAIL or message.ticket is None or message.status != Message.Status.TICKET:
        return []
    mine = Notice.objects.filter(ticket_no=message.ticket.ticket_no, channel=Notice.Channel.EMAIL)
    return list(mine.filter(cause__contains=f":{message.pk}:").order_by("pk"))
