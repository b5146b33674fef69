"""A whole life of a ticket, from review to the answered callback, with hands that never leave the keyboard."""

import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from accounts.models import Membership, User
from tests import factories
from tests.journeys.conftest import PASSWORD
from tickets.models import Ticket
from tickets.states import State

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WATCH = """addEventListener("pointerdown", () => { document.documentElement.dataset.mouse = "used"; }, true)"""
REPLY = "已联系诉求人并上门维修完毕，屋顶防水已重做，请放心。"


class Hands:
    """One person at one keyboard; counts what was pressed."""

    def __init__(self, username, page, site):
        self.username, self.page, self.site, self.pressed = username, page, site, 0
        page.context.add_init_script(WATCH)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1
        return self

    def write(self, text):
        """As an input method commits it: in one piece. Counted as one key a character."""
        self.page.keyboard.insert_text(text)
        self.pressed += len(text)
        return self

    def sign_in(self):
        self.page.goto(f"{self.site}/login/")
        self.reaches("username").write(self.username).press("Tab").write(PASSWORD).press("Enter")
        self.page.wait_for_url(lambda url: "login" not in url)
        self.pressed = 0
        return self

    def is_on(self, selector):
        expect(self.page.locator(selector).first).to_be_focused()
        return self

    def reads(self, text):
        expect(self.page.locator("main")).to_contain_text(text)
        return self

    def opens_step(self, name):
        """The digit that stands at the step; the form has the focus then."""
        expect(self.page.locator(f".offers a[href$='/do/{name}/']")).to_be_visible()
        names = self.page.locator(".offers a").evaluate_all("links => links.map(link => link.pathname.split('/').at(-2))")
        self.press(str(names.index(name) + 1))
        return self.in_form(name)

    def in_form(self, name):
        self.page.wait_for_function(
            "name => document.activeElement.form?.action.endsWith(`/do/${name}/`)", arg=name, timeout=10_000
        )
        return self

    def reaches(self, name):
        for _tab in range(12):
            if self.page.evaluate("document.activeElement.name") == name:
                return self
            self.press("Tab")
        raise AssertionError(f"{name} is more than 12 Tabs away")

    def chooses(self, name, digit):
        """Tab to the question, then the digit of the answer."""
        self.reaches(name).press(str(digit))
        assert self.page.evaluate("[document.activeElement.name, document.activeElement.checked]") == [name, True]
        return self

    def fills(self, name, text):
        return self.reaches(name).write(text)

    def sends(self):
        """Ctrl+Enter, and a yes where it cannot be undone; what was done has the focus on the next page."""
        with self.page.expect_navigation(timeout=30_000):
            self.press("Control+Enter")
            if self.page.locator("dialog.confirm[open]").count():
                self.press("Tab", "Enter")
        expect(self.page.locator("main > [role=status]")).to_be_focused(timeout=20_000)
        assert self.page.evaluate("document.documentElement.dataset.mouse") is None
        return self

    def finds(self, words, *, step=None):
        """Ctrl+K, some words, Enter at once: the answer may still be on its way."""
        self.press("Control+k").is_on("#palette [role=combobox]").write(words).press("Enter")
        expect(self.page.locator("#palette")).not_to_be_visible()
        return self.in_form(step) if step else self


@pytest.fixture
def seat(district, new_page, live_server):
    def take(username, role, unit, name):
        user = User.objects.create_user(username, PASSWORD, display_name=name)
        Membership.objects.create(user=user, unit=factories.unit(unit), role=role)
        return Hands(username, new_page(viewport={"width": 1366, "height": 768}), live_server.url).sign_in()

    return take


def test_review_dispatch_receipt_reply_and_callback(seat):
    """Given a complaint, when everybody does his part by keys and palette only, then it is closed."""
    operator = factories.make_user("OP", "RX-JX")
    ticket = factories.in_review(type("Desk", (), {"op": operator}), now=database_now(), title="江畔小区3栋屋顶漏水")
    number = ticket.ticket_no
    here = f"**/tickets/{number}/"

    reviewer = seat("rv", "RV", "RX", "吴审核")
    reviewer.press("j").is_on(f"#t-{number}").press("Enter")
    reviewer.page.wait_for_url(here)
    reviewer.opens_step("approve").sends().reads("待派单")
    reviewer.press("u").page.wait_for_url("**/desk/review/**")

    dispatcher = seat("dp", "DP", "RX", "郑派单")
    dispatcher.finds(number[-5:]).page.wait_for_url(here)
    dispatcher.finds("派单", step="dispatch").reaches("co_units").press("Space")  # the street that was suggested
    dispatcher.press("w", "j", "Space", "ArrowDown", "ArrowUp", "Space").fills("opinion", "请速办").sends().reads("待签收")

    liaison = seat("li.zj", "LI", "ZJ", "王联络")
    liaison.press("g", "a").page.wait_for_url("**/tickets/")
    liaison.press("g", "u").page.wait_for_url("**/desk/unit/")
    liaison.press("j", "o").page.wait_for_url(here)
    liaison.opens_step("sign").sends().reads("办理中")
    liaison.opens_step("record_contact").chooses("method", 1).chooses("reached", 1).fills("note", "已约定上门").sends()

    leader = seat("ul.zj", "UL", "ZJ", "陈局长")
    leader.finds("漏水").page.wait_for_url(here)
    leader.opens_step("submit_reply").chooses("truth", 1).chooses("contacted", 1).chooses("solved", 1)
    leader.fills("text", REPLY).chooses("self_callback", 1).sends().reads("已完成")

    reviewer.finds(number).page.wait_for_url(here)
    reviewer.opens_step("approve_reply").sends()

    agent = seat("cb", "CB", "RX-HF", "孙回访")
    agent.press("g", "a").page.wait_for_url("**/tickets/")  # at night nobody is on the list of those to be called now
    agent.press("j", "Enter").page.wait_for_url(here)
    agent.opens_step("record_outcome").chooses("contacted", 1).chooses("solved", 1).chooses("satisfied", 1).sends()
    agent.opens_step("close_satisfied").sends()

    assert Ticket.objects.get(pk=ticket.pk).state == State.CLOSED
    people = (reviewer, dispatcher, liaison, leader, agent)
    written = len("请速办" + "已约定上门" + REPLY)
    print(f"keys pressed: {sum(one.pressed for one in people)}, of which text {written}; clicks: 0")
