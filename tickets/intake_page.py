"""The operator's screen: the intake form as one screen, and what he sees beside it."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.numbers import normalise_phone
from accounts.privacy import phone_hash
from tickets import demands
from tickets.call_form import CallForm
from tickets.choices import DIRECT_TYPES, Type
from tickets.forms import AnswerForm
from tickets.intake_form import IntakeForm
from tickets.models import Ticket
from tickets.numbers import new_salt
from tickets.presenters import Pill, state_pill

EARLIER = 8
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
    ("beneficiary", 8),
    ("target", 8),
    ("target_unit", 8),
    ("content", 24),
    ("demand", 14),
    ("title", 10),
    ("category", 12),
    ("urgency", 4),
    ("proposed_unit", 8),
    ("note", 24),
)


NEEDED = ("contact_phone", "area", "address", "content", "category")  # marked; which ones depends on type and channel


class IntakeScreen(IntakeForm):
    """The same fields and rules; only the widgets suit one screen."""

    key = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="in-%s", **kwargs)
        self.fields["type"].choices = Type.choices  # type: ignore[attr-defined]
        self.fields["need_reply"].widget = forms.Select(choices=BY_TYPE[1:])
        self.fields["is_confidential"].widget = forms.Select(choices=BY_TYPE)
        self.fields["urgency"].choices = [("", _("As usual for the category")), *self.fields["urgency"].choices[1:]]  # type: ignore[attr-defined]
        self.fields["content"].widget.attrs |= {"rows": 6, "placeholder": _("Who, when, where, why, what happened")}
        self.fields["note"].widget.attrs["rows"] = 1
        self.initial.setdefault("need_reply", "true")
        self.initial.setdefault("key", new_salt())

    def tell_rules(self):
        """What counts now, beside the field: asked for when the page is shown, not when a call is taken in."""
        self["urgency"].help_text = demands.counting_now(self.now)

    def clean(self):
        given = super().clean()
        self.given_key = given.pop("key", "")
        return given


@dataclass(frozen=True)
class Key:
    """One choice of the type: clicked, or pressed as Alt and its digit."""

    value: str
    label: str
    digit: int
    checked: bool


@dataclass(frozen=True)
class Earlier:
    """An earlier ticket of the caller: number, date, title and state, and a link when the operator may read it."""

    ticket_no: str
    title: str
    at: object
    state: Pill
    opens: bool


def answer_form(data=None):
    return AnswerForm(data, auto_id="answer-%s")


def call_form(data=None):
    form = CallForm(data, auto_id="call-%s", prefix="call")
    del form.fields["caller_number"]  # the one of the intake form counts
    return form


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


def earlier_of(phone, user):
    """What the person on the line asked before, newest first; two queries.

    An exception to visible_to(): to recognise a repeated matter the operator sees number, title and state of the
    caller's open tickets and of old ones, whoever took them, but never of confidential ones.
    """
    try:
        number = normalise_phone(phone)
    except ValidationError:
        return []
    of_caller = Ticket.objects.filter(phone_hash=phone_hash(number), is_confidential=False).exclude(phone_hash="")
    tickets = list(of_caller.order_by("-id")[:EARLIER])
    readable = set(
        Ticket.objects.visible_to(user).filter(pk__in=[ticket.pk for ticket in tickets]).values_list("pk", flat=True)
    )
    return [
        Earlier(ticket.ticket_no, ticket.title, ticket.registered_at, state_pill(ticket), ticket.pk in readable)
        for ticket in tickets
    ]
