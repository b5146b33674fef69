"""Special rules of a category with their time: a list, one to add, each to end."""
from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from tickets.choices import Urgency
from tickets.demands import LABELS
from tickets.models import SlaOverride
from tickets.overrides import NEVER_BEFORE, PERSON, URGENCY, name_of
from tickets.presenters import Pill
from tickets.profiles.views import READERS
from tickets.profiles.wording import limit_text
from tickets.special import prospect
from tickets.special import rules as special
from tickets.special.forms import WHAT, RuleForm
from tickets.timed import acts
from tickets.timed import pages as timed


@dataclass(frozen=True)
class Line:
    rule: SlaOverride
    category: str
    what: str
    value: str
    begins: str
    ends: str
    state: Pill
    may_end: bool


@audience(*READERS)
@require_safe
def rules(request):
    return page(request, database_now())


def page(request, now, *, form=None, seen="", status=200):
    rows = SlaOverride.objects.select_related("by", "person").order_by("-valid_from", "-pk")
    context = {"lines": [line(row, now) for row in rows], "may_edit": request.user.has_role(Role.AD),
               "form": form or RuleForm(now=now), "seen": seen}
    return render(request, "special/list.html", context, status=status)


def line(rule, now):
    return Line(
        rule=rule, category=name_of(rule.category), what=str(dict(WHAT)[rule.what]), value=value_of(rule),
        begins=timed.shown(rule.valid_from), ends=timed.until(rule), state=timed.state_of(rule, now), may_end=rule.may_end(now))


def value_of(rule):
    if rule.what == URGENCY:
        return Urgency(rule.value).label
    if rule.what == PERSON:
        return rule.person.display_name
    return _("Yes") if rule.what in LABELS else limit_text(rule.value)


@audience(Role.AD)
@require_POST
def add(request):
    now = database_now()
    form = RuleForm(request.POST, now=now)
    if form.is_valid() and "look" in request.POST:
        return page(request, now, form=form, seen=prospect.sentence(**form.cleaned_data))
    if form.is_valid():
        try:
            special.add(**form.cleaned_data, by=request.user, now=now, request=request)
        except acts.Overlaps:
            form.add_error("category", NEVER_BEFORE)
        else:
            messages.success(request, _("The rule is written."))
            return redirect("tickets:special")
    return page(request, now, form=form, status=422)


@audience(Role.AD)
@require_POST
def end(request, rule_id):
    return timed.end(request, SlaOverride, rule_id, now=database_now(), back="tickets:special")
