"""What came on paper, typed in by hand."""
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.instant import database_now
from tests.channels.letters import WORDS
from tests.crowds import signed_in
from tickets.channels.models import Message

pytestmark = pytest.mark.django_db
WRITE = "/messages/write/"


def typed(**fields):
    return {"channel": "letter", "body": WORDS, "sender": "彭某某", "subject": "屋顶漏水",
            "key": "0123456789abcdef"} | fields


def received(days=1):
    """A day before the database's now, as the browser's field says it."""
    return timezone.localtime(database_now() - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def test_a_letter_gets_a_number_and_its_clock_from_when_it_came_in(p):
    client = signed_in(p.op, "en")
    assert client.get(WRITE).status_code == 200

    answers = [client.post(WRITE, typed(received_at=received())) for _twice in range(2)]

    message = Message.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/messages/{message.pk}/"}
    assert message.source_ref.endswith("-01234567")
    assert message.received_at < message.arrived_at
    assert message.due_at < database_now(), "it lay there for a day"


def test_what_a_superior_assigns_keeps_its_number_and_date(p):
    due = received(-3)
    signed_in(p.op).post(WRITE, typed(channel="superior", source_ref="市督〔2026〕12号", received_at=received(), answer_by=due))

    message = Message.objects.get()
    assert message.source_ref == "市督〔2026〕12号"
    assert "市督〔2026〕12号" in signed_in(p.op).get(f"/messages/{message.pk}/").content.decode()
    assert message.answer_by > database_now()


@pytest.mark.parametrize("wrong", [{"channel": "email"}, {"channel": "phone"}, {"body": ""}, {"received_at": ""},
                                   {"received_at": "2126-01-01T00:00"}, {"key": "x"}, {"phone": "abc"}])
def test_what_is_wrong_is_shown_and_the_rest_kept(p, wrong):
    answer = signed_in(p.op, "en").post(WRITE, typed(**({"received_at": received()} | wrong)))

    assert answer.status_code == 422
    assert wrong.get("body") == "" or WORDS in answer.content.decode()
    assert not Message.objects.exists()


def test_a_number_that_came_with_other_words_is_refused(p):
    client = signed_in(p.op, "en")
    client.post(WRITE, typed(source_ref="7", received_at=received()))

    answer = client.post(WRITE, typed(source_ref="7", received_at=received(), body="另一封完全不同的信。"))

    assert answer.status_code == 422
    assert "came before with other words" in answer.content.decode()


@pytest.mark.parametrize("role", ["rv", "li", "sv"])
def test_it_is_for_who_takes_in(p, role):
    client = signed_in(getattr(p, role))

    assert client.get(WRITE).status_code == client.post(WRITE, typed()).status_code == 403
