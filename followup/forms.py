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
from tickets.forms import CaseForm, NoteForm
from tickets.models import Ticket

Result, Speaker = CallbackAttempt.Result, CallbackTask.Speaker
OF_ANY_CALL, LONGEST_NOTE = ("note", "recording_ref"), 500
SPEAKERS = [*Speaker.choices, (Result.NOT_HIMSELF, _("Not he: end the call"))]
POSTPONED_BY = timedelta(days=30)
NOT_ANSWERED = [choice for choice in Result.choices if choice[0] not in (Result.ANSWERED, Result.DECLINED)]
TIMED = (Result.RESCHEDULE, Result.NOT_HIMSELF)  # somebody answered, and may say when he can be reached


class RecordingField(forms.CharField):
    """Where the telephone system keeps the recording of this call."""

    def __init__(self):
        super().__init__(label=_("Recording"), max_length=100, required=False)
        self.widget.attrs |= {"autocomplete": "off"}


class AnswersForm(forms.Form):
    """What a citizen is asked in the fixed order of SPEC 7.5, by an agent or in writing."""

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


class QuestionnaireForm(AnswersForm):
    """On the phone it is asked first who speaks; of who is not the citizen nothing more is asked, and nothing is taken.

    A page has to say it. A client that was written before that question leaves it out: the citizen spoke himself.
    """

    field_order = ("speaker",)
    speaker = ChoicesField(label=_("Who speaks?"), choices=SPEAKERS, required=False)
    demand = TextField(label=_("What he wants besides"), min_length=4, max_length=1000, required=False, rows=2,
                       help_text=_("Becomes a draft of the operators, with his name, his numbers and the place."))
    recording_ref = RecordingField()

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["speaker"].required = data is None or hasattr(data, "getlist")

    def clean(self):
        given = super().clean()
        if given.get("speaker") == Result.NOT_HIMSELF:
            return self.without_answers(given)
        given["speaker"] = given.get("speaker") or Speaker.HIMSELF
        if given.get("reason") == CallbackTask.Reason.CHANGED and not given.get("demand"):
            self.add_error("demand", _("Say what he wants now: it becomes a ticket of its own."))
        return given

    def without_answers(self, given):
        for name in set(self.errors) - set(OF_ANY_CALL):
            del self.errors[name]
        if len(given.get("note", "")) > LONGEST_NOTE:
            self.add_error("note", _("Of a call without answers at most 500 characters are kept."))
        return {name: given.get(name, "") for name in ("speaker", *OF_ANY_CALL)}


class NoAnswerForm(CaseForm):
    result = ChoicesField(label=_("What happened"), choices=NOT_ANSWERED)
    again_at = MomentField(label=_("When he wants to be called"), required=False)
    note = TextField(label=_("Note"), max_length=LONGEST_NOTE, required=False, rows=2)
    recording_ref = RecordingField()

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
            if given["result"] not in TIMED and given.get("again_at"):
                self.add_error("again_at", _("Only for who asked for another time; all others are called by the rule."))
        return given


class WithdrawalAnswerForm(forms.Form):
    confirmed = YesNo(label=_("Did the citizen withdraw of his own will?"))
    note = TextField(label=_("In the citizen's words"), max_length=1000, required=False, rows=2)
    recording_ref = RecordingField()


class DeclinedForm(NoteForm):
    recording_ref = RecordingField()


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
