"""As of which minute a board is asked for."""
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from insights.figures.periods import local
from tickets.fields import MomentField

MINUTE = timedelta(minutes=1)
STEPS = ((_("One day earlier"), -1440), (_("One hour earlier"), -60), (_("One minute earlier"), -1),
         (_("One minute later"), 1), (_("One hour later"), 60))


class MinuteForm(forms.Form):
    at = MomentField(label=_("As of"))

    def __init__(self, *args, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_at(self):
        at = self.cleaned_data["at"]
        if at > self.now:
            raise ValidationError(_("This minute has not come yet."))
        return at


class Asked:
    """`at` is the end of the minute that was asked for, or now."""

    def __init__(self, query, now):
        self.given = "at" in query
        self.form = MinuteForm(query if self.given else None, now=now, initial={"at": local(now)})
        self.is_wrong = self.given and not self.form.is_valid()
        self.is_past = self.given and not self.is_wrong
        minute = self.form.cleaned_data["at"] if self.is_past else now
        self.at = min(minute + MINUTE, now) if self.is_past else now
        self.steps = [(label, local(minute + many * MINUTE)) for label, many in STEPS if minute + many * MINUTE <= now]
