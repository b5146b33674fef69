"""Routing rules: a list, a form that first shows what a rule would do, and the end of each."""
from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from dispatch.models import RoutingRule
from dispatch.rulebook import preview, writing
from dispatch.rulebook.forms import RuleForm
from dispatch.rules import NEVER_TWICE, TERRITORY
from tickets.presenters import Pill
from tickets.timed import acts
from tickets.timed import pages as timed

READERS = (Role.AD, Role.SV, Role.DP)


@dataclass(frozen=True)
class Line:
    rule: RoutingRule
    conditions: str
    lead: str
    co_units: str
    begins: str
    ends: str
    state: Pill
    may_end: bool


@audience(*READERS)
@require_safe
def rules(request):
    return page(request, database_now())


def page(request, now, *, form=None, impact=None, status=200):
    rows = RoutingRule.objects.select_related("by", "area", "lead").order_by("-valid_from", "-pk")
    form = form or RuleForm(now=now, initial={"leads": "unit"})
    context = {"lines": [line(row, now, form) for row in rows], "may_edit": request.user.has_role(Role.AD), "form": form,
               "impact": impact}
    return render(request, "routing/list.html", context, status=status)


def line(rule, now, form):
    said = [form.categories.get(rule.category, rule.category), rule.area.name if rule.area else "",
            str(rule.get_hours_display()), str(rule.get_marks_display())]
    territory = _("Territory of the incident")
    return Line(
        rule=rule, conditions=" · ".join(word for word in said if word) or _("Any"),
        lead=rule.lead.name if rule.lead else territory,
        co_units=", ".join(territory if code == TERRITORY else str(form.units.get(code, code)) for code in rule.co_unit_codes),
        begins=timed.shown(rule.valid_from), ends=timed.until(rule), state=timed.state_of(rule, now), may_end=rule.may_end(now))


@audience(*READERS)
@require_POST
def look(request):
    """What would happen to the newest tickets; writes nothing."""
    now = database_now()
    form = RuleForm(request.POST, now=now)
    if not form.is_valid():
        return page(request, now, form=form, status=422)
    return page(request, now, form=form, impact=preview.impact(form.draft, request.user, now))


@audience(Role.AD)
@require_POST
def write(request):
    now = database_now()
    form = RuleForm(request.POST, now=now)
    if form.is_valid():
        try:
            writing.write(**form.cleaned_data, by=request.user, now=now, request=request)
        except acts.Overlaps:
            form.add_error("category", NEVER_TWICE)
        else:
            messages.success(request, _("The rule is written."))
            return redirect("dispatch:routing")
    return page(request, now, form=form, status=422)


@audience(Role.AD)
@require_POST
def end(request, rule_id):
    return timed.end(request, RoutingRule, rule_id, now=database_now(), back="dispatch:routing")
