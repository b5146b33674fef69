"""The finding about one drawn callback."""
from django import forms
from django.utils.translation import gettext_lazy as _

from followup.models import SampleFinding
from tickets.fields import ChoicesField, TextField, YesNo


class FindingForm(forms.Form):
    kept = YesNo(label=_("Was the rule kept, by real calls?"))
    recording = ChoicesField(label=_("The recording"), choices=SampleFinding.Recording.choices)
    text = TextField(label=_("What was found"), max_length=1000, min_length=4)
