"""The telephone rings: the operator who sits there is told at once, nobody else, and his page shows who calls."""
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from tests.telephony import calls
from tickets.models import Call, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NUMBER = "13700137000"


def test_who_sits_there_hears_it_and_nobody_else(people, listen):
    now = database_now()
    calls.sits(people.op, now=now)
    calls.sits(people.ops, "8002", now=now)
    mine, other = listen(people.op), listen(people.ops)
    assert (mine.status(), other.status()) == (200, 200)
    assert mine.heard("beat") and other.heard("beat")
    time.sleep(1)  # both have been greeted

    calls.rings(at=database_now())

    assert mine.heard("phone", seconds=10) == {}
    assert other.heard("phone", seconds=2) is None


def test_who_came_while_it_rang_is_told(people, listen):
    calls.sits(people.op, now=database_now())
    calls.rings(at=database_now())

    assert listen(people.op).heard("phone", seconds=10) == {}


def test_a_call_rings_on_any_page_and_becomes_a_ticket_with_its_number(people, seat):
    calls.sits(people.op, now=database_now())
    operator = seat(people.op).opens("/desk/mine/")
    bar = operator.page.locator("#phone")
    expect(bar).to_have_count(0)

    begun = time.monotonic()
    call = calls.rings(number=NUMBER, at=database_now())
    expect(bar).to_contain_text("137****7000")
    print(f"on the screen {time.monotonic() - begun:.2f} s after the event")
    assert NUMBER not in operator.page.content()

    calls.answers(at=database_now())
    expect(bar).to_contain_text("On a call")
    operator.page.keyboard.press("Alt+c")
    expect(operator.page.locator("#in-caller_number")).to_have_value(NUMBER)
    assert operator.page.locator("#in-caller_number").get_attribute("readonly") is not None
    operator.page.locator("#in-content").fill("楼下路灯不亮已经一周了，晚上看不见路。")
    operator.page.keyboard.press("Control+s")
    operator.page.wait_for_url("**/tickets/2*/")

    call.refresh_from_db()
    assert call.ticket == Ticket.objects.get() and Call.objects.count() == 1
    assert operator.complaints == []


def test_wrap_up_is_counted_and_one_key_ends_it(people, seat):
    now = database_now()
    calls.sits(people.op, now=now)
    calls.rings(number=NUMBER, at=now)
    calls.answers(at=now)
    operator = seat(people.op).opens("/tickets/new/")
    operator.page.locator("#in-note").fill("typed before")

    calls.take("hung_up", at=now + timedelta(seconds=1), now=database_now())

    expect(operator.page.locator("[data-wrap-up]")).to_contain_text("/ 60 s")
    expect(operator.page.locator("#in-note")).to_have_value("typed before")
    operator.page.keyboard.press("Alt+Shift+S")
    expect(operator.page.locator("#phone")).to_contain_text("Ready")
    assert Call.objects.get().disposition == "silent"
