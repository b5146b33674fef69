"""Platforms hand in one message at a time; sent again it is the same one."""
from datetime import datetime
from typing import TypedDict

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from tickets import api_docs, choices
from tickets.api import INTAKE, arrival, only, signed_in
from tickets.api_forms import typed
from tickets.channels.arrival import receive
from tickets.channels.forms import ProgramForm
from tickets.channels.models import MessageStatus
from tickets.steps import Invalid


class MessageTaken(TypedDict):
    channel: choices.Channel
    source_ref: str
    status: MessageStatus
    received_at: datetime
    due_at: datetime
    answer_by: datetime | None
    ticket_no: str | None
    is_new: bool  # false: it came before


api_docs.SHAPES |= {MessageTaken.__name__: MessageTaken}
describe = extend_schema(
    operation_id="add_message", tags=["messages"], summary=gettext_lazy("A message of a channel other than the phone"),
    description=gettext_lazy("For operators and shift leaders. Channel and number name it: the same one again answers 200 and "
                             "changes nothing, with the number of its ticket once there is one; other words under the same "
                             "number are refused. It waits in the inbox until somebody takes it."),
    request=api_docs.body(ProgramForm),
    responses=api_docs.responses({201: ("MessageTaken", gettext_lazy("Taken in")),
                                  200: ("MessageTaken", gettext_lazy("It came before"))}, api_docs.WRITING))


@signed_in
@describe
@api_view(["POST"])
def messages(request):
    now = arrival(request)
    only(request, *INTAKE, now=now)
    form = ProgramForm(typed(ProgramForm, request.data), now=now)
    if not form.is_valid():
        raise Invalid(form)
    message, is_new = receive(by=request.user, now=now, **form.cleaned_data)
    message.refresh_from_db()  # so that both answers say the same, in the same spelling
    return Response(told(message, is_new), status=201 if is_new else 200)


def told(message, is_new) -> MessageTaken:
    return {"channel": message.channel, "source_ref": message.source_ref, "status": message.status,
            "received_at": message.received_at, "due_at": message.due_at, "answer_by": message.answer_by,
            "ticket_no": message.ticket.ticket_no if message.ticket else None, "is_new": is_new}
