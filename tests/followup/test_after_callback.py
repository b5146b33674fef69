"""Redo, adjudication, forced close, archive and reopening: the rounds, their clocks and who holds the case."""
from datetime import timedelta

import pytest

from dispatch import assignments, requests, supervision
from dispatch.models import Assignment, Reply, SupervisionOrder
from followup import actions as following
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.api import lives
from tests.factories import NOON, unit
from tests.tickets import ready
from tickets import intake, steps
from tickets.actions import Refused
from tickets.models import Ticket
from tickets.steps import STEPS

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def p():
    return make.make_people()


def clocks(ticket, **which):
    return list(ticket.clocks.filter(**which).order_by("pk").values_list("kind", "round", "status"))


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("recipient__username", flat=True))


# --- redo and adjudication ---------------------------------------------------------------------------------------------


def test_a_redo_goes_to_the_same_unit_already_signed_with_a_clock_of_its_own(p):
    ticket = ready.negative(p)
    before = ticket.clocks.get(kind="COMPLETION")

    ticket = following.order_redo(ticket.pk, by=p.cb, now=NOON + DAY, reason="问题仍在")

    assert (ticket.state, ticket.round, ticket.redo_round, ticket.lead_unit) == ("handling", 2, 1, unit())
    lead = assignments.live_lead(ticket)
    assert (lead.unit, lead.status, lead.round) == (unit(), "accepted", 2)
    assert Assignment.objects.filter(ticket=ticket, status="returned_for_redo").count() == 1
    assert set(clocks(ticket, status="running")) == {("REDO", 2, "running"), ("SUPERVISION", 2, "running")}
    assert [order.kind for order in SupervisionOrder.objects.filter(ticket=ticket)] == ["unsatisfied"]
    before.refresh_from_db()
    assert (before.status, before.stopped_at) == ("met", NOON)  # what was answered in time stays in time
    assert ticket.callback_outcome == "" and ticket.first_outcome == "negative"
    assert told("redo_ordered") == {p.ul.username, p.li.username}


def test_each_round_of_a_redo_has_a_leader_who_is_named(p):
    vice = make.make_user("UL", "ZJ")
    ticket = following.order_redo(ready.negative(p).pk, by=p.cb, now=NOON, reason="问题仍在")
    assert assignments.live_lead(ticket).leader == p.ul  # the nearest, if nobody is chosen

    ticket = make.fail_again(p, ticket)
    ticket = steps.take(STEPS["order_redo"], ticket, by=p.cb, body={"reason": "问题仍在", "leader": vice.username}, now=NOON).ticket

    assert list(Assignment.objects.filter(ticket=ticket, role="lead").order_by("round").values_list("leader__username", flat=True)
                ) == [None, p.ul.username, vice.username]
    assert vice.username in told("redo_ordered")
    assert ticket.events.filter(name="order_redo").latest("pk").data["leader"] == vice.username


def test_who_leads_another_unit_cannot_be_named_for_a_redo(p):
    stranger = make.make_user("UL", "CG")
    with pytest.raises(Refused):
        following.order_redo(ready.negative(p).pk, by=p.cb, now=NOON, reason="问题仍在", leader=stranger)
    with pytest.raises(steps.Invalid) as caught:
        steps.take(STEPS["order_redo"], Ticket.objects.get(), by=p.cb, body={"reason": "x", "leader": stranger.username}, now=NOON)
    assert list(caught.value.form.errors) == ["leader"]


def test_every_round_has_its_own_reply_and_all_are_kept(p):
    ticket = make.redo_again(p, ready.negative(p))

    assert list(Reply.objects.filter(ticket=ticket).order_by("round").values_list("round", "status")) == [
        (1, "approved"), (2, "approved")]


def test_after_two_rounds_only_adjudication_is_left(p):
    ticket = ready.negative(p)
    with pytest.raises(Refused):
        following.to_adjudication(ticket.pk, by=p.cb, now=NOON, reason="x")
    for _round in range(2):
        ticket = make.redo_again(p, ticket)

    with pytest.raises(Refused):
        following.order_redo(ticket.pk, by=p.cb, now=NOON, reason="x")
    ticket = following.to_adjudication(ticket.pk, by=p.cb, now=NOON, reason="三次不满意")
    assert set(clocks(ticket, status="running")) == {("ADJUDICATION", 3, "running"), ("SUPERVISION", 2, "running")}
    assert SupervisionOrder.objects.filter(ticket=ticket).count() == 1  # the first one is not answered yet
    assert told("adjudication_asked") == {p.sv.username}


def test_a_unit_that_calls_a_demand_beyond_its_duty_may_be_heard_at_once(p):
    from dispatch import replies
    from followup import callbacks
    ticket = ready.contacted(p)
    replies.submit_reply(ticket.pk, by=p.ul, now=NOON, **make.reply_block(beyond_duty=True))
    following.approve_reply(ticket.pk, by=p.rv, now=NOON)
    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **make.UNHAPPY)

    assert following.to_adjudication(ticket.pk, by=p.cb, now=NOON, reason="超职责").state == "adjudication"


def test_a_leader_takes_a_case_once_and_the_unit_may_not_return_it(p):
    leader = make.make_user("UL", "ZJ")
    ticket = following.adjudicate_redo(make.in_adjudication(p).pk, by=p.sv, now=NOON, case_owner=leader, reason="领导包案")
    assert (ticket.redo_round, ticket.case_owner, ticket.return_locked) == (3, leader, True)

    ticket = make.fail_again(p, ticket)
    ticket = following.to_adjudication(ticket.pk, by=p.cb, now=NOON, reason="仍不满意")

    with pytest.raises(Refused):
        following.adjudicate_redo(ticket.pk, by=p.sv, now=NOON, case_owner=leader, reason="再次包案")


def test_a_wrong_unit_is_replaced_once(p):
    from dispatch import actions as dispatching
    ticket = following.adjudicate_redispatch(make.in_adjudication(p).pk, by=p.sv, now=NOON, reason="承办单位有误")
    assert (ticket.state, ticket.lead_unit, ticket.round) == ("pending_dispatch", None, 4)
    assert ("REDO", 4, "running") in clocks(ticket)

    dispatching.dispatch(ticket.pk, by=p.dp, now=NOON, lead_unit=unit("CG"))
    other = make.make_user("LI", "CG")
    dispatching.sign(ticket.pk, by=other, now=NOON)
    p.hd, p.ul = make.make_user("HD", "CG"), make.make_user("UL", "CG")
    ticket = make.fail_again(p, ticket)
    ticket = following.to_adjudication(ticket.pk, by=p.cb, now=NOON, reason="仍不满意")

    with pytest.raises(Refused):
        following.adjudicate_redispatch(ticket.pk, by=p.sv, now=NOON, reason="再换一次")


def test_a_suspension_by_ruling_waits_with_the_whole_time_of_the_round(p):
    ticket = following.adjudicate_suspend(make.in_adjudication(p).pk, by=p.dl, now=NOON, review_date=(NOON + 30 * DAY).date(),
                                          citizen_told_at=NOON, **lives.SUSPENSION)
    assert (ticket.state, clocks(ticket, kind="REDO", status="paused")) == ("suspended", [("REDO", 4, "paused")])

    ticket = requests.resume(ticket.pk, by=p.li, now=NOON + 10 * DAY)

    assert ticket.clocks.get(kind="REDO", round=4).due_at == NOON + 11 * DAY


def test_a_forced_close_keeps_the_bad_outcome_on_file(p):
    ticket = following.force_close(make.in_adjudication(p).pk, by=p.dl, now=NOON, reason="F1", explanation="已多次解释政策依据",
                                   told_at=NOON, proposed_by=p.sv)

    assert (ticket.state, ticket.closure_kind, ticket.callback_outcome) == ("closed", "forced", "negative")
    assert (ticket.decided_by, ticket.second_by, ticket.closing_reason) == (p.sv, p.dl, "F1")
    assert Notice.objects.filter(kind="force_closed", recipient=None).count() == 1


# --- archive -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", ["order", "exclusion"])
def test_the_archive_waits_for_open_orders_and_requests(p, left):
    ticket = make.in_callback(p)
    if left == "order":
        SupervisionOrder.objects.create(ticket=ticket, kind="leader", unit=unit(), by=p.sv, at=NOON, text="x", due_at=NOON)
    else:
        requests.request_exclusion(ticket.pk, by=p.ul, now=NOON, reason_code="unreasonable", reason="x")
    from followup import callbacks
    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **make.HAPPY)
    following.close_satisfied(ticket.pk, by=p.cb, now=NOON)

    with pytest.raises(Refused):
        following.archive(ticket.pk, by=p.sv, now=NOON + 3 * DAY)
    assert following.archive_due(now=NOON + 3 * DAY) == 0


def test_tickets_that_must_wait_never_hide_the_ripe_ones_behind_them(p):
    waiting = [make.closed(p) for _ticket in range(3)]
    for ticket in waiting:
        SupervisionOrder.objects.create(ticket=ticket, kind="leader", unit=unit(), by=p.sv, at=NOON, text="x", due_at=NOON)
    ripe = [make.closed(p, NOON + timedelta(minutes=n // 2)) for n in range(4)]

    assert following.archive_due(now=NOON + 4 * DAY, limit=2) == 4

    assert set(Ticket.objects.filter(state="archived").values_list("pk", flat=True)) == {ticket.pk for ticket in ripe}
    assert following.archive_due(now=NOON + 4 * DAY, limit=2) == 0


# --- reopening -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begin", [make.closed, lives.archived])
def test_a_reopened_ticket_begins_a_new_life_and_keeps_the_old_one(p, begin):
    ticket = begin(p)
    first = ticket.clocks.get(kind="COMPLETION")

    ticket = following.reopen(ticket.pk, by=p.sv, now=NOON + 5 * DAY, reason="又漏水了")

    assert (ticket.state, ticket.round, ticket.reopen_count) == ("pending_dispatch", 2, 1)
    assert (ticket.redo_round, ticket.return_count, ticket.return_locked, ticket.returned_by) == (0, 0, False, [])
    assert (ticket.closed_at, ticket.archived_at, ticket.closure_kind, ticket.callback_outcome) == (None, None, "", "")
    assert ticket.accepted_at == ticket.first_dispatched_at == NOON
    assert clocks(ticket, round=2) == [("RESPONSE", 2, "running"), ("COMPLETION", 2, "running"), ("DISPATCH", 2, "running")]
    first.refresh_from_db()
    assert first.status == "met"
    assert ticket.first_outcome == "positive"
    assert ticket.replies.count() == ticket.callback_tasks.count() == 1


def test_a_whole_second_life_leaves_nothing_for_the_audit(p):
    from dispatch import actions as dispatching
    from followup import callbacks
    audited.with_all_triggers()
    later = NOON + 5 * DAY
    ticket = following.reopen(make.closed(p).pk, by=p.sv, now=later, reason="又漏水了")
    dispatching.dispatch(ticket.pk, by=p.dp, now=later, lead_unit=unit())
    dispatching.sign(ticket.pk, by=p.li, now=later)
    make.fail_again(p, ticket, later)
    following.order_redo(ticket.pk, by=p.cb, now=later, reason="问题仍在")
    from dispatch import replies
    replies.record_contact(ticket.pk, by=p.hd, now=later, method="phone", reached=True)
    replies.submit_reply(ticket.pk, by=p.ul, now=later, **make.reply_block())
    following.approve_reply(ticket.pk, by=p.rv, now=later)
    callbacks.record_outcome(ticket.pk, by=p.cb, now=later, **make.HAPPY)
    following.close_satisfied(ticket.pk, by=p.cb, now=later)
    with pytest.raises(Refused):
        following.archive(ticket.pk, by=p.sv, now=later + 3 * DAY)  # the unit still owes the supervisor an answer
    supervision.feed_back(ticket.pk, by=p.ul, now=later, text="已返工修好")
    supervision.close(ticket.pk, by=p.sv, now=later)
    following.archive(ticket.pk, by=p.sv, now=later + 3 * DAY)

    assert audited.codes(NOON) == set()


def test_a_direct_answer_is_archived_the_same_night(p):
    intake.direct_answer(ready.consult(p).pk, by=p.op, now=NOON, answer="请到一楼大厅三号窗口办理")

    assert following.archive_due(now=NOON) == 1
