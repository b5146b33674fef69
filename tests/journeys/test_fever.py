"""A father-in-law with kidney disease has a fever of 38 °C; the fever line finds him a bed."""
from datetime import timedelta

import pytest

from accounts.instant import database_now
from followup.actions import archive_due
from tickets.models import Ticket
from tickets.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_fever_case_is_reviewed_dispatched_to_the_town_and_followed_to_the_archive(hire):
    """Given the desks of an ordinary day, when a daughter-in-law reports a fever, then town and clinic act together."""
    operator, reviewer, dispatcher = (hire("op", "OP", "RX-JX", "阚接线"), hire("rv", "RV", "RX", "吴审核"),
                                      hire("dp", "DP", "RX-CZ1", "处置一组"))
    liaison, leader = hire("li.llz", "LI", "LLZ", "柳林联络员"), hire("ul.llz", "UL", "LLZ", "分管负责人")
    clinic, agent = hire("li.wj", "LI", "WJ", "卫生院"), hire("cb", "CB", "RX-HF", "孙回访")
    stranger = hire("li.zj", "LI", "ZJ", "住建联络员")

    number = operator.takes_in(
        caller_number="13900139000", caller_name="黄女士", caller_gender="female", type="help", area="LLZ-01",
        address="柳溪村5组", beneficiary="公公,慢性肾衰", content="公公今早测体温38度,有慢性肾衰和支气管炎病史,不知道该去哪里看。",
        demand="希望安排救护车送医", category="100303")
    operator.sees("查询码")
    reviewer.does(number, "approve")
    dispatcher.does(number, "dispatch", lead_unit="LLZ", co_units=["WJ"], opinion="请立即接病人到发热门诊")
    assert stranger.opens(number).page.locator("text=柳溪村").count() == 0

    liaison.does(number, "sign")
    liaison.opens(number).sees("黄女士", "13900139000")
    liaison.does(number, "record_contact", method="phone", reached="yes", told_deadline=True, note="救护车二十分钟到")
    clinic.does(number, "answer_part", text="救护车已接到病人,体温38.7度,收入隔离留观。")
    leader.does(number, "submit_reply", truth="yes", contacted="yes", solved="yes", self_callback="satisfied",
                text="老人已由救护车送至卫生院发热门诊,经检查收入留观治疗。")
    reviewer.does(number, "approve_reply")

    # nobody answers at first; the next try is planned, then the citizen speaks
    agent.does(number, "callback_no_answer", result="no_answer")
    agent.does(number, "record_outcome", speaker="himself", contacted="yes", solved="basically", satisfied="satisfied")
    agent.does(number, "close_satisfied")
    assert Ticket.objects.get(ticket_no=number).state == State.CLOSED
    assert archive_due(now=database_now() + timedelta(days=3)) == 1
    reviewer.opens(number).sees("已归档", "黄女士").sees_nothing_of("13900139000")
