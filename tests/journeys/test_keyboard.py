"""An operator's hands stay on the keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CALL = {
    "caller_number": "13900139000",
    "area": "LLZ-01",
    "address": "柳溪村5组",
    "content": "村口的桥栏杆断了两根，孩子上学经过很危险。",
    "demand": "希望尽快修好",
    "target": "村委会",
}


def test_a_call_is_taken_in_without_the_mouse(hire):
    """Given the intake screen, when a field is forgotten, then the focus is there and nothing typed is lost."""
    operator = hire("op", "OP", "RX-JX", "阚接线")
    page = operator.page
    page.goto(f"{operator.site}/tickets/new/")
    expect(page.locator("#in-caller_number")).to_be_focused()
    operator.fill(page.locator("form.intake"), CALL)
    page.keyboard.press("Alt+3")
    expect(page.locator("input[name=type][value=complaint]")).to_be_checked()

    page.keyboard.press("Control+Enter")

    expect(page.locator("#in-category")).to_be_focused()
    expect(page.locator("#in-content")).to_have_value(CALL["content"])
    page.keyboard.type("010201")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/taken/"))
    operator.sees(Ticket.objects.get().ticket_no, "查询码")
    expect(page.locator("a", has_text="下一个来电")).to_be_focused()


def test_a_form_opens_beside_the_case_and_as_its_own_page(hire):
    """Given a draft, when its step is clicked, then the form appears without a reload; its address shows the same."""
    operator = hire("op", "OP", "RX-JX", "阚接线")
    number = operator.takes_in(act="draft", **CALL)
    page = operator.opens(number).page

    page.click(".offers a[href$='/do/submit/']")

    form = page.locator("#work form[action$='/do/submit/']")
    expect(form.locator("[name=address]")).to_have_value("柳溪村5组")
    assert page.url.endswith(f"/tickets/{number}/")
    page.goto(f"{operator.site}/tickets/{number}/do/submit/")
    expect(form.locator("[name=address]")).to_have_value("柳溪村5组")
