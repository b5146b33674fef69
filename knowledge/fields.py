"""Fields of the forms of knowledge."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, UnitKind

PLACES = (UnitKind.STREET, UnitKind.TOWN, UnitKind.COMMUNITY, UnitKind.VILLAGE)


class TextField(forms.CharField):
    def __init__(self, *, rows=3, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def sensible(day):
    if not 1990 <= day.year < 2100:
        raise ValidationError(_("This year cannot be right."))


class DayField(forms.DateField):
    default_validators = [sensible]

    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class UnitField(forms.ChoiceField):
    """One of a list of units, by code; clean() gives the unit or None."""

    units: dict[str, Unit] = {}

    def offer(self, units, empty="—"):
        self.units = {unit.code: unit for unit in units}
        self.choices = [("", empty), *((code, "　" * max(unit.level - 2, 0) + unit.name) for code, unit in self.units.items())]

    def prepare_value(self, value):
        return value.code if isinstance(value, Unit) else value

    def clean(self, value):
        return self.units.get(super().clean(value))


def owners_and_places():
    """(units that may own an article, places), in one query."""
    units = list(Unit.objects.filter(is_active=True).order_by("path"))
    return units, [unit for unit in units if unit.kind in PLACES]
