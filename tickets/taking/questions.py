"""分类附加项: what is asked besides for a category, checked as the other fields are and kept in Ticket.extra.

Personal answers (identity cards, phones) are sealed before they are stored; who reads the page sees them masked.
"""
import re
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.masking import HIDDEN, mask_id_card, mask_phone
from accounts.numbers import validate_id_card, validate_social_credit_code
from accounts.privacy import DecryptionFailed, decrypt, encrypt
from tickets.choices import SubjectType
from tickets.disclosure import sees_in_full
from tickets.fields import DayField, MomentField, PhoneField
from tickets.models import CategoryQuestions

PREFIX = "extra"
SEALED, CONTEXT = "sealed:", "tickets.ticket.extra"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST = 200
KEPT, KEPT_SECONDS = "category-questions", 60  # a few dozen rows that change when reference data does


class CheckedField(forms.CharField):
    """Text with a check digit; clean() gives its one spelling."""

    def __init__(self, *, check, **kwargs):
        self.check = check
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value):
        text = super().clean(value)
        return self.check(text) if text else ""


class PlainNumber(forms.DecimalField):
    """Asked as text: a phone keyboard with digits, and no wheel that changes it by accident."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


@dataclass(frozen=True)
class Ask:
    """One question. `kind` says how it is answered and checked, `least` and `most` bound a number."""

    name: str
    label: str
    kind: str = "text"
    choices: tuple = ()
    least: str | None = None
    most: str | None = None
    unit: str = ""
    required: bool = False

    @property
    def is_personal(self):
        return self.kind in ("id_card", "phone")

    @property
    def said(self):
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def field(self):
        told = {"label": f"{self.said} *" if self.required else self.said, "required": False}
        return KINDS[self.kind](self, told)


def _number(ask, told):
    bounds = {"min_value": ask.least and Decimal(ask.least), "max_value": ask.most and Decimal(ask.most)}
    return PlainNumber(max_digits=12, decimal_places=2, **bounds, **told)


KINDS = {
    "text": lambda ask, told: forms.CharField(max_length=LONGEST, **told),
    "number": _number,
    "choice": lambda ask, told: forms.ChoiceField(choices=[("", "—"), *((one, one) for one in ask.choices)], **told),
    "yes_no": lambda ask, told: forms.ChoiceField(choices=[("", "—"), ("yes", _("Yes")), ("no", _("No"))], **told),
    "date": lambda ask, told: DayField(**told),
    "moment": lambda ask, told: MomentField(**told),
    "phone": lambda ask, told: PhoneField(callback=False, **told),
    "id_card": lambda ask, told: CheckedField(check=validate_id_card, **told),
    "credit_code": lambda ask, told: CheckedField(check=validate_social_credit_code, **told),
}
OF_ORGANISATIONS = (
    Ask("organisation", gettext_lazy("Name of the organisation")),
    Ask("credit_code", gettext_lazy("Unified social credit code"), "credit_code"),
)


def ask_of(row):
    """One entry of the JSON of a row."""
    return Ask(**row | {"choices": tuple(row.get("choices", ()))})


def of(category, subject_type=""):
    """(questions, template) for a category and who speaks; those of the groups above it come first."""
    asks, template = [], ""
    for row in rows_of(category):
        asks += [ask_of(one) for one in row.asks]
        template = row.template or template
    if subject_type and subject_type != SubjectType.PERSON:
        asks += OF_ORGANISATIONS
    return list({ask.name: ask for ask in asks}.values()), template


def rows_of(category):
    if category is None:
        return []
    rows = cache.get_or_set(KEPT, all_rows, KEPT_SECONDS) or {}
    return [rows[code] for code in (category.code[:2], category.code[:4], category.code) if code in rows]


def newest():
    """The version of each code that counts."""
    return CategoryQuestions.objects.order_by("code", "-number").distinct("code")


def all_rows():
    return {row.code: row for row in newest()}


def ever(category, subject_type=""):
    """The questions as `of` has them, and before them those that a version before this one asked: tickets keep the answers."""
    codes = (category.code[:2], category.code[:4], category.code) if category else ()
    rows = CategoryQuestions.objects.filter(code__in=codes).order_by("number")
    before = {one["name"]: ask_of(one) for row in rows for one in row.asks}
    return [*(before | {ask.name: ask for ask in of(category, subject_type)[0]}).values()]


class QuestionForm(forms.Form):
    """The questions of a category as fields; what is given as JSON is read as if it had been typed."""

    def __init__(self, asks, data=None, *, strict=False, **kwargs):
        typed = None if data is None else {f"{PREFIX}-{name}": as_typed(value) for name, value in data.items()}
        super().__init__(typed, prefix=PREFIX, auto_id="in-%s", **kwargs)
        self.asks, self.strict = asks, strict
        for ask in asks:
            self.fields[ask.name] = ask.field()

    def clean(self):
        super().clean()
        for ask in self.asks:
            if self.strict and ask.required and self.cleaned_data.get(ask.name) in (None, "") and ask.name not in self.errors:
                self.add_error(ask.name, _("Needed to accept the call."))
        return self.cleaned_data

    def answers(self):
        """{name: what is stored}, the empty ones left out."""
        return {ask.name: as_stored(ask, value) for ask in self.asks
                if (value := self.cleaned_data.get(ask.name)) not in (None, "")}


def as_typed(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return opened(value) if isinstance(value, str) else str(value)


def as_stored(ask, value):
    if ask.kind == "yes_no":
        return value == "yes"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def checked(asks, extra, *, strict):
    """(the form, extra as it is stored): what no question knows stays as it came."""
    form = QuestionForm(asks, extra, strict=strict)
    if not form.is_valid():
        return form, extra
    known = {ask.name: ask for ask in asks}
    answers, others = form.answers(), {name: value for name, value in extra.items() if name not in known}
    given = {name: extra[name] for name in answers if extra.get(name) in ("", None) or is_same(extra[name], answers[name])}
    return form, others | answers | given


def is_same(came, stored):
    """A client keeps the type that it sent: 6 is not made "6", nor a sealed answer sealed anew."""
    return str(came) == str(stored) or isinstance(came, str) and opened(came) == stored


def sealed(extra, asks):
    """What goes into the row: personal answers are encrypted."""
    personal = {ask.name for ask in asks if ask.is_personal}
    return {name: SEALED + encrypt(value, context=CONTEXT)
            if name in personal and isinstance(value, str) and opened(value) == value else value
            for name, value in extra.items()}


def opened(value):
    """A sealed answer in clear; anything else as it is."""
    if not value.startswith(SEALED):
        return value
    try:
        return decrypt(value.removeprefix(SEALED), context=CONTEXT)
    except (DecryptionFailed, ValueError):
        return value


def shown(extra, asks, *, in_full):
    """{name: (label, what this reader may see)}. An identity card is never shown whole."""
    known = {ask.name: ask for ask in asks}
    return {name: (known[name].said if name in known else name, _seen(known.get(name), value, in_full))
            for name, value in extra.items()}


def _seen(ask, value, in_full):
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    text = opened(value) if isinstance(value, str) else str(value)
    if ask is None:
        return HIDDEN if text != str(value) else text  # sealed, and no question says any more what it was
    if ask.kind == "id_card":
        return mask_id_card(text)
    if ask.kind == "phone":
        return text if in_full else mask_phone(text)
    return text.replace("T", " ")[:16] if ask.kind == "moment" else text


def read_of(ticket, reading):
    """{name: (label, words)} of what a reader may know; nothing of a confidential matter before those it is kept from."""
    if reading.scrubs or not ticket.extra:
        return {}
    asks = of(ticket.category, ticket.subject_type)[0]
    if set(ticket.extra) - {ask.name for ask in asks}:
        asks = ever(ticket.category, ticket.subject_type)
    return shown(ticket.extra, asks, in_full=sees_in_full(ticket, reading.user))


def answers_of(ticket, reading):
    """(label, words) for the page."""
    return list(read_of(ticket, reading).values())


def told(ticket, reading):
    """{name: value} for programs: as it was given, personal answers masked like on the page."""
    return {name: words if str(ticket.extra[name]).startswith(SEALED) else ticket.extra[name]
            for name, (_label, words) in read_of(ticket, reading).items()}


def check_row(row):
    """Raises ValidationError when a row of the data file, or of a page, asks what cannot be asked."""
    for one in row:
        if set(one) - set(Ask.__dataclass_fields__) or not NAME.fullmatch(one.get("name", "")) or not one.get("label"):
            raise ValidationError("A question has a name, a label and a kind: %(row)s", params={"row": one})
        if one.get("kind", "text") not in KINDS:
            raise ValidationError("Unknown kind of question: %(row)s", params={"row": one})
