"""A whole life of a ticket, from review to the answered callback, with hands that never leave the keyboard."""

import pytest

from accounts.instant import database_now
from tests import factories
from tickets.models import Ticket
from tickets.states import State

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

REPLY = "已联系诉求人并上门维修完毕，屋顶防水已重做，请放心。"


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
    agent.opens_step("record_outcome").chooses("speaker", 1).chooses("contacted", 1).chooses("solved", 1).chooses("satisfied", 1).sends()
    agent.opens_step("close_satisfied").sends()

    assert Ticket.objects.get(pk=ticket.pk).state == State.CLOSED
    people = (reviewer, dispatcher, liaison, leader, agent)
    written = len("请速办" + "已约定上门" + REPLY)
    print(f"keys pressed: {sum(one.pressed for one in people)}, of which text {written}; clicks: 0")
