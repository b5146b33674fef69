"""Two who answer at the same moment: one answer is recorded, the other is told that it was too late."""
import pytest
from django.test import Client

from accounts.instant import database_now
from followup import callbacks
from tests import factories as make
from tests.followup.surveys import HAPPY, UNHAPPY, ask, recorded
from tests.racing import lost, race, won

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_answers_at_once_are_recorded_once():
    p = make.make_people()
    ticket, path = ask(p)

    answers = race(*[lambda body=body: Client().post(path, body).status_code for body in (HAPPY, UNHAPPY)])

    assert sorted(answers) == [302, 410]
    outcome = "positive" if answers[0] == 302 else "negative"
    assert recorded(ticket) == (outcome, outcome, (1, 1))


def test_an_agent_and_the_citizen_at_once_are_recorded_once():
    p = make.make_people()
    ticket, path = ask(p)
    now = database_now()

    results = race(lambda: Client().post(path, HAPPY).status_code,
                   lambda: callbacks.record_outcome(ticket.pk, by=p.cb, now=now, **make.UNHAPPY).pk)

    by_agent = isinstance(results[1], int)
    assert (results[0], len(won(results)), lost(results)) == ((410, 2, []) if by_agent else (302, 1, ["Refused"]))
    outcome = "negative" if by_agent else "positive"
    assert recorded(ticket) == (outcome, outcome, (1, 1))
