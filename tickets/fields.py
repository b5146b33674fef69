"""Form fields of this field's things: units, categories and people by code, phones in one spelling."""
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, UnitKind, User
from accounts.numbers import normalise_phone, validate_phone, validate_phone_for_callback
from tickets.models import Category

AREA_KINDS = (UnitKind.STREET, UnitKind.TOWN, UnitKind.COMMUNITY, UnitKind.VILLAGE)


class CodeField(forms.CharField):
    """Type a code, or pick "name · code" from the list that the browser offers (`list_id`)."""

    list_id = ""
    unknown = _("“%(value)s” is not known; pick one from the list.")

    def __init__(self, **kwargs):
        super().__init__(max_length=120, **kwargs)
        self.widget.attrs |= {"list": self.list_id, "autocomplete": "off"}

    def rows(self):
        raise NotImplementedError

    def find(self, code):
        return self.rows().filter(code=code).first() or self.rows().filter(name=code).first()

    def prepare_value(self, value):
        return f"{value.name} · {value.code}" if isinstance(value, Unit | Category) else value

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        found = self.find(text.rsplit("·", 1)[-1].strip())
        if found is None:
            raise ValidationError(self.unknown, params={"value": text})
        return found


class UnitField(CodeField):
    """A unit that can receive tickets; clean() gives a Unit or None."""

    list_id = "units"

    def rows(self):
        return Unit.objects.filter(is_active=True, can_receive=True)


class AnyUnitField(CodeField):
    list_id = "units"

    def rows(self):
        return Unit.objects.filter(is_active=True)


class AreaField(CodeField):
    """A street, town, community or village: 事发地."""

    list_id = "areas"

    def rows(self):
        return Unit.objects.filter(is_active=True, kind__in=AREA_KINDS)


class CategoryField(CodeField):
    list_id = "categories"

    def rows(self):
        return Category.objects.active().select_related("lead_unit")


class UnitsField(forms.MultipleChoiceField):
    """Several units by code; clean() gives a list of Unit."""

    def __init__(self, **kwargs):
        super().__init__(choices=unit_choices, **kwargs)
        self.widget.attrs |= {"size": 5}

    def valid_value(self, value):
        return True

    def clean(self, value):
        codes = super().clean(value)
        if not codes:
            return []
        units = list(Unit.objects.filter(is_active=True, can_receive=True, code__in=codes))
        missing = set(codes) - {unit.code for unit in units}
        if missing:
            raise ValidationError(CodeField.unknown, params={"value": ", ".join(sorted(missing))})
        return units


def unit_choices():
    rows = Unit.objects.filter(is_active=True, can_receive=True).order_by("path")
    return [(unit.code, f"{unit.name} · {unit.code}") for unit in rows]


class PersonField(forms.CharField):
    """A colleague by log-in name or display name; clean() gives a User or None."""

    def __init__(self, **kwargs):
        super().__init__(max_length=150, **kwargs)
        self.widget.attrs |= {"list": "people", "autocomplete": "off"}

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        name = text.rsplit("·", 1)[-1].strip()
        people = list(User.objects.filter(Q(username__iexact=name) | Q(display_name=name), is_active=True)[:2])
        if len(people) != 1:
            raise ValidationError(CodeField.unknown, params={"value": text})
        return people[0]


class PhoneField(forms.CharField):
    """Normalised (SPEC 7.2). With `callback=True` it must be a number that can be called back."""

    def __init__(self, *, callback=True, **kwargs):
        self.callback = callback
        super().__init__(max_length=60, **kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return ""
        text = normalise_phone(text)
        (validate_phone_for_callback if self.callback else validate_phone)(text)
        return text


def within_reason(moment):
    """A year that the database, and everybody who reads the row later, can live with."""
    if not 1900 <= moment.year < 2200:
        raise ValidationError(_("This year cannot be right."))


class MomentField(forms.DateTimeField):
    """An instant in local time; the widget is the browser's own picker."""

    default_validators = [within_reason]

    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **kwargs)


class DayField(forms.DateField):
    default_validators = [within_reason]

    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class YesNo(forms.TypedChoiceField):
    """A question that must be answered: no default that somebody forgets to change."""

    def __init__(self, **kwargs):
        super().__init__(choices=[("", "—"), ("yes", _("Yes")), ("no", _("No"))], coerce=lambda value: value == "yes",
                         empty_value=None, widget=forms.RadioSelect, **kwargs)

    def prepare_value(self, value):
        return {True: "yes", False: "no"}.get(value, value)

    def to_python(self, value):
        return super().to_python({True: "yes", False: "no", "true": "yes", "false": "no"}.get(value, value))


class ChoicesField(forms.ChoiceField):
    """Few answers, all seen at once and chosen by their digit."""

    widget = forms.RadioSelect


class TextField(forms.CharField):
    def __init__(self, *, rows=3, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


IN_FUTURE = timedelta(minutes=5)
