"""The intake screen in a real browser: nothing that was typed is lost, and a complaint needs no mouse and few keys."""
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.hands import WATCH
from tests.live.conftest import Seat
from tests.web import server
from tickets.models import IntakeDraft, Snippet, Ticket
from tickets.taking import drafts

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WORDS = "家中屋顶漏水已经两周，物业一直没有派人来修。"


def saved(seat):
    expect(seat.page.locator("#draft-state")).to_contain_text("Saved", timeout=20_000)
    return seat


def content(seat):
    return seat.page.locator("#in-content")


def test_a_killed_web_process_loses_nothing_and_another_browser_goes_on(people, new_page, tmp_path):
    with server(tmp_path / "first.log") as (port, process):
        first = Seat(people.op, new_page(), f"http://127.0.0.1:{port}").opens("/tickets/new/", state=None)
        first.page.fill("#in-caller_name", "彭某")
        first.page.locator("#in-category").fill("100302")
        first.page.keyboard.press("Tab")
        first.page.locator("#in-extra-hospital").fill("区人民医院")
        content(first).fill(WORDS)
        expect(first.page).to_have_url(re.compile("draft="), timeout=20_000)
        first.page.wait_for_function("() => !Object.keys(sessionStorage).some((name) => name.includes(':intake:'))")
        process.kill()
        content(first).press_sequentially("又说")
        expect(first.page.locator("#draft-state")).to_contain_text("Not saved yet", timeout=20_000)
    with server(tmp_path / "second.log") as (port, _process):
        second = Seat(people.op, new_page(), f"http://127.0.0.1:{port}").opens("/tickets/new/", state=None)

        expect(content(second)).to_have_value(re.compile(f"^{WORDS}"))
        expect(second.page.locator("#in-caller_name")).to_have_value("彭某")
        expect(second.page.locator("#in-extra-hospital")).to_have_value("区人民医院")
        expect(second.page.locator("main")).to_contain_text("Restored as it was saved")
        assert second.complaints == []


def test_a_cut_line_loses_no_character_and_what_was_typed_meanwhile_is_saved(people, seat, cable):
    operator = seat(people.op, cable.address).opens("/tickets/new/", state=None)
    content(operator).fill(WORDS)
    saved(operator)

    cable.cut()
    content(operator).press("End")
    content(operator).press_sequentially("After the cut. ")
    expect(operator.page.locator("#draft-state")).to_contain_text("Not saved yet", timeout=20_000)
    operator.page.wait_for_timeout(4000)
    content(operator).press_sequentially("And more.")
    cable.mend()

    saved(operator)
    expect(content(operator)).to_have_value(f"{WORDS}After the cut. And more.")
    operator.page.wait_for_function("() => !Object.keys(sessionStorage).some((name) => name.includes(':intake:'))")
    assert drafts.read(IntakeDraft.objects.get())["content"] == f"{WORDS}After the cut. And more."


def test_a_second_window_asks_which_of_the_two(people, seat):
    first = seat(people.op).opens("/tickets/new/", state=None)
    content(first).fill("from the first window")
    expect(first.page).to_have_url(re.compile("draft="), timeout=20_000)
    second = seat(people.op).opens("/tickets/new/", state=None)
    content(second).fill("from the second window")
    saved(second)

    content(first).fill("again from the first")

    bar = first.page.locator(".alert", has_text="Another window")
    expect(bar).to_be_visible(timeout=20_000)
    bar.get_by_text("Keep this one").click()
    saved(first)
    assert drafts.read(IntakeDraft.objects.get())["content"] == "again from the first"


def test_a_standard_complaint_takes_at_most_forty_keys_beyond_the_text(people, seat):
    operator, keys = seat(people.op), []
    operator.page.context.add_init_script(WATCH)
    operator.opens("/tickets/new/", state=None)
    page = operator.page

    def press(*names):
        for name in names:
            page.keyboard.press(name)
            keys.append(name)

    def write(name, text):
        expect(page.locator(f"#in-{name}")).to_be_focused()
        page.keyboard.insert_text(text)

    write("caller_number", "13800138000")
    press("Tab", "Tab")
    write("caller_name", "彭某")
    press("Alt+3", "Tab")
    write("area", "WJJD")
    press("Tab")
    write("address", "江畔小区3栋")
    page.wait_for_function("document.activeElement.id === 'in-address'")
    while page.evaluate("document.activeElement.id") != "in-target":
        press("Tab")
    write("target", "物业公司")
    press("Escape")
    write("content", WORDS)
    press("Tab")
    write("demand", "希望尽快维修")
    press("Tab", "Tab")
    write("category", "010201")
    with page.expect_navigation(timeout=30_000):
        press("Control+Enter")

    ticket = Ticket.objects.get()
    expect(page.locator("main")).to_contain_text(ticket.ticket_no)
    assert (ticket.state, ticket.type, ticket.category.code) == ("pending_review", "complaint", "010201")
    assert len(keys) <= 40, keys
    assert page.evaluate("document.documentElement.dataset.mouse") is None
    assert operator.complaints == []


def test_two_colons_open_the_kept_texts_and_critical_opens_the_strip(people, seat):
    from tests.factories import NOON
    Snippet.objects.create(owner=people.op, name="water", text="已联系自来水公司核实。", by=people.op, at=NOON)
    Snippet.objects.create(owner=None, name="light", text="路灯", by=people.ops, at=NOON)
    operator = seat(people.op).opens("/tickets/new/", state=None)
    content(operator).fill("Said: ")
    content(operator).press("End")

    content(operator).press_sequentially("::")
    expect(operator.page.locator("#snippets [data-text]")).to_have_count(2)
    operator.page.keyboard.type("wat")
    operator.page.keyboard.press("Enter")
    expect(content(operator)).to_have_value("Said: 已联系自来水公司核实。")
    expect(content(operator)).to_be_focused()

    strip = operator.page.locator("#emergency")
    expect(strip).to_be_empty()
    operator.page.select_option("#in-urgency", "critical")
    expect(strip).to_contain_text("120")
    expect(operator.page.locator("#in-urgency_reason")).to_be_visible()
    operator.page.select_option("#in-urgency", "")
    expect(strip).to_be_empty()
    operator.page.fill("#in-category", "100301")
    operator.page.keyboard.press("Tab")
    expect(strip).to_contain_text("120")
    operator.page.locator("[data-insert]").click()
    expect(content(operator)).to_have_value(re.compile("自来水公司核实。\n患者姓名"))
    assert operator.complaints == []


@pytest.mark.parametrize("size", [(1366, 760)])  # of 768: another font may have lines a little taller
def test_the_screen_needs_no_scrolling(people, seat, size):
    operator = seat(people.op, viewport={"width": size[0], "height": size[1]}).opens("/tickets/new/", state=None)

    tall = operator.page.evaluate("[document.documentElement.scrollHeight, innerHeight, document.documentElement.scrollWidth]")

    assert tall[0] <= tall[1], tall
    assert tall[2] <= size[0], tall
