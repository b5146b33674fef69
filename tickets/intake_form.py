"""The intake form (SPEC 7.1): one set of fields for the operator's page and for the API."""
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets import overrides
from tickets.choices import CALLBACK_TYPES, Channel, Gender, SubjectType, Type, Urgency, UrgencyReason
from tickets.fields import (
    IN_FUTURE,
    AnyUnitField,
    AreaField,
    CategoryField,
    MomentField,
    PhoneField,
    TextField,
    UnitField,
)
from tickets.models import NO_AREA_NEEDED
from tickets.taking import questions

NEEDS_TARGET = (Type.COMPLAINT, Type.REPORT)
BENEFICIARY = ("beneficiary", "beneficiary_age", "beneficiary_relation", "beneficiary_phone")
PART = " · "  # between the parts of a beneficiary, as they are stored: in one encrypted text, the name first
OLDEST = 150


class IntakeForm(forms.Form):
    """`strict` asks for everything that acceptance needs; a draft only has to be well-formed.

    What came in writing is classified by the reviewer, so only its content is asked for (T08 asks for the rest).
    """

    caller_number = PhoneField(label=_("Caller's number"), required=False, callback=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial=Channel.PHONE, required=False)
    caller_name = forms.CharField(label=_("Name"), max_length=30, required=False)
    caller_gender = forms.ChoiceField(label=_("Form of address"), choices=Gender.choices, initial=Gender.UNKNOWN,
                                      required=False)
    contact_phone = PhoneField(label=_("Contact phone"), required=False)
    contact_phone2 = PhoneField(label=_("Second phone"), required=False)
    need_reply = forms.NullBooleanField(label=_("Wants an answer"), required=False)
    is_confidential = forms.NullBooleanField(label=_("Confidential"), required=False)
    subject_type = forms.ChoiceField(label=_("Who speaks"), choices=SubjectType.choices, initial=SubjectType.PERSON,
                                     required=False)
    type = forms.ChoiceField(label=_("Type"), choices=[("", "—"), *Type.choices], required=False)
    area = AreaField(label=_("Place: street, town or community"), required=False)
    address = forms.CharField(label=_("Address in detail"), min_length=2, max_length=200, required=False)
    occurred_at = MomentField(label=_("When it happened"), required=False)
    beneficiary = forms.CharField(label=_("For whom, if not the caller"), max_length=100, required=False)
    beneficiary_age = forms.IntegerField(label=_("Age of that person"), min_value=0, max_value=OLDEST, required=False,
                                         widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
    beneficiary_relation = forms.CharField(label=_("Relation to the caller"), max_length=20, required=False)
    beneficiary_phone = PhoneField(label=_("Phone of that person"), required=False)
    target = forms.CharField(label=_("Who is it about"), max_length=100, required=False)
    target_unit = AnyUnitField(label=_("Government unit it is about"), required=False)
    content = TextField(label=_("Content"), min_length=10, max_length=2000, required=False, rows=6)
    demand = forms.CharField(label=_("What the citizen asks for"), max_length=200, required=False)
    title = forms.CharField(label=_("Title"), max_length=40, required=False)
    category = CategoryField(label=_("Category"), required=False)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=[("", "—"), *Urgency.choices], required=False)
    urgency_reason = forms.ChoiceField(label=_("Why it is more urgent"), choices=[("", "—"), *UrgencyReason.choices],
                                       required=False)
    extra = forms.JSONField(label=_("Category details"), required=False)
    proposed_unit = UnitField(label=_("Suggested unit"), required=False)
    note = TextField(label=_("Note for colleagues"), max_length=1000, required=False, rows=2)
    duplicate_checked = forms.BooleanField(label=_("Similar tickets were checked"), required=False)

    asks_why = False  # a person who makes a call more urgent than usual says why

    def __init__(self, *args, now, strict=False, **kwargs):
        self.now, self.strict = now, strict
        self.questions, self.template, self.is_raised = questions.QuestionForm([]), "", False
        super().__init__(*args, **kwargs)
        self.fields["extra"].widget = forms.HiddenInput()

    def clean_occurred_at(self):
        moment = self.cleaned_data["occurred_at"]
        if moment and moment > self.now + IN_FUTURE:
            raise ValidationError(_("This is in the future."))
        return moment

    def clean_content(self):
        """Line ends and tabs stay; other control characters are nobody's words."""
        return "".join(char for char in self.cleaned_data["content"] if char in "\n\t" or unicodedata.category(char) != "Cc")

    def clean_extra(self):
        extra = self.cleaned_data["extra"] or {}
        if not isinstance(extra, dict) or not all(isinstance(v, str | int | bool) for v in extra.values()):
            raise ValidationError(_("Category details are simple pairs of name and value."))
        return extra

    def clean(self):
        super().clean()
        given = self.cleaned_data
        given["channel"] = given.get("channel") or Channel.PHONE
        given["caller_gender"] = given.get("caller_gender") or Gender.UNKNOWN
        given["subject_type"] = given.get("subject_type") or SubjectType.PERSON
        given["need_reply"] = given.get("need_reply") is not False
        given["contact_phone"] = given.get("contact_phone") or self._callable_caller_number(given)
        category = given.get("category")
        self.settle_urgency(given, category)
        self.ask_besides(given, category)
        self.old_age = given.get("beneficiary_age")
        given["beneficiary"] = beneficiary_of(given)
        if given.get("is_confidential") is None:
            given["is_confidential"] = confidential_by_default(given.get("type"), category)
        if self.strict:
            for name, message in missing(given):
                if name not in self.errors:
                    self.add_error(name, message)
        return given

    def settle_urgency(self, given, category):
        """What the operator chose, else the category's own; never less than a rule of this time asks for (SPEC 4.1)."""
        least, rule = overrides.least_urgency(category, self.now)
        usual = category.default_urgency if category else Urgency.NORMAL
        usual = max(usual, least or usual, key=overrides.rank)
        if not given.get("urgency"):
            given["urgency"] = usual
        elif rule and overrides.rank(given["urgency"]) < overrides.rank(least):
            self.add_error("urgency", overrides.sentence(rule))
        self.is_raised = overrides.rank(given.get("urgency") or usual) > overrides.rank(usual)
        if self.is_raised and self.asks_why and not given.get("urgency_reason"):
            self.add_error("urgency_reason", _("It is more urgent than usual here: why?"))

    def ask_besides(self, given, category):
        """The questions of the category and of who speaks; what is wrong is said under `extra` too, for programs."""
        asks, self.template = questions.of(category, given["subject_type"])
        self.questions, given["extra"] = questions.checked(asks, given.get("extra") or {}, strict=self.strict)
        if "extra" not in self.errors:
            for name, errors in self.questions.errors.items():
                self.add_error("extra", [f"{self.questions[name].label}: {error}" for error in errors])

    def _callable_caller_number(self, given):
        """The number that rang is the contact phone unless the caller names another."""
        number = given.get("caller_number") or ""
        return number if len(number) >= 7 and "contact_phone" not in self.errors else ""


def beneficiary_of(given):
    """"王某 · 72 · 母亲 · 13800138000": name, age, relation and phone as one text, which is stored encrypted."""
    parts = [given.pop(name, None) for name in BENEFICIARY]
    return PART.join(str(part) for part in parts if part not in (None, ""))


def confidential_by_default(type_, category):
    return type_ == Type.REPORT or bool(category and category.l2_code == "1203")


def missing(given):
    """Yield (field, sentence) for everything that acceptance (T02) still needs."""
    required = _("Needed to accept the call.")
    if not given.get("content"):
        yield "content", required
    if given["channel"] != Channel.PHONE:
        return
    if given["need_reply"] and not given.get("contact_phone"):
        yield "contact_phone", _("Needed to call the citizen back.")
    for name in ("type", "category"):
        if not given.get(name):
            yield name, required
    if given.get("type") not in NO_AREA_NEEDED:
        for name in ("area", "address"):
            if not given.get(name):
                yield name, required
    if given.get("type") in NEEDS_TARGET and not (given.get("target") or given.get("target_unit")):
        yield "target", _("Who is it about? “Unknown” will do.")
    if given.get("type") in CALLBACK_TYPES and not given.get("demand"):
        yield "demand", _("One sentence: what does the citizen want?")
