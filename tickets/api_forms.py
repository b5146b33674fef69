"""What a form takes, said in JSON: the type of each field, its schema, and the strict check of a body against it.

The forms judge what a value means (422); here is asked only whether it is a value of the right type at all (400).
"""
from dataclasses import dataclass, field
from functools import cache
from math import isfinite

from django import forms
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from tickets.api_body import is_integer, is_storable
from tickets.fields import AnyUnitField, AreaField, CategoryField, PersonField, PhoneField, UnitField, UnitsField
from tickets.problems import Malformed

LONGEST_TEXT = 10_000  # characters; beyond this nobody meant it, whatever the field
LONGEST_LIST = 100
MOST_PAIRS = 50
YEARS = range(1900, 2200)
YES_NO = ({"yes", "no"}, {"True", "False"})  # choice fields that are really questions

# The first class that fits tells the JSON type and the format.
KINDS = (
    (UnitsField, "array", "unit-code"),
    (forms.MultipleChoiceField, "array", ""),
    (forms.NullBooleanField, "boolean", ""),
    (forms.BooleanField, "boolean", ""),
    (forms.ChoiceField, "string", ""),
    (forms.DateTimeField, "string", "date-time"),
    (forms.DateField, "string", "date"),
    (forms.FloatField, "number", ""),
    (forms.DecimalField, "number", ""),
    (forms.IntegerField, "integer", ""),
    (forms.JSONField, "object", ""),
    (AreaField, "string", "area-code"),
    (UnitField, "string", "unit-code"),
    (AnyUnitField, "string", "unit-code"),
    (CategoryField, "string", "category-code"),
    (PersonField, "string", "username"),
    (PhoneField, "string", "phone"),
    (forms.CharField, "string", ""),
)


@dataclass(frozen=True)
class Input:
    """One field of a body."""

    name: str
    type: str
    format: str
    required: bool
    label: object  # lazily translated
    choices: tuple = ()
    limits: dict = field(default_factory=dict)  # of JSON schema: minLength, maxLength, minimum, maximum, pattern

    def schema(self):
        type_ = self.type if self.required else [self.type, "null"]
        if self.type == "array":
            items = {"type": "string"} | ({"enum": list(self.choices)} if self.choices else {})
            return {"type": type_, "items": items, "maxItems": LONGEST_LIST, "title": self.label}
        schema = {"type": type_} | ({"format": self.format} if self.format else {})
        if self.choices:
            schema["enum"] = [*self.choices] if self.required else [*self.choices, "", None]
        if self.type == "object":
            schema |= {"maxProperties": MOST_PAIRS, "additionalProperties": {"type": ["string", "integer", "boolean"]}}
        return schema | self.limits | {"title": self.label}

    def described(self):
        """For a client that builds its form from the answer."""
        said = {"name": self.name, "label": str(self.label), "type": self.type, "format": self.format,
                "required": self.required, "choices": list(self.choices)}
        return said | {"min_length": self.limits.get("minLength"), "max_length": self.limits.get("maxLength"),
                       "minimum": self.limits.get("minimum"), "maximum": self.limits.get("maximum")}


@cache
def inputs_of(form):
    """{name: Input} of a form class."""
    return {name: _input(name, form_field) for name, form_field in form.base_fields.items()}


def _input(name, form_field):
    type_, format_ = next((type_, format_) for kind, type_, format_ in KINDS if isinstance(form_field, kind))
    listed = isinstance(form_field, forms.ChoiceField | forms.MultipleChoiceField) and format_ != "unit-code"
    choices = tuple(str(code) for code, _label in form_field.choices if code != "") if listed else ()
    if set(choices) in YES_NO:
        type_, choices = "boolean", ()
    return Input(name, type_, format_, form_field.required, form_field.label, choices, _limits(form_field))


def _limits(form_field):
    found = {"minLength": "min_length", "maxLength": "max_length", "minimum": "min_value", "maximum": "max_value"}
    limits = {word: getattr(form_field, attribute, None) for word, attribute in found.items()}
    if not form_field.required:
        limits["minLength"] = None  # an empty string leaves it out
    if isinstance(form_field, forms.RegexField):
        limits["pattern"] = form_field.regex.pattern.replace("\\Z", "$")
    return {word: limit for word, limit in limits.items() if limit is not None}


def schema_of(form):
    """The JSON schema of a body for this form."""
    inputs = inputs_of(form)
    required = [name for name, known in inputs.items() if known.required]
    schema = {"type": "object", "properties": {name: known.schema() for name, known in inputs.items()},
              "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def typed(form, body):
    """The body, if every name is a field of the form and every value is of its type; raises Malformed."""
    inputs = inputs_of(form)
    errors = {}
    for name, value in body.items():
        known = inputs.get(name)
        wrong = _("There is no such field here.") if known is None else _mismatch(known, value)
        if wrong:
            errors[name[:60] if is_storable(name) else "?"] = [wrong]
    if errors:
        raise Malformed(_("The body does not have the shape that this address takes."), errors)
    return body


def _mismatch(known, value):
    """A sentence when the value is not of the field's type, else ''."""
    if value is None:
        return "" if not known.required else _("This may not be null.")
    return CHECKS[known.type](value, known)


def _text(value, known):
    if not isinstance(value, str):
        return _("This must be a string.")
    if not is_storable(value):
        return _("This contains characters that are no text.")
    if len(value) > LONGEST_TEXT:
        return _("This is far too long.")
    return _moment(value) if known.format in ("date", "date-time") else ""


def _moment(value):
    """Dates far out of this world break calendars; spelling mistakes are left to the form."""
    try:
        read = parse_datetime(value.strip()) or parse_date(value.strip())
    except ValueError:
        return ""
    return "" if read is None or read.year in YEARS else _("This year is out of range.")


def _yes_or_no(value, known):
    return "" if isinstance(value, bool) else _("This must be true or false.")


def _integer(value, known):
    return "" if is_integer(value) else _("This must be an integer.")


def _number(value, known):
    return "" if is_integer(value) or isinstance(value, float) and isfinite(value) else _("This must be a number.")


def _list(value, known):
    if not isinstance(value, list) or len(value) > LONGEST_LIST:
        return _("This must be a list of strings.")
    return next((_("This must be a list of strings.") for item in value if _text(item, known)), "")


def _pairs(value, known):
    simple = isinstance(value, dict) and len(value) <= MOST_PAIRS and all(
        is_storable(name) and len(name) <= LONGEST_TEXT
        and (isinstance(item, bool) or is_integer(item) or isinstance(item, str) and not _text(item, known))
        for name, item in value.items())
    return "" if simple else _("This must be an object of strings, integers, true and false.")


CHECKS = {"string": _text, "boolean": _yes_or_no, "integer": _integer, "number": _number, "array": _list,
          "object": _pairs}
