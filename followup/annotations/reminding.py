"""Reminders of annotations. The rows say what is due: a missed look loses nothing, a second one finds nothing left."""
from datetime import timedelta

from django.db import transaction

from accounts.models import User
from accounts.roster import people
from followup.annotations.keeping import morning_of
from followup.annotations.rows import Annotation
from notices.actions import tell
from tickets.calendars import local_date
from tickets.states import DONE

BATCH = 200


def remind_due(*, now):
    """Tell everybody whose date has come, once a day until it is done or moved. Returns how many annotations."""
    told = 0
    while batch := _remind_some(now):
        told += batch
    return told


@transaction.atomic
def _remind_some(now):
    due = Annotation.objects.open().filter(next_reminder_at__lte=now).select_related("by", "unit", "ticket")
    rows = list(due.select_for_update(of=("self",), skip_locked=True).order_by("next_reminder_at", "pk")[:BATCH])
    today = local_date(now)
    for row in rows:
        # The cause names the day, and the outbox takes a cause but once for a person.
        tell(recipients(row, now), cause=f"annotation:{row.pk}:{today}", kind="follow_up_due",
             ticket_no=row.ticket.ticket_no, params={"date": f"{local_date(row.due_at)}"}, now=now)
        row.next_reminder_at = next_morning(now)
    Annotation.objects.bulk_update(rows, ["next_reminder_at"])
    return len(rows)


def next_morning(now):
    today = morning_of(local_date(now))
    return today if now < today else today + timedelta(days=1)


def recipients(row, now):
    """Who wrote it; of a unit its liaison too; of a closed ticket the callback desk, which visits once more (SPEC D32)."""
    found = [row.by] if row.by.is_active else people("supervisor", unit=None, now=now)
    if row.unit:
        found = [*found, *people("unit_liaison", unit=row.unit, now=now)]
    if row.ticket.state in DONE:
        found = [*found, *people("callback_lead", unit=None, now=now)]
    return [person for person in found if person.pk != User.objects.system().pk]
