"""axe-core finds nothing to complain about on any kind of page, in light and dark, on a desk and on a phone."""

import json
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import DutyKind, DutyShift
from tests import factories
from tests.api import lives
from tests.factories import NOON, unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
ASK = """() => axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations.map(v =>
    [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " :: "
        + n.any.concat(n.all, n.none).map(c => c.message).join("; "))]))"""


class Visitor:
    """One person, signed in without the log-in page, who has each page examined."""

    def __init__(self, user, new_page, site, *, viewport=DESK, theme="light"):
        client = Client()
        client.force_login(user)
        self.user, self.site, self.page = user, site, new_page(viewport=viewport)
        self.page.context.add_cookies(
            [
                {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
                {"name": "theme", "value": theme, "url": site},
            ]
        )
        self.refused = []
        self.page.on("console", lambda message: "Content Security Policy" in message.text and self.refused.append(message.text))

    def complaints(self, path, *, status=200):
        """{path: what axe found, what the browser refused, what sticks out of the screen}, empty when all is well."""
        answer = self.page.goto(self.site + path)
        assert answer.status == status, (path, answer.status)
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(ASK) + self.refused
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("wider than the screen")
        return {f"{self.user.username} {path}": found} if found else {}


def test_no_page_keeps_anybody_out(new_page, live_server):
    p = factories.make_people()
    DutyShift.objects.create(
        kind=DutyKind.DUTY_LEADER, unit=unit("RX"), user=p.dl, starts_at=NOON, ends_at=NOON.replace(year=2200)
    )
    tickets = {
        state: lives.IN_STATE[state](p).ticket_no
        for state in (
            "need_info",
            "pending_review",
            "pending_dispatch",
            "handling",
            "reply_review",
            "pending_callback",
            "adjudication",
        )
    }

    def page_of(state, step=""):
        return f"/tickets/{tickets[state]}/" + (f"do/{step}/" if step else "")

    def visit(user, *paths, **options):
        visitor = Visitor(user, new_page, live_server.url, **options)
        for path in paths:
            complaints.update(visitor.complaints(path))

    complaints = {}
    visit(p.op, "/", "/tickets/new/", "/tickets/", "/account/", "/notices/", page_of("need_info", "submit"))
    visit(p.rv, "/", page_of("pending_review", "approve"), page_of("reply_review", "return_reply"))
    visit(p.dp, "/", page_of("pending_dispatch", "dispatch"))
    visit(p.li, "/", page_of("handling", "submit_reply"))
    visit(p.cb, "/", page_of("pending_callback", "record_outcome"))
    visit(p.sv, "/", page_of("adjudication"))
    visit(p.dl, "/", "/roster/")
    visit(p.ad, "/people/")
    visit(p.au, "/audit/")
    visit(p.sv, "/", page_of("adjudication", "force_close"), theme="dark")
    visit(p.op, "/tickets/new/", viewport=PHONE)
    visit(p.li, "/", page_of("handling", "record_contact"), viewport=PHONE)
    stranger = Visitor(p.li, new_page, live_server.url)
    complaints.update(stranger.complaints(page_of("pending_review"), status=404))
    complaints.update(stranger.complaints("/desk/review/", status=403))

    assert complaints == {}, json.dumps(complaints, ensure_ascii=False, indent=1)
