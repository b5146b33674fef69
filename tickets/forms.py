"""Forms of the steps before dispatch."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from tickets import citing, overrides
from tickets.choices import URGENT_OR_WORSE, InfoReason, RefusalReason, Type, Urgency
from tickets.fields import AreaField, CategoryField, MomentField, TextField
from tickets.intake import CALLER_FIELDS
from tickets.intake_form import IntakeForm
from tickets.redaction import FOR_UNIT
from tickets.similar import checking
from tickets.states import State
from tickets.summary import SummaryFields, check

SHORTEST_ANSWER = 10
RANK = {urgency: rank for rank, urgency in enumerate(Urgency.values)}


class CaseForm(forms.Form):
    """A form that depends on the case: it gets ticket, user and now, and may start from the ticket's own values."""

    wants_ticket = True

    def __init__(self, *args, ticket, user, now, **kwargs):
        self.ticket, self.user, self.now = ticket, user, now
        super().__init__(*args, initial={**self.start_values(), **kwargs.pop("initial", {})}, **kwargs)

    def start_values(self):
        return {}

    def past(self, name):
        """Clean an instant that cannot lie in the future."""
        moment = self.cleaned_data[name]
        if moment and moment > self.now:
            raise ValidationError(_("This is in the future."))
        return moment


class SubmitForm(IntakeForm):
    """T02 on a draft: every field of intake, starting from what is known; a body may leave out what stays."""

    wants_ticket = True

    def __init__(self, data=None, *, ticket, user, now, **kwargs):
        self.ticket, known = ticket, known_values(ticket)
        if data is not None and not hasattr(data, "getlist"):  # JSON: what is left out stays as it is
            data = {**{name: as_typed(value) for name, value in known.items()}, **data}
        super().__init__(data, now=now, strict=True, initial=known, **kwargs)

    def clean(self):
        given = super().clean()
        if not self.errors and self.ticket.state == State.DRAFT:  # what was accepted once was checked then
            checking.demand(self, now=self.now, but=self.ticket.pk)
        return given


def known_values(ticket):
    values = {name: getattr(ticket, name) for name in IntakeForm.base_fields if hasattr(ticket, name)}
    return values | {theirs: getattr(ticket.caller, mine) for theirs, mine in CALLER_FIELDS.items()}


def as_typed(value):
    if hasattr(value, "code"):
        return value.code
    return value.isoformat() if hasattr(value, "isoformat") else value


class AnswerForm(forms.Form):
    """At least ten characters, or an article of knowledge that says it (SPEC 7.1 no. 25)."""

    wants_ticket = True
    answer = TextField(label=_("Answer given"), max_length=2000, required=False)
    article = forms.CharField(label=_("Cited article"), max_length=10, required=False,
                              help_text=_("Its number; it may replace the words."))
    caller_understood = forms.BooleanField(label=_("The caller confirmed that the matter is clear"))

    def __init__(self, *args, now, ticket=None, user=None, **kwargs):
        self.now = now
        super().__init__(*args, **kwargs)
        self.fields["article"].widget.attrs["autocomplete"] = "off"

    def clean_article(self):
        number = self.cleaned_data["article"]
        try:
            return citing.find(number, now=self.now).number if number else ""
        except citing.Unfit as unfit:
            raise ValidationError(str(unfit)) from None

    def clean(self):
        super().clean()
        given = self.cleaned_data
        given.pop("caller_understood", None)
        if not (given.get("article") or {"answer", "article"} & set(self.errors)) and len(given["answer"]) < SHORTEST_ANSWER:
            self.add_error("answer", _("Write at least %(least)d characters, or cite an article.") % {"least": SHORTEST_ANSWER})
        return given


class TransferForm(forms.Form):
    agency = forms.CharField(label=_("Passed to"), max_length=200, help_text=_("110, 119, 120, another city's hotline …"))
    receiver = forms.CharField(label=_("Received by, at"), max_length=100)
    other_number = forms.CharField(label=_("Ticket no. there"), max_length=60, required=False)
    note = TextField(label=_("Note"), max_length=500, required=False, rows=2)


class ReasonForm(forms.Form):
    reason = TextField(label=_("Reason"), max_length=500, rows=2)


class NoteForm(forms.Form):
    note = TextField(label=_("Note"), max_length=500, required=False, rows=2)


class NothingMore(forms.Form):
    """A step that asks nothing."""


class InfoForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong"), choices=InfoReason.choices)
    note = TextField(label=_("What the operator should add"), max_length=500, required=False, rows=2)


class ApproveForm(CaseForm, SummaryFields):
    """T08: the reviewer sees and may correct what dispatch depends on; what a body leaves out stays."""

    field_order = ("type", "category", "urgency", "area", "address")
    type = forms.ChoiceField(label=_("Type"), choices=[("", "—"), *Type.choices], required=False)
    category = CategoryField(label=_("Category"), required=False)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=[("", "—"), *Urgency.choices], required=False)
    area = AreaField(label=_("Place: street, town or community"), required=False)
    address = forms.CharField(label=_("Address in detail"), max_length=200, required=False)
    note = TextField(label=_("Note"), max_length=500, required=False, rows=2)

    def start_values(self):
        return {name: getattr(self.ticket, name) for name in ("type", "category", "urgency", "area", "address")}

    def clean_urgency(self):
        urgency = self.cleaned_data["urgency"] or self.ticket.urgency
        if RANK[urgency] < RANK[self.ticket.urgency] and not self.user.has_role(Role.SV):
            raise ValidationError(_("Only a supervisor lowers the urgency."))
        return urgency

    def clean(self):
        super().clean()
        given = self.cleaned_data
        self.check_urgency(given)
        for name in ("type", "category"):
            if not given.get(name) and not getattr(self.ticket, name) and name not in self.errors:
                self.add_error(name, _("Needed before dispatch."))
        type_ = given.get("type") or self.ticket.type
        if type_ not in (Type.CONSULT, Type.PRAISE) and not (given.get("area") or self.ticket.area):
            self.add_error("area", _("Needed before dispatch."))
        return given


    def check_urgency(self, given):
        """A rule of this time may ask for more (SPEC 4.1): said beside the field, never changed behind the reviewer's back.

        A body without an urgency takes what the rule asks for."""
        least, rule = overrides.least_urgency(given.get("category") or self.ticket.category, self.now)
        if rule is None or "urgency" not in given or RANK[given["urgency"]] >= RANK[least]:
            return
        if self.data.get(self.add_prefix("urgency")):
            self.add_error("urgency", overrides.sentence(rule))
        else:
            given["urgency"] = least


class RefusalForm(CaseForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=RefusalReason.choices)
    channel = forms.CharField(label=_("Channel the citizen was guided to"), max_length=200)
    told_at = MomentField(label=_("When the citizen was told"))
    note = TextField(label=_("Explanation given"), max_length=500, required=False, rows=2)

    def start_values(self):
        return {"told_at": self.now}

    def clean_told_at(self):
        return self.past("told_at")


class WithdrawEarlyForm(forms.Form):
    reason = TextField(label=_("What the citizen said"), max_length=500, rows=2)
    identity_checked = forms.BooleanField(label=_("Same number or identity verified; recording linked"))


class SupplementForm(CaseForm):
    text = TextField(label=_("What is new"), max_length=1000)
    for_unit = TextField(label=_("As the unit may read it"), max_length=1000, required=False, help_text=_(
        "The unit does not read the citizen's own words. Left empty, it reads them without names and numbers."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.ticket.is_confidential:
            del self.fields[FOR_UNIT]

    def clean_for_unit(self):
        return check(self.cleaned_data[FOR_UNIT], self.ticket)


class UrgencyFields(forms.Form):
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class UrgencyForm(CaseForm, UrgencyFields):
    def start_values(self):
        return {"urgency": self.ticket.urgency}

    def clean_urgency(self):
        urgency = self.cleaned_data["urgency"]
        if urgency == self.ticket.urgency:
            raise ValidationError(_("This is the urgency it has."))
        if RANK[urgency] < RANK[self.ticket.urgency]:
            early = self.ticket.signed_at is None
            if not (early and self.user.has_role(Role.SV)):
                raise ValidationError(_("Only a supervisor lowers the urgency, and only before the unit signed."))
        return urgency


class ConfidentialForm(CaseForm, SummaryFields):
    """O5. What a unit has already is asked for again, in words for it; left empty, it reads the automatic summary."""

    field_order = ("is_confidential", "reason")
    is_confidential = forms.TypedChoiceField(
        label=_("Identity of the citizen"), coerce=lambda value: str(value).lower() in ("true", "1"),
        choices=[("True", _("Confidential")), ("False", _("Open to the handling unit"))])
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def start_values(self):
        return {"is_confidential": str(not self.ticket.is_confidential)}

    def asks_for_summary(self):
        return not self.ticket.is_confidential and self.ticket.first_dispatched_at is not None

    def clean_is_confidential(self):
        wanted = self.cleaned_data["is_confidential"]
        if not wanted and not self.user.has_role(Role.SV):
            raise ValidationError(_("Only a supervisor lifts confidentiality."))
        return wanted


class SummaryForm(CaseForm, SummaryFields):
    summary_needed = True


def is_urgent(ticket):
    return ticket.urgency in URGENT_OR_WORSE
