"""A wall on which nobody lays a hand shows what others do within two seconds."""
import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_wall_follows_within_two_seconds(people, seat):
    wall = seat(people.dl).opens("/desk/wall/")
    states = wall.page.locator("#wall section", has=wall.page.locator("#h-states"))
    expect(states).to_contain_text("No ticket is open.")

    make.in_dispatch(people, database_now())

    expect(states).to_contain_text("Awaiting dispatch", timeout=2_000)
    assert wall.complaints == []
