from django.urls import path, re_path

from tickets import list_views, queues, views
from tickets.asking import views as asking
from tickets.channels import views as channels
from tickets.exports import views as exports
from tickets.files import views as files
from tickets.holidays import views as holidays
from tickets.live import views as live_views
from tickets.profiles import views as profiles
from tickets.saying import views as saying
from tickets.similar import views as similar
from tickets.special import views as special
from tickets.taking import views as taking
from tickets.telephony import views as telephony

TICKET = r"^tickets/(?P<ticket_no>[0-9]{1,16})/"
DESKS = (queues.MINE, queues.FLOOR, queues.REVIEW, queues.LEADER, queues.QUALITY)

app_name = "tickets"
urlpatterns = [
    *[path(f"desk/{desk.name}/", list_views.desk_view(desk), name=desk.url_name) for desk in DESKS],
    path("tickets/", list_views.all_tickets, name="all"),
    path("tickets/new/", taking.new, name="new"),
    path("tickets/new/draft/", taking.draft, name="intake-draft"),
    path("tickets/new/discard/", taking.discard, name="intake-discard"),
    path("tickets/new/files/", files.add, name="intake-files"),
    path("tickets/new/files/<int:number>/drop/", files.drop, name="intake-file-drop"),
    path("tickets/new/besides/", taking.besides, name="intake-besides"),
    path("tickets/caller/", similar.caller, name="caller"),
    path("tickets/caller/history/", similar.history, name="history"),
    path("tickets/similar/", similar.candidates, name="similar"),
    path("tickets/similar/words/", similar.look_up, name="look-up"),
    path("callers/", similar.caller_notes, name="caller-notes"),
    path("callers/add/", similar.add_note, name="caller-note-add"),
    path("callers/<int:note_id>/end/", similar.end_note, name="caller-note-end"),
    path("scripts/", saying.script_page, name="scripts"),
    path("scripts/write/", saying.script_write, name="script-write"),
    path("questions/", asking.listing, name="questions"),
    path("questions/<slug:code>/", asking.edit, name="questions-of"),
    path("questions/<slug:code>/write/", asking.write, name="questions-write"),
    path("snippets/", saying.snippet_page, name="snippets"),
    path("snippets/keep/", saying.snippet_keep, name="snippet-keep"),
    path("snippets/list/", saying.snippet_list, name="snippet-list"),
    path("snippets/<int:snippet_id>/drop/", saying.snippet_drop, name="snippet-drop"),
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
    path("exports/", exports.page, name="exports"),
    path("exports/<int:export_id>/file/", exports.file, name="export-file"),
    path("exports/<int:export_id>/decide/", exports.decide, name="export-decide"),
    path("exports/<int:export_id>/drop/", exports.drop, name="export-drop"),
    path("messages/", channels.waiting, name="messages"),
    path("messages/write/", channels.write, name="message-write"),
    path("messages/<int:message_id>/", channels.read, name="message"),
    path("messages/<int:message_id>/take/", channels.take, name="message-take"),
    path("messages/<int:message_id>/back/", channels.give_back, name="message-back"),
    path("messages/<int:message_id>/join/", channels.join, name="message-join"),
    path("messages/<int:message_id>/none/", channels.no_matter, name="message-none"),
    path("live/", live_views.stream, name="live"),
    path("calls/", telephony.calls, name="calls"),
    path("calls/file/", telephony.calls_file, name="calls-file"),
    path("calls/seats/", telephony.floor, name="seats"),
    path("calls/handover/", telephony.handover, name="handover"),
    path("calls/telephone/", telephony.telephone, name="telephone"),
    path("calls/bar/", telephony.bar, name="phone-bar"),
    path("calls/seat/", telephony.seat, name="phone-seat"),
    path("calls/leave/", telephony.leave, name="phone-leave"),
    path("calls/mode/", telephony.mode, name="phone-mode"),
    re_path(r"^calls/(?P<call_no>[0-9]{1,16})/settle/$", telephony.settle, name="phone-settle"),
    re_path(r"^calls/(?P<call_no>[0-9]{1,16})/transfer/$", telephony.transfer, name="phone-transfer"),
    re_path(TICKET + "dial/$", telephony.dial, name="dial"),
    re_path(TICKET + "news/$", live_views.news, name="news"),
    re_path(TICKET + "here/$", live_views.here, name="here"),
    re_path(TICKET + "$", views.ticket, name="by_number"),
    re_path(TICKET + "taken/$", taking.taken, name="taken"),
    re_path(TICKET + "recognise/(?P<how>join|urge|add|follow_up)/$", similar.recognise, name="recognise"),
    re_path(TICKET + "reveal/$", views.reveal, name="reveal"),
    re_path(TICKET + "do/(?P<step_name>[a-z_]{1,40})/$", views.do, name="do"),
]
