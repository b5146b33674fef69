"""Consultations as the page of a ticket shows them, to those who may read them."""
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from dispatch import conferring
from dispatch.models import Contribution
from tickets.presenters import Pill
from tickets.story import Item, Panel, Word, events_of

WORDS = {
    "open_conference": Word(gettext_lazy("%(who)s opened a consultation"), "orange"),
    "add_to_conference": Word(gettext_lazy("%(who)s spoke in the consultation"), "blue"),
    "close_conference": Word(gettext_lazy("%(who)s closed the consultation with a decision"), "green"),
}


def roles(codes):
    return ", ".join(str(Role(code).label) for code in codes)


DECODERS = {"desks": (gettext_lazy("Desks"), roles)}


def panel(ticket, user, reading, names):
    """`names`: the units of the ticket by code. Most tickets have no consultation: their trail, which the page reads
    anyway, says so without a query."""
    if not any(event.name == "open_conference" for event in events_of(ticket)):
        ticket._conferences = []
    shown = [each for each in conferring.of_ticket(ticket) if conferring.may_read(each, ticket, user)]
    if not shown:
        return Panel(_("Consultation"), [], "users")
    said = Contribution.objects.filter(conference__in=shown).select_related("by", "unit").order_by("pk")
    items = [item for conference in shown for item in (
        head_item(conference, reading, names), *(said_item(row, conference, reading) for row in said
                                                 if row.conference_id == conference.pk))]
    return Panel(_("Consultation"), items, "users")


def head_item(conference, reading, names):
    asked = [names.get(code, code) for code in conference.units] + ([roles(conference.desks)] if conference.desks else [])
    facts = [(_("Opened by"), conference.by.display_name), (_("Asked"), conference.at), (_("Who is asked"), ", ".join(asked))]
    if conference.closed_at:
        facts += [(_("Minutes"), reading.text(conference.minutes)),
                  (_("Decision of the consultation"), reading.text(conference.decision)),
                  (_("Closed by"), conference.closed_by.display_name), (_("Closed at"), conference.closed_at)]
    return Item(head=_("Question"), is_open=conference.closed_at is None, text=reading.text(conference.question), facts=facts,
                pill=Pill(conference.get_state(), "green" if conference.closed_at else "yellow"))


def said_item(row, conference, reading):
    where = f"{row.unit.name} · " if row.unit else ""
    return Item(head=f"{where}{row.by.display_name}", is_open=conference.closed_at is None, text=reading.text(row.text),
                facts=[(_("Given"), row.at)])
