"""The time of all open tickets is booked to its holders, and adds up to the second."""
from datetime import timedelta

import pytest

from insights import responsibility
from tests import factories
from tests.crowds import queries_of, signed_in
from tests.factories import NOON, unit
from tickets import ledger
from tickets.models import Ticket

LATER = NOON + timedelta(hours=7)


def test_the_sums_are_those_of_the_tickets_to_the_second(p):
    factories.in_hand(p)
    factories.in_review(p, NOON + timedelta(hours=1))
    factories.in_callback(p)
    factories.closed(p)

    found = responsibility.shares(p.sv, now=LATER)

    assert sum(one.seconds for one in found) == (7 + 6 + 7) * 3600
    assert sum(one.share for one in found) == pytest.approx(1)
    one_by_one = [seconds for ticket in Ticket.objects.exclude(state="closed")
                  for _key, seconds in ledger.totals(ledger.bookings(list(ticket.events.order_by("seq")), LATER))]
    assert sum(one_by_one) == sum(one.seconds for one in found)
    assert {one.unit for one in found if one.unit} == {unit()}


def test_a_leader_sums_what_his_unit_has_in_sight(p):
    factories.in_hand(p)
    factories.in_review(p)

    assert [one.unit for one in responsibility.shares(p.ul, now=LATER) if one.unit] == [unit()]
    assert responsibility.shares(factories.make_user("UL", "JY"), now=LATER) == []


def test_the_page_says_it_in_words(p):
    factories.in_hand(p)

    page = signed_in(p.dl).get("/responsibility/").content.decode()

    assert unit().name in page[page.index("<main"):]


def test_the_cost_does_not_grow_with_the_tickets(p):
    factories.in_hand(p)
    assert p.sv.membership_list
    few = queries_of(lambda: responsibility.shares(p.sv, now=LATER))
    for _time in range(5):
        factories.in_hand(p)

    assert queries_of(lambda: responsibility.shares(p.sv, now=LATER)) == few <= 2


@pytest.mark.parametrize("role", ["op", "rv", "dp", "li", "hd", "cb", "ad"])
def test_others_do_not_see_it(p, role):
    assert signed_in(getattr(p, role)).get("/responsibility/").status_code == 403
