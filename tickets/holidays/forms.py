"""What an administrator types about the holiday table."""
from dataclasses import asdict

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets.fields import DayField, TextField
from tickets.holidays import files
from tickets.holidays.table import Change
from tickets.models import HolidayDay

PLAIN = "plain"
SALT, ONE_DAY = "holidays", 86_400


class DayForm(forms.Form):
    """One day: off, worked in exchange, or plain again."""

    date = DayField(label=_("Day"))
    kind = forms.ChoiceField(label=_("What it is"),
                             choices=[*HolidayDay.Kind.choices, (PLAIN, _("Plain day: not in the table"))])
    name = forms.CharField(label=_("Name of the day"), max_length=files.LONGEST_NAME, required=False,
                           help_text=_("For example 春节"))
    complete = forms.BooleanField(label=_("With this, all holidays of that year are entered"), required=False)

    def clean(self):
        super().clean()
        given = self.cleaned_data
        day, kind = given.get("date"), given.get("kind")
        if kind in HolidayDay.Kind.values and not given.get("name"):
            self.add_error("name", _("Needed: people read it in the calendar."))
        if day and kind == HolidayDay.Kind.WORK and day.weekday() < 5:
            self.add_error("kind", _("From Monday to Friday it is a workday anyway."))
        return given

    @property
    def change(self):
        given = self.cleaned_data
        said = None if given["kind"] == PLAIN else [given["kind"], given["name"]]
        return Change(days={given["date"].isoformat(): said}, year=given["date"].year if given["complete"] else None)


class FileForm(forms.Form):
    file = forms.FileField(label=_("File of a year"), help_text=_(
        "JSON like the file of the year before, or CSV with date, kind (off or work) and name. It replaces the whole year."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".json,.csv,text/csv,application/json"

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            self.change = files.read(file.read(files.LARGEST + 1), file.name)
        except files.BadFile as bad:
            raise ValidationError(bad.errors) from bad
        return file


class ConfirmForm(forms.Form):
    """The change of the preview comes back sealed, with the version on which it was looked at."""

    sealed = forms.CharField(widget=forms.HiddenInput())
    base = forms.IntegerField(widget=forms.HiddenInput())
    reason = TextField(label=_("Reason"), max_length=200, rows=2, help_text=_("Kept with the version, for later proofs."))
    apply = forms.BooleanField(label=_("Apply to open clocks"), required=False, help_text=_(
        "Otherwise every running clock keeps its due date, and only clocks that start later follow the new table."))

    def clean_sealed(self):
        self.change = unsealed(self.cleaned_data["sealed"])
        return self.cleaned_data["sealed"]


def sealed(change):
    return signing.dumps(asdict(change), salt=SALT, compress=True)


def unsealed(text):
    """The change of a preview of today. Raises ValidationError."""
    try:
        return Change(**signing.loads(text, salt=SALT, max_age=ONE_DAY))
    except signing.BadSignature as bad:
        raise ValidationError(_("The preview is too old: begin again.")) from bad
