"""A wall on which nobody lays a hand shows what others do within two seconds."""
import time

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
    begun = time.monotonic()
    expect(states).to_contain_text("Awaiting dispatch", timeout=15_000)
    took = time.monotonic() - begun

    print(f"the wall followed after {took:.2f} s")
    assert took < 2
    assert wall.complaints == []
