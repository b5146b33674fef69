"""Forms of callback, redo, adjudication, merging and withdrawing."""
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dispatch.difficulty import LeaderField, offer_leaders
from followup import schedule
from followup.models import CallbackAttempt, CallbackTask
from tickets.choices import ForceReason, Urgency
from tickets.fields import ChoicesField, MomentField, PersonField, TextField, YesNo
from tickets.forms import CaseForm
from tickets.models import Ticket

Result = CallbackAttempt.Result
POSTPONED_BY = timedelta(days=30)
NOT_ANSWERED = [choice for choice in Result.choices if choice[0] not in (Result.ANSWERED, Result.DECLINED)]


class QuestionnaireForm(forms.Form):
    """The fixed order of SPEC 7.5, once the citizen himself is on the line."""

    contacted = YesNo(label=_("1. Did the unit contact you?"))
    solved = ChoicesField(label=_("2. Is the problem solved?"), choices=CallbackTask.Solved.choices)
    satisfied = ChoicesField(label=_("3. Are you satisfied with the result?"), choices=CallbackTask.Satisfied.choices)
    process_satisfied = ChoicesField(label=_("4. And with attitude and speed?"), required=False,
                                     choices=[("", "—"), *CallbackTask.Satisfied.choices])
    reply_true = YesNo(label=_("5. Does the unit's reply say what really happened?"), required=False)
    reason = forms.ChoiceField(label=_("Why not solved or not satisfied"), required=False,
                               choices=[("", "—"), *CallbackTask.Reason.choices])
    note = TextField(label=_("In the citizen's words"), max_length=1000, required=False, rows=2)

    def clean(self):
        super().clean()
        given = self.cleaned_data
        unhappy = (given.get("contacted") is False or given.get("solved") == CallbackTask.Solved.UNSOLVED
                   or given.get("satisfied") == CallbackTask.Satisfied.UNSATISFIED)
        if unhappy and not given.get("reason"):
            self.add_error("reason", _("Say what was wrong: the unit needs it for the redo."))
        return given


class NoAnswerForm(CaseForm):
    result = ChoicesField(label=_("What happened"), choices=NOT_ANSWERED)
    again_at = MomentField(label=_("When he wants to be called"), required=False)
    note = TextField(label=_("Note"), max_length=500, required=False, rows=2)

    def clean_again_at(self):
        moment = self.cleaned_data["again_at"]
        if moment is None:
            return None
        if not self.now < moment <= self.now + POSTPONED_BY:
            raise ValidationError(_("From now on, and within thirty days."))
        if schedule.is_quiet(moment) and self.ticket.urgency != Urgency.CRITICAL:
            raise ValidationError(_("Nobody is called between 21:00 and 08:30."))
        return moment

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if "again_at" not in self.errors and "result" in given:
            if given["result"] == Result.RESCHEDULE and not given.get("again_at"):
                self.add_error("again_at", _("Say when: that is when he is called again."))
            if given["result"] != Result.RESCHEDULE and given.get("again_at"):
                self.add_error("again_at", _("Only for who asked for another time; all others are called by the rule."))
        return given


class WithdrawalAnswerForm(forms.Form):
    confirmed = YesNo(label=_("Did the citizen withdraw of his own will?"))
    note = TextField(label=_("In the citizen's words"), max_length=1000, required=False, rows=2)


class RedoForm(CaseForm):
    reason = TextField(label=_("Reason"), max_length=500, rows=2)
    leader = LeaderField(label=_("Leader of the unit who answers for this round"), queryset=User.objects.none(), required=False,
                         to_field_name="username", empty_label=_("the nearest leader on file"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer_leaders(self)


class AdjudicateRedoForm(forms.Form):
    case_owner = PersonField(label=_("Leader who takes the case"))
    reason = TextField(label=_("Decision"), max_length=500, rows=2)


class ForceCloseForm(CaseForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=ForceReason.choices)
    explanation = TextField(label=_("Explanation given to the citizen"), min_length=10, max_length=500)
    told_at = MomentField(label=_("When the citizen was told"))

    def start_values(self):
        return {"told_at": self.now}

    def clean_told_at(self):
        return self.past("told_at")


class MergeFields(forms.Form):
    master = forms.CharField(label=_("Ticket no. it merges into"), max_length=16)
    note = TextField(label=_("Why it is the same matter"), max_length=500, required=False, rows=2)


class MergeForm(CaseForm, MergeFields):
    def clean_master(self):
        master = Ticket.objects.visible_to(self.user).filter(ticket_no=self.cleaned_data["master"].strip()).first()
        if master is None or master.pk == self.ticket.pk:
            raise ValidationError(_("No other ticket with this number."))
        return master
