"""Assignments of a locked ticket: opened, accepted, answered and closed together with its moves.

Every function here runs inside an action that holds the ticket's lock, and keeps `ticket.unit_ids`, the list
of units that may see the ticket, true to the rows.
"""
from dispatch.models import Assignment
from tickets.models import Ticket

Status = Assignment.Status


def conflict_with_target(ticket, unit):
    """A confidential matter never goes to the unit it is about, nor to one above or below it."""
    return ticket.is_confidential and is_about(ticket, unit)


def is_about(ticket, unit):
    """Whether the citizen speaks of this unit, or of one above or below it."""
    target = ticket.target_unit
    return bool(target and (unit.path.startswith(target.path) or target.path.startswith(unit.path)))


def live(ticket):
    return Assignment.objects.filter(ticket=ticket, status__in=Assignment.LIVE)


def live_lead(ticket):
    return live(ticket).get(role=Assignment.Role.LEAD, level=1)


def hand_out(ticket, lead_unit, co_units, *, by, now, opinion, status=Status.PENDING, handler=None, leader=None):
    """Open the lead's and the co-units' parts of a new dispatch; `handler` and `leader` are the lead's."""
    roles = [(lead_unit, Assignment.Role.LEAD), *[(unit, Assignment.Role.CO) for unit in co_units]]
    Assignment.objects.bulk_create(
        Assignment(ticket=ticket, unit=unit, role=role, round=ticket.round, status=status, opened_at=now, opened_by=by,
                   opinion=opinion, handler=handler if role == Assignment.Role.LEAD else None,
                   leader=leader if role == Assignment.Role.LEAD else None,
                   signed_at=now if status == Status.ACCEPTED else None)
        for unit, role in roles)
    refresh_units(ticket)


def accept_lead(ticket, *, now, handler=None, deemed=False):
    Assignment.objects.filter(ticket=ticket, role=Assignment.Role.LEAD, level=1, status=Status.PENDING).update(
        status=Status.ACCEPTED, signed_at=now, deemed_signed=deemed, handler=handler)


def open_child(ticket, parent, unit, *, by, now, opinion, due_at):
    child = Assignment.objects.create(
        ticket=ticket, unit=unit, role=parent.role, level=parent.level + 1, parent=parent, round=ticket.round, opened_at=now,
        opened_by=by, opinion=opinion, due_at=due_at)
    refresh_units(ticket)
    return child


def close_live(ticket, status, *, now):
    """Close whatever is live with one status, e.g. recalled or confirmed; returns the ticket."""
    live(ticket).update(status=status, closed_at=now)
    refresh_units(ticket)
    return ticket


def close_returned(ticket, *, now):
    """The lead unit returned the ticket, with what it had given to units below; co-units are only relieved of it."""
    live(ticket).filter(role=Assignment.Role.LEAD).update(status=Status.RETURNED, closed_at=now)
    return close_live(ticket, Status.RECALLED, now=now)


def close_answered(ticket, *, now):
    """The reply was approved: the lead's part is confirmed, parts that never answered count as waived by it."""
    answered = live(ticket).exclude(status=Status.REPLIED)
    answered.exclude(role=Assignment.Role.LEAD, level=1).update(status=Status.WAIVED, closed_at=now)
    close_live(ticket, Status.CONFIRMED, now=now)


def reopen_lead(ticket, *, by, now, leader=None):
    """Redo: the unit that led gets a new part for the new round, already accepted; `leader` answers for it by name."""
    last = (Assignment.objects.filter(ticket=ticket, role=Assignment.Role.LEAD, level=1, status=Status.CONFIRMED)
            .select_related("unit", "handler", "leader").latest("pk"))
    Assignment.objects.filter(pk=last.pk).update(status=Status.REDO)
    hand_out(ticket, last.unit, [], by=by, now=now, opinion="", status=Status.ACCEPTED, handler=last.handler,
             leader=leader or last.leader)


def refresh_units(ticket):
    """Units that may see the ticket: those with a part that was neither returned nor recalled."""
    seen = Assignment.objects.filter(ticket=ticket, status__in=Assignment.SEEN)
    ticket.unit_ids = sorted(set(seen.values_list("unit_id", flat=True)))
    Ticket.objects.filter(pk=ticket.pk).update(unit_ids=ticket.unit_ids)
