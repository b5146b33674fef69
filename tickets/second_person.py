"""The second person says no: a proposal is rejected with a reason, and the ticket stays where it was."""
from django.db import transaction
from django.utils.translation import gettext as _

from notices.actions import tell
from tickets import steps
from tickets.actions import Refused, lock, record_locked
from tickets.models import Proposal


def to_decide(ticket, user):
    """The open proposal that this user could confirm instead, or None."""
    waiting = steps.open_proposals(ticket)
    return next((proposal for name, proposal in waiting.items()
                 if steps.mode_of(steps.STEPS[name], ticket, user, proposal, {}) == "confirm"), None)


def nothing_to_decide(ticket, user):
    """For Step.ready."""
    return "" if to_decide(ticket, user) else _("No proposal waits for you.")


@transaction.atomic
def reject_proposal(ticket_id, *, by, now, reason):
    ticket = lock(ticket_id, by=by)
    proposal = to_decide(ticket, by)
    if proposal is None:
        raise Refused(_("No proposal waits for you."))
    proposal.status, proposal.decided_by, proposal.decided_at, proposal.note = Proposal.Status.REJECTED, by, now, reason
    proposal.save(update_fields=["status", "decided_by", "decided_at", "note"])
    tell([proposal.by], cause=f"proposal:{proposal.pk}:rejected", kind="proposal_rejected", ticket_no=ticket.ticket_no,
         params={"what": steps.msgid_of(steps.STEPS[proposal.step].label)}, now=now)
    return record_locked(ticket, "reject_proposal", by=by, now=now, note=reason, data={"step": proposal.step})
