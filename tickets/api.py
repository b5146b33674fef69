"""The API's addresses. Each reads the clock once, asks the same doors as the pages, and answers in api_shapes."""
import re

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts import audit
from accounts.access import SIGNED_IN, anyone_signed_in, public
from accounts.instant import database_now
from accounts.roles import Role
from tickets import api_docs, api_list, api_shapes, doors, intake, problems, sightings
from tickets.api_forms import typed
from tickets.call_form import CallForm
from tickets.intake_form import IntakeForm
from tickets.models import Sighting, Ticket
from tickets.problems import Malformed
from tickets.steps import Invalid, offers

INTAKE = (Role.OP, Role.OPS)
KEY = re.compile(r"[\x21-\x7e]{1,100}")
VERSION = re.compile(r'(?:W/)?"([0-9]{1,9})"|([0-9]{1,9})')
CASE = ("lead_unit", "category", "area", "caller")  # what rules and forms of a step look at
FACTS = (*CASE, "target_unit", "proposed_unit", "registered_by")


def signed_in(view):
    """Says for hotline.checks what the permission class of the settings enforces."""
    view.audience = SIGNED_IN
    return view


def arrival(request):
    """When the request came, by the database's clock; a session was already asked for that on its way in."""
    return getattr(request, "arrived_at", None) or database_now()


def visible(user, ticket_no, joined):
    """A stranger's ticket and one that does not exist are the same: Ticket.DoesNotExist, which becomes 404."""
    return Ticket.objects.visible_to(user).select_related(*joined).get(ticket_no=ticket_no)


def only(request, *roles, now):
    if not request.user.has_role(*roles):
        audit.record("DENIED", user=request.user, now=now, request=request, result="refused",
                     what=f"{request.method} {request.path}"[:300])
        raise PermissionDenied


@signed_in
@api_docs.describe_tickets
@api_view(["GET", "POST"])
def tickets(request):
    return _register(request) if request.method == "POST" else _list(request)


def _list(request):
    now = arrival(request)
    wanted = api_list.asked(request.query_params)
    shown, following = api_list.page(api_list.matching(request.user, wanted, now), wanted, request.user)
    return Response({"results": [api_shapes.row(ticket, request.user, now) for ticket in shown],
                     "next": api_list.next_url(request.path, request.query_params, following)})


def _register(request):
    now = arrival(request)
    only(request, *INTAKE, now=now)
    key = idempotency_key(request)
    form = IntakeForm(typed(IntakeForm, request.data), now=now)
    if not form.is_valid():
        raise Invalid(form)
    ticket, is_new = intake.register(by=request.user, now=now, key=key, **form.cleaned_data)
    body = api_shapes.created(ticket)
    return Response(body, status=201 if is_new else 200, headers={"Location": body["links"]["self"]})


def idempotency_key(request):
    key = request.headers.get("Idempotency-Key", "")
    if key and not KEY.fullmatch(key):
        raise Malformed(_("The Idempotency-Key is one to 100 printable ASCII characters."))
    return key


@signed_in
@api_docs.describe_ticket
@api_view(["GET"])
def ticket(request, ticket_no):
    now = arrival(request)
    found = visible(request.user, ticket_no, FACTS)
    body = api_shapes.detail(found, request.user, list(offers(found, request.user)), now)
    sightings.note(found, request.user, how=Sighting.How.API, now=now, in_full=not body["identity"]["masked"])
    return Response(body, headers={"ETag": f'"{found.version}"'})


def step_view(step):
    """The address of one step: POST /tickets/{ticket_no}/{step}/."""

    @signed_in
    @api_docs.describe_step(step)
    @api_view(["POST"])
    def take(request, ticket_no):
        now = arrival(request)
        found = visible(request.user, ticket_no, CASE)
        taken = doors.attempt(request, found, step, body=typed(step.form, request.data), now=now,
                              version=expected_version(request))
        return _taken(request, taken)

    return take


def _taken(request, taken):
    """The ticket read afresh; the step may have led it out of this user's sight, and then he may do nothing more."""
    fresh = Ticket.objects.visible_to(request.user).select_related(*CASE).filter(pk=taken.ticket.pk).first()
    ticket = fresh or taken.ticket
    body = api_shapes.brief(ticket, offers(ticket, request.user) if fresh else [])
    if taken.proposal:
        body |= {"proposal": api_shapes.proposed(taken.proposal)}
    return Response(body, status=202 if taken.proposal else 200, headers={"ETag": f'"{ticket.version}"'})


def expected_version(request):
    """The version that If-Match asks for; None when it asks for nothing."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    found = VERSION.fullmatch(header)
    if found is None:
        raise Malformed(_("If-Match takes the version number of the ticket."))
    return int(found[1] or found[2])


@signed_in
@api_docs.describe_calls
@api_view(["POST"])
def calls(request):
    """A call that became no ticket still has its number in the ledger."""
    now = arrival(request)
    only(request, *INTAKE, now=now)
    form = CallForm(typed(CallForm, request.data))
    if not form.is_valid():
        raise Invalid(form)
    given = form.cleaned_data
    with transaction.atomic():
        call = intake.log_call(by=request.user, now=now, number=given["caller_number"],
                               disposition=given["disposition"], note=given["note"])
    return Response({"call_no": call.call_no, "disposition": call.disposition}, status=201)


@signed_in
@api_docs.hidden
@api_view(["GET"])
def schema(request):
    return Response(api_docs.document(get_language()))


@anyone_signed_in
@require_safe
def docs(request):
    return render(request, "tickets/api_docs.html", {"schema_url": reverse("api-schema")})


@csrf_exempt  # nothing is done here, and the answer must be JSON for every method
@public
def nothing(request, *args, **kwargs):
    return problems.answer(request, 404, _("There is no such address. Every address of the API ends with a slash."))

