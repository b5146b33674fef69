"""A unit writes a text once and begins its replies with it."""
import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from dispatch.models import ReplyPreset
from tests import factories as make
from tests.tickets.ready import contacted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIRST, SECOND = "我单位已安排维修人员上门查看渗漏情况并完成防水处理。", "经现场核查,该处已由物业公司修缮完毕。"


def keep(someone, title, text):
    someone.page.goto(f"{someone.site}/desk/unit/presets/")
    form = someone.page.locator("form[action$='/presets/add/']")
    form.locator("[name=title]").fill(title)
    form.locator("[name=text]").fill(text)
    form.locator("button.btn-primary").click()
    someone.page.wait_for_load_state("networkidle")
    someone.sees(title, text)


def test_a_preset_fills_the_reply_and_never_what_was_typed(hire):
    people = make.make_people()
    ticket = contacted(people, database_now())
    handler = hire("hd.presets", "HD", "ZJ", "经办人")
    keep(handler, "渗漏", FIRST)
    keep(handler, "物业", SECOND)

    page = handler.page
    page.goto(f"{handler.site}/tickets/{ticket.ticket_no}/do/submit_reply/")
    choice, text = page.locator("#work [name=preset]"), page.locator("#work [name=text]")
    text.fill("您好:")
    choice.select_option(label="渗漏")
    expect(text).to_have_value(f"您好:\n{FIRST}")
    choice.select_option(label="物业")
    expect(text).to_have_value(f"您好:\n{SECOND}")
    choice.select_option("")
    expect(text).to_have_value(f"您好:\n{SECOND}")

    page.wait_for_function("text => JSON.stringify(sessionStorage).includes(text)", arg=SECOND)  # the draft was told of it
    page.goto(f"{handler.site}/desk/unit/presets/")
    page.locator("form[action$='/end/'] button").first.click()
    page.wait_for_load_state("networkidle")
    assert ReplyPreset.objects.in_force().count() == 1
