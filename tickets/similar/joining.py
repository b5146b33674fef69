"""What the operator decides about a caller whose matter is there already, by the steps that everybody takes.

Each ends with a row in the ledger of calls, where somebody called, and a Recognition, which lets him take the step with a
ticket that somebody else registered. Trail, counts, marks and callbacks are those of the step (T39, O1, O4); nothing here
changes a ticket itself.
A form that is sent twice counts once.
"""
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import intake, steps, story
from tickets.actions import record_locked
from tickets.channels import handling
from tickets.files import keeping
from tickets.models import Recognition, Ticket
from tickets.telephony import ledger as calls

How = Recognition.How
TAKEN_OVER = ("type", "category", "area", "address")  # what the caller need not say again


@transaction.atomic
def join(master, *, by, now, key, **given):
    """Register the caller as another reporter: his own ticket, merged at once into the other one. Returns his ticket.

    What he left open is taken from the ticket that he joins: joining says that it is the same matter in the same place.
    """
    hold(master)
    blank = {name: getattr(master, name) for name in TAKEN_OVER if not given.get(name) and getattr(master, name)}
    ticket, created = intake.register(by=by, now=now, key=key, **{**given, **blank})
    if created:
        Recognition.objects.create(ticket=master, fresh=ticket, how=How.JOIN, by=by, at=now, key=key)
        body = {"master": master.ticket_no, "note": story.RECOGNISED}
        ticket = steps.take(steps.STEPS["merge_into"], ticket, by=by, body=body, now=now).ticket
    return ticket


def urge(ticket, *, by, now, note="", **source):
    """催办: he calls again about an open matter; no ticket is made of it. `source` is that of `_add_to`."""
    words = note or _("The caller asked how it stands")
    return _add_to(ticket, How.URGE, "remind", {"note": words[:500]}, by=by, now=now, **source)


def add(ticket, *, by, now, text, **source):
    """What is new is added to the matter that is open."""
    return _add_to(ticket, How.ADD, "add_supplement", {"text": text[:1000]}, by=by, now=now, **source)


@transaction.atomic
def _add_to(ticket, how, step, body, *, by, now, key, number="", call=None, message=None):
    """`call` is the one that the telephone has written into the ledger; without it one is written, of `number`. `message` is
    the number of one in the inbox: then nobody called."""
    if message is not None:
        handling.lock(message)
    if call is not None:
        call = calls.locked(call.pk, by=by)  # before the ticket, as whoever connects the call to another line does it
    hold(ticket)
    if key and Recognition.objects.filter(by=by, key=key).exists():
        return ticket
    if message is not None:
        message = handling.still_open(message, by=by, now=now)
    written = call
    if call is None and message is None:
        written = intake.log_call(by=by, now=now, number=number, ticket=ticket, hotline_code=ticket.hotline_code)
    Recognition.objects.create(ticket=ticket, call=written, how=how, by=by, at=now, key=key)
    seen = Ticket.objects.visible_to(by).select_related("lead_unit", "category", "area", "caller").get(pk=ticket.pk)
    if call is not None:
        calls.become(call, seen, by=by, now=now)
    taken = steps.take(steps.STEPS[step], seen, by=by, body=body, now=now).ticket
    if message is not None:
        handling.settle(message, handling.Status.JOINED, by=by, now=now, ticket=taken)
    if brought := list(keeping.pending(by, key)):
        keeping.attach(brought, taken)
        taken = record_locked(taken, "add_files", by=by, now=now, data=keeping.told(brought))
    return taken


@transaction.atomic
def follow_up(earlier, *, by, now, key, **given):
    """The matter of a ticket that is over goes on: a new ticket that says of which one it is the consequence."""
    ticket, created = intake.register_and_submit(by=by, now=now, key=key, **given)
    if created:
        Recognition.objects.create(ticket=earlier, fresh=ticket, how=How.FOLLOW_UP, by=by, at=now, key=key)
        ticket = record_locked(ticket, "follow_up", by=by, now=now, data={"follow_up_of": earlier.ticket_no})
    return ticket


def hold(ticket):
    """The second of two equal forms waits here. Always before a number is taken, as whoever splits a ticket off does it: with
    the day's counter in the hand nobody may wait for a ticket."""
    Ticket.objects.select_for_update(of=("self",), no_key=True).get(pk=ticket.pk)


story.register(words={"follow_up": story.Word(gettext_lazy("%(who)s linked it to an earlier ticket"), "blue")},
               decoders={"follow_up_of": (gettext_lazy("Follows up"), None)})
