"""What an operator says of his seat and of a call, and what narrows the ledger."""
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets.exports.rows import Export
from tickets.fields import DayField, MomentField, PhoneField
from tickets.people import NO_MATTER, Disposition
from tickets.telephony.models import Seat, Transfer

LONGEST_SHIFT = timedelta(days=7)


class SeatForm(forms.Form):
    extension = forms.RegexField(r"^[0-9]{2,8}\Z", label=_("Extension no."), widget=forms.TextInput(
        attrs={"inputmode": "numeric", "autocomplete": "off", "size": 6}))
    place = forms.ChoiceField(label=_("Where you work"), choices=Seat.Place.choices)


class ModeForm(forms.Form):
    mode = forms.ChoiceField(choices=Seat.Mode.choices)


class SettleForm(forms.Form):
    disposition = forms.ChoiceField(choices=[(one.value, one.label) for one in NO_MATTER])
    note = forms.CharField(max_length=500, required=False)


class TransferForm(forms.Form):
    line = forms.ChoiceField(label=_("Connected to"), choices=[
        choice for choice in Transfer.Line.choices if choice[0] != Transfer.Line.OTHER])
    result = forms.ChoiceField(label=_("Result"), choices=[
        choice for choice in Transfer.Result.choices if choice[0] != Transfer.Result.UNKNOWN])
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class NumberForm(forms.Form):
    number = PhoneField(label=_("Caller's number"), required=False, callback=False)


class LedgerFileForm(forms.Form):
    form = forms.ChoiceField(label=_("File"), choices=Export.Form, initial=Export.Form.XLSX)
    reason = forms.CharField(label=_("What the file is for"), min_length=2, max_length=200,
                             help_text=_("All calls that fit the filter. The file is kept in the audit log."))


class LedgerFilter(forms.Form):
    day = DayField(label=_("Day"), required=False)
    disposition = forms.ChoiceField(
        label=_("What it was"), choices=[("", _("Every call")), *Disposition.choices], required=False)


class ShiftForm(forms.Form):
    since = MomentField(label=_("From"))
    until = MomentField(label=_("Until"))

    def clean(self):
        super().clean()
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and not since < until <= since + LONGEST_SHIFT:
            raise ValidationError(_("A shift ends after it starts, at most seven days later."))
        return given
