"""The limit of the web server: a bare DRF endpoint, without log-in, form or rule, that writes the rows of one draft."""
from django.db import transaction
from django.urls import path
from django.utils import timezone
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.response import Response

from accounts.models import User
from tickets.models import Call, Caller, IdempotencyKey, SlaProfile, Ticket, TicketEvent
from tickets.numbers import new_salt, take_number

_known: dict = {}


def known():
    """User and profile, read once: a bare endpoint knows who calls."""
    if not _known:
        _known.update(user=User.objects.get(username="op"), profile=SlaProfile.objects.get(is_default=True))
    return _known["user"], _known["profile"]


@api_view(["POST"])
@authentication_classes([])
@permission_classes([])
@transaction.atomic
def bare(request):
    (user, profile), now, data = known(), timezone.now(), request.data
    caller = Caller.objects.create(name=data["caller_name"], phone=data["contact_phone"])
    ticket = Ticket.objects.create(
        ticket_no=take_number("T", now), registered_by=user, registered_at=now, query_salt=new_salt(), caller=caller,
        sla_profile=profile, content=data["content"], demand=data["demand"], address=data["address"], type=data["type"],
        target=data["target"], version=1)
    TicketEvent.objects.create(ticket=ticket, seq=1, name="create", target="draft", by=user, at=now)
    Call.objects.create(call_no=take_number("C", now), operator=user, started_at=now, ticket=ticket)
    IdempotencyKey.objects.create(user=user, key=new_salt(), body_hash="", ticket=ticket, created_at=now)
    return Response({"ticket_no": ticket.ticket_no}, status=201)


bare.audience = "everybody"
urlpatterns = [path("bare/", bare)]
