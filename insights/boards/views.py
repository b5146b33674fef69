"""The board of whoever watches over tickets, and the wall for everybody in the room: they bring themselves up to date."""
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from insights.boards import past
from insights.boards.board import ON_THE_WALL, READERS, View, board_of, sections
from insights.boards.forms import Asked
from insights.reports.acts import READERS as REPORTS
from tickets.list_views import wants_part


@audience(*READERS)
@require_safe
def board(request):
    mine = board_of(request.user)
    return shown(request, "board", mine.sections, role=Role(mine.role).label, reads_reports=request.user.has_role(*REPORTS))


@audience(*READERS)
@require_safe
def on_the_wall(request):
    """For a big screen. Strangers walk past it: counts, states, places and words of a theme, nothing of a citizen."""
    return shown(request, "wall", ON_THE_WALL)


def shown(request, name, wanted, **more):
    now = database_now()
    asked = Asked(request.GET, now)
    context = more | {"asked": asked, "now": now, "here": request.path, "most": past.MOST,
                      "sections": [] if asked.is_wrong else sections(wanted, View(request.user, asked.at, now))}
    template = f"boards/_{name}.html" if wants_part(request) else f"boards/{name}.html"
    return render(request, template, context, status=422 if asked.is_wrong else 200)
