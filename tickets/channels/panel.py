"""What of a ticket came in as a message, on the page of the ticket."""
from django.utils.translation import gettext as _

from tickets.channels.inbox import STATUS_TONE, Words
from tickets.channels.models import Message
from tickets.choices import Channel
from tickets.presenters import Pill
from tickets.story import Chapter, Item, Panel, events_of, register


def chapter(ticket, user, reading):
    """A ticket by phone to which nothing was added costs no query. Units read where it came from, and not who wrote it."""
    if ticket.channel == Channel.PHONE and not any(event.name == "add_supplement" for event in events_of(ticket)):
        return Chapter()
    came = Message.objects.filter(ticket=ticket).exclude(status=Message.Status.NO_MATTER).order_by("received_at", "pk")
    items = [item(message, ticket, reading) for message in came]
    return Chapter(panels=[Panel(_("How it came in"), items, "mailbox")] if items else [])


def item(message, ticket, reading):
    status, words = Message.Status(message.status), Words(in_full=False)
    cut = len(message.body.strip()) > len(ticket.content.strip()) or status == Message.Status.JOINED
    facts = [
        (_("Number at the source"), message.source_ref),
        (_("Received"), message.received_at),
        (_("To be answered by, says the source"), message.answer_by),
        (_("Address or account"), "" if reading.outside or reading.scrubs else words.address(message.address)),
        (_("Files"), "" if reading.summarises else reading.text(", ".join(file["name"] for file in message.attachments))),
    ]
    return Item(
        head=message.get_channel_display(),
        pill=Pill(str(status.label), STATUS_TONE[status]),
        facts=[(label, value) for label, value in facts if value],
        text="" if reading.outside or not cut else reading.said(words.text(message.body)),
    )


register(words={}, chapter=chapter)
