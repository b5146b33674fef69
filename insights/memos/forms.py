"""A memo to a unit, its answer, and what became of it."""
import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from insights.alerts.forms import says_no_number
from insights.memos.acts import MOST
from tickets.calendars import local_date
from tickets.fields import AnyUnitField, DayField, TextField, YesNo
from tickets.models import Ticket


class MemoForm(forms.Form):
    unit = AnyUnitField(label=_("To the unit"))
    due = DayField(label=_("Answer before the end of"))
    title = forms.CharField(label=pgettext_lazy("memo", "Subject"), min_length=4, max_length=60, validators=[says_no_number])
    text = TextField(label=_("What should change, and why"), min_length=10, max_length=2000, rows=6,
                     validators=[says_no_number])
    numbers = TextField(label=_("Numbers of the tickets behind it"), required=False, rows=3, max_length=MOST * 20,
                        help_text=_("The unit is shown only those of them that it may read."))

    def __init__(self, *args, user, now, **kwargs):
        super().__init__(*args, auto_id="memo-%s", **kwargs)
        self.user, self.now = user, now

    def clean_due(self):
        if self.cleaned_data["due"] < local_date(self.now):
            raise ValidationError(_("This day is over."))
        return self.cleaned_data["due"]

    def clean_numbers(self):
        """The tickets themselves."""
        wanted = list(dict.fromkeys(re.findall(r"[0-9A-Za-z]+", self.cleaned_data["numbers"])))
        if len(wanted) > MOST:
            raise ValidationError(_("At most %(most)d tickets.") % {"most": MOST})
        found = {ticket.ticket_no: ticket for ticket in Ticket.objects.visible_to(self.user).filter(ticket_no__in=wanted)}
        if missing := [number for number in wanted if number not in found]:
            raise ValidationError(_("No such ticket: %(numbers)s") % {"numbers": ", ".join(missing[:5])})
        return [found[number] for number in wanted]


class AnswerForm(forms.Form):
    adopted = YesNo(label=_("Is the proposal adopted?"))
    text = TextField(label=_("What is done, by whom, by when; or why not"), min_length=10, max_length=2000, rows=5)


class CloseForm(forms.Form):
    ending = TextField(label=_("What became of it"), min_length=4, max_length=500, rows=2)
