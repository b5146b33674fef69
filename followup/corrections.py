"""A record that was wrong stays as it is; a new one with the right answers and a reason counts instead (I18)."""
from datetime import timedelta

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from accounts.roster import people
from followup import callbacks, results
from followup.forms import AnswersForm
from followup.models import CallbackTask
from notices.actions import tell
from tickets.actions import AlreadyMoved, Refused, lock, record_locked
from tickets.choices import Outcome
from tickets.fields import TextField
from tickets.forms import CaseForm
from tickets.presenters import short
from tickets.states import State
from tickets.who import callbacks_of_round, is_of_handling_unit, neutral_callback_agent

OWN_TIME = timedelta(minutes=30)  # afterwards a record is a supervisor's to correct
STATES = (State.PENDING_CALLBACK, State.CLOSED)  # in adjudication the ruling goes by what is on file


def may_correct(ticket, user):
    return neutral_callback_agent(ticket, user) or user.has_role(Role.SV) and not is_of_handling_unit(ticket, user)


def records(ticket, user):
    """What he may correct of this round: an agent what he wrote himself, a supervisor everything."""
    tasks = results.standing(CallbackTask.objects.filter(ticket=ticket, round=ticket.round, kind__in=CallbackTask.RATINGS))
    tasks = tasks.exclude(outcome__in=("", *results.NOT_ASKED)).select_related("outcome_by").order_by("pk")
    return tasks if user.has_role(Role.SV) else tasks.filter(outcome_by=user)


def offered(ticket, user):
    """The same, of what a page has read already."""
    asked = callbacks_of_round(ticket)
    corrected = {task.corrects_id for task in asked}
    return [task for task in asked if task.kind in CallbackTask.RATINGS and task.pk not in corrected
            and task.outcome not in ("", *results.NOT_ASKED) and (user.has_role(Role.SV) or task.outcome_by_id == user.pk)]


def unmet(ticket, user):
    return "" if offered(ticket, user) else _("There is no record that you may correct.")


class CorrectionForm(CaseForm, AnswersForm):
    """All answers anew; the choice of records tells who asked and when, never what was said: he may yet call himself."""

    record = forms.ChoiceField(label=gettext_lazy("Which record"), required=False)
    why = TextField(label=gettext_lazy("Why the record was wrong"), max_length=500, rows=2)
    field_order = ("record",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = sorted(offered(self.ticket, self.user), key=lambda task: task.pk)
        self.fields["record"].choices = [(str(task.pk), worded(task)) for task in self.rows]  # type: ignore[attr-defined]

    def clean_record(self):
        if not self.cleaned_data["record"] and len(self.rows) != 1:
            raise ValidationError(_("Say which one: there are several."))
        return int(self.cleaned_data["record"] or 0) or None


def worded(task):
    return f"{task.get_kind_display()} · {short(task.outcome_at)} · {task.outcome_by.display_name}"


@transaction.atomic
def correct_outcome(ticket_id, *, by, now, record, why, **answers):
    """While the callback is open the ticket's outcome is settled anew; after closing the correction stands beside it.

    `record` is the number of what was wrong; None means the only one there is.
    """
    ticket = lock(ticket_id, by=by)
    if ticket.state not in STATES:
        raise AlreadyMoved(ticket)
    if not may_correct(ticket, by):
        raise PermissionDenied("correct_outcome")
    found = [task for task in records(ticket, by) if record in (None, task.pk)]
    if len(found) != 1:
        raise AlreadyMoved(ticket)  # somebody was quicker
    task = found[0]
    if not by.has_role(Role.SV) and now > first_recorded(task) + OWN_TIME:
        raise Refused(_("Half an hour has passed: from now on a supervisor corrects it."))
    fresh = put_right(task, ticket, by=by, now=now, why=why, **answers)
    is_over = ticket.state == State.CLOSED
    unsettled = {} if is_over else {"callback_outcome": "", "callback_at": None, "callback_by": None}
    ticket = record_locked(ticket, "correct_outcome", by=by, now=now, note=why,
                           data={"outcome_was": task.outcome, "outcome": fresh.outcome, "solved": fresh.solved,
                                 "satisfied": fresh.satisfied}, **unsettled)
    if is_over and fresh.outcome == results.last_word(ticket) == Outcome.NEGATIVE:
        tell(people("supervisor", unit=None, now=now), cause=f"closed_but_negative:{fresh.pk}", kind="closed_but_negative",
             ticket_no=ticket.ticket_no, now=now)
    return callbacks.settle(ticket, by=by, now=now)


def first_recorded(task):
    """Correcting a correction does not buy another half hour."""
    while task.corrects_id:
        task = task.corrects
    return task.outcome_at


def put_right(task, ticket, *, by, now, why, **answers):
    fresh = CallbackTask(ticket=ticket, round=task.round, kind=task.kind, caller_id=task.caller_id, created_at=now,
                         next_attempt_at=now, corrects=task, why=why, speaker=task.speaker,
                         after_closing=ticket.state == State.CLOSED)
    fresh.reply_true = answers.pop("reply_true", None)
    callbacks.fill_in(fresh, by=by, now=now, **{"process_satisfied": "", "reason": "", "note": ""} | answers)
    fresh.save()
    return fresh
