"""Knowledge in the intake screen, with the keyboard alone: suggested from the content, searched, put into the answer, cited."""
import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from accounts.roles import Role
from knowledge.models import Use
from tests import factories
from tests.crowds import signed_in
from tests.knowledge.articles import editors, published
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def screen(new_page, site):
    factories.load_reference()
    now = database_now()
    article = published(*editors(), now=now, valid_from=date(2026, 1, 1), review_on=now.date() + timedelta(days=60))
    client = signed_in(factories.make_user(Role.OP, "RX-JX"))
    page = new_page(viewport={"width": 1366, "height": 768})
    page.context.add_cookies([{"name": name, "value": morsel.value, "url": site} for name, morsel in client.cookies.items()])
    page.goto(f"{site}/tickets/new/")
    return page, article.article.number


def test_what_the_citizen_says_brings_the_article_and_keys_put_it_into_the_answer(screen):
    page, number = screen
    hit = page.locator(f"#knowledge-hits [data-article={number}]")

    page.locator("#in-content").press_sequentially("来电人想问居住证在哪里办理")
    expect(hit).to_be_visible()
    page.locator("#in-content").press_sequentially("??")
    expect(page.locator("#knowledge-q")).to_be_focused()
    expect(page.locator("#in-content")).to_have_value("来电人想问居住证在哪里办理")
    page.keyboard.insert_text("便民")
    expect(hit).to_be_visible()
    page.keyboard.press("Enter")
    expect(hit).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#answer-answer")).to_have_value(re.compile(f"便民服务中心.*{number}"))
    expect(page.locator("#answer-article")).to_have_value(number)
    expect(page.locator("#answer-answer")).to_be_focused()
    page.locator("#in-caller_number").fill("13800138000")
    page.keyboard.press("Alt+1")
    for field, value in (("area", "WJJD"), ("address", "江畔小区3栋"), ("category", "120101")):
        page.locator(f"#in-{field}").fill(value)
    page.locator("#answer-caller_understood").check()
    page.keyboard.press("Control+d")
    page.wait_for_url("**/taken/")

    assert Ticket.objects.get().state == "closed"
    assert Use.objects.get().version.article.number == number


def test_f3_leads_to_the_search_which_says_when_nothing_fits(screen):
    page, _number = screen

    page.locator("#in-content").focus()
    page.keyboard.press("F3")
    expect(page.locator("#knowledge-q")).to_be_focused()
    page.keyboard.insert_text("没有这样的词")
    expect(page.locator("#knowledge-hits")).to_contain_text("没有符合的条目")
    assert page.url.endswith("/tickets/new/")
