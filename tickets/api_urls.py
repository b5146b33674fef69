"""Everything under /api/; include it at the root, after all other addresses that begin so."""
from django.urls import include, path, re_path

from tickets import api
from tickets.channels import api as channels
from tickets.steps import STEPS
from tickets.telephony.api import phone_events

TICKET = r"^tickets/(?P<ticket_no>[0-9]{1,16})/"

VERSION_1 = [
    path("tickets/", api.tickets, name="api-tickets"),
    re_path(TICKET + "$", api.ticket, name="api-ticket"),
    *[re_path(f"{TICKET}{step.name}/$", api.step_view(step), name=f"api-step-{step.name}") for step in STEPS.values()],
    path("calls/", api.calls, name="api-calls"),
    path("telephony/events/", phone_events, name="api-phone-events"),
    path("messages/", channels.messages, name="api-messages"),
    path("schema/", api.schema, name="api-schema"),
    path("docs/", api.docs, name="api-docs"),
]

urlpatterns = [
    path("api/v1/", include(VERSION_1)),
    re_path(r"^api/", api.nothing),
]
