"""Of which period: any two minutes of local time, or one of the usual ones."""
from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.calendars import LOCAL, ONE_DAY, local_date
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


def local(moment):
    return moment.astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M")


def usual(now):
    """(label, beginning, end) of the periods that are mostly asked for; the first one is shown unasked."""
    today = local_date(now)
    monday, month = monday_of(today), today.replace(day=1)
    last_month = (month - ONE_DAY).replace(day=1)
    quarter = month.replace(month=month.month - (month.month - 1) % 3)
    last_quarter = months_later(quarter, -3)
    return [(label, midnight(start), midnight(end)) for label, start, end in (
        (_("Last seven days"), today - 6 * ONE_DAY, today + ONE_DAY),
        (_("This day"), today, today + ONE_DAY), (_("Yesterday"), today - ONE_DAY, today),
        (_("This week"), monday, monday + WEEK), (_("Last week"), monday - WEEK, monday),
        (_("This month"), month, months_later(month, 1)), (_("Last month"), last_month, month),
        (_("This quarter"), quarter, months_later(quarter, 3)), (_("Last quarter"), last_quarter, quarter),
    )]


def months_later(first, many):
    """The first day of another month."""
    place = first.year * 12 + first.month - 1 + many
    return first.replace(year=place // 12, month=place % 12 + 1)
