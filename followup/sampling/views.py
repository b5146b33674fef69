"""抽查: the seed of a week, who was drawn with it, and what was found. It shows numbers and calls, never a citizen."""
import re
from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from followup import callbacks, numbers, schedule
from followup.models import SampledCallback, SampleSeed
from followup.sampling import drawing, findings
from followup.sampling.forms import FindingForm
from tickets.actions import Refused
from tickets.models import Ticket
from tickets.states import State

WEEKS = 12  # that are led to
NAMED = re.compile(r"([0-9]{4})-W([0-9]{2})")


def week_named(text):
    """The Monday of "2026-W12"; 404 for what names no week."""
    found = NAMED.fullmatch(text)
    if not found:
        raise Http404
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise Http404 from None


def name_of(week):
    return f"{week:%G-W%V}"


@audience(*drawing.READERS)
@require_safe
def page(request):
    now = database_now()
    latest = drawing.last_week(now)
    week = week_named(request.GET["week"]) if "week" in request.GET else latest
    seed = SampleSeed.objects.filter(week=week).select_related("draw__drawn_by", "published_by", "event__ticket").first()
    drawn = getattr(seed, "draw", None)
    rows = drawn.callbacks.select_related("task__ticket", "finding__by").order_by("place") if drawn else []
    context = {
        "week": week, "week_name": name_of(week), "last_day": week + timedelta(days=6), "seed": seed, "drawn": drawn,
        "rows": [(row, getattr(row, "finding", None)) for row in rows], "is_over": week <= latest,
        "may_act": request.user.has_role(Role.SV),
        "weeks": [name_of(latest - timedelta(days=7 * back)) for back in range(WEEKS)],
    }
    return render(request, "sampling/page.html", context)


@audience(Role.SV)
@require_POST
def publish(request, week):
    return acted(request, week, drawing.publish, _("The seed is published. Anyone can draw with it now."))


@audience(Role.SV)
@require_POST
def draw(request, week):
    return acted(request, week, drawing.draw, _("The sample is drawn."))


def acted(request, week, act, said):
    try:
        act(week_named(week), by=request.user, now=database_now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(back_to(week))


def back_to(week):
    return f"{reverse('followup:sampling')}?week={week}"


@audience(*drawing.READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request, sampled_id):
    """One drawn callback: its calls beside the rule, and the finding."""
    sampled = get_object_or_404(SampledCallback.objects.select_related(
        "task__ticket", "task__outcome_by", "finding__by", "draw__seed"), pk=sampled_id)
    if request.method != "POST":
        return shown(request, sampled, FindingForm())
    if not request.user.has_role(Role.SV):
        raise PermissionDenied("record_finding")
    form = FindingForm(request.POST)
    if not form.is_valid():
        return shown(request, sampled, form, status=422)
    try:
        row = findings.record(sampled.pk, by=request.user, now=database_now(), **form.cleaned_data)
    except Refused as refusal:
        return shown(request, sampled, form, str(refusal), status=422)
    said = _("The finding is kept; the citizen is called again.") if row.given_back else _("The finding is kept.")
    messages.success(request, said)
    return redirect(back_to(name_of(sampled.draw.seed.week)))


def shown(request, sampled, form, problem="", status=200):
    task, ticket = sampled.task, sampled.task.ticket
    tries = list(task.attempts.select_related("by").order_by("pk"))
    counted = [one.at for one in tries if one.result not in callbacks.POSTPONED]
    context = {
        "sampled": sampled, "task": task, "ticket": ticket, "tries": tries, "finding": getattr(sampled, "finding", None),
        "form": form, "problem": problem, "may_act": request.user.has_role(Role.SV), "by_rule": schedule.enough(counted),
        "dead": not numbers.left(task), "week_name": name_of(sampled.draw.seed.week),
        "may_open": Ticket.objects.visible_to(request.user).filter(pk=ticket.pk).exists(),
        "gives_back": findings.may_be_given_back(ticket, task),
        "may_reopen": ticket.state in (State.CLOSED, State.ARCHIVED) and request.user.has_role(Role.SV),
    }
    return render(request, "sampling/finding.html", context, status=status)
