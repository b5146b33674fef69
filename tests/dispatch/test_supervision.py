"""Supervision orders: issued, answered, judged; with a clock of their own."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from dispatch import escalation, supervision
from dispatch.models import SupervisionOrder
from notices.models import Notice
from tests import factories as make
from tests.factories import NOON
from tickets.actions import AlreadyMoved, Refused
from tickets.clocks import Clock
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def p():
    return make.make_people()


@pytest.fixture
def ticket(p):
    return make.in_hand(p)


def issue(ticket, by, kind="leader", now=NOON):
    supervision.issue(ticket.pk, kind=kind, text="请于明日前报告进展。", by=by, now=now)
    return SupervisionOrder.objects.get(ticket=ticket, kind=kind)


def clock_of(ticket):
    return Clock.objects.get(ticket=ticket, kind="SUPERVISION")


def test_an_order_starts_its_clock_and_tells_the_unit(p, ticket):
    order = issue(ticket, p.sv)

    assert (order.status, order.unit, order.by, order.due_at) == ("issued", make.unit(), p.sv, NOON + timedelta(days=1))
    assert (clock_of(ticket).status, clock_of(ticket).due_at, clock_of(ticket).holder) == ("running", order.due_at, order.unit)
    told = Notice.objects.filter(kind="supervision_issued", channel="inapp").values_list("recipient", flat=True)
    assert set(told) == {p.ul.pk, p.li.pk}
    ticket.refresh_from_db()
    assert ticket.next_due_at == min(clock.due_at for clock in ticket.clocks.filter(status="running"))
    assert ticket.events.get(name="issue_supervision").data == {"kind": "leader"}


def test_the_way_of_an_order(p, ticket):
    order = issue(ticket, p.sv)

    supervision.acknowledge(ticket.pk, by=p.li, now=LATER)
    supervision.feed_back(ticket.pk, by=p.ul, now=LATER, text="已联系施工单位。")
    supervision.send_back(ticket.pk, by=p.sv, now=LATER, note="没有时间表。")
    supervision.feed_back(ticket.pk, by=p.hd, now=LATER, text="周五前完工。")
    supervision.close(ticket.pk, by=p.sv, now=LATER)

    order.refresh_from_db()
    assert (order.status, order.feedback, order.fed_back_by, order.closed_by) == ("closed", "周五前完工。", p.hd, p.sv)
    assert (clock_of(ticket).status, clock_of(ticket).stopped_at) == ("met", LATER)
    names = ticket.events.filter(name__endswith="supervision").order_by("seq").values_list("name", flat=True)
    assert list(names) == ["issue_supervision", "acknowledge_supervision", "feed_back_supervision", "send_back_supervision",
                           "feed_back_supervision", "close_supervision"]
    answered = Notice.objects.filter(kind="supervision_answered")
    assert {notice.recipient for notice in answered} == {p.sv}
    assert len(answered) == 2


def test_of_one_kind_only_one_order_is_open(p, ticket):
    issue(ticket, p.sv)

    with pytest.raises(Refused):
        issue(ticket, p.dl)
    issue(ticket, p.dl, kind="media")


def test_the_clock_runs_until_the_last_order_of_the_unit_is_closed(p, ticket):
    first, second = issue(ticket, p.sv), issue(ticket, p.sv, kind="media", now=LATER)
    assert second.due_at == LATER + timedelta(days=1)

    supervision.close(ticket.pk, by=p.sv, now=LATER, note="合并督办", order=first.pk)
    assert clock_of(ticket).status == "running"
    supervision.close(ticket.pk, by=p.sv, now=LATER, note="已解决", order=second.pk)

    assert clock_of(ticket).status == "met"


def test_an_unanswered_order_is_closed_only_with_a_reason(p, ticket):
    issue(ticket, p.sv)

    with pytest.raises(Refused):
        supervision.close(ticket.pk, by=p.sv, now=LATER)
    supervision.close(ticket.pk, by=p.sv, now=LATER, note="诉求人已撤回")


def test_a_late_answer_climbs_the_ladder_of_the_order(p, ticket):
    issue(ticket, p.sv)

    escalation.sweep(now=NOON + timedelta(days=1))

    rungs = ticket.escalations.filter(kind="SUPERVISION").order_by("level").values_list("rung", flat=True)
    assert list(rungs) == ["warn", "L1"]


@pytest.mark.parametrize(("role", "kind"), [("sv", "leader"), ("dl", "media"), ("zh", "overdue"), ("ql", "leader")])
def test_who_may_issue(p, ticket, role, kind):
    assert issue(ticket, getattr(p, role), kind).by == getattr(p, role)


@pytest.mark.parametrize(("role", "kind"), [
    ("rv", "leader"), ("dp", "leader"), ("ul", "leader"), ("ql", "media"), ("au", "leader")])
def test_who_may_not_issue(p, ticket, role, kind):
    with pytest.raises(PermissionDenied):
        issue(ticket, getattr(p, role), kind)
    assert not Clock.objects.filter(ticket=ticket, kind="SUPERVISION").exists()


def test_a_stranger_does_not_even_see_the_ticket(p, ticket):
    issue(ticket, p.sv)
    stranger = make.make_user("LI", "WJJD")

    for act in (lambda: issue(ticket, stranger, "media"),
                lambda: supervision.feed_back(ticket.pk, by=stranger, now=LATER, text="我们来办。")):
        with pytest.raises(Ticket.DoesNotExist):
            act()


def test_the_unit_answers_and_does_not_judge(p, ticket):
    issue(ticket, p.sv)

    with pytest.raises(PermissionDenied):
        supervision.feed_back(ticket.pk, by=p.sv, now=LATER, text="代答。")
    supervision.feed_back(ticket.pk, by=p.li, now=LATER, text="正在办理。")
    for judge in (p.li, p.ul, p.dp):
        with pytest.raises(PermissionDenied):
            supervision.close(ticket.pk, by=judge, now=LATER)
        with pytest.raises(PermissionDenied):
            supervision.send_back(ticket.pk, by=judge, now=LATER, note="不行")


def test_who_issued_an_order_may_close_it(p, ticket):
    issue(ticket, p.ql)
    supervision.feed_back(ticket.pk, by=p.li, now=LATER, text="正在办理。")

    supervision.close(ticket.pk, by=p.ql, now=LATER)

    assert SupervisionOrder.objects.get().status == "closed"


def test_twice_is_refused(p, ticket):
    order = issue(ticket, p.sv)
    supervision.close(ticket.pk, by=p.sv, now=LATER, note="已解决")

    with pytest.raises(Refused):
        supervision.close(ticket.pk, by=p.sv, now=LATER, note="已解决")
    with pytest.raises(AlreadyMoved):
        supervision.close(ticket.pk, by=p.sv, now=LATER, note="已解决", order=order.pk)
    with pytest.raises(Refused):
        supervision.feed_back(ticket.pk, by=p.li, now=LATER, text="迟到的答复。")


def test_a_closed_ticket_takes_no_new_order(p):
    ticket = make.closed(p)

    with pytest.raises(AlreadyMoved):
        issue(ticket, p.sv)
