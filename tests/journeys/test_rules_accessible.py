"""The administrator's pages about holidays, limits and special rules keep nobody out: axe-core on desk and phone."""
from datetime import timedelta

import pytest
from django.conf import settings

from accounts.instant import database_now
from tests import factories as make
from tests.journeys.test_accessible import PHONE, Visitor
from tests.tickets.test_holidays import by_workdays
from tests.tickets.test_special import rule
from tickets.models import SlaProfile
from tickets.profiles import versions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Reader(Visitor):
    """Also follows a form to the page that answers it."""

    def answer_to(self, path, form, **fields):
        self.page.goto(self.site + path)
        for name, value in fields.items():
            control = self.page.locator(f"{form} [name='{name}']")
            control.select_option(value) if control.evaluate("e => e.tagName") == "SELECT" else control.fill(value)
        self.page.locator(f"{form} button.btn-primary").click()
        self.page.wait_for_load_state("networkidle")
        return self

    def look(self, name):
        found = self.examine()
        return {f"{self.user.username} {name}": found} if found else {}


def examine(visitor):
    from tests.journeys.test_accessible import ASK, AXE
    visitor.page.evaluate(AXE.read_text())
    found = visitor.page.evaluate(ASK) + visitor.refused
    if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    return found


Reader.examine = examine


@pytest.mark.parametrize(("viewport", "theme", "language"), [
    ({"width": 1366, "height": 768}, "light", "zh-hans"), (PHONE, "dark", "en"), (PHONE, "light", "zh-hans"),
    ({"width": 1366, "height": 768}, "dark", "en")])
def test_the_pages_of_rules_keep_nobody_out(new_page, live_server, viewport, theme, language, tmp_path):
    p, now = make.make_people(), database_now()
    by_workdays()
    make.in_hand(p, now=now - timedelta(hours=30), type="help")
    rule(p, now=now)
    rule(p, now=now, what="RESPONSE", value={"wd": 1})
    new = f"/limits/{versions.newest('rapid_2h_24h').pk}/new/"
    reader = Reader(p.ad, new_page, live_server.url, viewport=viewport, theme=theme)
    reader.page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
    tomorrow = f"{now + timedelta(days=2):%Y-%m-%d}"

    complaints = {}
    for path in ("/calendar/?year=2026", "/calendar/?year=2027", "/limits/",
                 f"/limits/{SlaProfile.objects.get(code='standard_workday').pk}/", new, "/limits/special/"):
        complaints |= reader.complaints(path)
        shoot(reader, path, language)
    for name, form, path, fields in (
        ("a day looked at", "form[action*='calendar/day']:has(#day-name)", "/calendar/?year=2026",
         {"date": tomorrow, "kind": "off", "name": "台风"}),
        ("limits looked at", "main form", new, {"COMPLETION-normal": "48 h"}),
        ("limits refused", "main form", new, {"RECEIPT-normal": "0", "RESPONSE-ladder": "x"}),
        ("a rule refused", "form[action*='special/add']", "/limits/special/", {"what": "RESPONSE", "owner": "x", "reason": "y",
                                                                             "category": "07"}),
    ):
        reader.answer_to(path, form, **fields)
        shoot(reader, name, language)
        complaints |= reader.look(name)

    assert complaints == {}


def shoot(reader, name, language):
    import os
    folder = os.environ.get("SHOTS")
    if folder:
        width = reader.page.viewport_size["width"]
        reader.page.screenshot(path=f"{folder}/{name.strip('/').replace('/', '-').replace('?', '-')}-{width}-{language}.png",
                               full_page=True)
