"""The only way a ticket changes: `move()` takes a step of its life, `record()` does something that is no step.

Both lock the row, ask whether and by whom, change it, wind its clocks and write its event in one transaction.
Callers inside one action that hold the lock already use `move_locked` and `record_locked`.
"""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model

from tickets import trail, winding
from tickets.channels import letters
from tickets.models import Proposal, Ticket
from tickets.states import State

JOINED = ("lead_unit", "sla_profile", "category", "area", "caller")
SILENT_FIELDS = {"version", "trail_hash", "next_due_at", "state"}  # the event says these by itself


class AlreadyMoved(Exception):
    """Someone else moved the ticket first; `ticket` is the fresh row."""

    def __init__(self, ticket):
        super().__init__(f"{ticket.ticket_no} is {ticket.state}")
        self.ticket = ticket


class Refused(Exception):
    """A rule forbids the step now; the message tells the user what to do instead."""


def lock(ticket_id, *, by):
    """The ticket as a locked row; a stranger gets DoesNotExist."""
    visible = Ticket.objects.visible_to(by).select_related(*JOINED)
    return visible.select_for_update(of=("self",), no_key=True).get(pk=ticket_id)


def lock_for(ticket_id, step, *, by):
    """The locked ticket, if `move` would accept this step; for actions that read or write other rows before they move."""
    ticket = lock(ticket_id, by=by)
    check(ticket, step.__name__, by)
    return ticket


@transaction.atomic
def move(ticket_id, step, *, by, now, note="", data=None, changes=None, **fields):
    """Take one step (a method of Life) in a ticket's life and return the moved ticket.

    Raises Ticket.DoesNotExist (invisible), AlreadyMoved (not in that state), PermissionDenied, Refused (a rule).
    """
    return move_locked(lock(ticket_id, by=by), step, by=by, now=now, note=note, data=data, changes=changes, **fields)


def move_locked(ticket, step, *, by, now, note="", data=None, changes=None, **fields):
    """`changes` are other fields of the row that the step brings along; its conditions already see them."""
    take = getattr(ticket, step.__name__)
    source, before = ticket.state, values_of(ticket)
    for field, value in (changes or {}).items():
        setattr(ticket, field, value)
    check(ticket, step.__name__, by)
    take(by=by, now=now, **fields)
    moved = winding.apply(ticket, step.__name__, now, urgency_was=before["urgency"])
    data = {**({"due": moved} if moved else {}), **(data or {})}
    if source != ticket.state and source not in (State.DRAFT, State.NEED_INFO):  # nothing is proposed there
        _overtake_proposals(ticket, now)
    ticket = _write(ticket, step.__name__, before, by=by, now=now, source=source, is_move=True, note=note, data=data)
    letters.after(ticket, step.__name__, source=source, now=now)
    return ticket


def check(ticket, name, by):
    """Raise what forbids this step for this user now; return silently when `move` would accept it."""
    unmet = unmet_reason(ticket, name)
    if unmet is None:
        raise AlreadyMoved(ticket)
    if not permits(ticket, name, by):  # not django_fsm.has_transition_perm, which mixes the conditions in
        raise PermissionDenied(name)
    if unmet:
        raise Refused(unmet)


def unmet_reason(ticket, name):
    """None when the step does not start from this state, else the first unmet condition's sentence or ''."""
    transition = getattr(type(ticket), name)._django_fsm.get_transition(ticket.state)
    if transition is None:
        return None
    return next((condition.reason for condition in transition.conditions if not condition(ticket)), "")


def permits(ticket, name, by):
    """Whether the step starts here and this user may take it, conditions apart."""
    transition = getattr(type(ticket), name)._django_fsm.get_transition(ticket.state)
    return transition is not None and bool(transition.permission(ticket, by))


@transaction.atomic
def record(ticket_id, name, *, by, now, may=None, states=None, note="", data=None, **changes):
    """Do something that is no step: check `may(ticket, user)`, change fields, write an event."""
    ticket = lock(ticket_id, by=by)
    if states is not None and ticket.state not in states:
        raise AlreadyMoved(ticket)
    if may is not None and not may(ticket, by):
        raise PermissionDenied(name)
    return record_locked(ticket, name, by=by, now=now, note=note, data=data, **changes)


def record_locked(ticket, name, *, by, now, note="", data=None, **changes):
    before = values_of(ticket)
    for field, value in changes.items():
        setattr(ticket, field, value)
    return _write(ticket, name, before, by=by, now=now, source=ticket.state, is_move=False, note=note, data=data)


def _write(ticket, name, before, *, by, now, source, is_move, note, data):
    after = values_of(ticket)
    changed = {field: [plain(before[field]), plain(after[field])]
               for field in after if before[field] != after[field] and field not in SILENT_FIELDS}
    trail.extend(ticket, name, by=by, now=now, source=source, is_move=is_move, note=note,
                 data={**(data or {}), **({"changed": changed} if changed else {})})
    now_set = {field for field, value in values_of(ticket).items() if before[field] != value}
    ticket.save(update_fields=now_set | {"next_due_at"})  # clocks may have set it before `before` was taken
    return ticket


def _overtake_proposals(ticket, now):
    Proposal.objects.filter(ticket=ticket, status=Proposal.Status.OPEN).update(
        status=Proposal.Status.OVERTAKEN, decided_at=now)


def values_of(ticket):
    return {field.attname: getattr(ticket, field.attname) for field in ticket._meta.concrete_fields}


def plain(value):
    """A value as JSON keeps it, so that the hash of an event can be computed again from the database."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, bool | int | str | None):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
