"""A message comes in: once each, whoever brings it and however often, with its clock of acceptance running."""
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets import calendars, sla
from tickets.actions import Refused
from tickets.channels.models import Message
from tickets.choices import Urgency
from tickets.clocks import Kind
from tickets.models import SlaProfile, Ticket

USUAL = 120  # minutes, SPEC 4.1: for limits that say nothing of acceptance
SAID = ("subject", "body", "urgency", "answer_by")  # what must be the same when it comes again


class AnotherText(Refused):
    """This number came before with other words."""


@transaction.atomic
def receive(*, by, now, channel, source_ref, received_at=None, urgency=Urgency.NORMAL, **said):
    """(message, is_new). The same channel and number bring the same message. Raises AnotherText, Refused."""
    known = Message.objects.filter(channel=channel, source_ref=source_ref).first()
    if known is None:
        try:
            with transaction.atomic():
                return _keep(by, now, channel=channel, source_ref=source_ref, received_at=min(received_at or now, now),
                             urgency=urgency, **said), True
        except IntegrityError as error:
            if "message_came_once" not in str(error):
                raise
            known = Message.objects.get(channel=channel, source_ref=source_ref)  # somebody was quicker
    if differs(known, {"urgency": urgency, **said}):
        raise AnotherText(_("This number came before with other words; what came in is never changed."))
    return known, False


def differs(message, said):
    return any(getattr(message, name) != said[name] for name in SAID if name in said)


def _keep(by, now, **fields):
    profile = SlaProfile.objects.current(now)
    if profile is None:
        raise Refused(_("No SLA profile is in force: load the reference data first."))
    message = Message(profile=profile, arrived_at=now, arrived_by=by, **fields)
    message.due_at = due_of(message, profile)
    plan_fire(message)
    ticket = Ticket.objects.filter(channel=message.channel, source_ref=message.source_ref).only("pk").first()
    if ticket:  # an import brought it before
        message.status, message.ticket, message.handled_by, message.handled_at = Message.Status.TICKET, ticket, by, now
        message.next_fire_at = None
    message.save(force_insert=True)
    return message


def due_of(message, profile):
    rule = profile.rule(Kind.ACCEPT, urgency=message.urgency, type_="") or USUAL
    calendar = sla.calendar_in_force() if isinstance(rule, dict) else calendars.NO_CALENDAR
    return calendars.due_at(message.received_at, rule, calendar)


def plan_fire(message):
    """When the next rung of the ladder is reached, as clocks plan it."""
    ladder = message.profile.ladder(Kind.ACCEPT)
    message.next_fire_at = fire_at(message, ladder[message.level]) if message.level < len(ladder) else None


def fire_at(message, rung):
    when = rung[1]
    if isinstance(when, str):
        return message.due_at + timedelta(minutes=int(when.rstrip("m")))
    return message.due_at + timedelta(seconds=round((when - 1) * message.length))
