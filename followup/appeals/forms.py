"""What a unit says when it appeals, and what a reviewer decides."""
from django import forms
from django.utils.translation import gettext_lazy as _

from followup.appeals import rules
from followup.appeals.models import Appeal, AppealReview
from followup.results import RATED
from tickets.choices import Outcome
from tickets.fields import ChoicesField, TextField
from tickets.forms import CaseForm

Decision = AppealReview.Decision


class AppealForm(forms.Form):
    grounds = ChoicesField(label=_("Why the result is not right"), choices=Appeal.Grounds.choices)
    text = TextField(label=_("What happened"), min_length=10, max_length=1000)
    evidence = forms.CharField(label=_("Where the evidence is"), max_length=200, required=False,
                               help_text=_("Name of a file of this ticket, or of the recording"))


class DecisionForm(CaseForm):
    decision = ChoicesField(label=_("Decision"), choices=Decision.choices)
    result = ChoicesField(label=_("Changed to"), required=False,
                          choices=[("", "—"), *((value, Outcome(value).label) for value in RATED)])
    words = TextField(label=_("Grounds of the decision"), max_length=1000, rows=2)

    def clean(self):
        super().clean()
        given, appeal = self.cleaned_data, rules.appeal_of(self.ticket)
        if given.get("decision") == Decision.CHANGED and not given.get("result"):
            self.add_error("result", _("Say to which result."))
        elif given.get("decision") == Decision.CHANGED and appeal and given["result"] == appeal.result:
            self.add_error("result", _("That is the result already."))
        return given
