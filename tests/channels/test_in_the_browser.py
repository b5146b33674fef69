"""A message becomes a ticket with the keyboard alone: walk, open, take, send."""
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from tests import factories as make
from tests.channels.letters import arrived
from tests.pages.world import session_of
from tickets.channels.models import Message
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
SEEN = os.environ.get("CHANNELS_PICTURES")  # a folder, for who wants to look himself


def looked_at(page, name):
    """No rule of axe is broken, and nothing is wider than the page."""
    page.add_script_tag(path=ROOT / "node_modules/axe-core/axe.min.js")
    found = page.evaluate("axe.run(document).then((result) => result.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))")
    assert found == [], (name, found)
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if SEEN:
            page.screenshot(path=f"{SEEN}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1366, "height": 768})


def test_with_the_keyboard_alone(new_page, site):
    p = make.make_people()
    now = database_now()
    arrived(p, now=now, source_ref="second", subject="第二封")
    arrived(p, now=now, source_ref="first", urgency="urgent", channel="superior", answer_by=now)
    page = new_page(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    page.context.add_cookies([{"name": "sessionid", "value": session_of(p.op), "url": site}])
    page.goto(f"{site}/messages/")
    looked_at(page, "inbox")

    page.keyboard.press("j")
    expect(page.locator("main table tbody tr:first-child a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("form[action$='/take/'] button")).to_be_focused()
    looked_at(page, "message")
    page.locator("form[action$='/take/'] button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#in-content")).to_have_value(Message.objects.get(source_ref="first").body)
    looked_at(page, "form")
    page.locator("#in-urgency_reason").select_option(index=1)  # it came as urgent, which wants a reason
    page.locator("#in-title").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/taken/")

    message = Message.objects.get(source_ref="first")
    assert (message.status, message.ticket, message.ticket.channel) == ("ticket", Ticket.objects.get(), "superior")
    page.goto(f"{site}/messages/write/")
    looked_at(page, "write")
