"""The page of figures, the list behind each number, and for everybody how they are counted."""
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import audience, public
from accounts.instant import database_now
from insights.figures import listing, page
from insights.figures.forms import READERS, Asked
from insights.figures.measures import MEASURES
from insights.figures.periods import local, usual
from insights.figures.published import GROUPS, NEEDED
from insights.figures.rates import plain
from insights.rollups import reading
from tickets import columns


@audience(*READERS)
@require_safe
def figures(request):
    now = database_now()
    asked = Asked(request.user, request.GET, now)
    context = {"form": asked.form, "asked": asked, "groups": [],
               "periods": [(label, asked.query(since=local(since), until=local(until))) for label, since, until in usual(now)]}
    if asked.period:
        context["groups"] = page.groups(reading.count(NEEDED, asked.period, asked.scope), asked)
    return render(request, "figures/page.html", context, status=200 if asked.period else 422)


@audience(*READERS)
@require_safe
def rows(request, code):
    """What one number counts."""
    measure, now = MEASURES.get(code), database_now()
    if measure is None:
        raise Http404
    asked = Asked(request.user, request.GET, now)
    context = {"measure": measure, "asked": asked, "form": asked.form, "lines": [], "of_calls": measure.source.ticket is None,
               "heads": [_("When"), _("Ticket"), *(columns.COLUMNS[name].label for name in listing.SHOWN)]}
    if asked.period:
        lines, following = listing.page(measure, asked.period, asked.scope, after=request.GET.get("after", ""), now=now)
        context |= {"lines": lines, "total": listing.how_many(measure, asked.period, asked.scope),
                    "following": f"?{asked.query(after=following)}" if following else "",
                    "first": f"?{asked.query()}" if request.GET.get("after") else ""}
    return render(request, "figures/list.html", context, status=200 if asked.period else 422)


@public
@require_safe
def how_we_count(request):
    """Definitions alone: nobody reads a number here."""
    said = settings.FIGURES
    weights = [plain(100 * weight) for weight in said["WEIGHTS"]]
    return render(request, "figures/how_we_count.html", {
        "groups": GROUPS, "rank_min": said["RANK_MIN"], "weights": weights, "cut_off": said["PCT_MODE"] == "trunc",
        "places": said["PCT_PLACES"],
        "basically_solved": plain(said["W_BASIC_SOLVED"]), "basically_satisfied": plain(said["W_BASIC_SATISFIED"])})
