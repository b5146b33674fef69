"""The callback desk, and the two of appeals."""
from followup import boards, progress
from tickets.list_views import desk_view


def of_today(request, now):
    return {"progress": progress.of_day(request.user, now)}


callbacks = desk_view(boards.CALLBACKS, "followup/desk.html", of_today)
appeals = desk_view(boards.APPEALS)
unit_appeals = desk_view(boards.OF_UNIT)
follow_ups = desk_view(boards.FOLLOW_UPS)
