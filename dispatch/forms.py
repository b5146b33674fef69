"""Forms of dispatch, receipt, handling and requests."""
from collections.abc import Sequence
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from dispatch import compliance, hints, routing
from dispatch.models import Reply, ReplyPreset, SupervisionOrder
from dispatch.presets.forms import PresetField
from tickets import by_hand, sla
from tickets.choices import ContactMethod, ReplyFault, ReturnReason, SuspendReason
from tickets.fields import ChoicesField, DayField, MomentField, PersonField, TextField, UnitField, UnitsField, YesNo
from tickets.forms import CaseForm
from tickets.summary import SummaryFields

LONGEST = timedelta(days=366)  # of an instruction


class DispatchFields(forms.Form):
    lead_unit = UnitField(label=_("Lead unit"))
    co_units = UnitsField(label=_("Co-units"), required=False)
    opinion = TextField(label=_("Dispatch opinion"), max_length=500, required=False, rows=2)


class DispatchForm(CaseForm, DispatchFields, SummaryFields):
    """Shows which units are suggested and starts from the first of them; the dispatcher decides. Of a confidential matter he
    confirms what the unit will read of it, with the citizen's own words beside."""

    field_order = ("lead_unit", "co_units", "unit_summary")
    summary_needed = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["co_units"].choices = lambda: self.known.receivers()  # type: ignore[attr-defined]

    def start_values(self):
        return {"lead_unit": self.start_lead, "co_units": self.start_co_units}  # asked only when the form is shown

    def start_lead(self):
        return self.suggestions[0].unit if self.suggestions else None

    def start_co_units(self):
        return [unit.code for unit in self.suggestions[0].co_units] if self.suggestions else []

    @cached_property
    def suggestions(self):
        return routing.suggested(self.ticket, self.now, self.known, reader=self.user)

    @cached_property
    def known(self):
        return routing.known_of(self.ticket, self.now)


class SeveralForm(DispatchFields):
    """One unit for several tickets: shows to how many of them each unit is suggested first."""

    suggestions: Sequence[routing.Suggestion] = ()

    def look_at(self, tickets, now):
        self.suggestions = routing.suggest_for_all(tickets, now)


class ExpressForm(DispatchForm):
    opinion = None  # type: ignore[assignment]  # a form drops a field of its base this way
    reason = TextField(label=_("Why express"), max_length=500, rows=2)
    emergency_told = forms.CharField(label=_("Emergency line told (110, 119, 120 …), or why not"), max_length=100)


class DesignateForm(DispatchForm):
    opinion = None  # type: ignore[assignment]  # a form drops a field of its base this way
    ruling = TextField(label=_("Ruling"), min_length=10, max_length=1000)


class SignForm(forms.Form):
    handler = PersonField(label=_("Handler"), required=False, help_text=_("Empty: anyone of the unit"))


class ReturnForm(forms.Form):
    reason_code = forms.ChoiceField(label=_("Reason"), choices=ReturnReason.choices)
    reason = TextField(label=_("Explanation and evidence"), min_length=5, max_length=1000)
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=500)
    suggested_unit = UnitField(label=_("Unit that should have it"))


class DecisionForm(forms.Form):
    decision = TextField(label=_("Decision"), max_length=500, required=False, rows=2)


class StrictDecisionForm(forms.Form):
    decision = TextField(label=_("Reason for the decision"), max_length=500, rows=2)


class RulingRequestForm(forms.Form):
    reason = TextField(label=_("Why a ruling is needed"), max_length=500, rows=2)


class AssignDownForm(forms.Form):
    unit = UnitField(label=_("Unit below yours"), required=False)
    handler = PersonField(label=_("Or a handler of your unit"), required=False)
    due_at = MomentField(label=_("Due"), required=False)
    note = TextField(label=_("Instruction"), max_length=500, required=False, rows=2)


class ContactForm(CaseForm):
    method = ChoicesField(label=_("How"), choices=ContactMethod.choices)
    reached = YesNo(label=_("Was the citizen reached?"))
    told_deadline = forms.BooleanField(label=_("The citizen was told by when"), required=False)
    note = TextField(label=_("What was said"), max_length=500, required=False, rows=2)

    def start_values(self):
        return {"method": ContactMethod.RELAY if self.ticket.is_confidential else ContactMethod.PHONE}


class ExtensionForm(CaseForm):
    days = forms.IntegerField(label=_("Working days"), min_value=1, max_value=10, required=False)
    hours = forms.IntegerField(label=_("Or hours"), min_value=1, max_value=240, required=False)
    reason = TextField(label=_("Reason"), max_length=1000)
    citizen_told_at = MomentField(label=_("When the citizen was told"))

    def start_values(self):
        return {"citizen_told_at": self.now}

    def clean_citizen_told_at(self):
        return self.past("citizen_told_at")

    def clean(self):
        super().clean()
        given = self.cleaned_data
        days, hours = given.pop("days", None), given.pop("hours", None)
        if bool(days) == bool(hours):
            raise ValidationError(_("Give either working days or hours."))
        return given | {"amount": {"wd": days} if days else {"h": hours}}


class ExtensionDecisionForm(forms.Form):
    approved = YesNo(label=_("Grant it?"))
    decision = TextField(label=_("Reason for the decision"), max_length=500, rows=2)


class SuspensionForm(CaseForm):
    reason_code = forms.ChoiceField(label=_("Reason"), choices=SuspendReason.choices)
    reason = TextField(label=_("Explanation"), max_length=1000)
    plan = TextField(label=_("Plan"), max_length=1000)
    review_date = DayField(label=_("Review date"))
    citizen_told_at = MomentField(label=_("When the citizen was told"))

    def start_values(self):
        return {"citizen_told_at": self.now}

    def clean_citizen_told_at(self):
        return self.past("citizen_told_at")


class ReplyForm(CaseForm):
    """The reply block of SPEC 7.4. A reply says what is so: solved or not, contacted or why not.

    Its words are read first: what must be mended is refused, a hint is only kept by saying that it was read.
    """

    truth = ChoicesField(label=_("Is what was reported true?"), choices=Reply.Truth.choices)
    contacted = YesNo(label=_("Was the citizen contacted?"))
    not_contacted_reason = forms.CharField(label=_("If not, why"), max_length=200, required=False)
    solved = ChoicesField(label=_("Is it solved?"), choices=Reply.Solved.choices)
    unsolved_reason = forms.CharField(label=_("If not, why"), max_length=500, required=False)
    preset = PresetField(label=_("Preset"), fills="text",
                         help_text=_("Fills in the text below; see also the page “Reply presets”."))
    text = TextField(label=_("Reply to the citizen"), min_length=20, max_length=2000, rows=6)
    hints_read = hints.box()
    basis = forms.CharField(label=_("Basis"), max_length=500, required=False)
    self_callback = ChoicesField(label=_("The unit's own callback"), choices=Reply.SelfCallback.choices)
    self_callback_note = forms.CharField(label=_("What the citizen said"), max_length=500, required=False)
    beyond_duty = forms.BooleanField(label=_("The demand is unreasonable or beyond our duty"), required=False)
    follow_up_on = DayField(label=_("Follow up on"), required=False)
    public_reply = TextField(label=_("Text that may be published"), max_length=2000, required=False, rows=2)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["preset"].offer(ReplyPreset.objects.fitting(self.ticket))  # type: ignore[attr-defined]

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("contacted") is False and not given.get("not_contacted_reason"):
            self.add_error("not_contacted_reason", _("Say why the citizen was not contacted."))
        if given.get("solved") in (Reply.Solved.NO, Reply.Solved.PARTLY) and not given.get("unsolved_reason"):
            self.add_error("unsolved_reason", _("Say why it is not solved."))
        dissatisfied = given.get("self_callback") == Reply.SelfCallback.DISSATISFIED
        if dissatisfied and given.get("solved") == Reply.Solved.YES:
            self.add_error("solved", _("The citizen told you he is dissatisfied: this is not solved."))
        hints_read, text = given.pop("hints_read", False), given.get("text")
        return given | {"findings": self.weigh(text, hints_read)} if text else given

    def weigh(self, text, hints_read):
        """The hints that are kept, as rows keep them; those that have to be answered first become errors."""
        given, unit = self.cleaned_data, self.ticket.lead_unit
        found = compliance.read(text, ticket=self.ticket, basis=given.get("basis", ""), follow_up_on=given.get("follow_up_on"),
                                public=given.get("public_reply", ""))
        found += compliance.reused(text, Reply.objects.filter(unit=unit).exclude(ticket=self.ticket), now=self.now)
        hints.weigh(self, found, were_read=hints_read)
        return [[finding.rule.value, finding.words] for finding in found]


class ReplyReturnForm(forms.Form):
    fault = forms.ChoiceField(label=_("Fault"), choices=ReplyFault.choices)
    note = TextField(label=_("What to mend"), max_length=500, required=False, rows=2)


class PartForm(forms.Form):
    text = TextField(label=_("Answer of your unit"), min_length=5, max_length=1000)


class CoUnitForm(forms.Form):
    co_units = UnitsField(label=_("Co-units"))
    opinion = TextField(label=_("What they should do"), max_length=500, required=False, rows=2)


class ReminderForm(forms.Form):
    note = TextField(label=_("What to tell the unit"), max_length=500, rows=2)


class OrderForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=SupervisionOrder.Kind.choices)
    text = TextField(label=_("Order"), min_length=5, max_length=1000)


class InstructionForm(CaseForm):
    """O12: what the unit shall do, and by when it answers; the usual time of an order is proposed."""

    text = TextField(label=_("Instruction"), min_length=5, max_length=1000)
    due_at = MomentField(label=_("Answer due"))

    def start_values(self):
        return {"due_at": by_hand.usual_due(self.ticket, self.now, lambda rule: sla.calendar_shown())}

    def clean_due_at(self):
        due = self.cleaned_data["due_at"]
        if due <= self.now:
            raise ValidationError(_("The due date must be in the future."))
        if due > self.now + LONGEST:
            raise ValidationError(_("The due date must be within a year."))
        return due


class FeedbackForm(forms.Form):
    text = TextField(label=_("Answer to the order"), min_length=5, max_length=1000)
