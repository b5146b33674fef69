"""The steps from the approved reply on, and merging and withdrawing."""
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from dispatch.forms import SuspensionForm
from dispatch.steps import never_alone
from followup import actions, callbacks, corrections, forms, second, splitting
from followup.annotations import forms as annotating
from followup.annotations import keeping
from followup.appeals import steps as appeals
from followup.tracking import following
from followup.tracking.forms import LogForm
from tickets import who
from tickets.forms import NoteForm, NothingMore, ReasonForm
from tickets.states import OPEN, State
from tickets.steps import Step, register

agent = who.neutral_callback_agent


def asks_result(ticket, user):
    if ticket.withdraw_from:
        return _("This callback checks a withdrawal, not a result.")
    return asks_anything(ticket, user)


def asks_withdrawal(ticket, user):
    return "" if ticket.withdraw_from and callbacks.open_now(ticket) else _("No withdrawal is being checked.")


def asks_anything(ticket, user):
    tasks = callbacks.open_now(ticket)
    if not tasks:
        return _("Every reporter was asked already.")
    known = getattr(ticket, "_callbacks", None)
    return "" if any(callbacks.may_call(task, user, known) for task in tasks) else callbacks.NOT_TWICE


CALLBACK = (State.PENDING_CALLBACK,)
ASKED = (*CALLBACK, State.CLOSED)  # during an appeal a closed one can be asked about once more

register(
    Step("approve_reply", _("Approve the reply"), actions.approve_reply, NoteForm, tone="primary"),
    # callback: first what the citizen says, then what follows from it
    Step("record_outcome", _("Questionnaire"), actions.record_outcome, forms.QuestionnaireForm, tone="primary",
         states=ASKED, may=agent, ready=asks_result),
    Step("callback_no_answer", _("Not reached"), actions.callback_no_answer, forms.NoAnswerForm, ready=asks_anything),
    Step("record_declined", _("Declines to be asked"), callbacks.record_declined, forms.DeclinedForm,
         states=ASKED, may=agent, ready=asks_result),
    Step("give_up", _("Mark as unreachable"), callbacks.give_up, NoteForm, states=ASKED, may=agent, ready=asks_anything),
    Step("record_withdrawal_answer", _("Answer about the withdrawal"), callbacks.record_withdrawal_answer,
         forms.WithdrawalAnswerForm, tone="primary", states=CALLBACK, may=agent, ready=asks_withdrawal),
    Step("second_not_reached", _("Not reached the second time"), second.second_not_reached, forms.NoAnswerForm,
         states=(State.CLOSED,), may=agent, ready=asks_anything),
    Step("order_re_callback", _("Order a second callback"), second.order_re_callback, ReasonForm,
         states=second.STATES, may=second.may_order, ready=second.unmet),
    Step("correct_outcome", _("Correct a callback record"), corrections.correct_outcome, corrections.CorrectionForm,
         states=corrections.STATES, may=corrections.may_correct, ready=corrections.unmet),
    Step("close_satisfied", _("Close: solved and satisfied"), actions.close_satisfied, tone="primary",
         several=NothingMore),
    Step("close_unreachable", _("Close: could not be reached"), actions.close_unreachable, NoteForm, several=NoteForm,
         propose=agent, asks="supervisor", alone=never_alone),
    Step("order_redo", _("Order a redo"), actions.order_redo, forms.RedoForm, tone="danger"),
    Step("to_adjudication", _("To adjudication"), actions.to_adjudication, ReasonForm),
    Step("withdraw_late", _("Confirm the withdrawal"), actions.withdraw_late, NoteForm, tone="primary",
         propose=agent, asks="supervisor", alone=never_alone),
    Step("withdraw_denied", _("Not withdrawn: back to the unit"), actions.withdraw_denied, NoteForm, tone="primary"),
    Step("withdraw_denied_redispatch", _("Not withdrawn: back to dispatch"), actions.withdraw_denied_redispatch, NoteForm,
         tone="primary"),
    # adjudication and after
    Step("adjudicate_redo", _("Redo under a leader"), actions.adjudicate_redo, forms.AdjudicateRedoForm, tone="primary"),
    Step("adjudicate_redispatch", _("Redispatch to another unit"), actions.adjudicate_redispatch, ReasonForm),
    Step("adjudicate_suspend", _("Suspend by ruling"), actions.adjudicate_suspend, SuspensionForm),
    Step("force_close", _("Close by force"), actions.force_close, forms.ForceCloseForm, tone="danger",
         propose=who.by_role(Role.SV), asks="duty_leader", alone=never_alone),
    *appeals.STEPS,
    Step("archive", _("Archive"), actions.archive, several=NothingMore),
    Step("reopen", _("Reopen"), actions.reopen, ReasonForm),
    # at many places of a life
    Step("merge_into", _("Merge into another ticket"), actions.merge_into, forms.MergeForm, several=forms.MergeFields),
    Step("split_off", _("Take it out of the other ticket"), splitting.split_off, ReasonForm, tone="danger",
         states=(State.MERGED,), may=splitting.may_split, ready=splitting.unmet),
    Step("log_tracking", _("Cause and log of the tracking list"), following.log, LogForm, states=OPEN,
         may=following.may_log, ready=following.is_listed),
    Step("keep_tracking", _("Keep tracking"), keeping.keep, annotating.KeepTrackingForm, states=keeping.KEPT_IN,
         may=who.by_role(*keeping.AUTHORS)),
    Step("move_tracking", _("Move a follow-up"), keeping.move, annotating.MoveTrackingForm, states=keeping.SETTLED_IN,
         may=who.by_role(*keeping.AUTHORS), ready=keeping.none_open),
    Step("finish_tracking", _("Finish a follow-up"), keeping.finish, annotating.FinishTrackingForm,
         states=keeping.SETTLED_IN, may=who.by_role(*keeping.AUTHORS), ready=keeping.none_open),
    Step("request_withdraw", _("Citizen wants to withdraw"), actions.request_withdraw, ReasonForm),
)
