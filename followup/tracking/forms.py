from django import forms
from django.utils.translation import gettext_lazy as _

from followup.tracking import following
from followup.tracking.rows import LONGEST, Cause
from tickets.fields import TextField
from tickets.forms import CaseForm


class LogForm(CaseForm):
    """`was` is the cause as it stood when the form was drawn; a program may leave it out and send the ticket's version."""

    cause = forms.ChoiceField(label=_("Cause"), choices=[("", "—"), *Cause.choices])
    text = TextField(label=_("What was done, what is agreed"), max_length=LONGEST, rows=2)
    was = forms.CharField(label=_("Cause as it stood before"), required=False, widget=forms.HiddenInput(), max_length=16)

    def start_values(self):
        item = following.item_of(self.ticket)
        return {"cause": item.cause, "was": item.cause} if item else {}

    def clean(self):
        super().clean()
        given = self.cleaned_data
        was = given.pop("was", "")
        if "was" in self.data:
            given["was"] = was
        item = following.item_of(self.ticket)
        if item and "was" in given and item.cause not in (was, given.get("cause")):
            self.add_error("cause", following.overtaken(item))
        return given
