"""A callback agent's hands stay on the keyboard: ten citizens, one of whom does not answer and one is not content. Who was
called three times in vain answers on his phone."""
import re

import pytest
from playwright.sync_api import expect

from followup.models import CallbackTask
from tests import factories as make
from tests.followup.surveys import ask, recorded
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HAPPY = ("1", "1", "1", "1", "1", "1")  # himself, contacted, solved, satisfied, with attitude, reply is true
UNHAPPY = ("1", "1", "3", "3", "3", "2", "5")  # and the reason: the problem persists
NOT_THERE, NOT_CONTENT = 3, 6
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_ten_citizens_are_called_back_without_the_mouse(seat):
    """Given ten callbacks that are due, when one after the other is answered by digits and sent with Enter, then each is
    recorded once, the one who did not answer is tried again, and what is not solved is done again."""
    p = make.make_people()
    tickets = [make.in_callback(p) for _citizen in range(10)]
    Ticket.objects.update(urgency="critical")  # so that it is no quiet hour
    agent = seat("agent", "CB", "RX-HF", "鲍回访")
    page = agent.page
    page.wait_for_url("**/desk/callbacks/**")

    agent.press("n")
    for citizen, ticket in enumerate(tickets):
        page.wait_for_url(re.compile(f"/{ticket.ticket_no}/callback/"))
        agent.is_on("[name=speaker]")
        agent.press(*{NOT_THERE: (), NOT_CONTENT: UNHAPPY}.get(citizen, HAPPY))
        agent.press({NOT_THERE: "Alt+1", NOT_CONTENT: "Control+Enter"}.get(citizen, "Enter"))
    page.wait_for_url("**/desk/callbacks/")

    found = {task.ticket_id: task for task in CallbackTask.objects.all()}
    outcomes = [found[ticket.pk].outcome for ticket in tickets]
    assert outcomes == ["positive"] * 3 + [""] + ["positive"] * 2 + ["negative"] + ["positive"] * 3
    assert found[tickets[NOT_THERE].pk].status == "retry_wait" and found[tickets[NOT_CONTENT].pk].reason == "persists"
    assert all(task.attempts.count() == 1 and task.claimed_by is None for task in found.values())

    agent.finds(tickets[NOT_CONTENT].ticket_no).page.wait_for_url(f"**/tickets/{tickets[NOT_CONTENT].ticket_no}/")
    agent.opens_step("order_redo").fills("reason", "问题仍在").sends()
    redone = Ticket.objects.get(pk=tickets[NOT_CONTENT].pk)
    assert (redone.state, redone.redo_round, redone.first_outcome) == ("handling", 1, "negative")
    assert page.evaluate("document.documentElement.dataset.mouse") is None
    print(f"keys pressed for 10 callbacks and a redo: {agent.pressed}; clicks: 0")


def test_who_was_called_three_times_in_vain_answers_on_his_phone(seat, new_page):
    """Given a text message after the third call, when the citizen taps his answers on a phone, then the callback desk may
    close his ticket, and nobody calls him any more."""
    ticket, path = ask(make.make_people())
    agent = seat("agent", "CB", "RX-HF", "鲍回访")
    agent.page.goto("about:blank")
    page = new_page(**PHONE)

    page.goto(f"{agent.site}{path}")
    for name, value in {"contacted": "yes", "solved": "solved", "satisfied": "basically"}.items():
        page.locator(f"label:has([name={name}][value={value}])").tap()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("main button").tap()
    page.wait_for_url(re.compile(r"/s/\?language="))
    assert page.goto(f"{agent.site}{path}").status == 410
    page.goto("about:blank")

    assert recorded(ticket) == ("positive", "positive", (1, 1))
    agent.page.goto(f"{agent.site}/tickets/{ticket.ticket_no}/")
    expect(agent.page.locator("#panels")).to_contain_text("短信")
    agent.opens_step("close_satisfied").sends()
    assert Ticket.objects.get(pk=ticket.pk).state == "closed"
