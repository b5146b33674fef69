"""What of a citizen's identity a user sees on a ticket, and how he asks for more (SPEC 5.3)."""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.masking import mask_phone, name_for_reader
from accounts.roles import UNIT_ROLES, Role
from tickets.actions import lock, record_locked
from tickets.states import State

NEVER = (Role.QL, Role.AU, Role.AD, Role.KE)
IN_FULL = (Role.SV, Role.DL)  # may ask for a file with names and phones in full (SPEC 5.2)
MAY_ASK = (Role.OP, Role.OPS, Role.RV, Role.DP, Role.CB, Role.SV, Role.DL)


def sees_in_full(ticket, user):
    """The caller's own operator, the callback agent on his task, the accepting unit of an open case."""
    if ticket.registered_by_id == user.pk and user.has_role(Role.OP, Role.OPS):
        return ticket.is_open
    if user.has_role(Role.CB) and ticket.state == State.PENDING_CALLBACK:
        return True
    unit_person = ticket.lead_unit_id and user.covers(ticket.lead_unit, Role.LI, Role.HD)
    return bool(unit_person and ticket.state == State.HANDLING and not ticket.is_confidential)


def may_reveal(ticket, user):
    if ticket.is_confidential and user.has_role(*UNIT_ROLES) and not user.has_role(*MAY_ASK):
        return False
    return user.has_role(*MAY_ASK)


def is_withheld(ticket, user):
    """A unit never learns who reported confidentially: not even the masked name."""
    return ticket.is_confidential and not user.has_role(*MAY_ASK)


def identity_of(ticket, user, *, revealed=False, caller=None):
    """Name, phones, beneficiary and address as this user may read them: in full, masked, or withheld. `caller` is another
    reporter of the same matter."""
    caller, full = caller or ticket.caller, revealed or sees_in_full(ticket, user)
    known = {"masked": not full, "may_reveal": not full and may_reveal(ticket, user)}
    if is_withheld(ticket, user):
        hidden = _("The citizen asked for confidentiality")
        return known | {"name": hidden, "phone": "", "phone2": "", "beneficiary": "",
                        "address": ticket.area.name if ticket.area else "", "may_reveal": False}
    if full:
        shown = {"name": caller.name or _("Anonymous"), "phone": caller.phone, "phone2": caller.phone2,
                 "beneficiary": caller.beneficiary}
    else:
        shown = {"name": name_for_reader(caller.name, caller.gender), "phone": mask_phone(caller.phone),
                 "phone2": mask_phone(caller.phone2), "beneficiary": "***" if caller.beneficiary else ""}
    return known | shown | {"address": ticket.address}


@transaction.atomic
def reveal(ticket_id, *, by, now, reason, request=None):
    """O9: show the identity in full, once, for a stated reason; the trail and the audit log keep it."""
    ticket = lock(ticket_id, by=by)
    if not may_reveal(ticket, by):
        raise PermissionDenied("unmask")
    audit.record("UNMASK", user=by, now=now, request=request, ticket_no=ticket.ticket_no, reason=reason, what="identity")
    record_locked(ticket, "unmask", by=by, now=now, note=reason)
    return identity_of(ticket, by, revealed=True)
