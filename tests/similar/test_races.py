"""The same form twice at one moment, two neighbours at one moment, and one who joins while another splits off."""
import pytest
from django.db import connection

from accounts.instant import database_now
from dispatch.models import Reminder
from tests import factories as make
from tests.racing import lost, race, won
from tests.similar.test_panel import ago
from tickets.models import Call, Recognition, Ticket
from tickets.similar import joining

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def p(transactional_db):
    return make.make_people()


def urging(p, ticket, key):
    return lambda: joining.urge(ticket, by=p.op, now=database_now(), key=key, number="13800138000")


def joins(p, ticket, number):
    said = make.matter(contact_phone=f"1390013900{number}")
    return lambda: joining.join(ticket, by=p.op, now=database_now(), key=f"k{number}", **said)


def test_the_same_form_twice_at_one_moment_urges_once(p):
    ticket = make.in_review(p, ago())

    results = race(*[urging(p, ticket, "once")] * 3)

    assert lost(results) == []
    assert (Reminder.objects.count(), Recognition.objects.count(), Call.objects.count()) == (1, 1, 2)


def test_neighbours_who_join_at_one_moment_are_all_counted(p):
    ticket = make.in_review(p, ago())

    results = race(*[joins(p, ticket, number) for number in range(4)], urging(p, ticket, "u"))

    assert len(won(results)) == 5, results
    ticket.refresh_from_db()
    assert (ticket.reporter_count, ticket.repeat_count, ticket.remind_count) == (5, 5, 1)
    assert Ticket.objects.filter(master=ticket).count() == 4
    connection.close()
