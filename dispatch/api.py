"""GET /tickets/{ticket_no}/suggestions/: what the form of a dispatch suggests, for programs of those who dispatch."""
from datetime import datetime
from typing import TypedDict

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.roles import Role
from dispatch import routing
from tickets import api_docs
from tickets.api import FACTS, arrival, only, signed_in, visible
from tickets.api_shapes import Coded, coded

DISPATCHING = (Role.OPS, Role.DP, Role.SV, Role.DL)  # who is offered dispatch, express dispatch or designation


class EarlierRuling(TypedDict):
    at: datetime
    ticket_no: str | None
    text: str


class SuggestedUnit(TypedDict):
    unit: Coded
    co_units: list[Coded]
    reasons: list[str]
    rulings: int
    newest_rulings: list[EarlierRuling]


class Suggestions(TypedDict):
    ticket_no: str
    version: int
    results: list[SuggestedUnit]


api_docs.SHAPES |= {shape.__name__: shape for shape in (EarlierRuling, SuggestedUnit, Suggestions)}
describe = extend_schema(
    operation_id="suggest_units", tags=["tickets"], summary=_("Which units are suggested"),
    description=_("Up to three units with co-units, reasons and earlier rulings, best first; the first one fills the form. "
                  "Number and words of a ruling are left out when you may not read its ticket."),
    responses=api_docs.responses({200: ("Suggestions", _("Suggested units"))}, (401, 403, 404, 429, 503)))


@signed_in
@describe
@api_view(["GET"])
def suggestions(request, ticket_no):
    now = arrival(request)
    only(request, *DISPATCHING, now=now)
    ticket = visible(request.user, ticket_no, FACTS)
    found = routing.suggest_units(ticket, now, reader=request.user)
    body: Suggestions = {"ticket_no": ticket.ticket_no, "version": ticket.version, "results": [shape(one) for one in found]}
    return Response(body, headers={"ETag": f'"{ticket.version}"'})


def shape(one) -> SuggestedUnit:
    newest: list[EarlierRuling] = [{"at": ruling.at, "ticket_no": ruling.ticket_no or None, "text": ruling.text}
                                   for ruling in one.precedents.newest]
    return {"unit": coded(one.unit), "co_units": [coded(unit) for unit in one.co_units], "reasons": one.reasons,
            "rulings": one.precedents.count, "newest_rulings": newest}
