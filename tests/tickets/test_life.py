"""One life from call to archive, through the real actions."""
from datetime import timedelta

import pytest

from followup import actions as following
from tests import factories as make
from tests.factories import NOON
from tickets.states import State

pytestmark = pytest.mark.django_db


def test_a_satisfied_citizen_closes_the_ticket_and_three_days_later_it_is_archived():
    p = make.make_people()

    ticket = make.closed(p)
    assert ticket.state == State.CLOSED
    assert following.archive_due(now=NOON + timedelta(days=3) - timedelta(seconds=1)) == 0
    assert following.archive_due(now=NOON + timedelta(days=3)) == 1

    ticket.refresh_from_db()
    assert ticket.state == State.ARCHIVED
    names = list(ticket.events.filter(is_move=True).order_by("seq").values_list("name", flat=True))
    assert names == ["create", "submit", "approve", "dispatch", "sign", "record_contact", "submit_reply", "approve_reply",
                     "close_satisfied", "archive"]


def test_three_negative_outcomes_end_in_adjudication():
    p = make.make_people()

    ticket = make.in_adjudication(p)

    assert ticket.state == State.ADJUDICATION
    assert ticket.redo_round == 2
