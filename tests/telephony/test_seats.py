"""One operator at one extension; what he is at is said by him and by the telephone."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.racing import lost, race, won
from tests.telephony import calls
from tickets.actions import Refused
from tickets.models import Call, Seat
from tickets.telephony import ledger, seats

SECOND = timedelta(seconds=1)


def test_a_seat_is_taken_once_and_by_one(p):
    seat = calls.sits(p.op)

    assert calls.sits(p.op, place="home").pk == seat.pk and seats.seat_of(p.op).place == "home"
    with pytest.raises(Refused):
        calls.sits(p.ops)
    with pytest.raises(Refused):
        calls.sits(p.op, "8002")


def test_who_left_can_sit_elsewhere_and_his_time_stays_on_record(p):
    calls.sits(p.op)
    seats.leave(by=p.op, now=NOON + SECOND)

    calls.sits(p.op, "8002", now=NOON + 2 * SECOND)

    assert list(Seat.objects.order_by("pk").values_list("extension", "left_at")) == [("8001", NOON + SECOND), ("8002", None)]


@pytest.mark.parametrize("role", ["rv", "cb", "sv", "li", "ad"])
def test_only_those_who_take_calls_sit_there(p, role):
    with pytest.raises(PermissionDenied):
        calls.sits(getattr(p, role))


def test_the_database_knows_one_operator_a_seat_and_one_seat_an_operator(p):
    calls.sits(p.op)
    for user, extension in ((p.ops, "8001"), (p.op, "8002")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Seat.objects.create(operator=user, extension=extension, place="home", since=NOON, sat_down_at=NOON)
    with pytest.raises(DatabaseError), transaction.atomic():
        Seat.objects.all().delete()


def test_without_a_seat_nobody_is_ready(p):
    with pytest.raises(Refused):
        seats.turn(by=p.op, now=NOON, mode="ready")
    with pytest.raises(Refused):
        seats.leave(by=p.op, now=NOON)


def test_pause_and_ready_are_said_by_hand(p):
    calls.sits(p.op)

    assert seats.turn(by=p.op, now=NOON + SECOND, mode="pause").since == NOON + SECOND
    assert seats.turn(by=p.op, now=NOON + 2 * SECOND, mode="pause").since == NOON + SECOND  # said twice


def spoken(user, call_id="c1", extension="8001"):
    call = calls.rings(call_id, extension)
    calls.answers(call_id, extension)
    calls.take("hung_up", call_id, at=NOON + 30 * SECOND)
    return Call.objects.get(pk=call.pk)


def test_ready_ends_the_wrap_up(p):
    calls.sits(p.op)
    spoken(p.op)

    seats.turn(by=p.op, now=NOON + 40 * SECOND, mode="ready")

    assert (seats.seat_of(p.op).mode, seats.seat_of(p.op).call) == ("ready", None)


def test_a_word_on_the_call_ends_the_wrap_up_and_a_second_word_is_refused(p):
    calls.sits(p.op)
    call = spoken(p.op)

    ledger.settle(call.pk, by=p.op, now=NOON + 40 * SECOND, disposition="silent")

    call.refresh_from_db()
    assert (call.disposition, seats.seat_of(p.op).mode) == ("silent", "ready")
    ledger.settle(call.pk, by=p.op, now=NOON + 41 * SECOND, disposition="silent")
    with pytest.raises(Refused):
        ledger.settle(call.pk, by=p.op, now=NOON + 41 * SECOND, disposition="test")
    with pytest.raises(Refused):
        ledger.settle(call.pk, by=p.op, now=NOON + 41 * SECOND, disposition="ticket")


def test_who_said_it_while_he_spoke_needs_no_wrap_up(p):
    calls.sits(p.op)
    call = calls.rings()
    calls.answers()
    ledger.settle(call.pk, by=p.op, now=NOON, disposition="test")

    calls.take("hung_up", at=NOON + SECOND)

    assert seats.seat_of(p.op).mode == "ready"


def test_a_strangers_call_is_no_call(p):
    calls.sits(p.op)
    call = spoken(p.op)

    for act in (lambda: ledger.settle(call.pk, by=p.ops, now=NOON, disposition="silent"),
                lambda: ledger.connect(call.pk, by=p.ops, now=NOON, line="120", result="connected")):
        with pytest.raises(Call.DoesNotExist):
            act()
    with pytest.raises(PermissionDenied):
        ledger.settle(call.pk, by=p.rv, now=NOON, disposition="silent")


def test_the_floor_is_the_shift_leaders(p):
    calls.sits(p.op, place="home")
    leader = signed_in(p.ops, "en")

    page = leader.get("/calls/seats/").content.decode()
    assert p.op.display_name in page and "At home" in page
    assert signed_in(p.op).get("/calls/seats/").status_code == 403
    assert cost(leader, "/calls/seats/") <= 10

    leader.post("/calls/seats/", {"seat": seats.seat_of(p.op).pk})
    assert seats.seat_of(p.op) is None
    for nonsense in ("", "x", "9" * 30, "-1"):
        assert leader.post("/calls/seats/", {"seat": nonsense}).status_code == 302


def test_a_seat_is_taken_turned_and_left_on_the_page(p):
    client = signed_in(p.op, "en")

    client.post("/calls/seat/", {"extension": "8005", "place": "home", "back": "/tickets/new/"})
    assert seats.seat_of(p.op).extension == "8005"
    client.post("/calls/mode/", {"mode": "pause"})
    assert seats.seat_of(p.op).mode == "pause"
    assert client.post("/calls/mode/", {"mode": "asleep", "back": "//elsewhere.example"}).headers["Location"] == "/tickets/new/"
    client.post("/calls/leave/", {"back": "/tickets/"})
    assert seats.seat_of(p.op) is None
    answer = client.post("/calls/seat/", {"extension": "x", "place": "home"}, follow=True)
    assert answer.status_code == 200 and seats.seat_of(p.op) is None


@pytest.mark.django_db(transaction=True)
def test_two_take_the_same_seat_at_the_same_moment():
    people = make.make_people()

    results = race(lambda: calls.sits(people.op), lambda: calls.sits(people.ops))

    assert len(won(results)) == 1 and lost(results) == ["Refused"]


@pytest.mark.django_db(transaction=True)
def test_events_of_one_call_at_the_same_moment_are_one_call():
    people = make.make_people()
    calls.sits(people.op)

    results = race(*[lambda: calls.rings()] * 3, lambda: calls.answers(), lambda: calls.take("hung_up", at=NOON + SECOND))

    assert len(won(results)) == 5, results
    assert Call.objects.count() == 1 and seats.seat_of(people.op).mode in ("ready", "wrap_up")
