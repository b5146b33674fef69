"""The callback desk, those of appeals and follow-ups, and the three layers."""
from accounts.roles import Role
from followup import boards, progress
from tickets.list_views import desk_view


def of_today(request, now):
    return {"progress": progress.of_day(request.user, now)}




def who_imports(request, now):
    return {"may_import": request.user.has_role(Role.SV)}


layers = desk_view(boards.LAYERS, "city/desk.html", who_imports)
callbacks = desk_view(boards.CALLBACKS, "followup/desk.html", of_today)
appeals = desk_view(boards.APPEALS)
unit_appeals = desk_view(boards.OF_UNIT)
follow_ups = desk_view(boards.FOLLOW_UPS)
