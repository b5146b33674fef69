"""What pages of such rules have in common: the two days, the words of a row, and the answer to "end it"."""
from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.calendars import ONE_DAY
from tickets.fields import DayField
from tickets.presenters import Pill
from tickets.timed import acts
from tickets.weeks import midnight


def begin_of(day):
    return midnight(day) if day else None


def end_of(day):
    """The last day counts to its end."""
    return begin_of(day + ONE_DAY) if day else None


class TimedForm(forms.Form):
    """For a form with the days `valid_from` (empty: at once) and `valid_to` (empty: open)."""

    def __init__(self, *args, now, **kwargs):
        self.now = now
        super().__init__(*args, auto_id="rule-%s", **kwargs)

    def clean_valid_from(self):
        return begin_of(self.cleaned_data["valid_from"]) or self.now

    def clean_valid_to(self):
        return end_of(self.cleaned_data["valid_to"])

    def check_days(self, given):
        if given.get("valid_to") and given["valid_to"] <= max(given.get("valid_from", self.now), self.now):
            self.add_error("valid_to", _("It would end before it begins."))


class EndForm(forms.Form):
    last_day = DayField(label=gettext_lazy("Last day"), required=False)

    def at(self, now):
        return end_of(self.cleaned_data["last_day"]) or now


def shown(moment):
    return date_format(timezone.localtime(moment), "Y-m-d H:i")


def until(rule):
    return shown(rule.valid_to) if rule.valid_to else _("open")


def state_of(rule, now):
    if rule.valid_from > now:
        return Pill(_("not begun"), "yellow")
    if rule.valid_to and rule.valid_to <= now:
        return Pill(_("ended"))
    return Pill(_("counts now"), "green")


def end(request, model, rule_id, *, now, back):
    """A POST that ends a rule, answered by a redirect to the page `back`."""
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["last_day"]))
        return redirect(back)
    try:
        ended = acts.end(model, rule_id, at=form.at(now), by=request.user, now=now, request=request)
    except model.DoesNotExist as error:
        raise Http404 from error
    except acts.OverAlready:
        messages.warning(request, _("It ends before that day already."))
    else:
        messages.success(request, _("The end of the rule is written.") if ended
                         else _("The rule had not begun and is taken back."))
    return redirect(back)
