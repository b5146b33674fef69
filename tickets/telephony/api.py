"""The address to which a telephone system sends its events. It has no account: it signs."""
from datetime import datetime
from typing import TypedDict

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, authentication_classes, permission_classes, throttle_classes
from rest_framework.response import Response

from accounts.access import public
from tickets import api_docs, problems
from tickets.api import arrival
from tickets.api_forms import typed
from tickets.problems import Malformed
from tickets.telephony import events, signing


class EventTaken(TypedDict):
    call_no: str
    event_id: str
    at: datetime
    is_new: bool  # false: it was on record already


api_docs.SHAPES |= {EventTaken.__name__: EventTaken}
describe = extend_schema(
    operation_id="take_phone_event", tags=["calls"], auth=[], summary=gettext_lazy("What the telephone system tells of a call"),
    description=gettext_lazy("Signed, not signed in: the signature is “sha256=” and the hex HMAC-SHA-256 of timestamp, a full "
                             "stop and the body. Events may come late, again and in any order. 404 while no secret is set."),
    parameters=[OpenApiParameter(signing.TIMESTAMP, OpenApiTypes.INT, OpenApiParameter.HEADER, required=True),
                OpenApiParameter(signing.SIGNATURE, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)],
    request=api_docs.body(events.EventForm),
    responses=api_docs.responses({201: ("EventTaken", gettext_lazy("Taken")),
                                  200: ("EventTaken", gettext_lazy("On record already"))}, (400, 401, 404, 409, 413, 415, 503)))


@public
@describe
@api_view(["POST"])
@authentication_classes([])
@permission_classes([])
@throttle_classes([])  # who does not know the secret costs one hash; who knows it is the exchange of the house
def phone_events(request):
    secret = settings.TELEPHONY_SECRET
    if not secret:
        raise Http404
    raw = request.body
    if not signing.is_signed(secret, request.headers, raw):
        return problems.answer(request, 401, _("The signature is missing or wrong."))
    now = arrival(request)
    if not signing.is_fresh(request.headers, now=now):
        return problems.answer(request, 401, _("The request was signed too long ago, or the clocks differ."))
    form = events.EventForm(typed(events.EventForm, request.data), now=now)
    if not form.is_valid():
        raise Malformed(_("See “errors”."), {name: [str(said) for said in told] for name, told in form.errors.items()})
    try:
        told = events.take(now=now, **form.cleaned_data)
    except events.OtherBody:
        detail = _("An event of this number came before and said something else; nothing was written.")
        return problems.answer(request, 409, detail, slug="event-reused")
    body = {"call_no": told.call.call_no, "event_id": form.cleaned_data["event_id"], "at": form.cleaned_data["at"],
            "is_new": told.is_new}
    return Response(body, status=201 if told.is_new else 200)
