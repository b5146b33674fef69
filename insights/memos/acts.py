"""治理建议 (SPEC A2): written and sent by the hotline, answered by the unit's leader, closed when it is carried out.

A unit reads the words of the memo and, of its tickets, those that are its own to read: not even how many others there are.
"""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import Role
from accounts.roster import people
from insights.alerts.acts import ACTORS
from insights.models import Memo
from notices.actions import tell
from tickets.actions import Refused
from tickets.models import Ticket

READERS = (*ACTORS, Role.UL)
Status = Memo.Status
MOST = 100  # tickets of one memo
TONES = {Status.DRAFTED: "", Status.SENT: "orange", Status.ANSWERED: "blue", Status.CLOSED: "green"}


def seen(user):
    """The hotline sees all of them, the leader of a unit what was sent to it and to the units below."""
    rows = Memo.objects.select_related("unit", "by", "sent_by", "answered_by", "closed_by", "alert")
    if user.has_role(*ACTORS):
        return rows
    return rows.filter(unit__in=user.unit_scope(Role.UL)).exclude(status=Status.DRAFTED)


def tickets_of(memo, user):
    rows = Ticket.objects.visible_to(user).filter(pk__in=memo.tickets.values("pk"))
    return rows.for_list().order_by("registered_at", "pk")


def locked(memo_id, *statuses, by, may):
    """A stranger gets DoesNotExist: nobody is told that there is a memo to another unit."""
    memo = seen(by).select_for_update(of=("self",)).get(pk=memo_id)
    if not may(memo):
        raise PermissionDenied
    if memo.status not in statuses:
        raise Refused(_("Not possible any more: this memo is “%(status)s”.") % {"status": memo.get_status_display()})
    return memo


def is_hotline(by):
    return lambda memo: by.has_role(*ACTORS)


def may_answer(memo, user):
    return memo.status == Status.SENT and user.covers(memo.unit, Role.UL)


@transaction.atomic
def draft(*, by, now, unit, title, text, due_at, tickets=(), alert=None):
    if not by.has_role(*ACTORS):
        raise PermissionDenied
    memo = Memo.objects.create(unit=unit, title=title, text=text, due_at=due_at, alert=alert, by=by, at=now)
    memo.tickets.set(tickets)
    return memo


@transaction.atomic
def change(memo_id, *, by, now, unit, title, text, due_at, tickets=()):
    memo = locked(memo_id, Status.DRAFTED, by=by, may=is_hotline(by))
    put(memo, unit=unit, title=title, text=text, due_at=due_at)
    memo.tickets.set(tickets)
    return memo


@transaction.atomic
def send(memo_id, *, by, now):
    memo = locked(memo_id, Status.DRAFTED, by=by, may=is_hotline(by))
    if memo.due_at <= now:
        raise Refused(_("The due date must be in the future."))
    put(memo, status=Status.SENT, sent_by=by, sent_at=now)
    tell(people("unit_leader", unit=memo.unit, now=now), kind="memo_sent", cause=f"memo:{memo.pk}", now=now,
         params={"due": memo.due_at.isoformat()})
    return memo


@transaction.atomic
def answer(memo_id, *, by, now, adopted, text):
    memo = locked(memo_id, Status.SENT, by=by, may=lambda memo: by.covers(memo.unit, Role.UL))
    put(memo, status=Status.ANSWERED, adopted=adopted, answer=text, answered_by=by, answered_at=now)
    tell([memo.sent_by], kind="memo_answered", cause=f"memo:{memo.pk}:answered", now=now, params={"unit": memo.unit.name})
    return memo


@transaction.atomic
def close(memo_id, *, by, now, ending):
    memo = locked(memo_id, Status.ANSWERED, by=by, may=is_hotline(by))
    return put(memo, status=Status.CLOSED, ending=ending, closed_by=by, closed_at=now)


def put(memo, **fields):
    for name, value in fields.items():
        setattr(memo, name, value)
    memo.save(update_fields=list(fields))
    return memo
