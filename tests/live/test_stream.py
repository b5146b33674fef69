"""What a stream tells, to whom, and when it ends: on the real server, read as a browser would."""
import time

import pytest
from django.contrib.sessions.models import Session

from accounts.instant import database_now
from tests import factories as make
from tests.live.conftest import cookie_of
from tickets.live.changes import REMEMBERED

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def fresh(listen, user, query=""):
    """A stream whose hub knows where the trail ends."""
    stream = listen(user, query)
    assert stream.status() == 200
    assert stream.heard("beat") == {"well": True}
    stream.read(lambda: False, seconds=1.5)  # a look or two
    stream.text = ""
    return stream


def test_a_dispatcher_hears_of_new_work_within_two_seconds_and_of_nothing_but_its_number(people, listen):
    stream = fresh(listen, people.dp)

    begun = time.monotonic()
    ticket = make.in_dispatch(people, database_now())
    data = stream.heard("changed")
    took = time.monotonic() - begun

    assert [row[0] for row in data["tickets"]] == [ticket.ticket_no]
    assert took < 2
    assert "漏水" not in stream.text


def test_a_stranger_hears_nothing(people, listen):
    """Given a handler of another unit and the keeper of accounts, when a ticket goes its way, then they hear only beats."""
    other = make.make_user("HD", "WJJD")
    streams = [fresh(listen, other), fresh(listen, people.ad)]
    member = fresh(listen, people.li)

    ticket = make.dispatched(people, database_now())

    assert member.heard("changed")["tickets"][-1][0] == ticket.ticket_no
    for stream in streams:
        assert stream.heard("changed", seconds=1.5) is None
        assert stream.heard("here", seconds=0.1) is None
        assert ticket.ticket_no not in stream.text


def test_who_loses_sight_of_a_ticket_hears_that_something_is_gone_without_its_number(people, listen):
    ticket = make.dispatched(people, database_now())
    stream = fresh(listen, people.li)

    take_away(ticket, people)

    assert stream.heard("changed") == {"tickets": [], "more": False}


def take_away(ticket, people):
    """The row says it left the unit; how is told in the tests of dispatch."""
    from tickets.actions import record
    record(ticket.pk, "urge", by=people.dp, now=database_now(), unit_ids=[])


def test_what_happened_while_the_page_was_made_is_told_when_it_connects(people, listen):
    warm = fresh(listen, people.rv)
    made = time.time()
    ticket = make.in_review(people, database_now())
    assert warm.heard("changed")

    late = listen(people.rv, f"?since={made:.3f}")

    assert late.heard("changed")["tickets"][0][0] == ticket.ticket_no
    assert late.heard("resync", seconds=0.1) is None


def test_who_was_away_for_longer_than_is_remembered_is_told_to_look_at_everything(people, listen):
    fresh(listen, people.rv)

    late = listen(people.rv, f"?since={time.time() - 3 * REMEMBERED:.3f}")

    assert late.heard("resync") == {}


def test_a_log_out_ends_the_stream(people, listen):
    cookie = cookie_of(people.dp)
    stream = listen(people.dp, cookie=cookie)
    assert stream.heard("beat")

    Session.objects.filter(pk=cookie).delete()

    assert stream.heard("bye", seconds=35) == {}
    stream.read(lambda: False, seconds=3)
    assert stream.is_over


def test_nobody_listens_without_a_log_in_or_without_end(people, listen):
    from notices.live.hub import PER_USER
    assert listen(people.dp, cookie="a" * 32).status() == 302
    streams = [listen(people.rv) for _more in range(3 * PER_USER)]

    answers = [stream.status() for stream in streams]

    assert set(answers) == {200, 429}
    assert PER_USER <= answers.count(200) <= 2 * PER_USER  # two web processes


def test_the_server_stops_at_once_with_streams_open(people, tmp_path):
    from tests.live.conftest import Stream
    from tests.web import server
    with server(tmp_path / "web.log") as (port, process):
        streams = [Stream(port, user) for user in (people.dp, people.rv, people.sv)]
        assert [stream.status() for stream in streams] == [200, 200, 200]

        begun = time.monotonic()
        process.terminate()
        process.wait(20)

    assert time.monotonic() - begun < 5
    assert all(stream.read(lambda: False, seconds=2).is_over for stream in streams)
