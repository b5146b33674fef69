from django.urls import path, re_path

from tickets import list_views, queues, views
from tickets.live import views as live_views

TICKET = r"^tickets/(?P<ticket_no>[0-9]{1,16})/"
DESKS = (queues.MINE, queues.FLOOR, queues.REVIEW, queues.LEADER, queues.QUALITY)

app_name = "tickets"
urlpatterns = [
    *[path(f"desk/{desk.name}/", list_views.desk_view(desk), name=desk.url_name) for desk in DESKS],
    path("tickets/", list_views.all_tickets, name="all"),
    path("tickets/new/", views.new, name="new"),
    path("tickets/caller/", views.caller, name="caller"),
    path("tickets/lists/", views.lists, name="lists"),
    path("tickets/several/<slug:step_name>/", list_views.several, name="several"),
    path("live/", live_views.stream, name="live"),
    re_path(TICKET + "news/$", live_views.news, name="news"),
    re_path(TICKET + "here/$", live_views.here, name="here"),
    re_path(TICKET + "$", views.ticket, name="by_number"),
    re_path(TICKET + "taken/$", views.taken, name="taken"),
    re_path(TICKET + "reveal/$", views.reveal, name="reveal"),
    re_path(TICKET + "do/(?P<step_name>[a-z_]{1,40})/$", views.do, name="do"),
]
