"""Suggestions beside the intake form: there when the typing rests, taken over by one key, never by themselves."""
import os
import re

import pytest
from playwright.sync_api import expect

from suggesting.models import Answer
from tests.faults.site import until
from tests.suggesting import trained

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "投诉：江畔社区滨河路18号门口井盖破损，路面坑洼，路灯不亮，请核实"


def picture(page, name):
    if folder := os.environ.get("HOTLINE_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_a_key_or_a_click_takes_one_over_and_nothing_else_does(hire):
    """Given a form that is being typed, when a suggestion is taken over, then its field has it, and that is counted."""
    training = trained.in_use()
    page = hire("op1", "OP", "RX-JX", "甲接线").goes("/tickets/new/").page
    page.locator("#in-content").press_sequentially(TEXT)
    first = page.locator("#suggestions [data-advice=category]").first
    expect(first).to_have_attribute("data-value", re.compile("020301$"))
    picture(page, "suggestions")
    for name in ("category", "area", "address", "proposed_unit", "urgency"):
        expect(page.locator(f"#in-{name}")).to_have_value("")
    expect(page.locator("[name=type]:checked")).to_have_count(0)

    page.locator("#in-content").focus()
    page.keyboard.press(first.get_attribute("data-key").replace("alt", "Alt").replace("shift", "Shift"))

    expect(page.locator("#in-category")).to_have_value(first.get_attribute("data-value"))
    expect(page.locator("#suggestions [aria-pressed=true][data-advice=category]")).to_have_count(1)
    page.locator("#suggestions [data-advice=type]").click()
    expect(page.locator("[name=type][value=complaint]")).to_be_checked()
    page.locator("#suggestions [data-advice=area]").click()
    expect(page.locator("#in-area")).to_have_value("江畔社区 · WJJD-01")
    page.locator("#suggestions [data-advice=address]").click()
    expect(page.locator("#in-address")).to_have_value("滨河路18号门口")
    picture(page, "suggestions-taken")

    until(lambda: Answer.objects.count() == 4)  # each is told in a request of its own
    said = {row.about: (row.is_accepted, row.training_id) for row in Answer.objects.all()}
    assert said["category"] == (True, training.pk) and said["type"] == said["area"] == (True, None)


def test_all_three_can_be_refused(hire):
    trained.in_use()
    page = hire("op1", "OP", "RX-JX", "甲接线").goes("/tickets/new/").page
    page.locator("#in-content").fill(TEXT)

    with page.expect_response("**/suggestions/answer/"):
        page.locator("#suggestions button", has_text="均不合适").click()

    assert Answer.objects.get().is_accepted is False
    expect(page.locator("#in-category")).to_have_value("")
