"""A matter that was reported before is recognised while the second caller still speaks."""
import os
import re

import pytest
from playwright.sync_api import expect

from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CALL = {
    "caller_number": "13900139000", "caller_name": "彭某", "area": "LLZ-01", "address": "柳溪村5组", "category": "010201",
    "content": "村口的桥栏杆断了两根，孩子上学经过很危险。", "demand": "希望尽快修好", "target": "村委会", "type": "complaint",
}
NEIGHBOUR = CALL | {"caller_number": "13700137000", "caller_name": "郭某", "content": "村口桥栏杆断了两根，孩子上学很危险，没人管。"}


def picture(page, name):
    if folder := os.environ.get("HOTLINE_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_neighbours_matter_appears_while_it_is_typed_and_is_joined_with_one_button(hire):
    """Given a ticket of somebody else, when an operator types the same, then he sees it, and one button joins the caller."""
    number = hire("op1", "OP", "RX-JX", "甲接线").takes_in(**CALL)
    operator = hire("op2", "OP", "RX-JX", "乙接线")
    page = operator.goes("/tickets/new/").page
    operator.fill(page.locator("form.intake"), NEIGHBOUR)

    expect(page.locator("#similar")).to_contain_text(number)
    expect(page.locator("#similar")).to_contain_text("同一分类")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#in-duplicate_checked-error")).to_be_visible()
    expect(page.locator("#in-content")).to_have_value(NEIGHBOUR["content"])
    picture(page, "similar")
    page.locator("#similar button", has_text="并入").click()

    page.wait_for_url(re.compile(rf"/tickets/{number}/$"))
    operator.sees("多人反映（2人）")
    assert Ticket.objects.exclude(state="merged").count() == 1


def test_who_calls_again_is_known_at_his_number_and_his_history_is_a_key_away(hire):
    """Given two calls of one number, when it is typed a third time, then his matters are there, and F2 brings all of them."""
    operator = hire("op1", "OP", "RX-JX", "甲接线")
    number = operator.takes_in(**CALL)
    page = operator.goes("/tickets/new/").page
    expect(page.locator("#in-caller_number")).to_be_focused()

    page.keyboard.type(CALL["caller_number"])
    page.keyboard.press("Tab")

    expect(page.locator("#earlier")).to_contain_text("第2次来电")
    expect(page.locator("#earlier")).to_contain_text("139****9000")
    page.keyboard.press("F2")
    expect(page.locator("#history")).to_contain_text(number)
    page.locator("#in-words").fill("柳溪")
    expect(page.locator("#found-words")).to_contain_text(number)
    picture(page, "caller")
    page.locator("#earlier button", has_text="催办").click()
    page.wait_for_url(re.compile(rf"/tickets/{number}/$"))
    operator.sees("重复第1次")
