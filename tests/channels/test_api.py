"""POST /api/v1/messages/: platforms hand in what they got, once each."""
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from accounts import tokens
from accounts.instant import database_now
from tests import factories as make
from tests.channels.letters import WORDS, fresh
from tests.factories import NOON
from tickets.channels.models import Message
from tickets.models import SlaProfile

pytestmark = pytest.mark.django_db
URL = "/api/v1/messages/"
BODY = {"channel": "superior", "source_ref": "SJ-2026-0317", "sender": "省热线", "subject": "屋顶漏水", "body": WORDS,
        "answer_by": "2026-03-06T18:00:00+08:00", "attachments": {"来文.pdf": "ab" * 32}}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"reading": None, "writing": None})


def client_of(user=None):
    client = APIClient(headers={"accept-language": "en"})
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user=user, now=database_now())[0]}")
    return client


def test_it_comes_in_once_and_says_what_became_of_it(p):
    client = client_of(p.op)

    first, again = client.post(URL, BODY), client.post(URL, BODY)

    assert (first.status_code, again.status_code) == (201, 200)
    told = first.json()
    assert (told["status"], told["is_new"], told["ticket_no"], told["source_ref"]) == ("new", True, None, "SJ-2026-0317")
    assert again.json() == told | {"is_new": False}
    message = Message.objects.get()
    assert message.answer_by.isoformat() == "2026-03-06T10:00:00+00:00"
    assert message.attachments == [{"name": "来文.pdf", "size": None, "sha256": "ab" * 32}]
    assert (message.sender, message.arrived_by) == ("省热线", p.op)


def test_later_it_tells_the_number_of_the_ticket(p):
    client = client_of(p.op)
    client.post(URL, BODY)
    ticket = make.in_review(p)
    Message.objects.update(status="ticket", ticket=ticket, handled_by=p.op, handled_at=NOON, next_fire_at=None)

    assert client.post(URL, BODY).json()["ticket_no"] == ticket.ticket_no


def test_other_words_under_the_same_number_are_refused(p):
    client = client_of(p.op)
    client.post(URL, BODY)

    for change in ({"body": WORDS + "!"}, {"subject": "x"}, {"answer_by": None}, {"urgency": "critical"}):
        assert client.post(URL, BODY | change).status_code == 422
    assert fresh(Message.objects.get()).body == WORDS


@pytest.mark.parametrize("role", ["op", "ops"])
def test_who_may(p, role):
    assert client_of(getattr(p, role)).post(URL, BODY).status_code == 201


@pytest.mark.parametrize("role", ["rv", "sv", "li", "ad", "au", "ke"])
def test_who_may_not(p, role):
    assert client_of(getattr(p, role)).post(URL, BODY).status_code == 403
    assert not Message.objects.exists()


def test_only_with_a_token_and_only_post(p):
    assert client_of().post(URL, BODY).status_code == 401
    assert client_of(p.op).get(URL).status_code == 405


@pytest.mark.parametrize(("change", "status"), [
    ({"channel": "phone"}, 422), ({"channel": "post"}, 422), ({"source_ref": ""}, 422), ({"source_ref": "x" * 65}, 422),
    ({"source_ref": "a\nb"}, 422), ({"body": ""}, 422), ({"body": "水" * 10_001}, 400), ({"body": "\x00"}, 400),
    ({"received_at": "2126-01-01T00:00:00Z"}, 422), ({"received_at": "1950-01-01T00:00:00Z"}, 422), ({"phone": "abc"}, 422),
    ({"urgency": "now"}, 422), ({"attachments": {"a": 1}}, 422), ({"attachments": []}, 400), ({"state": "ticket"}, 400),
    ({"attachments": {f"f{n}": "x" for n in range(31)}}, 422), ({"attachments": {"": "x"}}, 422), ({"answer_by": "soon"}, 422)])
def test_what_makes_no_sense_is_refused(p, change, status):
    answer = client_of(p.op).post(URL, BODY | change)

    assert answer.status_code == status, answer.content
    assert not Message.objects.exists()


def test_without_limits_the_rule_is_named(p):
    SlaProfile.objects.update(is_default=False)

    assert client_of(p.op).post(URL, BODY).status_code == 422


ANY = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=30), st.lists(st.text(max_size=3), max_size=3),
                st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3))


class AnyBody(TestCase):
    """Nothing that a program may send makes the address fail."""

    def setUp(self):
        self.client_of_op = client_of(make.make_people().op)

    @settings(max_examples=60, deadline=None)
    @given(st.dictionaries(st.sampled_from([*BODY, "phone", "urgency", "received_at", "written_at", "address"]), ANY, max_size=9))
    def test_no_body_makes_it_fail(self, change):
        assert self.client_of_op.post(URL, {**BODY, **change}).status_code in (200, 201, 400, 422)
