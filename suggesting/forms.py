"""What is asked of a form that is being typed, and what a person did with a suggestion."""
from django import forms

from suggesting.models import Answer
from tickets.choices import Type, Urgency
from tickets.fields import AnyUnitField, AreaField, CategoryField, UnitField


class AskForm(forms.Form):
    """The part of the intake form that suggestions are made of; what is not right yet counts as not said."""

    title = forms.CharField(max_length=40, required=False)
    content = forms.CharField(max_length=2000, required=False)
    demand = forms.CharField(max_length=200, required=False)
    type = forms.ChoiceField(choices=Type.choices, required=False)
    urgency = forms.ChoiceField(choices=Urgency.choices, required=False)
    category = CategoryField(required=False)
    area = AreaField(required=False)
    address = forms.CharField(max_length=200, required=False)
    target_unit = AnyUnitField(required=False)
    proposed_unit = UnitField(required=False)
    is_confidential = forms.NullBooleanField(required=False)

    def known(self):
        self.is_valid()
        return self.cleaned_data


class AnswerForm(forms.Form):
    key = forms.CharField(max_length=100)
    about = forms.ChoiceField(choices=Answer.About.choices)
    place = forms.IntegerField(min_value=1, max_value=9, required=False)  # none: nothing of it was right
    training = forms.IntegerField(min_value=1, max_value=2**62, required=False)
