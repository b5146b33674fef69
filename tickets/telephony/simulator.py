"""The telephone of the demo: its buttons make the events that a telephone system would send, and hand them to events.take()."""
import secrets

from django.utils.translation import gettext as _

from tickets.actions import Refused
from tickets.models import Call
from tickets.telephony import events
from tickets.telephony.models import PhoneEvent

Kind = PhoneEvent.Kind


def press(act, seat, number, *, now):
    """`act` is ring, answer, hang_up or record."""
    if act == "ring":
        return send(Kind.RINGING, f"demo-{secrets.token_hex(6)}", now, extension=seat.extension, number=number)
    call = last_call(seat)
    if call is None:
        raise Refused(_("Nobody has called yet."))
    phone = call.phone
    if act == "answer" and not phone.is_over:
        return send(Kind.ANSWERED, phone.source_id, now, extension=seat.extension)
    if act == "hang_up" and not phone.is_over:
        return send(Kind.HUNG_UP, phone.source_id, now)
    if act == "record" and phone.is_over:
        return send(Kind.RECORDING_READY, phone.source_id, now, recording=f"{phone.source_id}.wav")
    raise Refused(_("The call is over.") if phone.is_over else _("The call is still on."))


def last_call(seat):
    calls = Call.objects.filter(phone__extension=seat.extension, phone__source_id__startswith="demo-")
    return calls.select_related("phone").order_by("-pk").first()


def send(kind, call_id, now, **more):
    """Through the form of the API, so that nothing comes in that a telephone system could not send."""
    body = {"event_id": f"demo-{secrets.token_hex(8)}", "event": kind.value, "call_id": call_id, "at": now.isoformat()}
    form = events.EventForm(body | more, now=now)
    if not form.is_valid():
        raise Refused(next(iter(form.errors.values()))[0])
    return events.take(now=now, **form.cleaned_data)
