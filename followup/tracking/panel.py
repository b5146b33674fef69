"""The tracking list as the page of a ticket shows it to those who may read it."""
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.story import some
from followup.tracking import following
from tickets.presenters import Pill
from tickets.story import Item, Panel, Word

WORDS = {following.EVENT: Word(gettext_lazy("%(who)s wrote into the log of the tracking list"), "blue")}


def panel(ticket, user, reading):
    """The open item with its log, the newest entry first; None for whoever does not read the list."""
    item = following.item_of(ticket) if user.has_role(*following.READERS) else None
    if item is None:
        return None
    notes = list(item.notes.select_related("by").order_by("-pk"))
    head = Item(head=_("On the list since %(date)s") % {"date": f"{item.since.monday}"},
                pill=Pill(item.get_cause_display(), "blue") if item.cause else Pill(_("No cause yet"), "yellow"),
                is_open=not item.cause)
    entries = [Item(head=note.by.display_name, text=reading.text(note.text),
                    facts=some((_("Cause"), note.get_cause_display()), (_("At"), note.at))) for note in notes]
    return Panel(_("Tracking list"), [head, *entries], "list-check")
