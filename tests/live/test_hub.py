"""The hub and its sources without a browser and without a server."""
import socket
import time
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError

from accounts import sessions
from accounts.instant import machine_now
from accounts.models import User
from notices.actions import tell
from notices.live import seats
from notices.live.bell import Bell
from notices.live.hub import BEAT, LONGEST, Hub, Listener
from notices.live.rows import BATCH, WAIT, NewRows
from notices.live.wire import Wire
from tests import factories as make
from tests.factories import NOON
from tests.live.conftest import cookie_of
from tickets.live.changes import Changes
from tickets.live.hearers import hearers
from tickets.live.presence import LOOKING, TYPING, Board, Presence
from tickets.models import Ticket


class Table:
    """An append-only table whose rows appear in the order of their commits."""

    def __init__(self, *numbers):
        self.numbers = list(numbers)

    def read(self, after, among, limit):
        return [(number,) for number in sorted(self.numbers) if number > after or number in among][:limit]

    def newest(self):
        return max(self.numbers, default=None)


def reader(table):
    rows = NewRows(table.read, table.newest)
    rows.look(0)
    return rows


def test_a_row_is_told_once():
    table = Table(1, 2)
    rows = reader(table)
    table.numbers += [3, 4]

    assert rows.look(1) == [(3,), (4,)]
    assert rows.look(2) == []


def test_a_late_commit_with_a_smaller_number_is_not_missed():
    table = Table(1)
    rows = reader(table)
    table.numbers += [4]
    assert rows.look(1) == [(4,)]

    table.numbers += [2]
    assert rows.look(2) == [(2,)]
    table.numbers += [3, 5]
    assert rows.look(3) == [(3,), (5,)]


def test_a_commit_that_was_under_way_when_the_first_one_came_is_not_missed():
    table = Table(1, 3)
    rows = reader(table)

    table.numbers += [2]

    assert rows.look(1) == [(2,)]


def test_a_number_that_was_rolled_back_is_not_waited_for_for_ever():
    table = Table(1)
    rows = reader(table)
    table.numbers += [3]
    rows.look(1)
    assert rows.missing

    rows.look(2 + WAIT)

    assert rows.missing == {}


def test_more_rows_than_one_look_takes_come_in_the_next():
    table = Table(1)
    rows = reader(table)
    table.numbers += range(2, BATCH + 12)

    assert len(rows.look(1)) == BATCH
    assert len(rows.look(2)) == 10


# --- connections --------------------------------------------------------------------------------------------------


class Ear:
    """The browser's end of a wire."""

    def __init__(self, user, **options):
        near, self.far = socket.socketpair()
        self.far.settimeout(0.2)
        self.listener = Listener(user, options.pop("key", ""), Wire(near), **options)

    def hears(self):
        text = b""
        try:
            while more := self.far.recv(65536):
                text += more
        except TimeoutError:
            pass
        return text.decode()


@pytest.fixture
def hub():
    hub = Hub(per_user=2, in_all=3)
    hub.running = {"live-look", "live-mind"}  # no threads: the tests look and mind themselves
    return hub


def someone(pk=1):
    return SimpleNamespace(pk=pk)


def test_there_is_room_for_so_many_of_one_and_so_many_in_all(hub):
    for pk in (1, 1, 2):
        assert hub.has_room(someone(pk))
        hub.join(Ear(someone(pk)).listener)
        if pk == 1 and len(hub.listeners) == 2:
            assert not hub.has_room(someone(1))

    assert not hub.has_room(someone(3))


def test_who_hangs_up_makes_room(hub):
    ear = Ear(someone())
    hub.join(ear.listener)
    ear.far.close()

    hub.mind(time.monotonic())

    assert hub.listeners == []


def test_a_stream_ends_before_the_proxy_ends_it(hub):
    ear = Ear(someone())
    hub.join(ear.listener)

    hub.mind(ear.listener.born + LONGEST + 1)

    assert hub.listeners == []


class Gone:
    """A source whose database is gone, until it is not."""

    is_gone = True

    def look(self, listeners, *, now):
        if self.is_gone:
            raise OperationalError("gone")
        return [(listener, "changed", {}) for listener in listeners]


def test_the_database_goes_and_comes_back_and_the_stream_stays_open_and_says_so(hub, monkeypatch):
    monkeypatch.setattr("notices.live.hub.connections.close_all", lambda: None)
    monkeypatch.setattr(seats, "check", lambda listeners, now: [])
    source, ear = Gone(), Ear(someone())
    hub.sources = [source]
    hub.join(ear.listener)

    hub.look(100)
    hub.mind(100 + BEAT)
    assert '"well":false' in ear.hears()

    source.is_gone = False
    hub.look(101)
    hub.mind(101 + 2 * BEAT)

    text = ear.hears()
    assert "event: changed" in text
    assert text.rstrip().endswith('data: {"well":true}')
    assert hub.listeners == [ear.listener]


def test_a_slow_reader_is_cut_instead_of_holding_up_the_others():
    ear = Ear(someone())

    for _more in range(5_000):
        ear.listener.wire.tell("changed", {"tickets": [["2026030200001", 1, "x" * 100, False]]})

    assert not ear.listener.wire.is_open


# --- who sits there -----------------------------------------------------------------------------------------------


@pytest.fixture
def seated(db):
    make.load_reference()
    user = make.make_user("DP")
    return Ear(user, key=cookie_of(user)).listener


def kept(listener):
    return Session.objects.get(pk=listener.session_key)


def test_a_session_that_goes_on_is_kept_and_not_prolonged(seated):
    before = kept(seated).session_data

    assert seats.check([seated], now=machine_now()) == []
    assert kept(seated).session_data == before
    assert seated.user.roles == {"DP"}


def test_the_stream_ends_with_the_session(seated):
    kept(seated).delete()

    assert seats.check([seated], now=machine_now()) == [seated]


def test_it_ends_for_somebody_deactivated(seated):
    User.objects.filter(pk=seated.user.pk).update(is_active=False)

    assert seats.check([seated], now=machine_now()) == [seated]


def test_it_ends_with_a_new_password(seated):
    seated.user.set_password("Another-12345-lake")
    seated.user.save()

    assert seats.check([seated], now=machine_now()) == [seated]


def test_it_ends_when_nobody_has_clicked_for_too_long(seated):
    from django.contrib.sessions.backends.db import SessionStore
    store = SessionStore(seated.session_key)
    store[sessions.STARTED] = store[sessions.SEEN] = machine_now().timestamp() - 3600
    store.save()

    assert seats.check([seated], now=machine_now()) == [seated]


# --- who hears what -----------------------------------------------------------------------------------------------


@pytest.fixture
def people(db):
    return make.make_people()


def everybody(people):
    return [*vars(people).values(), make.make_user("HD", "WJJD"), make.make_user("OP", "RX-JX"), make.make_user("LI", "QF")]


@pytest.mark.parametrize("state", ["draft", "in_review", "dispatched", "replied", "in_callback", "closed"])
def test_exactly_those_hear_of_a_ticket_who_can_see_it(people, state):
    ticket = getattr(make, state)(people)
    listeners = [Ear(user).listener for user in everybody(people) if not user.is_system]

    (_pk, no, heard), = hearers([ticket.pk], listeners)

    assert no == ticket.ticket_no
    assert {one.user.username for one in heard} == {
        one.user.username for one in listeners if Ticket.objects.visible_to(one.user).filter(pk=ticket.pk).exists()}


def test_the_same_number_of_queries_tells_one_ticket_or_ten_to_those_who_see_all(people, django_assert_max_num_queries):
    tickets = [make.in_review(people, contact_phone=f"1380013800{n}").pk for n in range(3)]
    listeners = [Ear(user).listener for user in (people.dp, people.rv, people.sv)]

    with django_assert_max_num_queries(6):
        hearers(tickets, listeners)


def test_changes_are_told_with_number_version_step_and_whether_it_was_me(people):
    source = Changes()
    reviewer, dispatcher = Ear(people.rv).listener, Ear(people.dp).listener
    source.look([reviewer, dispatcher], now=1)
    reviewer.is_new = dispatcher.is_new = False

    ticket = make.in_dispatch(people)
    told = {listener: data for listener, _event, data in source.look([reviewer, dispatcher], now=2)}

    row = [ticket.ticket_no, ticket.version, "approve"]
    assert told[reviewer] == {"tickets": [[*row, True]], "more": False}
    assert told[dispatcher] == {"tickets": [[*row, False]], "more": False}


def test_what_was_read_before_the_database_went_is_told_when_it_is_back(people, monkeypatch):
    source, listener = Changes(), Ear(people.rv).listener
    source.look([listener], now=1)
    listener.is_new = False
    ticket = make.in_review(people)

    with monkeypatch.context() as cut, pytest.raises(OperationalError):
        cut.setattr("tickets.live.changes.hearers", lambda *given: Gone().look([], now=0))
        source.look([listener], now=2)

    (_listener, event, data), = source.look([listener], now=3)
    assert (event, data["tickets"][0][0]) == ("changed", ticket.ticket_no)


def test_a_new_notice_rings_at_its_recipient_only(people):
    source = Bell()
    mine, other = Ear(people.rv).listener, Ear(people.dp).listener
    source.look([mine, other], now=1)

    tell([people.rv], cause="test:1", kind="dispatched", now=NOON)

    assert source.look([mine, other], now=2) == [(mine, "bell", {})]


def test_presence_is_told_to_who_sees_the_ticket_and_not_to_himself(people):
    board = Board()
    board.client.delete("hotline:here")
    ticket = make.in_hand(people)
    source = Presence(board)
    ears = [Ear(user).listener for user in (people.li, people.hd, people.ul, make.make_user("HD", "WJJD"))]
    source.look(ears, now=1)
    for ear in ears:
        ear.is_new = False

    board.put([(ticket.pk, people.hd.pk, LOOKING, "page")])
    told = {listener: data for listener, _event, data in source.look(ears, now=2)}

    seen = {ticket.ticket_no: [[people.hd.pk, people.hd.display_name, False]]}
    assert told == {ears[0]: seen, ears[1]: {ticket.ticket_no: []}, ears[2]: seen}
    board.put([(ticket.pk, people.hd.pk, TYPING, "page")])
    told = {listener: data for listener, _event, data in source.look(ears, now=3)}
    assert told[ears[0]][ticket.ticket_no][0][2] is True


def test_without_the_queue_server_nobody_is_seen_and_nothing_fails(people, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    board = Board()

    board.put([(1, people.hd.pk, LOOKING, "page")])

    assert board.read() == {}
    assert Presence(board).look([Ear(people.li).listener], now=1) == []
