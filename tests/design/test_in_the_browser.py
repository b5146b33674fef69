"""What only a browser shows: paper, the question before what cannot be undone, one line of bar, no bar to the side."""
import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests import factories
from tests.api import lives

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK = {"width": 1366, "height": 768}


@pytest.fixture
def visit(new_page, site):
    def open_page(user, path, *, viewport=DESK, language="zh-hans", **options):
        client = Client()
        client.force_login(user)
        page = new_page(viewport=viewport, **options)
        cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
        page.context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        page.goto(site + path)
        return page

    return open_page


def test_a_ticket_prints_as_a_sheet_without_controls(visit):
    p = factories.make_people()
    ticket = factories.in_hand(p)
    page = visit(p.li, f"/tickets/{ticket.ticket_no}/")
    page.emulate_media(media="print")

    for gone in (".bar", "#offers", "#news", ".tabs", ".ticket-head button", "main form"):
        assert page.locator(f"{gone} >> visible=true").count() == 0, gone
    for kept in (".ticket-head strong", "#facts", "#clocks", "#story", "main > p.print-only", "#panels .list-group"):
        expect(page.locator(kept).first).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_list_prints_its_rows_and_nothing_to_click(visit):
    p = factories.make_people()
    factories.in_review(p, title="路灯不亮")
    page = visit(p.rv, "/desk/review/")
    page.emulate_media(media="print")

    expect(page.locator("main .list")).to_contain_text("路灯不亮")
    assert page.locator(":is(.filters, .guide, .btn, .bar) >> visible=true").count() == 0


def test_what_cannot_be_undone_is_asked_about_and_may_be_left(visit):
    p = factories.make_people()
    ticket = lives.IN_STATE["draft"](p)
    page = visit(p.op, f"/tickets/{ticket.ticket_no}/do/void_draft/")
    form, dialog = page.locator("#work form"), page.locator("#work dialog.confirm")
    form.locator("[name=reason]").fill("重复登记")

    form.locator("button.btn").last.click()
    expect(dialog).to_be_visible()
    dialog.locator("[data-back]").click()
    ticket.refresh_from_db()
    assert ticket.state == "draft"
    expect(form.locator("[name=reason]")).to_have_value("重复登记")

    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_visible()
    dialog.locator("[data-yes]").click()
    expect(page.locator(".toast-in")).to_contain_text("作废")
    ticket.refresh_from_db()
    assert ticket.state == "cancelled"
    page.locator("[data-dismiss]").click()
    expect(page.locator(".toast-in")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_bar_is_one_line_for_every_role_on_a_small_monitor(visit, language):
    p = factories.make_people()

    for role in ("op", "ops", "rv", "dp", "li", "cb", "sv", "zh", "dl", "ql", "ke", "qi", "ad", "au"):
        page = visit(getattr(p, role), "/", language=language)
        assert page.locator(".bar").bounding_box()["height"] <= 52, role


def test_the_important_things_of_a_ticket_stand_above_the_fold(visit):
    p = factories.make_people()
    ticket = factories.in_hand(p)
    page = visit(p.li, f"/tickets/{ticket.ticket_no}/")

    for what in (".ticket-head h1", "#identity .person", "#clocks .clock >> nth=0", "#offers .likely .btn >> nth=0",
                 "#facts .pre", "#story .story > li >> nth=1"):
        box = page.locator(what).bounding_box()
        assert box["y"] + min(box["height"], 40) <= 768, what


def test_the_password_of_a_colleague_is_reset_only_after_a_question(visit):
    p = factories.make_people()
    page = visit(p.ad, f"/people/{p.op.pk}/")

    page.locator("form[action$='reset-password/'] button").last.click()
    page.locator("dialog.confirm[open] [data-yes]").click()

    expect(page).to_have_url(re.compile("reset-password"))
    expect(page.locator("#first-password")).to_be_visible()


def test_a_part_of_the_story_is_shown_without_a_reload_and_the_same_after_one(visit):
    p = factories.make_people()
    ticket = factories.in_hand(p)
    page = visit(p.sv, f"/tickets/{ticket.ticket_no}/")

    page.locator("#story .tabs a").nth(2).click()

    expect(page).to_have_url(re.compile(r"\?story=deadlines$"))
    expect(page.locator("#story .tabs a").nth(2)).to_have_attribute("aria-current", "true")
    shown = page.locator("#story .story").inner_text()
    page.reload()
    assert page.locator("#story .story").inner_text() == shown
    page.go_back()
    expect(page.locator("#story .tabs a").nth(0)).to_have_attribute("aria-current", "true")
