"""Tickets whose citizen was asked by text message, and the link that he got."""
import re
from unittest import mock

from accounts.instant import database_now
from followup.models import CallbackTask
from notices import channels
from notices.relay import relay
from tests import factories as make
from tests.tickets.ready import DAY, HOUR, callbacks_fail
from tickets.models import Ticket

HAPPY = {"contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
UNHAPPY = {"contacted": "yes", "solved": "unsolved", "satisfied": "unsatisfied", "reason": "persists", "note": "墙还在漏水"}


def called_in_vain(p, begin=make.in_callback, ago=HOUR, **fields):
    """Three calls, the last one so long `ago`."""
    last = database_now() - ago
    noon = (last - 2 * DAY).replace(hour=4, minute=0)  # in Shanghai
    ticket = begin(p, noon - DAY, **fields)
    for tried in (noon - HOUR, noon + 3 * HOUR, last):
        callbacks_fail(p, ticket, tried)
    return ticket


def delivered():
    """What leaves by text message now: (phone, text)."""
    texts = []
    with mock.patch.object(channels, "send_sms", lambda phone, text, *, now: texts.append((phone, text))):
        relay(now=database_now(), limit=1000)
    return texts


def ask(p, *args, **fields):
    """(ticket, path of the link)"""
    ticket = called_in_vain(p, *args, **fields)
    return ticket, path_in(next(text for _phone, text in delivered() if ticket.ticket_no in text and "/s/" in text))


def path_in(text):
    return re.search(r"http://127\.0\.0\.1:8000(/s/[\w-]{22})$", text)[1]


def recorded(ticket):
    """(outcome of the callback, of the ticket, how often it was written down)"""
    ticket = Ticket.objects.get(pk=ticket.pk)
    written = ticket.events.filter(name="callback_outcome").count(), ticket.events.filter(name="callback_settled").count()
    return CallbackTask.objects.get(ticket=ticket).outcome, ticket.callback_outcome, written
