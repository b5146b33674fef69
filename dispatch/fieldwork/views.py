"""The field list: a page for paper and for the phone. Its address holds the tickets and their order; nothing is kept."""
from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import UNIT_ROLES
from dispatch import boards
from dispatch.fieldwork import stops
from tickets import sightings
from tickets.list_views import local


@audience(*UNIT_ROLES)
@require_safe
def field_list(request):
    """外出清单. It shows addresses and, where the reader sees it, a whole phone number, which no list does: so each opening
    is a sighting of every ticket on it, as opening the ticket itself is."""
    now = database_now()
    numbers, chosen = stops.asked_for(request.GET.getlist("t"))
    given = request.GET.get("back", "")
    back = local(request, given) if given else boards.INBOX.url
    found = stops.stops_of(numbers, request.user, now, chosen=chosen)
    sightings.note_several([stop.ticket for stop in found], request.user, how=sightings.Sighting.How.PAGE, now=now,
                           in_full=[stop.ticket for stop in found if stop.dial])
    context = {
        "streets": stops.streets(stops.with_moves(found, request.path, back)),
        "count": len(found), "now": now, "back": back, "too_many": len(numbers) > stops.MOST, "limit": stops.MOST,
        "marked": mark_of(found), "chosen": chosen,
        "route": f"{request.path}?{urlencode([*[('t', stop.ticket_no) for stop in found], ('back', back)])}",
    }
    return render(request, "fieldwork/field_list.html", context)


def mark_of(found):
    """What the watermark names when a confidential ticket is on the sheet: the first of them, and that there are more."""
    closed = [stop.ticket_no for stop in found if stop.ticket.is_confidential]
    return {"ticket_no": f"{closed[0]} …" if len(closed) > 1 else closed[0]} if closed else None
