"""The field list in a browser: on a phone, without a mouse, and on paper."""
import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests import factories
from tests.factories import unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def sit(new_page, site):
    """A phone of somebody who is signed in."""

    def open_page(user, path):
        client = Client()
        client.force_login(user)
        page = new_page(viewport=PHONE)
        page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        page.goto(site + path)
        return page

    return open_page


def test_cards_that_a_thumb_can_use_and_on_paper_lines_to_write_on(sit):
    people = factories.make_people()
    first, second = [factories.in_hand(people, area=unit("CHJD-01"), address=address) for address in ("湖滨路5号", "湖滨路12号")]
    page = sit(people.hd, "/desk/unit/?list=handling")

    for ticket in (second, first):
        page.locator(f"#pick-{ticket.ticket_no}").check()
    page.locator("[formaction='/desk/unit/field-list/']").click()
    expect(page.locator("article").first).to_have_attribute("id", f"stop-{first.ticket_no}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for target in page.locator("article :is(a.btn, a[href^=tel])").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 32, box

    page.locator(f"#stop-{first.ticket_no} a.btn").press("Enter")
    expect(page.locator("article").first).to_have_attribute("id", f"stop-{second.ticket_no}")

    page.emulate_media(media="print")
    assert page.locator("main :is(.btn, button) >> visible=true").count() == 0
    expect(page.locator("article .print-only").first).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_each_number_of_a_table_says_on_a_phone_which_column_it_was(sit):
    people = factories.make_people()
    factories.in_hand(people)

    cell = sit(people.sv, "/desk/callback-figures/").locator("table.list tbody td").first

    expect(cell).to_have_attribute("data-head", "回访率")
    assert "回访率" in cell.evaluate("td => getComputedStyle(td, '::before').content")


def test_a_button_of_a_row_says_itself_what_it_does(sit):
    days = sit(factories.make_people().ad, "/calendar/").locator("[aria-labelledby=days-title] tbody")

    expect(days.locator("td:has(button)").first).not_to_have_attribute("data-head", re.compile("."))
    expect(days.locator("td:not(:has(button))").first).to_have_attribute("data-head", re.compile("."))
