"""A call that became no ticket: silent, wrong number, a test …"""
from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.fields import PhoneField, TextField
from tickets.people import NO_MATTER


class CallForm(forms.Form):
    disposition = forms.ChoiceField(
        label=_("What it was"), choices=[(one.value, one.label) for one in NO_MATTER])
    caller_number = PhoneField(label=_("Caller's number"), required=False, callback=False)
    note = TextField(label=_("Note for colleagues"), max_length=500, required=False, rows=2)
