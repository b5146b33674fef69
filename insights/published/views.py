"""The published figures, counted again: the reports that the product knows, and the days that were played in this district."""
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import audience
from accounts.roles import DISTRICT, Role
from insights.published.measured import PLAYED
from insights.published.reports import REPORTS

READERS = (*DISTRICT, Role.AU)


@audience(*READERS)
@require_safe
def page(request):
    """`?of=` a scenario counts that one from the rows; without it the published tables are checked, which asks no row."""
    name = request.GET.get("of", "")
    if name and name not in PLAYED:
        raise Http404
    played = PLAYED.get(name)
    lines = played.measure() if played else []
    context = {"played": played, "lines": lines, "is_there": any(getattr(line, "n", 0) for line in lines),
               "scenarios": PLAYED.values(), "reports": REPORTS}
    return render(request, "published/page.html", context)
