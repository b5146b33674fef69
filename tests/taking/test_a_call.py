"""From the ring to the ticket: a call by the phone simulator, a neighbour with the same matter, and a server that dies."""
import re

import pytest
from playwright.sync_api import expect

from accounts.instant import database_now
from tests.live.conftest import Seat
from tests.telephony import calls
from tests.web import server
from tickets.models import Call, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CALLER, NEIGHBOUR = "13700137000", "13600136000"
WORDS = "村口的桥栏杆断了两根，孩子上学经过很危险，一直没有人管。"


class Operator(Seat):
    """His screen, his keys beyond the free text, and beside it the telephone of the demo."""

    def __init__(self, user, page, site):
        super().__init__(user, page, site)
        self.keys = []
        self.telephone = page.context.new_page()

    def press(self, *names):
        for name in names:
            self.page.keyboard.press(name)
            self.keys.append(name)

    def walks_to(self, name):
        for _tab in range(12):
            if self.page.evaluate("document.activeElement.id") == f"in-{name}":
                return
            self.press("Tab")
        raise AssertionError(f"{name} is not within reach")

    def write(self, name, text):
        self.walks_to(name)
        self.page.keyboard.insert_text(text)

    def telephone_does(self, act, number=""):
        self.telephone.goto(f"{self.site}/calls/telephone/")
        if number:
            self.telephone.fill("[name=number]", number)
        self.telephone.click(f"button[value={act}]")
        self.telephone.wait_for_load_state()

    def takes_call(self, number):
        """It rings on the screen that he has open, and one key brings the form."""
        self.telephone_does("ring", number)
        expect(self.page.locator("#phone")).to_contain_text(f"{number[:3]}****{number[-4:]}")
        self.telephone_does("answer")
        self.press("Alt+c")
        expect(self.page.locator("#in-caller_number")).to_have_value(number)
        return self

    def says(self, name, words):
        self.write("caller_name", name)
        self.press("Alt+3")
        self.write("area", "LLZ-01")
        self.write("address", "柳溪村5组")
        self.write("target", "村委会")
        self.press("Escape")
        self.write("content", words)
        self.write("demand", "希望尽快修好")
        self.write("category", "010201")


@pytest.fixture
def demo(monkeypatch):
    monkeypatch.setenv("HOTLINE_DEMO", "1")


def test_a_call_is_a_ticket_before_he_hangs_up_and_his_neighbour_joins_it(people, demo, new_page, tmp_path):
    """Given two calls about one bridge, then the first is a ticket within forty keys and the second is joined with one button;
    what is typed of a third one outlives the server."""
    calls.sits(people.op, now=database_now())
    with server(tmp_path / "first.log") as (port, process):
        operator = Operator(people.op, new_page(viewport={"width": 1366, "height": 768}), f"http://127.0.0.1:{port}")
        operator.opens("/desk/mine/").takes_call(CALLER).says("彭某", WORDS)
        with operator.page.expect_navigation():
            operator.press("Control+Enter")
        first = Ticket.objects.get()
        expect(operator.page.locator("main")).to_contain_text(first.ticket_no)
        assert (first.state, first.caller.phone) == ("pending_review", CALLER)
        assert len(operator.keys) <= 40, operator.keys
        operator.telephone_does("hang_up")

        operator.opens("/desk/mine/").takes_call(NEIGHBOUR).says("郭某", f"{WORDS}已经说过几次。")
        similar = operator.page.locator("#similar")
        expect(similar).to_contain_text(first.ticket_no)
        similar.get_by_role("button", name="Another reporter").click()
        operator.page.wait_for_url(re.compile(rf"/tickets/{first.ticket_no}/$"))
        first.refresh_from_db()
        assert (first.reporter_count, Call.objects.count()) == (2, 2)
        assert Call.objects.exclude(ticket=None).count() == 2
        operator.telephone_does("hang_up")

        operator.opens("/desk/mine/").takes_call("13500135000")
        operator.write("caller_name", "陆某")
        operator.page.fill("#in-content", WORDS)
        expect(operator.page.locator("#draft-state")).to_contain_text("Saved")
        process.kill()
    with server(tmp_path / "second.log") as (port, _process):
        elsewhere = Seat(people.op, new_page(), f"http://127.0.0.1:{port}").opens("/tickets/new/", state=None)

        expect(elsewhere.page.locator("#in-content")).to_have_value(WORDS)
        expect(elsewhere.page.locator("#in-caller_number")).to_have_value("13500135000")
