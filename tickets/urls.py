from django.urls import path, re_path

from tickets import list_views, queues, views
from tickets.holidays import views as holidays
from tickets.live import views as live_views
from tickets.profiles import views as profiles
from tickets.special import views as special

TICKET = r"^tickets/(?P<ticket_no>[0-9]{1,16})/"
DESKS = (queues.MINE, queues.FLOOR, queues.REVIEW, queues.LEADER, queues.QUALITY)

app_name = "tickets"
urlpatterns = [
    *[path(f"desk/{desk.name}/", list_views.desk_view(desk), name=desk.url_name) for desk in DESKS],
    path("tickets/", list_views.all_tickets, name="all"),
    path("tickets/new/", views.new, name="new"),
    path("tickets/caller/", views.caller, name="caller"),
    path("tickets/lists/", views.lists, name="lists"),
    path("calendar/", holidays.calendar, name="calendar"),
    path("calendar/day/", holidays.day, name="calendar-day"),
    path("calendar/file/", holidays.file, name="calendar-file"),
    path("calendar/confirm/", holidays.confirm, name="calendar-confirm"),
    path("limits/", profiles.profiles, name="profiles"),
    path("limits/<int:profile_id>/", profiles.profile, name="profile"),
    path("limits/<int:profile_id>/new/", profiles.new, name="profile-new"),
    path("limits/confirm/", profiles.confirm, name="profile-confirm"),
    path("limits/special/", special.rules, name="special"),
    path("limits/special/add/", special.add, name="special-add"),
    path("limits/special/<int:rule_id>/end/", special.end, name="special-end"),
    path("tickets/several/<slug:step_name>/", list_views.several, name="several"),
    path("live/", live_views.stream, name="live"),
    re_path(TICKET + "news/$", live_views.news, name="news"),
    re_path(TICKET + "here/$", live_views.here, name="here"),
    re_path(TICKET + "$", views.ticket, name="by_number"),
    re_path(TICKET + "taken/$", views.taken, name="taken"),
    re_path(TICKET + "reveal/$", views.reveal, name="reveal"),
    re_path(TICKET + "do/(?P<step_name>[a-z_]{1,40})/$", views.do, name="do"),
]
