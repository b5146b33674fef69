"""The operator's screen: the intake form as one screen, and what he sees beside it."""

import json
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import demands
from tickets.call_form import CallForm
from tickets.choices import DIRECT_TYPES, Type
from tickets.forms import AnswerForm
from tickets.intake_form import IntakeForm
from tickets.numbers import new_salt
from tickets.taking import questions

BY_TYPE = [("", _("As usual for the type")), ("true", _("Yes")), ("false", _("No"))]
# The fields in tab order (SPEC 7.1) with their share of 24 columns; "type" is a row of keys.
ROWS = (
    ("caller_number", 6),
    ("channel", 4),
    ("caller_name", 5),
    ("caller_gender", 4),
    ("subject_type", 5),
    ("contact_phone", 6),
    ("contact_phone2", 6),
    ("need_reply", 6),
    ("is_confidential", 6),
    ("type", 24),
    ("area", 8),
    ("address", 9),
    ("occurred_at", 7),
    ("beneficiary", 7),
    ("target", 9),
    ("target_unit", 8),
    ("content", 24),
    ("demand", 14),
    ("title", 10),
    ("category", 8),
    ("urgency", 4),
    ("proposed_unit", 5),
    ("note", 7),
)


NEEDED = ("contact_phone", "area", "address", "content", "category")  # marked; which ones depends on type and channel


class IntakeScreen(IntakeForm):
    """The same fields and rules; only the widgets suit one screen. `data` or `initial` are flat, as a page sends them:
    answers to the questions of the category as extra-…"""

    asks_why = True
    key = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput())
    message = forms.IntegerField(min_value=1, max_value=2**62, required=False, widget=forms.HiddenInput())

    def __init__(self, data=None, *, initial=None, **kwargs):
        if data is not None:
            data = {**plain(data), "extra": json.dumps(extra_of(data))}
        super().__init__(data, initial={**(initial or {}), "extra": None}, auto_id="in-%s", **kwargs)
        self.fields["type"].choices = Type.choices  # type: ignore[attr-defined]
        self.fields["need_reply"].widget = forms.Select(choices=BY_TYPE[1:])
        self.fields["is_confidential"].widget = forms.Select(choices=BY_TYPE)
        self.fields["urgency"].choices = [("", _("As usual for the category")), *self.fields["urgency"].choices[1:]]  # type: ignore[attr-defined]
        self.fields["content"].widget.attrs |= {"rows": 5, "placeholder": _("Who, when, where, why, what happened")}
        self.fields["note"].widget.attrs["rows"] = 1
        self.initial.setdefault("need_reply", "true")
        self.initial["key"] = self.initial.get("key") or new_salt()

    def tell_rules(self):
        """What counts now, beside the field: asked for when the page is shown, not when a call is taken in."""
        self["urgency"].help_text = demands.counting_now(self.now)

    def prepare(self, words):
        """A draft is not judged when it is opened; only the questions of its category are there again."""
        looked = IntakeScreen({"key": "-", **words}, now=self.now)
        looked.is_valid()
        self.template, self.is_raised = looked.template, looked.is_raised
        self.questions = questions.QuestionForm(looked.questions.asks, initial=extra_of(words))

    def clean(self):
        given = super().clean()
        self.given_key, self.given_message = given.pop("key", ""), given.pop("message", None)
        asked = {ask.name for ask in self.questions.asks}
        given["extra"] = {name: answer for name, answer in given.get("extra", {}).items() if name in asked}
        return given


def plain(data):
    """{name: last value} of what a page sent, or of a draft; what a database cannot hold is not in it."""
    return {name: data[name].replace("\x00", "") for name in data if isinstance(data[name], str)}


def extra_of(data):
    start = f"{questions.PREFIX}-"
    return {name.removeprefix(start): text for name, text in plain(data).items() if name.startswith(start) and text}


@dataclass(frozen=True)
class Key:
    """One choice of the type: clicked, or pressed as Alt and its digit."""

    value: str
    label: str
    digit: int
    checked: bool


def answer_form(data=None, *, now, words=None):
    form = AnswerForm(data, now=now, auto_id="answer-%s", initial=words or {})
    form.fields["answer"].widget.attrs["rows"] = 2
    return form


def call_form(data=None, words=None):
    kept = {name.removeprefix("call-"): text for name, text in (words or {}).items() if name.startswith("call-")}
    form = CallForm(data, auto_id="call-%s", prefix="call", initial=kept)
    del form.fields["caller_number"]  # the one of the intake form counts
    return form


def counts_as(form):
    """The urgency as it would be taken in now, "" while nothing says it."""
    return getattr(form, "cleaned_data", {}).get("urgency") or form["urgency"].value() or ""


def draft_words():
    """What static/js/intake.js says, in the reader's language, as JSON."""
    return json.dumps({
        "saved": gettext("Saved %(time)s"), "saving": gettext("Saving …"), "unsaved": gettext("Not saved yet"),
        "restored": gettext("What was not saved was restored."),
        "newer": gettext("Another window of yours changed this form."),
        "theirs": gettext("Show the other"), "mine": gettext("Keep this one"),
        "signed_out": gettext("Not saved: sign in again in another window."),
    }, ensure_ascii=False)


def may_be_answered(form):
    """Whether type and category may be answered on the line; otherwise the form says so beside them."""
    if form.cleaned_data.get("type") not in DIRECT_TYPES:
        form.add_error("type", _("Only consultations, praise and other matters can be answered on the line."))
    if rule := next(iter(demands.asked(form.cleaned_data.get("category"), form.now).values()), None):
        form.add_error("category", demands.refusal(rule))
    return not form.errors


def layout(form):
    """(field, css class of its width) in tab order."""
    return [(form[name], f"w{width}") for name, width in ROWS]


def keys(form):
    chosen = form["type"].value()
    return [Key(value, label, digit, value == chosen) for digit, (value, label) in enumerate(Type.choices, start=1)]
