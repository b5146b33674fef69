"""The desks of dispatch, units, supervision and duty, and the acknowledgement of an escalation."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import audience
from accounts.instant import database_now
from accounts.models import DutyKind, DutyShift
from dispatch import boards, escalation
from dispatch.models import Escalation
from tickets.list_views import desk_view
from tickets.models import Ticket
from tickets.scope import READERS

DUTY_KINDS = (DutyKind.DUTY_LEADER, DutyKind.SHIFT_LEADER)


def on_duty(request, now):
    """人手: who leads at this moment."""
    shifts = (
        DutyShift.objects.covering(now)
        .filter(kind__in=DUTY_KINDS)
        .select_related("user", "unit")
        .order_by("kind", "unit__path")
    )
    return {"on_duty": list(shifts)}


dispatch_desk = desk_view(boards.DISPATCH)
unit_inbox = desk_view(boards.INBOX, "dispatch/unit.html")
unit_board = desk_view(boards.UNIT_BOARD, "dispatch/unit.html")
supervision = desk_view(boards.SUPERVISION)
coordination = desk_view(boards.COORDINATION)
duty = desk_view(boards.DUTY, "dispatch/duty.html", on_duty)


@audience(*READERS)
@require_POST
def acknowledge(request, escalation_id):
    """确认: somebody has it in hand."""
    try:
        found = escalation.acknowledge(escalation_id, by=request.user, now=database_now())
    except (Escalation.DoesNotExist, Ticket.DoesNotExist):
        raise Http404 from None
    messages.success(request, _("Acknowledged."))
    return redirect("tickets:by_number", found.ticket.ticket_no)
