"""Why this deadline: a page and an answer of the API, for everybody who may read the ticket."""
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.access import audience
from accounts.instant import database_now
from accounts.models import Unit
from insights import clock_shapes, proof, responsibility
from tickets import api_docs, ledger, presenters
from tickets.api import arrival, signed_in
from tickets.models import Ticket
from tickets.presenters import chip_of, span
from tickets.views import READERS

api_docs.SHAPES |= clock_shapes.SHAPES
describe = extend_schema(
    operation_id="prove_clock", tags=["tickets"], summary=gettext_lazy("Why this deadline"),
    description=gettext_lazy("Everything that moved a clock, the time that counted and its ladder, told from the trail alone."),
    responses=api_docs.responses({200: ("ClockProof", gettext_lazy("The proof"))}, (401, 404, 429, 503)))


def found(user, ticket_no, clock_id):
    """(ticket, clock) in this user's sight; 404 for a stranger as for what does not exist."""
    ticket = get_object_or_404(Ticket.objects.visible_to(user), ticket_no=ticket_no)
    return ticket, get_object_or_404(ticket.clocks, pk=clock_id)


def proven(ticket, clock, now):
    try:
        return proof.prove(ticket, clock, now=now)
    except LookupError:
        raise Http404 from None


@audience(*READERS)
@require_safe
def clock(request, ticket_no, clock_id):
    now = database_now()
    ticket, row = found(request.user, ticket_no, clock_id)
    shown = proven(ticket, row, now)
    context = {"ticket": ticket, "clock": shown.clock, "chip": chip_of(shown.clock, now), "proof": shown, "facts": facts(shown)}
    return render(request, "insights/clock.html", context)


def facts(shown):
    clock = shown.clock
    pairs = [
        (_("Due date"), clock.due_at),
        (_("Limit"), shown.rule),
        (_("Profile"), shown.profile),
        (_("Holiday table"), f"v{clock.calendar_version}" if clock.calendar_version else None),
        (_("Special rule"), f"{clock.override.category} · {clock.override.reason}" if clock.override else None),
        (_("Started"), clock.started_at),
        (_("Stopped"), clock.stopped_at),
        (_("Holder"), clock.holder.name if clock.holder else _("Hotline")),
        (_("Round"), clock.round),
    ]
    return [(label, value) for label, value in pairs if value is not None]


@audience(*READERS)
@require_safe
def holders(request, ticket_no):
    """Every second of the ticket's life, booked to who held it."""
    now = database_now()
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), ticket_no=ticket_no)
    booked = ledger.bookings(list(ticket.events.order_by("seq")), now)
    units = Unit.objects.in_bulk({booking.unit_id for booking in booked} - {None})
    context = {"ticket": ticket, "parts": presented(booked, units), "totals": summed(booked, units)}
    return render(request, "insights/holders.html", context)


@audience(*responsibility.READERS)
@require_safe
def responsible(request):
    """The ledgers of all open tickets together."""
    shares = responsibility.shares(request.user, now=database_now())
    rows = [{"name": name_of(one.holder, one.unit), "tickets": one.tickets, "time": span(one.seconds),
             "average": span(one.seconds // one.tickets), "percent": round(100 * one.share, 1),
             "bar": [{"left": 0, "width": round(1000 * one.seconds / shares[0].seconds, 2),
                      "tone": presenters.HOLDER_TONE[one.holder]}]}
            for one in shares]
    return render(request, "insights/responsibility.html", {"rows": rows, "none": _("No ticket is open.")})


def presented(booked, units):
    return [{"booking": booking, "name": name_of(booking.holder, units.get(booking.unit_id)), "left": left, "width": width,
             "tone": presenters.HOLDER_TONE[booking.holder], "time": span(booking.seconds)}
            for booking, left, width in ledger.strip(booked)]


def summed(booked, units):
    return [(name_of(holder, units.get(unit_id)), span(seconds)) for (holder, unit_id), seconds in ledger.totals(booked)]


def name_of(holder, unit):
    return unit.name if unit else holder.label


@signed_in
@describe
@api_view(["GET"])
def clock_api(request, ticket_no, clock_id):
    now = arrival(request)
    ticket, row = found(request.user, ticket_no, clock_id)
    return Response(clock_shapes.shape(proven(ticket, row, now)))
