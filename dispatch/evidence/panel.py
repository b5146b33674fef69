"""Evidence as the page of a ticket tells of it; the files are on a page of their own."""
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets.story import Item, Panel, Word, events_of

BRINGING = ("add_evidence", "create", "add_files")
WORDS = {"add_evidence": Word(gettext_lazy("%(who)s brought evidence"), "blue")}
DECODERS = {"files": (gettext_lazy("Files"), lambda files: ", ".join(file["name"] for file in files))}


def panel(ticket, reading, can_add):
    """From the trail, which the page reads anyway: no query. Nothing, where there is nothing and nobody may add."""
    kept = ("files",) if reading.hides_files else ("files", "attachments")
    count = sum(len(event.data.get(name, ())) for event in events_of(ticket) for name in kept if event.name in BRINGING)
    if not count and not can_add:
        return Panel(_("Evidence"), [], "paperclip")
    head = ngettext("%(n)d file", "%(n)d files", count) % {"n": count} if count else _("None yet")
    label = _("Show or add") if can_add else _("Show")
    return Panel(_("Evidence"), [Item(head=head, href=reverse("dispatch:evidence", args=[ticket.ticket_no]), href_label=label)],
                 "paperclip")
