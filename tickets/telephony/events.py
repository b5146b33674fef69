"""The one door for what a telephone system tells: each event once, in any order, each call with one number of the ledger.

Events may come late, twice and in the wrong order; a call is what all of them say together. What is over stays over.
"""
from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.numbers import normalise_phone, validate_phone
from accounts.privacy import phone_hash
from accounts.turns import take_turn
from tickets import intake
from tickets.fields import IN_FUTURE, MomentField
from tickets.numbers import body_hash
from tickets.people import Call, Disposition
from tickets.telephony import ledger, seats
from tickets.telephony.models import LONGEST_ID, PhoneCall, PhoneEvent, Transfer

Kind = PhoneEvent.Kind
OLDEST = timedelta(days=7)
VISIBLE = r"^[\x21-\x7e]+\Z"
NEEDS = {Kind.RINGING: "extension", Kind.ANSWERED: "extension", Kind.TRANSFERRED: "to", Kind.RECORDING_READY: "recording"}


class EventForm(forms.Form):
    """One event, as a program hands it in."""

    event_id = forms.RegexField(VISIBLE, label=_("Number of the event"), max_length=LONGEST_ID)
    event = forms.ChoiceField(label=_("Event"), choices=Kind.choices)
    call_id = forms.RegexField(VISIBLE, label=_("Number of the call"), max_length=LONGEST_ID)
    at = MomentField(label=_("When it happened"))
    extension = forms.RegexField(r"^[0-9]{2,8}\Z", label=_("Extension no."), required=False)
    number = forms.CharField(label=_("Caller's number"), max_length=100, required=False)
    direction = forms.ChoiceField(label=_("Direction"), choices=[("", "—"), *PhoneCall.Direction.choices], required=False)
    to = forms.RegexField(r"^[0-9+*#-]{1,20}\Z", label=_("Connected to"), required=False)
    recording = forms.CharField(label=_("Recording"), max_length=300, required=False)

    def __init__(self, *args, now, **kwargs):
        self.now = now
        super().__init__(*args, **kwargs)

    def clean_at(self):
        at = self.cleaned_data["at"]
        if not self.now - OLDEST <= at <= self.now + IN_FUTURE:
            raise ValidationError(_("The time of an event lies in the last seven days, and not in the future."))
        return at

    def clean_number(self):
        """A caller's number is what a stranger's telephone says: what is none is nobody's, and the call goes on."""
        try:
            number = normalise_phone(self.cleaned_data["number"])
            validate_phone(number)
        except ValidationError:
            return ""
        return number

    def clean(self):
        super().clean()
        given = self.cleaned_data
        needed = NEEDS.get(given.get("event"))
        if needed and needed not in self.errors and not given.get(needed):
            self.add_error(needed, _("This event needs it."))
        return given


class OtherBody(Exception):
    """The number of the event came before with another body."""


@dataclass(frozen=True)
class Told:
    call: Call
    is_new: bool  # False: the event was known


@transaction.atomic
def take(*, now, **given):
    """Take the cleaned data of EventForm. The same event again changes nothing; OtherBody when it says something else."""
    digest = body_hash(given)
    _wait_for(given["call_id"])
    known = PhoneEvent.objects.filter(event_id=given["event_id"]).select_related("phone_call__call").first()
    if known:
        return _known(known, digest)
    seat = seats.at(given.get("extension"))
    phone = PhoneCall.objects.select_for_update().filter(source_id=given["call_id"]).first() or _written(given, seat, now)
    call = Call.objects.select_for_update(of=("self",)).select_related("operator").get(pk=phone.call_id)
    try:
        with transaction.atomic():
            PhoneEvent.objects.create(
                event_id=given["event_id"], body_hash=digest, phone_call=phone, kind=given["event"], at=given["at"],
                taken_at=now, extension=given.get("extension", ""),
                operator_id=seat.operator_id if seat else _last_operator(call))
    except IntegrityError as same:  # under another call, at this very moment
        raise OtherBody(given["event_id"]) from same
    APPLY[given["event"]](phone, call, seat, given, now)
    return Told(call, True)


def _known(event, digest):
    if event.body_hash != digest:
        raise OtherBody(event.event_id)
    return Told(event.phone_call.call, False)


def _wait_for(call_id):
    """One event of a call at a time, also before there is a row to lock."""
    take_turn(f"telephone call {call_id}")


def _last_operator(call):
    return None if call.operator.is_system else call.operator_id


def _written(given, seat, now):
    """The first that is heard of a call, whatever it is, gives it its place in the ledger."""
    outgoing = given.get("direction") == PhoneCall.Direction.OUT
    call = intake.log_call(
        by=seat.operator if seat else User.objects.system(), now=now, number=given.get("number", ""),
        disposition=Disposition.OUTGOING if outgoing else Disposition.UNSETTLED)
    return PhoneCall.objects.create(call=call, source_id=given["call_id"],
                                    direction=given.get("direction") or PhoneCall.Direction.IN)


# --- what each event says of the call ----------------------------------------------------------------------------


def _rang(phone, call, seat, given, now):
    if phone.answered_at is None:  # who answered has it
        phone.extension = given["extension"]
        _belongs_to(call, seat)
        if not phone.is_over and phone.direction == PhoneCall.Direction.IN:
            seats.rings(seat, call)
    _say(phone, call, given, rang_at=_earlier(phone.rang_at, given["at"]), extension=phone.extension)


def _answered(phone, call, seat, given, now):
    _belongs_to(call, seat)
    if phone.is_over and call.disposition == Disposition.DROPPED:  # it only looked so
        _settle(call, Disposition.UNSETTLED)
    if not phone.is_over:
        seats.picks_up(seat, call, now)
    _say(phone, call, given, answered_at=_earlier(phone.answered_at, given["at"]), extension=given["extension"])


def _hung_up(phone, call, seat, given, now):
    _say(phone, call, given, hung_up_at=_earlier(phone.hung_up_at, given["at"]))
    call.ended_at = max(phone.hung_up_at, call.started_at)
    call.save(update_fields=["ended_at"])
    if phone.answered_at is None and call.disposition == Disposition.UNSETTLED:
        _settle(call, Disposition.DROPPED)
    seats.hangs_up(call, now)


def _transferred(phone, call, seat, given, now):
    _say(phone, call, given)
    line = given["to"] if given["to"] in Transfer.Line.values else Transfer.Line.OTHER
    ledger.write_transfer(call, by=call.operator, now=now, line=line, result=Transfer.Result.UNKNOWN,
                          number=given["to"] if line == Transfer.Line.OTHER else "")


def _recorded(phone, call, seat, given, now):
    _say(phone, call, given, recording=phone.recording or given["recording"])


APPLY = {Kind.RINGING: _rang, Kind.ANSWERED: _answered, Kind.HUNG_UP: _hung_up, Kind.TRANSFERRED: _transferred,
         Kind.RECORDING_READY: _recorded}


def _say(phone, call, given, **fields):
    for name, value in fields.items():
        setattr(phone, name, value)
    if fields:
        phone.save(update_fields=list(fields))
    if given.get("number") and not call.number_hash:  # the first event did not know it
        call.caller_number, call.number_hash = given["number"], phone_hash(given["number"])
        call.save(update_fields=["caller_number", "number_hash"])


def _belongs_to(call, seat):
    """Whose call it is, until he has written down what it was."""
    if seat and call.operator_id != seat.operator_id and call.disposition in (Disposition.UNSETTLED, Disposition.DROPPED):
        call.operator = seat.operator
        call.save(update_fields=["operator"])


def _settle(call, disposition):
    call.disposition = disposition
    call.save(update_fields=["disposition"])


def _earlier(known, at):
    return min(known, at) if known else at
