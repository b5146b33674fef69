"""Dispatch and receipt: who gets the ticket, who signs it, who has it in the end (T04, T10-T13, T17-T19)."""
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roster import people
from dispatch import assignments, requests
from dispatch.assignments import conflict_with_target
from dispatch.models import Assignment, Ruling
from dispatch.routing import may_lead
from notices.actions import tell
from tickets.actions import Refused, lock_for, move_locked
from tickets.choices import Urgency
from tickets.intake import classify
from tickets.models import Ticket
from tickets.states import State
from tickets.summary import changes_for_units


@transaction.atomic
def dispatch(ticket_id, *, by, now, lead_unit, co_units=(), opinion="", unit_summary=""):
    """T10. Refuses units that returned the ticket, the reported unit, and a co-unit that leads."""
    ticket = lock_for(ticket_id, Ticket.dispatch, by=by)
    _check_units(ticket, lead_unit, co_units)
    if not may_lead(lead_unit, ticket.area):
        raise Refused(_("%(unit)s leads only matters of its own territory.") % {"unit": lead_unit.name})
    ticket = move_locked(ticket, Ticket.dispatch, by=by, now=now, note=opinion, lead_unit=lead_unit,
                         changes=changes_for_units(ticket, unit_summary), data={"co_units": [unit.code for unit in co_units]})
    assignments.hand_out(ticket, lead_unit, co_units, by=by, now=now, opinion=opinion)
    return _tell_units(ticket, [lead_unit, *co_units], now=now)


@transaction.atomic
def express_dispatch(ticket_id, *, by, now, lead_unit, reason, emergency_told, co_units=(), unit_summary=""):
    """T04: straight from the call to the unit; leaders are told at once, the review follows (后审)."""
    ticket = lock_for(ticket_id, Ticket.express_dispatch, by=by)
    _check_units(ticket, lead_unit, co_units)
    summed_up = changes_for_units(ticket, unit_summary)
    ticket = classify(ticket, Ticket.express_dispatch, summed_up, by=by, now=now, note=reason, lead_unit=lead_unit, data={
        "co_units": [unit.code for unit in co_units], "emergency_told": emergency_told})
    assignments.hand_out(ticket, lead_unit, co_units, by=by, now=now, opinion=reason)
    return _tell_units(ticket, [lead_unit, *co_units], now=now)


def _check_units(ticket, lead_unit, co_units):
    if lead_unit in co_units:
        raise Refused(_("The lead unit cannot be a co-unit as well."))
    for unit in (lead_unit, *co_units):
        if not (unit.is_active and unit.can_receive):
            raise Refused(_("%(unit)s cannot receive tickets.") % {"unit": unit.name})
        if conflict_with_target(ticket, unit):
            raise Refused(_("The matter is about %(unit)s: it cannot be given there.") % {"unit": unit.name})
    if lead_unit.pk in ticket.returned_by:
        raise Refused(_("%(unit)s returned this ticket already.") % {"unit": lead_unit.name})


def _tell_units(ticket, units, *, now):
    """Liaison and leader of each unit; for critical tickets the duty leader and the district leader too (D13)."""
    critical = ticket.urgency == Urgency.CRITICAL
    kind = "dispatched_critical" if critical else "dispatched"
    recipients = {person for unit in units for person in people("unit_liaison", unit=unit, now=now)}
    if critical:
        for role in ("unit_leader", "duty_leader", "district_leader"):
            recipients |= set(people(role, unit=units[0], now=now))
    tell(recipients, cause=f"dispatch:{ticket.pk}:{ticket.version}", kind=kind, ticket_no=ticket.ticket_no,
         channels=("inapp", "sms") if critical else ("inapp",), now=now)
    return ticket


@transaction.atomic
def recall(ticket_id, *, by, now, note=""):
    """T11: taken back before the unit signed; citizen clocks do not move."""
    ticket = lock_for(ticket_id, Ticket.recall, by=by)
    ticket = move_locked(ticket, Ticket.recall, by=by, now=now, note=note)
    return assignments.close_live(ticket, Assignment.Status.RECALLED, now=now)


@transaction.atomic
def sign(ticket_id, *, by, now, handler=None):
    """T12: the unit takes the ticket; a handler may be named, otherwise anyone of the unit acts."""
    ticket = lock_for(ticket_id, Ticket.sign, by=by)
    if handler and not handler.covers(ticket.lead_unit, "HD", "LI", "UL"):
        raise Refused(_("%(person)s does not belong to %(unit)s.") % {"person": handler, "unit": ticket.lead_unit})
    ticket = move_locked(ticket, Ticket.sign, by=by, now=now, handler=handler)
    assignments.accept_lead(ticket, now=now, handler=handler)
    return ticket


@transaction.atomic
def deem_signed(ticket_id, *, by, now):
    """T13: silence is acceptance. Only the system does it, when the ladder says so."""
    ticket = lock_for(ticket_id, Ticket.deem_signed, by=by)
    if not _receipt_is_over(ticket, now):
        raise Refused(_("The unit may still sign or return."))
    ticket = move_locked(ticket, Ticket.deem_signed, by=by, now=now)
    assignments.accept_lead(ticket, now=now, deemed=True)
    return ticket


def _receipt_is_over(ticket, now):
    """RECEIPT overdue by its own length again (the grace), or the return window is over."""
    for clock in ticket.clocks.filter(kind__in=["RECEIPT", "RETURN_WINDOW"], status="running"):
        grace = clock.length if clock.kind == "RECEIPT" else 0
        if (now - clock.due_at).total_seconds() >= grace:
            return True
    return False


@transaction.atomic
def escalate_return(ticket_id, *, by, now, reason):
    """T17: nobody agrees on the unit, or two returns are used up: a ruling is needed."""
    ticket = lock_for(ticket_id, Ticket.escalate_return, by=by)
    if ticket.state == State.RETURN_REVIEW:
        requests.pass_up(ticket, by=by, now=now, decision=reason)
        assignments.close_returned(ticket, now=now)
    ticket = move_locked(ticket, Ticket.escalate_return, by=by, now=now, note=reason)
    tell(people("supervisor", unit=None, now=now), cause=f"arbitration:{ticket.pk}:{ticket.version}", kind="arbitration",
         ticket_no=ticket.ticket_no, now=now)
    return ticket


@transaction.atomic
def designate(ticket_id, *, by, now, lead_unit, ruling, co_units=(), unit_summary=""):
    """T18: the ruling names the unit, and that unit may not return it."""
    ticket = lock_for(ticket_id, Ticket.designate, by=by)
    _check_designated(ticket, lead_unit, co_units)
    ticket = move_locked(ticket, Ticket.designate, by=by, now=now, note=ruling, lead_unit=lead_unit,
                         changes=changes_for_units(ticket, unit_summary))
    Ruling.objects.create(ticket=ticket, unit=lead_unit, text=ruling, by=by, at=now)
    assignments.hand_out(ticket, lead_unit, co_units, by=by, now=now, opinion=ruling)
    return _tell_units(ticket, [lead_unit, *co_units], now=now)


def _check_designated(ticket, lead_unit, co_units):
    """A ruling may name a unit that returned the ticket; every other rule holds."""
    returned, ticket.returned_by = ticket.returned_by, []
    try:
        _check_units(ticket, lead_unit, co_units)
    finally:
        ticket.returned_by = returned


@transaction.atomic
def assign_down(ticket_id, *, by, now, unit=None, handler=None, due_at=None, note=""):
    """T19: to a unit below, or to a person of the own unit; the parent stays accountable."""
    ticket = lock_for(ticket_id, Ticket.assign_down, by=by)
    lead = assignments.live_lead(ticket)
    promised = _completion_due(ticket)
    if bool(unit) == bool(handler):
        raise Refused(_("Name either a unit below yours or a handler."))
    if unit and (unit == ticket.lead_unit or not unit.path.startswith(ticket.lead_unit.path)):
        raise Refused(_("%(unit)s is not below %(lead)s.") % {"unit": unit.name, "lead": ticket.lead_unit.name})
    if unit and conflict_with_target(ticket, unit):
        raise Refused(_("The matter is about %(unit)s: it cannot be given there.") % {"unit": unit.name})
    if unit and assignments.live(ticket).filter(unit=unit).exists():
        raise Refused(_("%(unit)s has a part in this ticket already.") % {"unit": unit.name})
    if handler and not handler.covers(ticket.lead_unit, "HD", "LI", "UL"):
        raise Refused(_("%(person)s does not belong to %(unit)s.") % {"person": handler, "unit": ticket.lead_unit})
    if due_at and promised and due_at > promised:
        raise Refused(_("The deadline below must lie before your own."))
    ticket = move_locked(ticket, Ticket.assign_down, by=by, now=now, note=note, handler=handler,
                         data={"unit": unit.code} if unit else {"handler": handler.username})
    if unit:
        assignments.open_child(ticket, lead, unit, by=by, now=now, opinion=note, due_at=due_at or promised)
        return _tell_units(ticket, [unit], now=now)
    Assignment.objects.filter(pk=lead.pk).update(handler=handler)
    return ticket


def _completion_due(ticket):
    clock = ticket.clocks.filter(kind__in=["COMPLETION", "REDO"], status__in=["running", "held"]).first()
    return clock and clock.due_at


