"""排名: the page of a month, and what is done on it."""
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import audience
from accounts.instant import database_now
from insights.figures.periods import months_later
from insights.ranking import acts, months, page
from insights.ranking.forms import PointsForm, RectificationForm
from tickets.actions import Refused
from tickets.calendars import local_date

MONTHS = 12  # that are led to


@audience(*acts.READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def ranking(request):
    now = database_now()
    this = local_date(now).replace(day=1)
    month = months.named(request.GET["month"]) if "month" in request.GET else months_later(this, -1)
    bound = {}
    if request.method == "POST":
        bound = posted(request, month, now)
        if bound is None:
            return redirect(f"{reverse('insights:ranking')}?month={month:%Y-%m}")
    context = page.context(request.user, month, now, **bound) | {
        "months": [f"{months_later(this, -back):%Y-%m}" for back in range(MONTHS)], "name": f"{month:%Y-%m}"}
    return render(request, "ranking/page.html", context, status=422 if bound else 200)


def posted(request, month, now):
    """{name of a form: the form with its errors}; None when it was done, or refused with a sentence."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        return act(request, month, now)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    except ObjectDoesNotExist:
        raise Http404 from None
    return None


def number(request):
    text = request.POST.get("id", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def give_points(request, month, now):
    form = PointsForm(request.POST, auto_id="points-%s")
    if not form.is_valid():
        return {"points": form}
    try:
        acts.give_points(by=request.user, now=now, month=month, **form.cleaned_data)
    except Refused as refusal:
        form.add_error("unit", str(refusal))
        return {"points": form}
    messages.success(request, _("The points wait for a second person."))
    return None


def decide_points(request, month, now):
    acts.decide_points(number(request), by=request.user, now=now, approved="approve" in request.POST)
    messages.success(request, _("Decided."))


def lay_before(request, month, now):
    acts.lay_before(month, by=request.user, now=now)
    messages.success(request, _("The ranking waits for a second person, who publishes it."))


def decide_ranking(request, month, now):
    acts.decide_ranking(number(request), by=request.user, now=now, approved="approve" in request.POST)
    messages.success(request, _("Decided."))


def explain(request, month, now):
    form = RectificationForm(request.POST, now=now)
    if not form.is_valid():
        return {f"explain {number(request)}": form}
    acts.explain(number(request), by=request.user, now=now, **form.cleaned_data)
    messages.success(request, _("Thank you: the answer is on file."))
    return None


ACTS = {act.__name__: act for act in (give_points, decide_points, lay_before, decide_ranking, explain)}
