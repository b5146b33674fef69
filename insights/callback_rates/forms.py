"""Of which period: any two minutes of local time, or one of the usual ones."""
from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.calendars import ONE_DAY, local_date
from tickets.fields import MomentField
from tickets.weeks import WEEK, midnight, monday_of


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
    today = local_date(now)
    monday, first = monday_of(today), today.replace(day=1)
    return [(label, midnight(start), midnight(end)) for label, start, end in (
        (_("Last seven days"), today - 6 * ONE_DAY, today + ONE_DAY),  # a week that began an hour ago says nothing
        (_("This week"), monday, monday + WEEK),
        (_("Last week"), monday - WEEK, monday),
        (_("This month"), first, (first + timedelta(days=31)).replace(day=1)),
        (_("Last month"), (first - timedelta(days=1)).replace(day=1), first),
    )]
