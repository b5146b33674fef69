"""The field list in a browser: on a phone, without a mouse, and on paper."""
import pytest
from django.test import Client
from playwright.sync_api import expect

from tests import factories
from tests.factories import unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


def test_cards_that_a_thumb_can_use_and_on_paper_lines_to_write_on(new_page, site):
    people, client = factories.make_people(), Client()
    first, second = [factories.in_hand(people, area=unit("CHJD-01"), address=address) for address in ("湖滨路5号", "湖滨路12号")]
    client.force_login(people.hd)
    page = new_page(viewport=PHONE)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    page.goto(f"{site}/desk/unit/?list=handling")

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


def test_each_number_of_a_table_says_on_a_phone_which_column_it_was(new_page, site):
    people, client = factories.make_people(), Client()
    factories.in_hand(people)
    client.force_login(people.sv)
    page = new_page(viewport=PHONE)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    page.goto(f"{site}/desk/callback-figures/")

    cell = page.locator("table.list tbody td").first
    expect(cell).to_have_attribute("data-head", "回访率")
    assert "回访率" in cell.evaluate("td => getComputedStyle(td, '::before').content")
