"""The page of the callback figures, for those who watch over all units together. It names no ticket and no citizen."""
from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import DISTRICT
from insights.callback_rates.figures import GROUPS, RANK_MIN, figures
from insights.figures.periods import PeriodForm, local, usual

READERS = DISTRICT


@audience(*READERS)
@require_safe
def page(request):
    periods = usual(database_now())
    _label, since, until = periods[0]
    asked = "since" in request.GET or "until" in request.GET
    form = PeriodForm(request.GET if asked else None, initial={"since": since, "until": until})
    found = {}
    if not asked:
        found = figures(since, until)
    elif form.is_valid():
        found = figures(form.cleaned_data["since"], form.cleaned_data["until"])
    context = {"form": form, "whole": found.pop("", None), "rank_min": RANK_MIN,
               "groups": [(GROUPS[name][0], group) for name, group in found.items()],
               "periods": [(label, query(start, end)) for label, start, end in periods]}
    return render(request, "callback_rates/page.html", context, status=422 if asked and not form.is_valid() else 200)


def query(since, until):
    return urlencode({"since": local(since), "until": local(until)})
