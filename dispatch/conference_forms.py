"""Forms of a consultation."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from dispatch import conferring
from tickets.fields import TextField, UnitsField
from tickets.forms import CaseForm


class ConferenceForm(CaseForm):
    """Offers only who can be asked: units whose part is open, and desks that read every ticket."""

    question = TextField(label=_("Question"), min_length=5, max_length=1000)
    units = UnitsField(label=_("Units that are asked"), required=False)
    desks = forms.MultipleChoiceField(label=_("Desks that are asked"), required=False,
                                      choices=[(role.value, role.label) for role in Role if role in conferring.DESKS])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.to_ask = conferring.units_to_ask(self.ticket)
        self.fields["units"].choices = [  # type: ignore[attr-defined]
            (unit.code, f"{unit.name} · {unit.code}") for unit in self.to_ask]

    def clean_units(self):
        units = self.cleaned_data["units"]
        if any(unit not in self.to_ask for unit in units):
            raise ValidationError(
                _("Only units that have a part in the ticket can be asked: add others as co-units first."))
        return units

    def clean(self):
        super().clean()
        if not self.errors and not (self.cleaned_data["units"] or self.cleaned_data["desks"]):
            raise ValidationError(_("Say who is asked: a unit or a desk."))
        return self.cleaned_data


class ContributionForm(forms.Form):
    text = TextField(label=_("What you have to say"), min_length=2, max_length=2000)


class CloseConferenceForm(forms.Form):
    minutes = TextField(label=_("Minutes"), min_length=5, max_length=4000, rows=6)
    decision = TextField(label=_("Decision of the consultation"), min_length=2, max_length=1000)
