from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from followup.annotations import keeping
from followup.annotations.rows import LONGEST
from tickets.calendars import local_date
from tickets.fields import DayField, TextField
from tickets.forms import CaseForm


class KeepTrackingForm(CaseForm):
    text = TextField(label=_("What to keep an eye on"), max_length=LONGEST, rows=2)
    until = DayField(label=_("Look again on"), help_text=_("A reminder comes at 08:30 of that day, and each day until it is "
                                                           "done or moved."))

    def clean_until(self):
        return in_future(self.cleaned_data["until"], self.now)


class SettleForm(CaseForm):
    """`which` is asked for only where several are open; a body without it means the one due first."""

    which = forms.IntegerField(label=_("Follow-up"), min_value=1, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = keeping.open_of(self.ticket, self.user)
        self.numbers = [row.pk for row in rows]
        several = forms.Select(choices=[(row.pk, worded(row)) for row in rows])
        self.fields["which"].widget = several if len(rows) > 1 else forms.HiddenInput()

    def start_values(self):
        return {"which": next((row.pk for row in keeping.open_of(self.ticket, self.user)), None)}

    def clean_which(self):
        which = self.cleaned_data["which"]
        if which is not None and which not in self.numbers:
            raise ValidationError(_("This follow-up is done already, or it is another's."))
        return which


class FinishTrackingForm(SettleForm):
    note = TextField(label=_("What came of it"), max_length=LONGEST, rows=2)


class MoveTrackingForm(SettleForm):
    until = DayField(label=_("Look again on"))
    note = TextField(label=_("Why later"), max_length=LONGEST, rows=2)

    def clean_until(self):
        return in_future(self.cleaned_data["until"], self.now)


def in_future(day, now):
    if day <= local_date(now):
        raise ValidationError(_("The date must be in the future."))
    return day


def worded(row):
    return f"{shown_date(row.due_at)} · {row.by.display_name} · {Truncator(row.text).chars(40)}"


def shown_date(moment):
    return date_format(timezone.localtime(moment), "Y-m-d")
