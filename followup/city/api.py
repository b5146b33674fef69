"""The city's own system hands in one callback at a time; sent again it is the same one."""
from datetime import datetime
from typing import TypedDict

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.roles import Role
from followup.city import lines
from followup.city.forms import CityCallbackForm
from tickets import api_docs
from tickets.actions import Refused
from tickets.api import arrival, only, signed_in
from tickets.api_forms import typed
from tickets.models import Ticket
from tickets.steps import Invalid


class CityCallbackTaken(TypedDict):
    ticket_no: str
    at: datetime
    result: str
    is_new: bool  # false: it was on record already


api_docs.SHAPES |= {CityCallbackTaken.__name__: CityCallbackTaken}
describe = extend_schema(
    operation_id="add_city_callback", tags=["callbacks"], summary=gettext_lazy("A callback that the city made"),
    description=gettext_lazy("Supervisors only. Ticket and time name it: the same one again answers 200 and changes nothing; "
                             "another result for the same time is refused."),
    request=api_docs.body(CityCallbackForm),
    responses=api_docs.responses({201: ("CityCallbackTaken", gettext_lazy("Taken")),
                                  200: ("CityCallbackTaken", gettext_lazy("On record already"))}, (*api_docs.WRITING, 404)))


@signed_in
@describe
@api_view(["POST"])
def city_callbacks(request):
    now = arrival(request)
    only(request, Role.SV, now=now)
    form = CityCallbackForm(typed(CityCallbackForm, request.data))
    if not form.is_valid():
        raise Invalid(form)
    (line,) = lines.take([form.entry], by=request.user, now=now, request=request)
    if line.ticket is None:
        raise Ticket.DoesNotExist
    if line.fault:
        raise Refused(line.fault)
    body = {"ticket_no": line.ticket.ticket_no, "at": line.at, "result": line.entry.result, "is_new": not line.known}
    return Response(body, status=200 if line.known else 201)
