"""What people do with annotations: write one, move it, say that it is done. The words are in rows of their own; the trail
keeps who and when, because a unit reads the trail of a confidential ticket but no word that the hotline wrote for itself.
"""
from datetime import datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from accounts.roles import UNIT_ROLES, Role
from followup.annotations.rows import Annotation, AnnotationEntry
from tickets.actions import AlreadyMoved, Refused, lock, record_locked
from tickets.calendars import LOCAL, local_date
from tickets.states import OPEN, State

AUTHORS = (Role.OP, Role.RV, Role.DP, Role.LI, Role.HD, Role.CB, Role.SV)
KEPT_IN = (*OPEN, State.CLOSED)  # an archived ticket takes no new one; what is open on it can still be ended
SETTLED_IN = tuple(State)
MORNING = time(8, 30)
EVENT, FINISHED, MOVED = "keep_tracking", "finish_tracking", "move_tracking"


def morning_of(day):
    return datetime.combine(day, MORNING, LOCAL)


def of_ticket(ticket):
    """The newest first, read once per ticket instance: panel and steps ask on one page."""
    if not hasattr(ticket, "_annotations"):
        ticket._annotations = list(ticket.annotations.select_related("by", "unit", "done_by").order_by("-pk"))
    return ticket._annotations


def open_of(ticket, user):
    """Those that this user may move or finish, the one due first before the others."""
    mine = [row for row in of_ticket(ticket) if row.done_at is None and may_settle(row, user)]
    return sorted(mine, key=lambda row: (row.due_at, row.pk))


def may_settle(row, user):
    """Whoever wrote it, the people of the unit it was written for, and supervisors: people leave."""
    if row.by_id == user.pk or user.has_role(Role.SV):
        return True
    return row.unit is not None and user.covers(row.unit, Role.LI, Role.HD)


def none_open(ticket, user):
    """For Step.ready."""
    return "" if open_of(ticket, user) else _("No follow-up waits for you here.")


def unit_of(ticket, user):
    """The unit for which this person keeps an eye on the ticket; None for the hotline's own."""
    mine = [membership.unit for membership in user.membership_list if membership.role in UNIT_ROLES]
    own = next((unit for unit in mine if unit.pk in ticket.unit_ids), None)
    leads = ticket.lead_unit_id and user.covers(ticket.lead_unit, *UNIT_ROLES)
    return own or (ticket.lead_unit if leads else None)


@transaction.atomic
def keep(ticket_id, *, by, now, text, until):
    ticket = lock(ticket_id, by=by)
    if ticket.state not in KEPT_IN:
        raise AlreadyMoved(ticket)
    if not by.has_role(*AUTHORS):
        raise PermissionDenied(EVENT)
    due_at = checked(until, now)
    row = Annotation.objects.create(ticket=ticket, by=by, unit=unit_of(ticket, by), at=now, text=text, due_at=due_at,
                                    next_reminder_at=due_at)
    return _recorded(ticket, EVENT, row, by=by, now=now, until=until.isoformat())


@transaction.atomic
def move(ticket_id, *, by, now, until, note, which=None):
    """To another date: reminders rest until then."""
    ticket, row = _locked(ticket_id, which, by=by)
    due_at = checked(until, now)
    AnnotationEntry.objects.create(annotation=row, kind=AnnotationEntry.Kind.MOVED, by=by, at=now, was_due_at=row.due_at,
                                   due_at=due_at, note=note)
    row.due_at = row.next_reminder_at = due_at
    row.save(update_fields=["due_at", "next_reminder_at"])
    return _recorded(ticket, MOVED, row, by=by, now=now, until=until.isoformat())


@transaction.atomic
def finish(ticket_id, *, by, now, note, which=None):
    ticket, row = _locked(ticket_id, which, by=by)
    AnnotationEntry.objects.create(annotation=row, kind=AnnotationEntry.Kind.DONE, by=by, at=now, was_due_at=row.due_at,
                                   note=note)
    row.done_at, row.done_by, row.next_reminder_at = now, by, None
    row.save(update_fields=["done_at", "done_by", "next_reminder_at"])
    return _recorded(ticket, FINISHED, row, by=by, now=now)


def checked(until, now):
    if until <= local_date(now):
        raise Refused(_("The date must be in the future."))
    return morning_of(until)


def _locked(ticket_id, which, *, by):
    """The annotation under the ticket's lock; without a number the one that is due first."""
    ticket = lock(ticket_id, by=by)
    fitting = [row for row in open_of(ticket, by) if which in (None, row.pk)]
    if not fitting:
        raise Refused(_("This follow-up is done already, or it is another's."))
    return ticket, fitting[0]


def _recorded(ticket, name, row, *, by, now, **data):
    first = Annotation.objects.open().filter(ticket=ticket).aggregate(first=Min("due_at"))["first"]
    return record_locked(ticket, name, by=by, now=now, data={"annotation": row.pk, **data},
                         tracked_until=first and local_date(first))
