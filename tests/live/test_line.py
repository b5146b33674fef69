"""The line to the server is cut, blocked, slow: the page says so, loses nothing, and heals by itself."""
import re
import time

import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from tests import factories as make
from tests.live.test_pages import equals_a_reload, open_form

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_line_cut_for_half_a_minute_is_shown_and_heals_and_nothing_is_missed(people, seat, cable):
    dispatcher = seat(people.dp, cable.address).opens("/desk/dispatch/")
    line = dispatcher.page.locator("#line")

    cable.cut()
    begun = time.monotonic()
    expect(dispatcher.page.locator("#line:not([data-state=live])")).to_be_attached(timeout=15_000)
    expect(line).not_to_be_empty()
    ticket = make.in_dispatch(people, database_now())
    dispatcher.page.wait_for_timeout(30_000 - (time.monotonic() - begun) * 1000)
    cable.mend()
    mended = time.monotonic()

    expect(dispatcher.page.locator("#line[data-state=live]")).to_be_attached(timeout=70_000)
    expect(dispatcher.page.locator(f"#t-{ticket.ticket_no}")).to_be_visible(timeout=15_000)
    print(f"healed {time.monotonic() - mended:.1f} s after the cable was mended")
    equals_a_reload(dispatcher, "desk")


def test_where_streams_are_blocked_the_page_polls_and_says_so(people, seat):
    dispatcher = seat(people.dp)
    dispatcher.page.route("**/live/**", lambda route: route.abort())
    dispatcher.opens("/desk/dispatch/", state="polling")
    expect(dispatcher.page.locator("#line")).to_contain_text("15 seconds")

    ticket = make.in_dispatch(people, database_now())

    expect(dispatcher.page.locator(f"#t-{ticket.ticket_no}")).to_be_visible(timeout=20_000)


def test_where_streams_are_blocked_a_ticket_is_followed_too(people, seat):
    from tickets import intake
    ticket = make.in_review(people, database_now())
    reviewer = seat(people.rv)
    reviewer.page.route("**/live/**", lambda route: route.abort())
    reviewer.opens(f"/tickets/{ticket.ticket_no}/", state="polling")

    intake.approve(ticket.pk, by=make.make_user("RV", display_name="甄审核"), now=database_now())

    expect(reviewer.page.locator("#news")).to_contain_text("甄审核", timeout=25_000)


def test_a_form_sent_without_a_connection_keeps_its_text_and_can_be_sent_again(people, seat):
    ticket = make.in_hand(people, database_now())
    handler = seat(people.hd)
    form = open_form(handler, ticket, "record_contact")
    handler.types("record_contact", note="已约周三上门")
    form.locator("[name=reached]").first.check()
    handler.page.context.set_offline(True)

    form.locator("button.btn").last.click()

    expect(form.locator("[data-unsent]")).to_be_visible(timeout=10_000)
    expect(form.locator("[name=note]")).to_have_value("已约周三上门")
    assert ticket.events.filter(name="record_contact").count() == 0
    handler.page.context.set_offline(False)
    form.locator("button.btn").last.click()
    handler.page.wait_for_url(re.compile(rf"/tickets/{ticket.ticket_no}/$"))
    expect(handler.page.locator("#story")).to_contain_text("已约周三上门")


def test_what_was_being_sent_when_the_line_broke_is_there_again_afterwards(people, seat, cable):
    ticket = make.in_hand(people, database_now())
    handler = seat(people.hd, cable.address)
    form = open_form(handler, ticket, "record_contact")
    handler.types("record_contact", note="已约周三上门")
    cable.cut()

    form.locator("button.btn").last.click()
    handler.page.wait_for_timeout(1_000)
    cable.mend()
    handler.page.goto(f"{cable.address}/tickets/{ticket.ticket_no}/do/record_contact/")

    expect(handler.form("record_contact").locator("[name=note]")).to_have_value("已约周三上门")


def test_a_page_in_the_background_lets_go_of_its_stream_and_catches_up(people, seat):
    dispatcher = seat(people.dp).opens("/desk/dispatch/")
    hide(dispatcher.page, "hidden")
    dispatcher.page.wait_for_timeout(11_000)
    ticket = make.in_dispatch(people, database_now())
    expect(dispatcher.page.locator(f"#t-{ticket.ticket_no}")).to_have_count(0)

    hide(dispatcher.page, "visible")

    expect(dispatcher.page.locator(f"#t-{ticket.ticket_no}")).to_be_visible(timeout=15_000)


def hide(page, state):
    page.evaluate("""(state) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => state === "hidden" });
      document.dispatchEvent(new Event("visibilitychange"));
    }""", state)
