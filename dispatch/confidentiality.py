"""保密 of a matter that units may have already (O5), and the summary that they read of it."""
from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import assignments
from tickets import summary
from tickets.actions import Refused, lock, record_locked


@transaction.atomic
def set_confidential(ticket_id, *, by, now, is_confidential, reason="", unit_summary=""):
    """O5: set by the hotline at any time, taken back only by a supervisor (the form's permission).

    Refused while the unit that the matter is about has it: to protect the citizen then, take the ticket away from it first.
    """
    ticket = lock(ticket_id, by=by)
    if is_confidential:
        _check_holders(ticket)
    changes = {"unit_summary": unit_summary} if is_confidential and unit_summary else {}
    return record_locked(ticket, "set_confidential", by=by, now=now, note=reason, is_confidential=is_confidential, **changes)


def _check_holders(ticket):
    if ticket.target_unit is None:
        return
    for part in assignments.live(ticket).select_related("unit"):
        if assignments.is_about(ticket, part.unit):
            raise Refused(_("The matter is about %(unit)s, and %(unit)s has it now. First take it away from there: recall the "
                            "dispatch, or have it returned and dispatched to another unit; then make it confidential.")
                          % {"unit": part.unit.name})


def has_no_summary(ticket, user):
    """For Step.ready."""
    return "" if ticket.is_confidential else _("Units read an open matter in the citizen's own words: it has no summary.")


@transaction.atomic
def edit_summary(ticket_id, *, by, now, unit_summary):
    """Words that turned out to give the citizen away, or to say too little. What it said before stays in the trail."""
    ticket = lock(ticket_id, by=by)
    if sentence := has_no_summary(ticket, by):
        raise Refused(sentence)
    return record_locked(ticket, "edit_summary", by=by, now=now, **summary.changes_for_units(ticket, unit_summary))
