"""The second callback about a disputed outcome: ordered by a supervisor, once a round, made by another agent who does not
know what the citizen said the first time (`Reading.is_blind`). Both results stay; the second one counts (results.py).

It asks the reporter whose answer decided the outcome. During an appeal the ticket is closed and stays so.
"""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from accounts.roster import people
from followup import callbacks, numbers, results, schedule
from followup.appeals.acts import wait_longer
from followup.appeals.rules import is_his_turn
from followup.models import DROPPED, CallbackTask
from notices.actions import tell
from tickets.actions import AlreadyMoved, Refused, lock, record_locked
from tickets.choices import Outcome
from tickets.states import State
from tickets.who import callbacks_of_round, is_of_handling_unit, neutral_callback_agent

Kind = CallbackTask.Kind
STATES = (State.PENDING_CALLBACK, State.CLOSED)


def may_order(ticket, user):
    return user.has_role(Role.SV, Role.ZH, Role.DL) and not is_of_handling_unit(ticket, user)


def second_of(ticket):
    return next((task for task in callbacks_of_round(ticket) if task.kind == Kind.RE_CALLBACK), None)


def unmet(ticket, user):
    """The sentence that forbids it now, or ''."""
    if ticket.withdraw_from:
        return _("This callback checks a withdrawal, not a result.")
    if ticket.state == State.CLOSED:
        return unmet_in_round(ticket) if is_his_turn(ticket, user) else _("Who reviews an open appeal orders it.")
    if not user.has_role(Role.SV):
        return _("Before the ticket is closed a supervisor orders it.")
    if not ticket.callback_outcome:
        return _("Only when the outcome is known.")
    return unmet_in_round(ticket)


def unmet_in_round(ticket):
    if ticket.callback_outcome == Outcome.REFUSED:
        return _("The citizen does not want to be asked.")
    return _("There was a second callback in this round already.") if second_of(ticket) else ""


@transaction.atomic
def order_re_callback(ticket_id, *, by, now, reason):
    """Until the second answer is there the outcome is open again, and nothing follows from it."""
    ticket = lock(ticket_id, by=by)
    if ticket.state not in STATES:
        raise AlreadyMoved(ticket)
    if not may_order(ticket, by):
        raise PermissionDenied("order_re_callback")
    if sentence := unmet(ticket, by):
        raise Refused(sentence)
    first = deciding(ticket)
    if not numbers.left(first):
        raise Refused(_("There is no number to call."))
    is_over = ticket.state == State.CLOSED
    CallbackTask.objects.create(
        ticket=ticket, round=ticket.round, kind=Kind.RE_CALLBACK, caller_id=first.caller_id, created_at=now, ordered_by=by,
        why=reason, after_closing=is_over, next_attempt_at=schedule.next_attempt([], now), best_band=first.best_band)
    unsettled = {} if is_over else {"callback_outcome": "", "callback_at": None, "callback_by": None}
    wait_longer(ticket, now=now)
    ticket = record_locked(ticket, "order_re_callback", by=by, now=now, note=reason, **unsettled)
    tell(people("callback_lead", unit=None, now=now), cause=f"second_callback:{ticket.pk}:{ticket.round}", kind="callback_due",
         ticket_no=ticket.ticket_no, now=now)
    return ticket


def deciding(ticket):
    """The record that made the outcome what it is."""
    tasks = results.counted(list(callbacks.tasks_of(ticket).select_related("caller")))
    worst = results.worst_of([task.outcome for task in tasks])
    return next(task for task in tasks if task.outcome == worst)


@transaction.atomic
def second_not_reached(ticket_id, *, by, now, result, note="", again_at=None, recording_ref=""):
    """A call in vain during an appeal; before closing that is T28."""
    ticket = lock(ticket_id, by=by)
    if ticket.state != State.CLOSED:
        raise AlreadyMoved(ticket)
    if not neutral_callback_agent(ticket, by):
        raise PermissionDenied("second_not_reached")
    task = callbacks.no_answer(ticket, result, by=by, now=now, note=note, again_at=again_at, recording_ref=recording_ref)
    return record_locked(ticket, "second_not_reached", by=by, now=now, note=note,
                         data={"result": result, "next": task.next_attempt_at.isoformat(), "status": task.status})


def drop(ticket, *, now):
    """The ticket was reopened: what the round before brought is disputed no more."""
    for task in CallbackTask.objects.filter(ticket=ticket, kind=Kind.RE_CALLBACK, outcome="").select_for_update():
        callbacks.close_task(task, DROPPED, by=User.objects.system(), now=now)
        task.save()
