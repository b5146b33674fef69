"""Dispatch, recall, receipt, return and ruling: who holds the ticket, what the rows say, and that no citizen's clock moves."""
from datetime import timedelta

import pytest

from dispatch import actions as dispatching
from dispatch import assignments, escalation, replies, requests
from dispatch.models import Assignment, Request, Ruling
from notices.models import Notice
from tests import factories as make
from tests.api import lives
from tests.factories import NOON, unit
from tests.tickets import ready
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def p():
    return make.make_people()


def parts(ticket):
    return [(a.unit.code, a.role, a.level, a.status) for a in Assignment.objects.filter(ticket=ticket).select_related("unit").order_by("pk")]


def citizen_clocks(ticket):
    rows = ticket.clocks.filter(kind__in=["RESPONSE", "COMPLETION"]).order_by("kind")
    return list(rows.values_list("kind", "status", "started_at", "due_at"))


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("recipient__username", flat=True))


# --- dispatch and recall ----------------------------------------------------------------------------------------


def test_a_dispatch_opens_a_part_for_every_unit_and_tells_their_liaisons(p):
    co = make.make_user("LI", "CG")

    ticket = make.dispatched(p, co_units=["CG"])

    assert parts(ticket) == [("ZJ", "lead", 1, "pending"), ("CG", "co", 1, "pending")]
    assert ticket.unit_ids == sorted([unit("ZJ").pk, unit("CG").pk])
    assert ticket.first_dispatched_at == NOON
    assert told("dispatched") == {p.li.username, co.username}


def test_a_critical_dispatch_is_told_to_the_leaders_at_once(p):
    make.dispatched(p, urgency="critical")

    assert {p.li.username, p.ul.username, p.dl.username, p.ql.username} <= told("dispatched_critical")


def test_an_express_dispatch_accepts_dispatches_and_is_reviewed_afterwards(p):
    ticket = ready.critical(p)

    ticket = dispatching.express_dispatch(ticket.pk, by=p.ops, now=NOON, lead_unit=unit(), reason="老人摔倒", emergency_told="120")

    assert (ticket.state, ticket.accepted_at, ticket.first_dispatched_at) == ("pending_receipt", NOON, NOON)
    assert {c.kind: c.status for c in ticket.clocks.all()} == dict.fromkeys(
        ["RESPONSE", "COMPLETION", "RECEIPT", "RETURN_WINDOW", "REVIEW"], "running")
    assert ticket.clocks.get(kind="REVIEW").due_at == NOON + 30 * MINUTE


def test_a_recall_closes_the_parts_and_hides_the_ticket_from_the_unit(p):
    ticket = make.dispatched(p, co_units=["CG"])

    ticket = dispatching.recall(ticket.pk, by=p.dp, now=NOON + MINUTE)

    assert {status for *_rest, status in parts(ticket)} == {"recalled"}
    assert (ticket.lead_unit, ticket.unit_ids) == (None, [])
    assert not Ticket.objects.visible_to(p.li).exists()


def test_the_first_dispatch_is_remembered_through_recall_and_second_dispatch(p):
    ticket = make.dispatched(p)
    dispatching.recall(ticket.pk, by=p.dp, now=NOON + MINUTE)

    ticket = dispatching.dispatch(ticket.pk, by=p.dp, now=NOON + 2 * MINUTE, lead_unit=unit("CG"))

    assert ticket.first_dispatched_at == NOON
    assert parts(ticket) == [("ZJ", "lead", 1, "recalled"), ("CG", "lead", 1, "pending")]


# --- the citizen's clocks do not move -----------------------------------------------------------------------------


def recalled_and_dispatched_again(p, ticket):
    dispatching.recall(ticket.pk, by=p.dp, now=NOON + MINUTE)
    dispatching.dispatch(ticket.pk, by=p.dp, now=NOON + 40 * MINUTE, lead_unit=unit("CG"))


def returned_and_dispatched_again(p, ticket):
    requests.request_return(ticket.pk, by=p.li, now=NOON + MINUTE, suggested_unit=unit("CG"), **lives.RETURN)
    requests.approve_return(ticket.pk, by=p.dp, now=NOON + 40 * MINUTE)
    dispatching.dispatch(ticket.pk, by=p.dp, now=NOON + 50 * MINUTE, lead_unit=unit("CG"))


def signed_late_by_nobody(p, ticket):
    due = ticket.clocks.get(kind="RECEIPT").due_at
    dispatching.deem_signed(ticket.pk, by=p.system, now=due + (due - NOON))


def ruled_on(p, ticket):
    requests.request_return(ticket.pk, by=p.li, now=NOON + MINUTE, suggested_unit=unit("CG"), **lives.RETURN)
    dispatching.escalate_return(ticket.pk, by=p.dp, now=NOON + 2 * MINUTE, reason="职责不清")
    dispatching.designate(ticket.pk, by=p.sv, now=NOON + 90 * MINUTE, lead_unit=unit("CG"), ruling="由城管局牵头办理")


def signed_and_assigned_down(p, ticket):
    dispatching.sign(ticket.pk, by=p.li, now=NOON + 20 * MINUTE)
    dispatching.assign_down(ticket.pk, by=p.li, now=NOON + 21 * MINUTE, unit=unit("ZJ-WY"))


@pytest.mark.parametrize("story", [recalled_and_dispatched_again, returned_and_dispatched_again, signed_late_by_nobody, ruled_on,
                                   signed_and_assigned_down])
def test_whatever_units_do_with_a_ticket_the_citizens_clocks_stay(p, story):
    ticket = make.dispatched(p)
    promised = citizen_clocks(ticket)
    assert [status for _kind, status, _start, _due in promised] == ["running", "running"]

    story(p, ticket)

    assert citizen_clocks(ticket) == promised


def test_each_new_holder_gets_receipt_clocks_of_his_own(p):
    ticket = make.dispatched(p)

    recalled_and_dispatched_again(p, ticket)

    receipts = ticket.clocks.filter(kind="RECEIPT").order_by("pk")
    assert [(c.holder.code, c.status) for c in receipts] == [("ZJ", "void"), ("CG", "running")]


# --- receipt ---------------------------------------------------------------------------------------------------


def test_signing_names_a_handler_of_the_unit_or_nobody_in_particular(p):
    ticket = make.dispatched(p)

    with pytest.raises(Refused):
        dispatching.sign(ticket.pk, by=p.li, now=NOON, handler=p.cb)
    ticket = dispatching.sign(ticket.pk, by=p.li, now=NOON + MINUTE, handler=p.hd)

    lead = assignments.live_lead(ticket)
    assert (ticket.handler_ids, ticket.signed_at, lead.handler, lead.status) == ([p.hd.pk], NOON + MINUTE, p.hd, "accepted")


def test_silence_is_acceptance_only_when_twice_the_time_is_over(p):
    ticket = make.dispatched(p)
    due = ticket.clocks.get(kind="RECEIPT").due_at
    grace = due + (due - NOON)

    with pytest.raises(Refused):
        dispatching.deem_signed(ticket.pk, by=p.system, now=grace - timedelta(seconds=1))
    ticket = dispatching.deem_signed(ticket.pk, by=p.system, now=grace)

    assert (ticket.state, ticket.deemed_signed, ticket.signed_at) == ("handling", True, grace)
    assert assignments.live_lead(ticket).deemed_signed
    with pytest.raises(Refused):
        requests.request_return(ticket.pk, by=p.li, now=grace, suggested_unit=unit("CG"), **lives.RETURN)


def test_the_sweep_counts_an_unsigned_ticket_as_signed(p):
    ticket = make.dispatched(p)

    escalation.sweep(now=NOON + timedelta(hours=3))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.deemed_signed) == ("handling", True)


def test_the_end_of_the_return_window_makes_nobody_late(p):
    """It only closes a door: a signed ticket must not look late on any board two hours after its dispatch."""
    ticket = ready.contacted(p)
    window = ticket.clocks.get(kind="RETURN_WINDOW")

    assert window.status == "running" and window.due_at < ticket.next_due_at
    assert not window.late_at(window.due_at + timedelta(hours=5))
    assert ticket.next_due_at == ticket.clocks.get(kind="COMPLETION").due_at


# --- returns and rulings -------------------------------------------------------------------------------------------


def test_an_accepted_return_closes_the_lead_s_parts_and_relieves_the_co_units(p):
    ticket = make.dispatched(p, co_units=["CG"])
    dispatching.sign(ticket.pk, by=p.li, now=NOON)
    dispatching.assign_down(ticket.pk, by=p.li, now=NOON, unit=unit("ZJ-WY"))
    requests.request_return(ticket.pk, by=p.li, now=NOON, suggested_unit=unit("HB"), **lives.RETURN)

    ticket = requests.approve_return(ticket.pk, by=p.dp, now=NOON)

    assert parts(ticket) == [("ZJ", "lead", 1, "returned"), ("CG", "co", 1, "recalled"), ("ZJ-WY", "lead", 2, "returned")]
    assert (ticket.return_count, ticket.returned_by, ticket.lead_unit, ticket.unit_ids) == (1, [unit().pk], None, [])


def test_a_rejected_return_is_acceptance_and_final(p):
    ticket = lives.return_review(p)

    ticket = requests.reject_return(ticket.pk, by=p.dp, now=NOON + MINUTE, decision="属本单位职责")

    assert (ticket.state, ticket.signed_at, ticket.return_locked) == ("handling", NOON + MINUTE, True)
    assert assignments.live_lead(ticket).status == "accepted"
    with pytest.raises(Refused):
        requests.request_return(ticket.pk, by=p.li, now=NOON + MINUTE, suggested_unit=unit("CG"), **lives.RETURN)


def test_a_return_is_asked_for_within_its_window_only(p):
    ticket = make.dispatched(p)
    end = ticket.clocks.get(kind="RETURN_WINDOW").due_at

    with pytest.raises(Refused):
        requests.request_return(ticket.pk, by=p.li, now=end + timedelta(seconds=1), suggested_unit=unit("CG"), **lives.RETURN)
    assert requests.request_return(ticket.pk, by=p.li, now=end, suggested_unit=unit("CG"), **lives.RETURN).state == "return_review"


def test_a_return_suggests_another_unit_than_the_own(p):
    with pytest.raises(Refused):
        requests.request_return(make.dispatched(p).pk, by=p.li, now=NOON, suggested_unit=unit(), **lives.RETURN)


def test_a_ruling_passes_the_request_up_and_is_kept_in_writing(p):
    ticket = lives.return_review(p)

    dispatching.escalate_return(ticket.pk, by=p.dp, now=NOON, reason="职责不清")
    assert Request.objects.get(ticket=ticket).status == "expired"
    assert told("arbitration") == {p.sv.username}
    ticket = dispatching.designate(ticket.pk, by=p.sv, now=NOON, lead_unit=unit("CG"), ruling="由城管局牵头办理", co_units=[unit("HB")])

    assert Ruling.objects.get(ticket=ticket).text == "由城管局牵头办理"
    assert ticket.return_locked and ticket.lead_unit == unit("CG")
    assert parts(ticket)[1:] == [("CG", "lead", 1, "pending"), ("HB", "co", 1, "pending")]


def test_a_dispatcher_who_asked_for_the_return_himself_does_not_pass_it_up(p):
    from accounts.models import Membership, User
    Membership.objects.create(user=p.li, role="DP", unit=unit("RX"))
    both = User.objects.get(pk=p.li.pk)

    with pytest.raises(Refused):
        dispatching.escalate_return(lives.return_review(p).pk, by=both, now=NOON, reason="职责不清")


def test_the_unit_that_was_ruled_to_return_it_is_not_given_it_by_dispatch_again(p):
    ticket = lives.arbitration(p)

    ticket = dispatching.designate(ticket.pk, by=p.sv, now=NOON, lead_unit=unit(), ruling="仍由住建局牵头办理")

    assert ticket.lead_unit == unit()  # a ruling may; see the guards for what dispatch may not


# --- parts of co-units and of units below ------------------------------------------------------------------------------


def test_co_units_are_added_while_the_case_is_in_hand_but_not_twice(p):
    ticket = make.in_hand(p)

    ticket = replies.add_co_unit(ticket.pk, by=p.dp, now=NOON, co_units=[unit("CG")])

    assert parts(ticket)[-1] == ("CG", "co", 1, "pending")
    for held in ("CG", "ZJ"):
        with pytest.raises(Refused):
            replies.add_co_unit(ticket.pk, by=p.dp, now=NOON, co_units=[unit(held)])


def test_a_unit_below_answers_its_part_to_the_lead(p):
    below = make.make_user("LI", "ZJ-WY")
    ticket = make.in_hand(p)
    dispatching.assign_down(ticket.pk, by=p.li, now=NOON, unit=unit("ZJ-WY"))

    replies.answer_part(ticket.pk, by=below, now=NOON, text="已上门查看并维修")

    part = Assignment.objects.get(ticket=ticket, unit=unit("ZJ-WY"))
    assert (part.status, part.result, part.handler, part.parent.unit) == ("replied", "已上门查看并维修", below, unit())
    with pytest.raises(Refused):
        replies.answer_part(ticket.pk, by=below, now=NOON, text="再答一次")
    assert told("part_answered") == {p.li.username}


def test_a_second_answer_to_a_decided_request_hears_that_it_moved(p):
    ticket = ready.extension_asked(p)
    requests.decide_extension(ticket.pk, by=p.sv, now=NOON, approved=False, decision="理由不足")

    with pytest.raises(AlreadyMoved):
        requests.decide_extension(ticket.pk, by=p.sv, now=NOON, approved=True, decision="同意")
