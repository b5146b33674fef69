"""What is asked of who makes a report, and of who puts words to one."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from insights.models import Report
from insights.reports.kinds import KINDS, in_use
from tickets.fields import MomentField, TextField


class AskForm(forms.Form):
    """Which report; without an instant that of the period that ended last."""

    kind = forms.ChoiceField(label=_("Report"))
    at = MomentField(label=_("A moment of its period; empty: the last one that is over"), required=False)

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, auto_id="ask-%s", **kwargs)
        self.now = now
        self.fields["kind"].choices = [choice for choice in Report.Kind.choices if choice[0] in in_use()]  # type: ignore[attr-defined]

    def clean(self):
        super().clean()
        given = self.cleaned_data
        kind = KINDS.get(given.get("kind", ""))
        if kind and "at" in given:
            period = kind.around(given["at"]) if given["at"] else kind.last(self.now)
            if period is None:
                self.add_error("at", ValidationError(_("The table of holidays knows none before this day.")))
            elif period[1] > self.now:
                self.add_error("at", ValidationError(_("This period is not over yet.")))
            else:
                given["moment"] = period[0]
        return given


def line(label, length, **more):
    return forms.CharField(label=label, max_length=length, widget=forms.TextInput({"size": 80}), **more)


class WordsForm(forms.Form):
    heading = line(_("Heading"), 80)
    comment = TextField(label=_("Comment"), rows=8, max_length=4000, required=False)
    sent_to = line(_("Sent to"), 300, required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
