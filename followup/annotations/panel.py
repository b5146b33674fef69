"""Annotations as the page of a ticket shows them."""
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.story import some
from followup.annotations import keeping
from followup.annotations.forms import shown_date
from followup.annotations.rows import AnnotationEntry
from tickets.presenters import Pill
from tickets.story import Item, Panel, Word, events_of

WORDS = {
    keeping.EVENT: Word(gettext_lazy("%(who)s keeps tracking it"), "blue"),
    keeping.MOVED: Word(gettext_lazy("%(who)s moved a follow-up"), "orange"),
    keeping.FINISHED: Word(gettext_lazy("%(who)s finished a follow-up"), "green"),
}
DECODERS = {"until": (gettext_lazy("Look again on"), None)}


def panel(ticket, reading):
    """None where there is none: the trail, which the page reads anyway, says so without a query."""
    if not any(event.name == keeping.EVENT for event in events_of(ticket)):
        ticket._annotations = []
        return None
    entries: dict = {}
    for entry in AnnotationEntry.objects.filter(annotation__ticket=ticket).select_related("by").order_by("pk"):
        entries.setdefault(entry.annotation_id, []).append(entry)
    items = [item(row, entries.get(row.pk, []), reading) for row in keeping.of_ticket(ticket)]
    return Panel(_("Annotations"), items, "eye-check")


def item(row, entries, reading):
    hidden = reading.summarises and row.unit_id is None
    last = entries[-1] if entries else None
    return Item(
        head=_("%(who)s, look again on %(date)s") % {"who": row.by.display_name, "date": shown_date(row.due_at)},
        pill=Pill(_("Done"), "green") if row.done_at else Pill(_("Keep tracking"), "blue"),
        facts=some(
            (_("Written"), row.at),
            (_("Unit"), row.unit and row.unit.name),
            (_("Times moved"), sum(entry.kind == AnnotationEntry.Kind.MOVED for entry in entries)),
            (_("Why later") if last and not row.done_at else _("What came of it"),
             "" if hidden or last is None else reading.text(last.note)),
            (_("Finished by"), row.done_by and row.done_by.display_name),
            (_("Finished"), row.done_at),
        ),
        text="" if hidden else reading.text(row.text),
        is_open=row.done_at is None,
    )
