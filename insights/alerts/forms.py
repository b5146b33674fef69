"""What is said with a decision about a warning."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.masking import mask_in_text
from tickets.fields import TextField


def says_no_number(text):
    """What is sent to many names nobody's telephone or identity card."""
    if mask_in_text(text) != text:
        raise ValidationError(_("No telephone, identity or card numbers here: everybody who gets it could read them."))


class FalseAlarmForm(forms.Form):
    reason = forms.CharField(label=_("Why it is a false alarm"), min_length=4, max_length=500)


class EndForm(forms.Form):
    reason = forms.CharField(label=_("How it ended"), max_length=500, required=False)


class BriefingForm(forms.Form):
    text = TextField(label=_("Briefing, a draft"), min_length=10, max_length=4000, rows=8,
                     help_text=_("It is kept with the warning. Nobody is sent it: copy it into a report or a letter."))


class BroadcastForm(forms.Form):
    text = TextField(label=_("Answer to all who reported it"), min_length=6, max_length=200, rows=3,
                     validators=[says_no_number],
                     help_text=_("A text message to each, with the number of his ticket, once a second person released it."))
