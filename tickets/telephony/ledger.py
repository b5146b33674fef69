"""What an operator writes down of a call that the telephone told of: its ticket, that it was none, where he connected it to."""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets.actions import Refused, lock, record_locked
from tickets.people import NO_MATTER, Call, Disposition
from tickets.telephony import seats
from tickets.telephony.models import Transfer

EVENT = "phone_transfer"


def calls_of(user):
    """The calls that rang at his seat, or that he logged."""
    return Call.objects.filter(operator=user)


def locked(call_id, *, by):
    """A stranger's call is no call: Call.DoesNotExist."""
    if not by.has_role(*seats.TAKES_CALLS):
        raise PermissionDenied("call")
    return Call.objects.select_for_update().get(pk=call_id, operator=by)


def become(call, ticket, *, by, now):
    """The call became this ticket: called while the ticket is registered, in its transaction. A second matter of the same
    call leaves the ledger as it is: nobody called again."""
    call = locked(call.pk, by=by)
    if call.ticket_id is None:
        call.ticket, call.disposition = ticket, Disposition.TICKET
        call.save(update_fields=["ticket", "disposition"])
        for transfer in call.transfers.select_related("by").order_by("pk"):
            _tell(ticket, transfer, now=now)
    seats.is_settled(call, now)


@transaction.atomic
def settle(call_id, *, by, now, disposition, note=""):
    """The call was none: silent, harassment, a wrong number, a test. Said again it is the same; another word is refused."""
    call = locked(call_id, by=by)
    if disposition not in NO_MATTER:
        raise Refused(_("This says nothing about a call."))
    if call.disposition not in (Disposition.UNSETTLED, Disposition.DROPPED, disposition):
        raise Refused(_("It is written down already what this call was: %(what)s.") % {"what": call.get_disposition_display()})
    call.disposition, call.note = disposition, note or call.note
    call.save(update_fields=["disposition", "note"])
    seats.is_settled(call, now)
    return call


@transaction.atomic
def connect(call_id, *, by, now, line, result, number="", note=""):
    """F9: the caller was connected to an emergency line. Also on the trail of the call's ticket while that is open."""
    call = locked(call_id, by=by)
    return write_transfer(call, by=by, now=now, line=line, result=result, number=number, note=note)


def write_transfer(call, *, by, now, line, result, number="", note=""):
    transfer = Transfer.objects.create(call=call, line=line, number=number, result=result, by=by, at=now, note=note)
    if call.ticket_id:
        ticket = lock(call.ticket_id, by=User.objects.system())  # whose call it is was asked already
        if ticket.is_open:
            _tell(ticket, transfer, now=now)
    return transfer


def _tell(ticket, transfer, *, now):
    record_locked(ticket, EVENT, by=transfer.by, now=now, note=transfer.note, data={
        "line": transfer.number if transfer.line == Transfer.Line.OTHER else transfer.line,
        "connection": transfer.result, "connected_at": transfer.at.isoformat()})
