"""The small answers that a page asks for: news of a ticket, a sign that somebody is here, a stream where there is none."""
import pytest

from tests import factories as make
from tests.factories import NOON
from tickets import intake
from tickets.live.presence import KEY
from tickets.live.views import board

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make.make_people()


@pytest.fixture
def ask(client):
    def get(user, path, method="get", **data):
        client.force_login(user)
        return getattr(client, method)(path, data)

    return get


def test_news_say_what_others_did_and_leave_out_what_i_did(people, ask):
    ticket = make.draft(people)
    seen = ticket.version
    intake.submit(ticket.pk, by=people.op, now=NOON)
    ticket = intake.approve(ticket.pk, by=people.rv, now=NOON)

    text = ask(people.rv, f"/tickets/{ticket.ticket_no}/news/", since=seen).content.decode()
    other = ask(people.dp, f"/tickets/{ticket.ticket_no}/news/", since=seen).content.decode()

    assert str(people.rv) not in text
    assert str(people.rv) in other
    assert f'data-version="{ticket.version}"' in text


def test_there_is_no_news_for_who_has_seen_everything(people, ask):
    ticket = make.in_review(people)

    assert ask(people.rv, f"/tickets/{ticket.ticket_no}/news/", since=ticket.version).status_code == 204
    assert ask(people.rv, f"/tickets/{ticket.ticket_no}/news/", since="x").status_code == 204


def test_a_stranger_gets_no_news_and_cannot_be_here(people, ask):
    ticket = make.in_review(people)
    address = f"/tickets/{ticket.ticket_no}/"

    assert ask(people.li, f"{address}news/", since=0).status_code == 404
    assert ask(people.li, f"{address}here/", "post", what="looking").status_code == 404
    assert ask(people.ad, f"{address}news/", since=0).status_code == 403
    assert ask(people.rv, f"{address}here/").status_code == 405


def test_who_is_here_is_kept_for_seconds(people, ask):
    board.client.delete(KEY)
    ticket = make.in_review(people)

    answer = ask(people.rv, f"/tickets/{ticket.ticket_no}/here/", "post", what="typing")

    assert answer.status_code == 204
    assert board.read() == {ticket.pk: {people.rv.pk: True}}
    ask(people.rv, f"/tickets/{ticket.ticket_no}/here/", "post", what="dancing")
    assert board.client.zcard(KEY) == 1


def test_a_server_that_cannot_leave_a_connection_open_says_so(people, ask):
    assert ask(people.rv, "/live/").status_code == 204


def test_listening_does_not_keep_an_empty_chair_signed_in(people, client):
    from accounts import sessions
    client.force_login(people.rv)
    session = client.session
    session[sessions.STARTED] = session[sessions.SEEN] = before = session.get_expiry_date().timestamp() - 12 * 3600 - 300
    session.save()

    client.get("/live/", headers={"Accept": "text/event-stream"})
    assert client.session[sessions.SEEN] == before
    client.get("/notices/")
    assert client.session[sessions.SEEN] > before
