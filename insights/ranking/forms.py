"""Points of a unit, and what a unit at the end of its group answers."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets.calendars import local_date
from tickets.fields import AnyUnitField, DayField, TextField


class PointsForm(forms.Form):
    unit = AnyUnitField(label=_("Unit"))
    points = forms.DecimalField(label=_("Points, below zero to take some"), min_value=-20, max_value=20, decimal_places=2)
    reason = forms.CharField(label=_("Reason"), min_length=4, max_length=500)
    basis = forms.CharField(label=_("Paper that it rests on"), max_length=200, required=False)

    def clean_points(self):
        if not self.cleaned_data["points"]:
            raise ValidationError(_("Nothing is neither given nor taken."))
        return self.cleaned_data["points"]


class RectificationForm(forms.Form):
    cause = TextField(label=_("Why the unit stands there"), min_length=10, max_length=1000)
    measures = TextField(label=_("What is done about it"), min_length=10, max_length=1000)
    done_by = DayField(label=_("Done by"))

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, auto_id="explain-%s", **kwargs)
        self.now = now

    def clean_done_by(self):
        if self.cleaned_data["done_by"] < local_date(self.now):
            raise ValidationError(_("This day is over."))
        return self.cleaned_data["done_by"]
