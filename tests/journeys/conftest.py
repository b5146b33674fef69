"""People who sit at their screens: each has a browser session of his own, against the real pages."""
import re

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, Unit, User
from tests import factories as make
from tests.journeys.hands import PASSWORD, Hands

DESK = {"width": 1366, "height": 768}


class Person:
    """What a person can do in front of a screen. `turn` names who did something last: one after the other leaves the screen,
    for a dozen pages that listen and ask for news would take the processor away from the one that somebody looks at."""

    def __init__(self, username, page, site, turn):
        self.username, self.page, self.site, self.turn = username, page, site, turn

    def sign_in(self):
        self.goes("/login/").page.fill("[name=username]", self.username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("form[action*=login] button, form .btn-primary")
        expect(self.page.locator("nav, header").first).to_be_visible()
        return self

    def goes(self, path):
        for other in [one for one in self.turn if one is not self]:
            other.page.goto("about:blank")
        self.turn[:] = [self]
        self.page.goto(f"{self.site}{path}")
        return self

    def opens(self, ticket_no):
        return self.goes(f"/tickets/{ticket_no}/")

    def sees(self, *texts):
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)
        return self

    def sees_nothing_of(self, *texts):
        for text in texts:
            expect(self.page.locator("body")).not_to_contain_text(text)
        return self

    def takes_in(self, act="submit", **fields):
        """Log a call on the intake screen; returns the ticket number that the next page shows."""
        self.goes("/tickets/new/").fill(self.page.locator("form.intake"), fields)
        self.page.click(f"button[name=act][value={act}]")
        asked = self.page.locator("#in-duplicate_checked-error")  # the matter of an earlier test, most likely
        expect(asked.or_(self.page.locator("body:not(:has(form.intake))"))).to_be_visible()
        if asked.count():
            self.page.check("#in-duplicate_checked")
            self.page.click(f"button[name=act][value={act}]")
        self.page.wait_for_url(re.compile(r"/tickets/[0-9]+/"))
        return re.search(r"/tickets/([0-9]+)/", self.page.url).group(1)

    def does(self, ticket_no, step, **fields):
        """Open the ticket, click the step's button, fill its form, send it."""
        self.opens(ticket_no)
        self.page.click(f".offers a[href$='/do/{step}/']")
        return self.completes(step, **fields)

    def completes(self, step, **fields):
        form = self.page.locator(f"form[action$='/do/{step}/']")
        expect(form).to_be_visible()
        self.fill(form, fields)
        form.locator("button.btn").last.click()
        if form.locator("dialog.confirm[open]").count():  # what cannot be undone is asked about first
            form.locator("dialog.confirm [data-yes]").click()
        self.page.wait_for_load_state("networkidle")
        problems = self.page.locator("#work .alert-danger, #work .invalid-feedback:visible").all_inner_texts()
        assert not problems, f"{step}: {problems}"
        return self

    def fill(self, form, fields):
        for name, value in fields.items():
            if isinstance(value, list):
                ticked = form.locator(f"[name={name}]:checked")
                while ticked.count():  # what the system had suggested
                    ticked.first.uncheck()
            for one in value if isinstance(value, list) else [value]:
                self.set(form, name, one)

    def set(self, form, name, value):
        control = form.locator(f"[name={name}]")
        kind = control.first.evaluate("e => e.type || e.tagName")
        if kind == "radio":
            chosen = f"[name={name}][value='{value}']"
            form.locator(f"label:has({chosen})").click()  # the circle itself is not seen
            expect(form.locator(chosen)).to_be_checked()
        elif kind == "checkbox":
            (control if value is True else form.locator(f"[name={name}][value='{value}']")).set_checked(True)
        elif kind == "select-one":
            control.select_option(value)
        else:
            control.fill(value)


@pytest.fixture
def district(transactional_db):
    """The demo log-ins that a journey needs, with their roles; made by `hire`."""
    make.load_reference()
    User.objects.system()


def employ(username, role, unit, name):
    user = User.objects.create_user(username, PASSWORD, display_name=name)
    for one in role.split():
        Membership.objects.create(user=user, unit=Unit.objects.get(code=unit), role=one)


@pytest.fixture
def hire(district, new_page, site):
    turn = []

    def hire_one(username, role, unit, name):
        employ(username, role, unit, name)
        return Person(username, new_page(viewport=DESK), site, turn).sign_in()

    return hire_one


@pytest.fixture
def seat(district, new_page, site):
    def take(username, role, unit, name):
        employ(username, role, unit, name)
        return Hands(username, new_page(viewport=DESK), site).sign_in()

    return take
