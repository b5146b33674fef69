"""What the unit does with a ticket in hand: contact, parts of co-units, and the reply (T20, T25, T27)."""
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import UNIT_ROLES
from accounts.roster import people
from dispatch import assignments, requests
from dispatch.models import Assignment, Contact, Reply
from notices.actions import tell
from tickets import winding
from tickets.actions import Refused, lock, lock_for, move_locked, record_locked
from tickets.choices import ContactMethod
from tickets.models import Ticket

Status = Assignment.Status


@transaction.atomic
def record_contact(ticket_id, *, by, now, method, reached, told_deadline=False, note=""):
    """T20. The first reached contact meets RESPONSE; signing alone never does."""
    ticket = lock_for(ticket_id, Ticket.record_contact, by=by)
    if ticket.is_confidential and method != ContactMethod.RELAY:
        raise Refused(_("The citizen asked for confidentiality: contact goes through the hotline."))
    Contact.objects.create(ticket=ticket, round=ticket.round, unit=ticket.lead_unit, by=by, at=now, method=method,
                           reached=reached, told_deadline=told_deadline, note=note)
    return move_locked(ticket, Ticket.record_contact, by=by, now=now, note=note, reached=reached,
                       data={"method": method, "reached": reached, "told_deadline": told_deadline})


def parts_of(ticket):
    """At least the live ones. A page has read all of them already: see dispatch.story."""
    parts = getattr(ticket, "_parts", None)
    return assignments.live(ticket).select_related("unit") if parts is None else parts


def read_parts(tickets):
    """What parts_of would ask for each of them, in one query."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    for ticket in by_id.values():
        ticket._parts = []
    for part in Assignment.objects.filter(ticket__in=by_id, status__in=Assignment.LIVE).select_related("unit"):
        by_id[part.ticket_id]._parts.append(part)


def waits(part):
    return part.status in Assignment.LIVE and part.status != Status.REPLIED


def open_co_units(ticket):
    """Level-1 co-units that neither answered nor were waived."""
    return [part.unit for part in parts_of(ticket) if (part.role, part.level) == (Assignment.Role.CO, 1) and waits(part)]


@transaction.atomic
def submit_reply(ticket_id, *, by, now, proposed_by=None, **block):
    """T25. `block` is the reply block of SPEC 7.4; `proposed_by` is the handler whose reply the leader signs."""
    ticket = lock_for(ticket_id, Ticket.submit_reply, by=by)
    waiting = open_co_units(ticket)
    if waiting:
        raise Refused(_("Still waiting for the part of %(units)s.") % {"units": ", ".join(unit.name for unit in waiting)})
    reached = Contact.objects.filter(ticket=ticket, round=ticket.round, reached=True).exists()
    if block["contacted"] and not reached:
        raise Refused(_("No reached contact is on record: log the contact first, or say why there was none."))
    Reply.objects.create(ticket=ticket, round=ticket.round, unit=ticket.lead_unit, by=proposed_by or by, at=now,
                         signed_by=by if proposed_by else None, **block)
    requests.expire(ticket, now=now)
    return move_locked(ticket, Ticket.submit_reply, by=by, now=now, beyond_duty=block.get("beyond_duty", False),
                       data={"solved": block["solved"]})


@transaction.atomic
def return_reply(ticket_id, *, by, now, fault, note=""):
    """T27: the completion clock goes on from its old due date."""
    ticket = lock_for(ticket_id, Ticket.return_reply, by=by)
    reply = standing_reply(ticket)
    review(reply, Reply.Status.RETURNED, by=by, now=now, fault=fault, note=note)
    ticket = move_locked(ticket, Ticket.return_reply, by=by, now=now, note=note, data={"fault": fault})
    tell([reply.by], cause=f"reply:{reply.pk}", kind="reply_returned", ticket_no=ticket.ticket_no, now=now)
    return ticket


def standing_reply(ticket):
    return Reply.objects.get(ticket=ticket, round=ticket.round, status=Reply.Status.SUBMITTED)


def review(reply, status, *, by, now, fault="", note=""):
    reply.status, reply.reviewed_by, reply.reviewed_at, reply.fault, reply.review_note = status, by, now, fault, note
    reply.save(update_fields=["status", "reviewed_by", "reviewed_at", "fault", "review_note"])


@transaction.atomic
def record_progress(ticket_id, *, by, now, text):
    """O10: a stage feedback that the hotline sees; one of a co-unit relieves the lead of nothing."""
    ticket = lock(ticket_id, by=by)
    leads = by.covers(ticket.lead_unit, *UNIT_ROLES)
    if leads:
        winding.feed_back(ticket, now)
    return record_locked(ticket, "progress", by=by, now=now, note=text, data={"lead": leads})


# --- parts of co-units and of units below -------------------------------------------------------------------


def own_part(ticket, user):
    """The live part (co-unit or child) that this user's unit still owes, or None."""
    return next((part for part in parts_of(ticket) if is_owed(part) and user.covers(part.unit, *UNIT_ROLES)), None)


def is_owed(part):
    leads = part.role == Assignment.Role.LEAD and part.level == 1
    return waits(part) and not leads


@transaction.atomic
def answer_part(ticket_id, *, by, now, text):
    """A co-unit or a unit below gives its answer to the lead; signing is implied."""
    ticket = lock(ticket_id, by=by)
    part = own_part(ticket, by)
    if part is None:
        raise Refused(_("Your unit has no open part in this ticket."))
    Assignment.objects.filter(pk=part.pk).update(status=Status.REPLIED, result=text, replied_at=now,
                                                 signed_at=part.signed_at or now, handler=by)
    ticket = record_locked(ticket, "answer_part", by=by, now=now, note=text, data={"unit": part.unit.code})
    tell(people("unit_liaison", unit=ticket.lead_unit, now=now), cause=f"part:{part.pk}", kind="part_answered",
         ticket_no=ticket.ticket_no, params={"unit": part.unit.name}, now=now)
    return ticket


@transaction.atomic
def waive_parts(ticket_id, *, by, now, reason):
    """撤协办: the open co-units need not answer."""
    ticket = lock(ticket_id, by=by)
    open_parts = assignments.live(ticket).filter(role=Assignment.Role.CO, level=1).exclude(status=Status.REPLIED)
    codes = list(open_parts.values_list("unit__code", flat=True))
    if not codes:
        raise Refused(_("No co-unit is waiting."))
    open_parts.update(status=Status.WAIVED, closed_at=now)
    assignments.refresh_units(ticket)
    return record_locked(ticket, "waive_parts", by=by, now=now, note=reason, data={"units": codes})


@transaction.atomic
def add_co_unit(ticket_id, *, by, now, co_units, opinion=""):
    """加派 (D15): further co-units while the case is in hand."""
    ticket = lock(ticket_id, by=by)
    held = {part.unit_id for part in assignments.live(ticket)}
    for unit in co_units:
        if not (unit.is_active and unit.can_receive):
            raise Refused(_("%(unit)s cannot receive tickets.") % {"unit": unit.name})
        if unit.pk in held or assignments.conflict_with_target(ticket, unit):
            raise Refused(_("%(unit)s cannot be added: it has a part already or the matter is about it.") % {"unit": unit.name})
    Assignment.objects.bulk_create(
        Assignment(ticket=ticket, unit=unit, role=Assignment.Role.CO, round=ticket.round, opened_at=now, opened_by=by,
                   opinion=opinion) for unit in co_units)
    assignments.refresh_units(ticket)
    ticket = record_locked(ticket, "add_co_unit", by=by, now=now, note=opinion, data={"units": [u.code for u in co_units]})
    for unit in co_units:
        tell(people("unit_liaison", unit=unit, now=now), cause=f"co:{ticket.pk}:{ticket.version}:{unit.pk}", kind="dispatched",
             ticket_no=ticket.ticket_no, now=now)
    return ticket
