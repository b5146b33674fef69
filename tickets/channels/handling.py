"""Taking a message: one operator at a time, for ten minutes; then it is a ticket, part of one, or no matter. Once."""
from contextlib import contextmanager
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.roles import Role
from tickets import steps
from tickets.actions import Refused
from tickets.channels.models import Message
from tickets.models import Ticket
from tickets.steps import STEPS

TAKING_IN = (Role.OP, Role.OPS)
LOCK = timedelta(minutes=10)
LONGEST_SUPPLEMENT = 1000
Status = Message.Status


class Gone(Refused):
    """A colleague has it in hand, or it is handled: the sentence says which."""


def lock(message_id):
    """Without joins: rows beside it would be those of before the wait for the lock."""
    return Message.objects.select_for_update().get(pk=message_id)


def still_open(message_id, *, by, now):
    """The locked message, if this operator may go on with it. Raises Message.DoesNotExist, PermissionDenied, Gone."""
    if not by.has_role(*TAKING_IN):
        raise PermissionDenied("message")
    message = lock(message_id)
    holder = message.holder(now)
    if not message.is_open:
        raise Gone(_("%(person)s has handled this message already.") % {"person": message.handled_by.display_name})
    if holder and holder.pk != by.pk:
        raise Gone(_("%(person)s is taking this message.") % {"person": holder.display_name})
    return message


@transaction.atomic
def take(message_id, *, by, now):
    """It is his for ten minutes; what else he had in hand he gives back."""
    message = still_open(message_id, by=by, now=now)
    release_all(by=by, but=message)
    message.status, message.taken_by, message.taken_until = Status.TAKEN, by, now + LOCK
    message.save(update_fields=["status", "taken_by", "taken_until"])
    return message


def release_all(*, by, but=None):
    mine = Message.objects.filter(status=Status.TAKEN, taken_by=by).exclude(pk=but.pk if but else None)
    return mine.update(status=Status.NEW, taken_by=None, taken_until=None)


def prolong(message_id, *, by, now):
    """He is at it: another ten minutes, unless somebody else took it meanwhile."""
    return Message.objects.filter(pk=message_id, status=Status.TAKEN, taken_by=by).update(taken_until=now + LOCK) == 1


def in_hand(message_id, *, by):
    """The message that this operator has taken, or None: only then he reads it unmasked."""
    return Message.objects.filter(pk=message_id, status=Status.TAKEN, taken_by=by).first()


@contextmanager
def becoming(message_id, given, *, by, now):
    """`with becoming(pk, cleaned_data, …) as link: link(register(**cleaned_data))`: message and ticket in one transaction.

    Channel, number and time of arrival are those of the message, whatever the form says. Without a message nothing
    happens here. Raises Gone.
    """
    if not message_id:
        yield lambda ticket: ticket
        return
    try:
        with transaction.atomic():
            message = of_form(message_id, given, by=by, now=now)
            yield lambda ticket: link(message, ticket, by=by, now=now)
    except Message.DoesNotExist:
        raise Gone(_("There is no such message.")) from None
    except IntegrityError as error:
        if "ticket_taken_in_once" not in str(error):
            raise
        raise Gone(_("This message is a ticket already.")) from None


def of_form(message_id, given, *, by, now):
    """Sent twice by the same operator it is not gone: the key of the form finds the ticket again."""
    message = lock(message_id)
    if message.status != Status.TICKET or message.handled_by_id != by.pk:
        message = still_open(message_id, by=by, now=now)
    given |= {"channel": message.channel, "source_ref": message.source_ref, "received_at": message.received_at}
    return message


def link(message, ticket, *, by, now):
    if message.ticket_id is None:
        settle(message, Status.TICKET, by=by, now=now, ticket=ticket)
    elif message.ticket_id != ticket.pk:
        raise Gone(_("This message is a ticket already."))
    return ticket


def settle(message, status, *, by, now, **fields):
    for name, value in {**fields, "status": status, "handled_by": by, "handled_at": now, "taken_by": None, "taken_until": None,
                        "next_fire_at": None}.items():
        setattr(message, name, value)
    message.save(update_fields=["status", "handled_by", "handled_at", "taken_by", "taken_until", "next_fire_at", *fields])


@transaction.atomic
def join(message_id, *, by, now, ticket_no, text=""):
    """What it says is added to a ticket that this operator may add to. Raises Gone, Refused, PermissionDenied, AlreadyMoved."""
    message = still_open(message_id, by=by, now=now)
    ticket = found(ticket_no, by=by)
    said = text or supplement_of(message)
    taken = steps.take(STEPS["add_supplement"], ticket, by=by, body={"text": said}, now=now)
    settle(message, Status.JOINED, by=by, now=now, ticket=taken.ticket)
    return message


def supplement_of(message):
    """Where it came from, and its words as far as a supplement holds them."""
    head = _("By %(channel)s, no. %(number)s") % {"channel": message.get_channel_display(), "number": message.source_ref}
    words = "\n".join(part for part in (head, message.subject, message.body) if part)
    return words[:LONGEST_SUPPLEMENT]


@transaction.atomic
def no_matter(message_id, *, by, now, reason, note="", ticket_no=""):
    message = still_open(message_id, by=by, now=now)
    ticket = found(ticket_no, by=by) if ticket_no else None
    if reason == Message.Reason.DUPLICATE and ticket is None:
        raise Refused(_("Say which ticket it is the same as."))
    settle(message, Status.NO_MATTER, by=by, now=now, reason=reason, note=note, ticket=ticket)
    return message


def found(ticket_no, *, by):
    ticket = Ticket.objects.visible_to(by).select_related("lead_unit", "category", "area", "caller").filter(
        ticket_no=ticket_no).first()
    if ticket is None:
        raise Refused(_("There is no such ticket for you."))
    return ticket
