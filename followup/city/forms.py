"""The file of the city's platform, the preview that comes back, and one callback as a program sends it."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dispatch.feedback.files import BadFile
from dispatch.feedback.forms import ConfirmForm
from followup.city import files
from followup.city.rows import RESULTS
from followup.ratings import Satisfied, Solved
from tickets.fields import MomentField


class FileForm(forms.Form):
    file = forms.FileField(label=_("Excel (.xlsx) or JSON"), help_text=_(
        "At most 500 callbacks and 2 MB. You see first what would happen."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.json"

    def clean_file(self):
        try:
            self.entries = files.read(self.cleaned_data["file"])
        except BadFile as bad:
            raise ValidationError(str(bad)) from bad
        return self.cleaned_data["file"]


class ConfirmImport(ConfirmForm):
    salt, row = "city callbacks", files.Entry


class CityCallbackForm(forms.Form):
    ticket_no = forms.RegexField(r"^[0-9]{1,16}\Z", label=_("Ticket no."))
    result = forms.ChoiceField(label=_("City callback result"), choices=[(one.value, one.label) for one in RESULTS])
    at = MomentField(label=_("Time of the call"))
    solved = forms.ChoiceField(label=_("Solved"), choices=[("", "—"), *Solved.choices], required=False)
    satisfied = forms.ChoiceField(label=_("Satisfied"), choices=[("", "—"), *Satisfied.choices], required=False)
    note = forms.CharField(label=_("Note"), max_length=files.LONGEST_NOTE, required=False)

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if fault := files.contradiction(given.get("result"), given.get("solved", ""), given.get("satisfied", "")):
            self.add_error("result", fault)
        return given

    @property
    def entry(self):
        """The same thing as one line of a file."""
        given = self.cleaned_data
        return files.Entry(1, given["ticket_no"], given["result"], given["at"].isoformat(), given["solved"], given["satisfied"],
                           given["note"])
