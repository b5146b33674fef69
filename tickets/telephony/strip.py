"""The bar on an operator's screen: where he sits, who calls, and what may be done with the call."""
from dataclasses import dataclass, field
from datetime import datetime

from django.http import Http404

from accounts.masking import mask_phone, name_for_reader
from tickets.models import Call, Ticket
from tickets.people import Disposition
from tickets.presenters import Pill
from tickets.telephony import ledger, seats
from tickets.telephony.forms import SeatForm, TransferForm
from tickets.telephony.models import PhoneCall, Seat

TONES = {Seat.Mode.READY: "green", Seat.Mode.BUSY: "red", Seat.Mode.WRAP_UP: "orange", Seat.Mode.PAUSE: ""}
ICONS = {Seat.Mode.READY: "headset", Seat.Mode.BUSY: "phone-call", Seat.Mode.WRAP_UP: "writing", Seat.Mode.PAUSE: "coffee"}
MOST = 3  # calls that wait for a word, in the bar; all of them are in the ledger


@dataclass(frozen=True)
class Shown:
    """A call as its operator sees it before he opens it."""

    call: Call
    number: str  # masked; "" when the telephone showed none
    who: str  # masked, as he called himself last time
    earlier: int  # calls from this number before this one
    is_ringing: bool
    is_over: bool
    is_open: bool  # nobody has said yet what it was
    since: datetime


@dataclass(frozen=True)
class Strip:
    seat: Seat | None
    pill: Pill | None
    shown: Shown | None
    waiting: list = field(default_factory=list)  # earlier calls of which nobody has said what they were
    seat_form: SeatForm | None = None
    transfer_form: TransferForm | None = None
    modes: tuple = (Seat.Mode.READY, Seat.Mode.PAUSE)
    wrap_up: int = int(seats.WRAP_UP.total_seconds())


def strip_of(user, *, call=None, seat_form=None):
    """`call` is the one that the screen is about. Five queries at most."""
    seat = Seat.objects.filter(operator=user, left_at=None).select_related("call__phone").first()
    current = call or (seat.call if seat else None)
    unsettled = ledger.calls_of(user).filter(disposition=Disposition.UNSETTLED, phone__hung_up_at__isnull=False)
    waiting = list(unsettled.exclude(pk=current.pk if current else None).order_by("-id")[:MOST])
    return Strip(
        seat=seat, pill=mode_pill(seat) if seat else None, shown=shown(current) if current else None, waiting=waiting,
        seat_form=None if seat else seat_form or SeatForm(auto_id="seat-%s"),
        transfer_form=TransferForm(auto_id="transfer-%s") if current else None)


def mode_pill(seat):
    return Pill(seat.get_mode_display(), TONES[Seat.Mode(seat.mode)], ICONS[Seat.Mode(seat.mode)])


def shown(call):
    phone = getattr(call, "phone", None) or PhoneCall(call=call)
    known = call.number_hash
    return Shown(
        call=call, number=mask_phone(call.caller_number), who=name_behind(known) if known else "",
        earlier=Call.objects.filter(number_hash=known, pk__lt=call.pk).count() if known else 0,
        is_ringing=phone.answered_at is None and not phone.is_over and phone.rang_at is not None, is_over=phone.is_over,
        is_open=call.disposition == Disposition.UNSETTLED, since=phone.answered_at or call.started_at)


def name_behind(number_hash):
    """How the caller called himself last time, masked; what he reported confidentially is not asked."""
    before = Ticket.objects.filter(phone_hash=number_hash, is_confidential=False).exclude(caller__name="")
    last = before.select_related("caller").order_by("-id").first()
    return name_for_reader(last.caller.name, last.caller.gender) if last else ""


# --- the intake screen that a call was opened in ------------------------------------------------------------------------


def call_of(request):
    """The call that the screen is about, as `?call=` or the form says; None without one, 404 for somebody else's."""
    if not hasattr(request, "rang"):
        number = request.POST.get("call", "") or request.GET.get("call", "")
        request.rang = number and ledger.calls_of(request.user).filter(call_no=number[:16]).select_related("phone").first()
        if request.rang is None:
            raise Http404
    return request.rang or None


def resume(request, call_no):
    """An unfinished form goes on with its call, as long as that is this person's."""
    if call_no and not request.GET.get("call"):
        request.rang = ledger.calls_of(request.user).filter(call_no=call_no[:16]).select_related("phone").first() or ""


def posted(request):
    """What was posted, with the number that the telephone showed: that one is not typed."""
    call = call_of(request)
    if call is None or not call.number_hash:
        return request.POST
    data = request.POST.copy()
    data["caller_number"] = call.caller_number
    return data


def on_screen(request, form):
    """What the intake screen shows of the call: the bar, and a number that cannot be changed."""
    call = call_of(request)
    context = {"strip": strip_of(request.user, call=call), "call_no": call.call_no if call else "",
               "here": request.get_full_path()}
    if call is not None and call.number_hash:
        form.initial["caller_number"] = call.caller_number
        form.fields["caller_number"].widget.attrs["readonly"] = True
        context["phone"] = call.caller_number
    return context
