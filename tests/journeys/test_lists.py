"""A list under somebody's hands: ticked with keys and mouse, looked at, done; and never taken away by a refresh."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories
from tickets import intake
from tickets.models import SavedView, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reviewer(hire):
    """A reviewer in front of six tickets that wait for him."""
    people = factories.make_people()
    tickets = [factories.in_review(people) for _number in range(6)]
    person = hire("shen", "RV", "RX", "沈审核")
    person.tickets = tickets
    person.page.goto(f"{person.site}/desk/review/?list=cases")
    return person


def picked(page):
    return page.locator("[data-pick]:checked").count()


def test_several_are_approved_without_the_mouse(reviewer):
    """Given six tickets, when two are ticked by key and approved, then these two move and each says so."""
    page = reviewer.page
    expect(page.locator("[data-several]")).to_be_hidden()

    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("已选 2 张")
    page.locator("[data-several] button", has_text="审核通过").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/several/approve/"))
    reviewer.sees("尚未执行", "将变为：待派单")
    assert set(Ticket.objects.values_list("state", flat=True)) == {"pending_review"}
    page.keyboard.press("Control+Enter")

    expect(page.locator("main")).to_contain_text("共 2 张，已完成 2 张")
    assert Ticket.objects.filter(state="pending_dispatch").count() == 2
    page.click("text=返回列表")
    expect(page.locator("[data-row]")).to_have_count(4)


def test_a_range_is_ticked_with_the_mouse_and_somebody_was_faster_with_one(reviewer):
    """Given a range ticked with Shift, when a colleague moves one of them, then the others go and the one says why not."""
    page = reviewer.page
    page.locator("[data-pick]").nth(1).click()
    page.locator("[data-pick]").nth(4).click(modifiers=["Shift"])
    assert picked(page) == 4
    page.locator("[data-pick-all]").click()
    assert picked(page) == 6
    page.click("[data-several] button:has-text('审核通过')")
    page.wait_for_url(re.compile("/several/approve/"))
    faster = reviewer.tickets[2]
    intake.approve(faster.pk, by=factories.make_user("RV"), now=factories.NOON)

    page.click("main .btn-primary")

    expect(page.locator("main")).to_contain_text("共 6 张，已完成 5 张")
    expect(page.locator(f"[data-row='{faster.ticket_no}']")).to_contain_text("已有人先处理")


def test_a_refresh_takes_away_neither_ticks_nor_focus_nor_an_open_panel(reviewer):
    """Given ticks, a focus and a half-filled panel, when the list refreshes itself, then all of it is still there."""
    page, last = reviewer.page, reviewer.tickets[5]
    page.locator("[data-pick]").nth(0).click()
    page.click("#panel-view summary")
    page.fill("#view-name", "我的急件")
    link = page.locator(f"#t-{last.ticket_no}")
    page.evaluate("document.querySelector('#desk').dataset.old = '1'")
    link.focus()
    factories.in_review(factories.make_people("WJ"))

    page.evaluate("document.dispatchEvent(new Event('hotline:changed'))")

    expect(page.locator("#desk[data-old]")).to_have_count(0, timeout=10_000)
    expect(page.locator("[data-row]")).to_have_count(7)
    expect(page.locator("[data-pick]:checked")).to_have_count(1)
    expect(page.locator("[data-count]")).to_have_text("已选 1 张")
    expect(link).to_be_focused()
    expect(page.locator("#view-name")).to_have_value("我的急件")


@pytest.mark.parametrize("place", ["[data-several] button >> nth=0", ".tiles a >> nth=1", "thead a >> nth=0"])
def test_a_refresh_leaves_the_focus_where_it_is(reviewer, place):
    """Given hands that are on their way to a key, when the list refreshes itself, then the key still does what it says."""
    page = reviewer.page
    page.locator("[data-pick]").nth(0).click()
    page.evaluate("document.querySelector('#desk').dataset.old = '1'")
    page.locator(place).focus()

    page.evaluate("document.dispatchEvent(new Event('hotline:changed'))")

    expect(page.locator("#desk[data-old]")).to_have_count(0, timeout=10_000)
    expect(page.locator(place)).to_be_focused()


def test_a_refresh_waits_until_the_mouse_is_let_go(reviewer):
    """Given a link under a pressed mouse, when the list refreshes itself, then the click still leads where it leads."""
    page, ticket = reviewer.page, reviewer.tickets[3]
    page.locator(f"#t-{ticket.ticket_no}").hover()
    page.mouse.down()

    with page.expect_response(lambda answer: "/desk/review/" in answer.url):
        page.evaluate("document.dispatchEvent(new Event('hotline:changed'))")
    page.wait_for_timeout(300)  # for what must not happen: the answer is put into the page
    page.mouse.up()

    page.wait_for_url(re.compile(ticket.ticket_no))


def test_a_view_becomes_a_tile_and_columns_stay(reviewer):
    """Given a filter, when it is saved under a name, then a tile leads back to it with its own columns."""
    page = reviewer.page
    page.select_option("#filter-urgency", "normal")
    page.click("form.filters button")
    page.click("#panel-view summary")
    page.fill("#view-name", "普通件")
    page.click("#panel-view button.btn-primary")
    tile = page.locator(".tiles a", has_text="普通件")
    expect(tile).to_have_attribute("aria-current", "page")
    expect(tile).to_contain_text("6")
    page.click("#panel-columns summary")
    page.uncheck("#panel-columns [value=type]")
    page.check("#panel-columns [value=holder]")
    page.click("#panel-columns button.btn-primary")

    heads = page.locator(".list thead th")
    expect(heads.filter(has_text="当前承办")).to_have_count(1)
    expect(heads.filter(has_text="诉求类型")).to_have_count(0)
    page.click(".tiles a:has-text('待审核')")
    expect(heads.filter(has_text="诉求类型")).to_have_count(1)
    assert SavedView.objects.get().name == "普通件"


def test_a_list_is_downloaded(reviewer):
    page = reviewer.page
    page.click("#panel-export summary")
    page.fill("#export-reason", "周例会用")

    with page.expect_download() as download:
        page.click("#panel-export button.btn-primary")

    assert download.value.suggested_filename.endswith(".xlsx")
