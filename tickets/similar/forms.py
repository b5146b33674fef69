"""What the panel of similar matters is asked with, and a note about a number."""
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.privacy import phone_hash
from tickets.fields import AreaField, CategoryField, DayField, PhoneField
from tickets.models import CallerNote
from tickets.timed.pages import TimedForm


class LookForm(forms.Form):
    """The part of the intake form that likeness is about, while it is being typed: what is not right yet counts as not said."""

    caller_number = PhoneField(required=False, callback=False)
    contact_phone = PhoneField(required=False)
    area = AreaField(required=False)
    address = forms.CharField(max_length=200, required=False)
    content = forms.CharField(max_length=2000, required=False)
    category = CategoryField(required=False)

    def known(self):
        self.is_valid()
        return self.cleaned_data


class NoteForm(TimedForm):
    number = PhoneField(label=_("Caller's number"), callback=False, help_text=_("Only its keyed hash is kept."))
    kind = forms.ChoiceField(label=_("Kind"), choices=CallerNote.Kind.choices)
    words = forms.CharField(label=_("What the operator should know"), min_length=2, max_length=100)
    who = forms.CharField(label=_("Name, for the keepers of this list"), max_length=30, required=False)
    valid_from = DayField(label=_("First day"), required=False, help_text=_("Empty: at once"))
    valid_to = DayField(label=_("Last day"))
    owner = forms.CharField(label=_("Who asked for it"), max_length=60)
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=200)

    def clean(self):
        super().clean()
        given = self.cleaned_data
        given["number_hash"] = phone_hash(given.pop("number", ""))
        self.check_days(given)
        return given
