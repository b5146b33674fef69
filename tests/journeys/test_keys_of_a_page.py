"""What keys do on lists, tickets and forms, and what they leave alone."""

import re
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.instant import database_now
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ASK = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) =>
    found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]))"""
COMPOSING = """([selector, key]) => document.querySelector(selector).dispatchEvent(
    new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, isComposing: true}))"""
CYRILLIC = """() => document.body.dispatchEvent(
    new KeyboardEvent("keydown", {key: "о", code: "KeyJ", bubbles: true, cancelable: true}))"""
# Everything that Tab must reach, and what it did reach, each with its mark of focus.
TABBABLE = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter((one) =>
    one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.checkVisibility({visibilityProperty: true})
    && !one.closest("dialog:not([open])"));
  window.wanted = new Set(all.filter((one) => one.type !== "radio" || one.checked
    || !all.some((other) => other.name === one.name && other.type === "radio" && (other.checked || all.indexOf(other) < all.indexOf(one)))));
  window.dull = new Set();
  addEventListener("htmx:beforeSwap", (event) => event.preventDefault());  // a list that is replaced was not passed over
  addEventListener("focusin", (event) => {
    const one = event.target, rim = [one, one.nextElementSibling].filter(Boolean).map((part) => getComputedStyle(part).outlineStyle);
    wanted.delete(one);
    if (rim.every((style) => style === "none")) dull.add(one);
  });
  return wanted.size + 6 * [...wanted].filter((one) => /date/.test(one.type)).length + 4;  // a date has several parts
}"""
LEFT = "() => [...wanted, ...dull].map((one) => one.outerHTML.slice(0, 120))"


@pytest.fixture
def sit(new_page, site):
    """A page of somebody who is signed in."""

    def open_page(user, path="/", **options):
        client = Client()
        client.force_login(user)
        page = new_page(**{"viewport": {"width": 1366, "height": 768}} | options)
        page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        page.goto(site + path)
        return page

    return open_page


@pytest.fixture
def p(transactional_db):
    return factories.make_people()


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def row(ticket):
    return f"#t-{ticket.ticket_no}"


def test_rows_are_walked_and_tickets_follow_each_other(sit, p):
    one, two = (factories.in_review(p, now=database_now(), title=f"第{n}件漏水") for n in (1, 2))
    page = sit(p.rv, "/desk/review/?list=cases")

    press(page, "j", "j", "j", "k")
    expect(page.locator(row(one))).to_be_focused()
    press(page, "o")
    page.wait_for_url(f"**/tickets/{one.ticket_no}/")
    press(page, "n")
    page.wait_for_url(f"**/tickets/{two.ticket_no}/")
    press(page, "n")
    expect(page.locator("#toasts")).to_contain_text("已是列表中的最后一件")
    press(page, "p")
    page.wait_for_url(f"**/tickets/{one.ticket_no}/")
    press(page, "u")
    page.wait_for_url("**/desk/review/?list=cases")
    expect(page.locator(row(one))).to_be_focused()
    press(page, "x")
    expect(page.locator(f"#pick-{one.ticket_no}")).to_be_checked()


def test_number_and_summary_are_copied_and_it_is_said(sit, p):
    ticket = factories.in_review(p, now=database_now(), title="江畔小区屋顶漏水")
    page = sit(p.rv, f"/tickets/{ticket.ticket_no}/", permissions=["clipboard-read", "clipboard-write"])

    press(page, "c")
    expect(page.locator("#toasts[role=status]")).to_contain_text(f"已复制：{ticket.ticket_no}")
    assert page.evaluate("navigator.clipboard.readText()") == ticket.ticket_no
    press(page, "s")
    expect(page.locator("#toasts")).to_contain_text("江畔小区屋顶漏水")
    assert re.match(rf"{ticket.ticket_no} 江畔小区屋顶漏水 · 待审核 · .+ \d{{4}}-", page.evaluate("navigator.clipboard.readText()"))


def test_who_types_is_left_alone(sit, p):
    ticket = factories.in_hand(p, now=database_now())
    page = sit(p.ul, f"/tickets/{ticket.ticket_no}/do/submit_reply/")
    text = page.locator("[name=text]")
    text.focus()

    page.keyboard.type("gh?ju1c/.")
    page.evaluate(COMPOSING, ["[name=text]", "Escape"])

    expect(text).to_have_value("gh?ju1c/.")
    expect(text).to_be_focused()
    assert page.url.endswith("/do/submit_reply/")
    press(page, "Escape", "Escape")
    page.wait_for_url(f"**/tickets/{ticket.ticket_no}/")


def test_an_input_method_that_composes_chooses_nothing_in_the_palette(sit, p):
    page = sit(p.rv)
    press(page, "Control+k")
    expect(page.locator("#palette [aria-selected=true]")).to_be_visible()

    page.evaluate(COMPOSING, ["#palette input", "Enter"])

    expect(page.locator("#palette")).to_be_visible()
    press(page, "ArrowDown")
    expect(page.locator("#option-1")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#palette [role=combobox]")).to_have_attribute("aria-activedescendant", "option-1")
    press(page, "Escape")
    expect(page.locator("#palette")).not_to_be_visible()


def test_a_key_is_known_by_its_place_where_the_layout_is_not_latin(sit, p):
    ticket = factories.in_review(p, now=database_now())
    page = sit(p.rv)

    page.evaluate(CYRILLIC)

    expect(page.locator(row(ticket))).to_be_focused()


def test_the_sheet_shows_the_keys_of_this_page_and_single_letters_can_be_switched_off(sit, p):
    factories.in_review(p, now=database_now())
    page = sit(p.rv)
    press(page, "j", "?")
    sheet = page.locator("#sheet")
    expect(sheet).to_contain_text("下一行")
    expect(sheet).to_contain_text("G R")
    expect(sheet).not_to_contain_text("复制工单编号")
    expect(sheet).not_to_contain_text("G C")

    press(page, "Tab", "Space", "Escape")

    expect(page.locator("tbody a").first).to_be_focused()
    press(page, "?")
    expect(sheet).not_to_be_visible()
    press(page, "Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_a_step_opens_under_its_digit_and_esc_closes_it(sit, p):
    ticket = factories.in_dispatch(p, now=database_now())
    page = sit(p.dp, f"/tickets/{ticket.ticket_no}/")
    press(page, "1")
    expect(page.locator("#work [name=lead_unit]")).to_be_focused()

    press(page, "Escape", "Escape")

    expect(page.locator("#work form")).to_have_count(0)
    expect(page.locator(".offers a").first).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_palette_and_sheet_keep_nobody_out(sit, p, site, theme):
    ticket = factories.in_dispatch(p, now=database_now())
    page = sit(p.dp)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": site}])
    page.goto(f"{site}/tickets/{ticket.ticket_no}/")
    page.evaluate(AXE.read_text())

    press(page, "Control+k")
    expect(page.locator("#palette [aria-selected=true]")).to_be_visible()
    found = page.evaluate(ASK)
    press(page, "Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    page.wait_for_function("!document.activeElement.closest('#palette')")
    press(page, "?")
    expect(page.locator("#sheet")).to_be_visible()

    assert found + page.evaluate(ASK) == []


def test_every_control_is_reached_by_tab_and_seen(sit, p):
    reply = factories.in_hand(p, now=database_now())
    callback = factories.in_callback(p, now=database_now())
    pages = [
        (p.op, "/tickets/new/"),
        (p.rv, "/desk/review/"),
        (p.ul, f"/tickets/{reply.ticket_no}/do/submit_reply/"),
        (p.cb, f"/tickets/{callback.ticket_no}/do/record_outcome/"),
        (p.ad, "/people/new/"),
        (p.ad, "/roster/"),
        (p.au, "/audit/"),
        (p.op, "/account/"),
    ]
    missed = {}
    for user, path in pages:
        page = sit(user, path)
        page.wait_for_load_state("networkidle")
        press(page, *["Tab"] * page.evaluate(TABBABLE))
        if left := page.evaluate(LEFT):
            missed[path] = left
    assert missed == {}
