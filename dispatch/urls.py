from django.urls import path, re_path

from dispatch import api, boards, views
from dispatch.evidence import views as evidence
from dispatch.feedback import views as feedback
from dispatch.fieldwork import views as fieldwork
from dispatch.presets import views as presets
from dispatch.rulebook import views as rulebook

TICKET = r"^tickets/(?P<ticket_no>[0-9]{1,16})/"

app_name = "dispatch"
urlpatterns = [
    path("desk/dispatch/", views.dispatch_desk, name=boards.DISPATCH.url_name),
    path("desk/unit/", views.unit_inbox, name=boards.INBOX.url_name),
    path("desk/unit-board/", views.unit_board, name=boards.UNIT_BOARD.url_name),
    path("desk/unit/field-list/", fieldwork.field_list, name="field-list"),
    path("desk/unit/feedback/", feedback.feedback, name="feedback"),
    path("desk/unit/feedback/file/", feedback.template, name="feedback-file"),
    path("desk/unit/feedback/confirm/", feedback.confirm, name="feedback-confirm"),
    path("desk/unit/presets/", presets.presets, name="presets"),
    path("desk/unit/presets/add/", presets.add, name="preset-add"),
    path("desk/unit/presets/<int:preset_id>/end/", presets.end, name="preset-end"),
    path("desk/supervision/", views.supervision, name=boards.SUPERVISION.url_name),
    path("desk/coordination/", views.coordination, name=boards.COORDINATION.url_name),
    path("desk/duty/", views.duty, name=boards.DUTY.url_name),
    path("routing/", rulebook.rules, name="routing"),
    path("routing/look/", rulebook.look, name="routing-look"),
    path("routing/write/", rulebook.write, name="routing-write"),
    path("routing/<int:rule_id>/end/", rulebook.end, name="routing-end"),
    re_path(r"^api/v1/tickets/(?P<ticket_no>[0-9]{1,16})/suggestions/$", api.suggestions, name="api-suggestions"),
    re_path(TICKET + "evidence/$", evidence.evidence, name="evidence"),
    re_path(TICKET + "evidence/attachment/(?P<attachment_id>[0-9]{1,9})/$", evidence.attachment, name="attachment"),
    re_path(TICKET + "evidence/(?P<evidence_id>[0-9]{1,9})/$", evidence.file, name="evidence-file"),
    path("escalations/<int:escalation_id>/acknowledge/", views.acknowledge, name="acknowledge"),
]
