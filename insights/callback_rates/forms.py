"""Of which period: any two minutes of local time, or one of the usual ones."""
from datetime import datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.calendars import LOCAL
from tickets.fields import MomentField


class PeriodForm(forms.Form):
    since = MomentField(label=_("From (included)"))
    until = MomentField(label=_("To (not included)"))

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if given.get("since") and given.get("until") and not given["since"] < given["until"]:
            self.add_error("until", _("The end is after the beginning."))
        return given


def usual(now):
    """(label, beginning, end) of the periods that are mostly asked for; the first one is shown unasked."""
    today = now.astimezone(LOCAL).date()
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    return [(label, midnight(start), midnight(end)) for label, start, end in (
        (_("This week"), monday, monday + timedelta(days=7)),
        (_("Last week"), monday - timedelta(days=7), monday),
        (_("This month"), first, (first + timedelta(days=31)).replace(day=1)),
        (_("Last month"), (first - timedelta(days=1)).replace(day=1), first),
    )]


def midnight(day):
    return datetime.combine(day, time(), LOCAL)
