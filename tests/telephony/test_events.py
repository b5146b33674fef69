"""Each event once, in any order: one call, one number of the ledger, whatever comes first, late or twice."""
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import DatabaseError, transaction

from tests.factories import NOON
from tests.telephony import calls
from tickets.models import Call, PhoneCall, PhoneEvent, Seat
from tickets.people import Disposition
from tickets.telephony import events

SECOND = timedelta(seconds=1)


def seat_of(user):
    return Seat.objects.get(operator=user, left_at=None)


def test_a_call_that_rings_has_its_place_in_the_ledger_at_once(p):
    calls.sits(p.op)

    call = calls.rings()

    assert (call.operator, call.disposition, call.caller_number) == (p.op, "unsettled", "13800138000")
    assert call.call_no.startswith("20260302")
    assert seat_of(p.op).call == call and seat_of(p.op).mode == "ready"


def test_a_call_is_spoken_on_and_wrapped_up(p):
    calls.sits(p.op)
    call = calls.rings()

    calls.answers(at=NOON + SECOND)
    assert seat_of(p.op).mode == "busy"

    calls.take("hung_up", at=NOON + 9 * SECOND)
    call.refresh_from_db()
    assert (seat_of(p.op).mode, seat_of(p.op).call) == ("wrap_up", call)
    assert (call.ended_at, call.disposition) == (NOON + 9 * SECOND, "unsettled")


def test_who_hangs_up_before_anybody_answers_is_dropped_and_costs_no_wrap_up(p):
    calls.sits(p.op)
    call = calls.rings()

    calls.take("hung_up", at=NOON + SECOND)

    call.refresh_from_db()
    assert call.disposition == "dropped"
    assert (seat_of(p.op).mode, seat_of(p.op).call) == ("ready", None)


def test_where_nobody_sits_a_call_is_in_the_ledger_too(p):
    call = calls.rings(extension="8999")

    assert call.operator.is_system and call.phone.extension == "8999"


def test_a_call_that_rings_on_goes_to_who_answers_and_rings_nowhere_else(p):
    calls.sits(p.op)
    calls.sits(p.ops, "8002")
    call = calls.rings()
    calls.rings(extension="8002")

    calls.answers(extension="8002", at=NOON + SECOND)

    call.refresh_from_db()
    assert call.operator == p.ops
    assert (seat_of(p.op).call, seat_of(p.ops).call) == (None, call)
    assert Call.objects.filter(phone__source_id="c1").count() == 1


def test_a_late_ringing_reopens_nothing(p):
    calls.sits(p.op)
    calls.take("hung_up", at=NOON + 9 * SECOND)
    call = calls.rings()
    calls.answers(at=NOON + SECOND)

    phone = PhoneCall.objects.get(call=call)
    assert phone.is_over and (phone.rang_at, phone.answered_at, phone.hung_up_at) == (NOON, NOON + SECOND, NOON + 9 * SECOND)
    assert (seat_of(p.op).mode, seat_of(p.op).call) == ("ready", None)


STORY = (("ringing", 0, {"extension": "8001", "number": "13800138000"}), ("answered", 2, {"extension": "8001"}),
         ("hung_up", 60, {}), ("recording_ready", 70, {"recording": "c1.wav"}))


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_in_every_order_the_call_is_the_same(p, order):
    calls.sits(p.op)

    for place in order:
        kind, second, more = STORY[place]
        call = calls.take(kind, at=NOON + second * SECOND, now=NOON + 100 * SECOND, **more)

    call.refresh_from_db()
    phone = call.phone
    assert (phone.rang_at, phone.answered_at, phone.hung_up_at) == tuple(NOON + s * SECOND for s in (0, 2, 60))
    assert (phone.recording, phone.extension, call.operator, call.caller_number) == ("c1.wav", "8001", p.op, "13800138000")
    assert (call.disposition, Call.objects.filter(phone__isnull=False).count()) == ("unsettled", 1)
    assert seat_of(p.op).mode != "busy"


def test_the_same_event_twice_is_one_and_another_body_is_refused(p):
    form = events.EventForm(calls.body("ringing", extension="8001"), now=NOON)
    assert form.is_valid()

    first = events.take(now=NOON, **form.cleaned_data)
    again = events.take(now=NOON + SECOND, **form.cleaned_data)

    assert (first.is_new, again.is_new, again.call) == (True, False, first.call)
    with pytest.raises(events.OtherBody):
        events.take(now=NOON, **form.cleaned_data | {"extension": "8002"})
    assert PhoneEvent.objects.count() == 1


def test_numbers_of_calls_stay_without_gaps(p):
    numbers = [calls.take("hung_up", f"c{n}").call_no for n in range(5)]

    assert [int(number[8:]) for number in numbers] == list(range(int(numbers[0][8:]), int(numbers[0][8:]) + 5))


def test_an_outgoing_call_is_none_that_somebody_made_to_us(p):
    calls.sits(p.op)
    call = calls.rings(direction="out")
    calls.answers(at=NOON + SECOND)
    assert seat_of(p.op).mode == "busy"
    calls.take("hung_up", at=NOON + 2 * SECOND)

    call.refresh_from_db()
    assert call.disposition == Disposition.OUTGOING
    assert seat_of(p.op).mode == "ready"


@pytest.mark.parametrize("number", ["anonymous", "匿名", "'; DROP TABLE", "<script>", "+" * 90, "", "12", "\u202eabc"])
def test_a_number_that_is_none_is_nobodys_and_the_call_goes_on(p, number):
    assert calls.rings(number=number).number_hash == ""


def test_the_number_may_come_later(p):
    call = calls.take("answered", extension="8001")
    calls.rings()

    call.refresh_from_db()
    assert call.caller_number == "13800138000" and call.number_hash


@pytest.mark.parametrize(("change", "at"), [
    ({"event": "sneezed"}, NOON), ({"extension": ""}, NOON), ({"extension": "8001a"}, NOON), ({"call_id": ""}, NOON),
    ({"event_id": "two words"}, NOON), ({}, NOON + timedelta(minutes=6)), ({}, NOON - timedelta(days=8)),
    ({"event": "transferred"}, NOON), ({"event": "recording_ready"}, NOON), ({"direction": "up"}, NOON)])
def test_what_makes_no_sense_is_refused(p, change, at):
    form = events.EventForm(calls.body("ringing", extension="8001", at=at) | change, now=NOON)

    assert not form.is_valid()


def test_a_transfer_that_the_telephone_tells_of_is_on_the_call(p):
    calls.sits(p.op)
    call = calls.rings()
    calls.take("transferred", to="120")
    calls.take("transferred", to="85001234")

    assert list(call.transfers.order_by("pk").values_list("line", "number", "by")) == [
        ("120", "", p.op.pk), ("other", "85001234", p.op.pk)]


@pytest.mark.parametrize("statement", [
    lambda call: call.delete(), lambda call: Call.objects.filter(pk=call.pk).update(call_no="1"),
    lambda call: PhoneCall.objects.filter(pk=call.pk).update(hung_up_at=None),
    lambda call: PhoneCall.objects.filter(pk=call.pk).update(source_id="other"),
    lambda call: PhoneEvent.objects.filter(phone_call=call.phone).update(kind="hung_up"),
    lambda call: PhoneEvent.objects.filter(phone_call=call.phone).delete(),
    lambda call: Call.objects.filter(pk=call.pk).update(number_hash="x")], ids=range(7))
def test_the_database_refuses_to_forget(p, statement):
    call = calls.rings()
    calls.take("hung_up")

    with pytest.raises(DatabaseError), transaction.atomic():
        statement(Call.objects.get(pk=call.pk))
