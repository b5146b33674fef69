"""The same feedback from two windows, or from two people, at the same moment. A module of its own: these tests commit."""
import pytest

from dispatch.feedback import taking
from dispatch.feedback.files import Entry
from tests import factories
from tests.racing import lost, race, won
from tickets.models import TicketEvent

pytestmark = pytest.mark.django_db(transaction=True)
SAID = "今天上门查看,已约定周五维修。"


def test_each_ticket_is_written_once_whoever_is_faster_and_nobody_waits_for_ever():
    p = factories.make_people()
    tickets = [factories.in_hand(p) for _number in range(4)]
    there = [Entry(line, ticket.ticket_no, SAID) for line, ticket in enumerate(tickets, start=2)]

    def bring(user, key, entries):
        return lambda: taking.take(entries, key, by=user, now=factories.NOON)

    results = race(bring(p.li, "a", there), bring(p.li, "a", there), bring(p.hd, "b", there[::-1]), bring(p.ul, "c", there[::-1]))

    assert won(results) == [4]
    assert set(lost(results)) <= {"TakenBefore", "NotTaken"}, [repr(result) for result in results]
    for ticket in tickets:
        assert TicketEvent.objects.filter(ticket=ticket, name="progress").count() == 1
