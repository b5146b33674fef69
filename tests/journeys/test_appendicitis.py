"""Acute appendicitis, and no hospital nearby operates: from the call to the archive in one morning."""
from datetime import timedelta

import pytest

from accounts.instant import database_now
from followup.actions import archive_due
from notices.models import Notice
from tickets.clocks import Clock
from tickets.models import Ticket
from tickets.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_emergency_goes_straight_to_street_and_task_force_and_ends_in_the_archive(hire):
    """Given an operator with a shift leader's rights, when a man with appendicitis calls, then everybody does his part."""
    shift_leader = hire("ops", "OPS", "RX-JX", "周班长")
    duty_leader, district_leader = hire("dl", "DL", "RX", "郑带班"), hire("ql", "QL", "QF", "林区长")
    reviewer, dispatcher = hire("rv", "RV", "RX", "吴审核"), hire("dp", "DP", "RX", "郑派单")
    street, handler = hire("li.wjjd", "LI", "WJJD", "王联络"), hire("hd.wjjd", "HD", "WJJD", "冯经办")
    leader, community = hire("ul.wjjd", "UL", "WJJD", "陈主任"), hire("li.wjjd-01", "LI", "WJJD-01", "江社区")
    task_force, health = hire("li.zbfb", "LI", "ZBFB", "救治组"), hire("li.wj", "LI", "WJ", "卫健委联络")
    agent = hire("cb", "CB", "RX-HF", "孙回访")

    # the call: an express dispatch, the district leader knows at once
    number = shift_leader.takes_in(
        "express", caller_number="13800138000", caller_name="彭先生", type="help", area="WJJD-01", address="江畔小区3栋2单元",
        content="突发阑尾炎,附近的医院因疫情都不能做手术,疼痛难忍,急需帮助联系医院。", demand="希望立即安排医院手术", category="100301")
    shift_leader.completes("express_dispatch", lead_unit="WJJD", co_units=["ZBFB"], reason="突发急症,需立即联系属地和医疗救治组",
                           emergency_told="已告知120,等待接诊医院")
    district_leader.page.goto(f"{district_leader.site}/notices/")
    district_leader.sees(number)
    assert Notice.objects.filter(kind="dispatched_critical", recipient__username__in=["ql", "dl"]).exists()
    reviewer.does(number, "post_review")

    # the street: signs, assigns down, calls the citizen, the community reports
    street.does(number, "sign")
    street.does(number, "assign_down", unit="WJJD-01", note="立即上门核实病情")
    community.does(number, "record_progress", text="已上门核实,病情属实,已上报医疗保障组,正在询问接诊医院。")
    community.does(number, "answer_part", text="社区网格员已陪同并安排车辆。")
    handler.does(number, "record_contact", method="phone", reached="yes", told_deadline=True, note="已告知正在协调医院")
    dispatcher.does(number, "add_co_unit", co_units=["WJ"], opinion="请协调医院收治")
    task_force.does(number, "answer_part", text="已安排负压救护车转运。")
    health.does(number, "answer_part", text="区人民医院已开通绿色通道,可立即收治手术。")

    # the reply of an urgent case needs the unit leader's signature
    handler.does(number, "submit_reply", truth="yes", contacted="yes", solved="yes", self_callback="satisfied",
                 text="已协调区人民医院收治,当日完成手术,患者目前各项体征平稳。")
    leader.does(number, "submit_reply")
    reviewer.does(number, "approve_reply")

    # the callback is mandatory; only then it closes
    agent.does(number, "record_outcome", speaker="himself", contacted="yes", solved="solved", satisfied="satisfied", note="非常感谢")
    agent.does(number, "close_satisfied")
    assert archive_due(now=database_now() + timedelta(days=3)) == 1
    duty_leader.opens(number).sees("已归档", "极速派单", "下派", "回访")

    ticket = Ticket.objects.get(ticket_no=number)
    assert ticket.state == State.ARCHIVED
    met = {clock.kind: clock for clock in Clock.objects.filter(ticket=ticket)}
    assert met["RESPONSE"].stopped_at <= met["RESPONSE"].due_at
    assert met["RESPONSE"].due_at - met["RESPONSE"].started_at == timedelta(hours=1)
    assert met["COMPLETION"].stopped_at <= met["COMPLETION"].due_at
