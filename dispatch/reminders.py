"""催办: a citizen who calls again, or a supervisor, asks where it stays; no new ticket is made."""
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roster import everyone
from dispatch.models import Reminder
from notices.actions import tell
from tickets.actions import Refused, lock, record_locked

OPERATORS = ("OP", "OPS")


@transaction.atomic
def remind(ticket_id, *, by, now, note):
    """O1. An operator's reminder is a repeated call (重复第N次), a supervisor's is not."""
    ticket = lock(ticket_id, by=by)
    repeat = by.has_role(*OPERATORS)
    kind = Reminder.Kind.REPEAT_CALL if repeat else Reminder.Kind.SUPERVISOR
    Reminder.objects.create(ticket=ticket, kind=kind, by=by, at=now, note=note)
    ticket = record_locked(ticket, "remind", by=by, now=now, note=note, data={"kind": kind},
                           remind_count=ticket.remind_count + 1, repeat_count=ticket.repeat_count + repeat)
    if ticket.lead_unit:
        recipients = everyone("unit_liaison", "unit_handler", unit=ticket.lead_unit, now=now)
        tell(recipients, cause=f"remind:{ticket.pk}:{ticket.version}", kind="reminder", ticket_no=ticket.ticket_no,
             now=now)
    return ticket


def unacknowledged(ticket):
    return Reminder.objects.filter(ticket=ticket, acknowledged_at=None)


@transaction.atomic
def acknowledge_reminders(ticket_id, *, by, now, note=""):
    ticket = lock(ticket_id, by=by)
    if not unacknowledged(ticket).update(acknowledged_by=by, acknowledged_at=now):
        raise Refused(_("No reminder waits for an answer."))
    return record_locked(ticket, "acknowledge_reminders", by=by, now=now, note=note)
