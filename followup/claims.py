"""Who makes which callback: an agent claims one, and for a quarter of an hour nobody else gets it (SPEC 3.5)."""
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext as _

from accounts.roles import Role
from followup import callbacks, schedule
from followup.models import CallbackAttempt, CallbackTask
from tickets.actions import AlreadyMoved, Refused, lock
from tickets.choices import Urgency
from tickets.models import Ticket
from tickets.states import State
from tickets.who import neutral_callback_agent, neutral_to

Kind, Status = CallbackTask.Kind, CallbackTask.Status
LOCK = timedelta(minutes=15)
BY_PHONE = (Status.OPEN, Status.CLAIMED, Status.RETRY_WAIT)
ASKED_NOW = Q(ticket__withdraw_from="", kind__in=CallbackTask.RATINGS) \
    | ~Q(ticket__withdraw_from="") & Q(kind=Kind.WITHDRAW_CHECK)


def due(user, now):
    """Callbacks that this agent may be given now: not about his own unit (I18), not in the quiet hours, claimed by nobody."""
    tickets = Ticket.objects.visible_to(user).filter(neutral_to(user), state__in=(State.PENDING_CALLBACK, State.CLOSED))
    if schedule.is_quiet(now):
        tickets = tickets.filter(urgency=Urgency.CRITICAL)
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return CallbackTask.objects.filter(ASKED_NOW, free, callbacks.asked_by_others(user), ticket__in=tickets,
                                       round=F("ticket__round"), outcome="", status__in=BY_PHONE, next_attempt_at__lte=now)


def held(user, now):
    return CallbackTask.objects.filter(claimed_by=user, claimed_until__gt=now, outcome="")


@transaction.atomic
def claim_next(*, by, now):
    """The next callback of this agent, or None: whom this hour suits first, then who waits longest. Rows that a
    colleague is just taking are passed over, so that nobody waits and nothing is given twice."""
    if not by.has_role(Role.CB):
        raise PermissionDenied("claim_next")
    band = schedule.band_of(now)
    suits = Case(When(best_band=band, then=0), default=1) if band is not None else Value(0)
    rows = due(by, now).order_by(suits, "next_attempt_at", "pk")
    task = rows.select_for_update(of=("self",), skip_locked=True).first()
    return _give(task, by=by, now=now) if task else None


def go_on(*, by, now):
    """What the agent has in hand already, else the next one: nobody hoards."""
    return held(by, now).order_by("claimed_until").first() or claim_next(by=by, now=now)


@transaction.atomic
def claim(ticket_id, *, by, now):
    """A chosen ticket, due or not: its first reporter whom nobody else is calling."""
    ticket = lock(ticket_id, by=by)
    if ticket.state != State.PENDING_CALLBACK and not callbacks.still_open(ticket):
        raise AlreadyMoved(ticket)
    if not neutral_callback_agent(ticket, by):
        raise PermissionDenied("claim")
    tasks = callbacks.left_for(ticket, by)
    task = next((task for task in tasks if task.claimed_by_id == by.pk or not task.is_claimed(now)), None)
    if task is None:
        raise Refused(callbacks.claimed_by_another(tasks[0]) if tasks else _("Every reporter was asked already."))
    if task.status not in BY_PHONE:
        raise Refused(_("He was asked by text message: wait for the answer."))
    release_all(by=by)
    return _give(task, by=by, now=now)


def _give(task, *, by, now):
    task.status, task.claimed_by, task.claimed_until = Status.CLAIMED, by, now + LOCK
    task.save(update_fields=["status", "claimed_by", "claimed_until"])
    return task


def prolong(task_id, *, ticket, by, now):
    """He is at it: another quarter of an hour, unless somebody else took it meanwhile. Says whether it is his."""
    mine = CallbackTask.objects.filter(pk=task_id, ticket=ticket, status=Status.CLAIMED, claimed_by=by)
    return mine.update(claimed_until=now + LOCK) == 1


def release_all(*, by):
    """Give back what he holds, as it was before."""
    tried = Exists(CallbackAttempt.objects.filter(task=OuterRef("pk")))
    before = Case(When(tried, then=Value(Status.RETRY_WAIT)), default=Value(Status.OPEN))
    rows = CallbackTask.objects.filter(status=Status.CLAIMED, claimed_by=by)
    rows.update(status=before, claimed_by=None, claimed_until=None)
