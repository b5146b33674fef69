"""Matters that come back are put under key supervision, and their unit is ordered to answer, once."""
from datetime import timedelta

import pytest

from dispatch import patterns
from dispatch.models import SupervisionOrder
from tests import factories
from tests.factories import NOON
from tickets.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PHONES = ("13800138001", "13800138002", "13800138003")


@pytest.fixture
def p(db):
    return factories.make_people()


def reported(p, phones=PHONES, begin=factories.in_hand, **fields):
    return [begin(p, NOON + number * DAY, contact_phone=phone, **fields) for number, phone in enumerate(phones)]


def marked():
    return set(Ticket.objects.filter(key_supervision=True).values_list("pk", flat=True))


def test_three_neighbours_in_a_week_are_one_matter_with_one_order(p):
    tickets = reported(p)

    assert patterns.scan(now=NOON + 3 * DAY) == 3

    assert marked() == {ticket.pk for ticket in tickets}
    (order,) = SupervisionOrder.objects.all()
    assert (order.ticket, order.kind, order.by.username, order.unit) == (tickets[0], "cluster", "system", factories.unit())


def test_a_second_look_adds_nothing(p):
    reported(p)
    patterns.scan(now=NOON + 3 * DAY)
    events = TicketEvent.objects.count()

    assert patterns.scan(now=NOON + 3 * DAY) == 0

    assert TicketEvent.objects.count() == events


@pytest.mark.parametrize("phones, after", [(PHONES[:2], 3 * DAY), ((PHONES[0],) * 2 + PHONES[1:2], 3 * DAY), (PHONES, 8 * DAY)])
def test_two_reporters_or_a_longer_time_are_no_cluster(p, phones, after):
    reported(p, phones)

    assert patterns.scan(now=NOON + after) == 0


def test_another_place_and_target_is_another_matter(p):
    for number, phone in enumerate(PHONES):
        factories.in_hand(p, NOON, contact_phone=phone, address=f"滨江路{number + 1}号", target=f"商户{number}")

    assert patterns.scan(now=NOON + DAY) == 0


def test_one_citizen_three_times_is_a_repeated_matter(p):
    tickets = [factories.in_hand(p, NOON + number * DAY, address=f"滨江路{number + 1}号", target=f"商户{number}") for number in range(3)]

    assert patterns.scan(now=NOON + 3 * DAY) == 3

    assert SupervisionOrder.objects.get().kind == "repeated"
    assert marked() == {ticket.pk for ticket in tickets}


def test_before_dispatch_it_is_marked_and_the_order_follows_when_a_unit_has_it(p):
    tickets = reported(p, begin=factories.in_dispatch)

    assert patterns.scan(now=NOON + 3 * DAY) == 3
    assert not SupervisionOrder.objects.exists()

    from dispatch import actions
    actions.dispatch(tickets[1].pk, by=p.dp, now=NOON + 3 * DAY, lead_unit=factories.unit())
    assert patterns.scan(now=NOON + 3 * DAY) == 0
    assert SupervisionOrder.objects.get().ticket == tickets[1]
