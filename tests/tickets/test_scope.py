"""Who sees which ticket: a truth table of roles and tickets (SPEC 5.2, 5.3). What is not written down is not seen."""
from datetime import timedelta

import pytest

from dispatch import actions as dispatching
from dispatch import replies, requests
from followup import actions as following
from tests import factories as make
from tests.api import lives
from tests.factories import NOON, unit
from tests.tickets import ready
from tickets import disclosure, intake
from tickets.models import Ticket

EVERYBODY = ("op", "ops", "rv", "dp", "li", "hd", "ul", "cb", "sv", "zh", "dl", "ql", "ke", "qi", "ad", "au")
ALL_SEEING = {"rv", "dp", "sv", "zh", "dl", "ql", "au"}
REGISTRARS = {"op", "ops"}  # who wrote it down, and the shift leader of the team
UNIT = {"li", "hd", "ul"}


def dispatched_elsewhere(p):
    return make.dispatched(p, to="CG")


def returned(p):
    ticket = lives.return_review(p)
    return requests.approve_return(ticket.pk, by=p.dp, now=NOON)


def recalled(p):
    return dispatching.recall(make.dispatched(p).pk, by=p.dp, now=NOON)


def given_below(p):
    return make.dispatched(p, to="ZJ-WY")


def assigned_down_elsewhere(p):
    """Led by CG, with a part of ZJ's section."""
    ticket = make.dispatched(p, to="CG", co_units=["ZJ-WY"])
    return ticket


def called_back(p):
    ticket = make.answered(p)
    return following.close_satisfied(ticket.pk, by=p.cb, now=NOON)


def registered_by_another(p):
    p.op = make.make_user("OP", "RX-JX")
    return make.in_review(p, contact_phone="13912345678")


# a ticket: who sees it, besides those who see all. li, hd and ul are of ZJ.
SEEN = [
    (make.draft, REGISTRARS),
    (make.in_review, REGISTRARS),
    (make.in_dispatch, REGISTRARS),
    (make.dispatched, REGISTRARS | UNIT),
    (make.in_hand, REGISTRARS | UNIT),
    (lives.return_review, REGISTRARS | UNIT),
    (returned, REGISTRARS),
    (recalled, REGISTRARS),
    (lives.arbitration, REGISTRARS),
    (dispatched_elsewhere, REGISTRARS),
    (given_below, REGISTRARS | {"li", "ul"}),  # a handler sees his own unit only
    (assigned_down_elsewhere, REGISTRARS | {"li", "ul"}),
    (lives.suspended, REGISTRARS | UNIT),
    (make.replied, REGISTRARS | UNIT),
    (make.in_callback, REGISTRARS | UNIT | {"cb"}),
    (make.in_adjudication, REGISTRARS | UNIT | {"cb"}),
    (called_back, REGISTRARS | UNIT | {"cb", "qi"}),
    (lives.archived, REGISTRARS | UNIT | {"cb", "qi"}),
    (lives.rejected, REGISTRARS),
    (lives.transferred_out, REGISTRARS),
    (lives.cancelled, REGISTRARS),
    (lives.merged, REGISTRARS),
]


@pytest.fixture
def p(db):
    return make.make_people()


def sees(user, ticket):
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()


@pytest.mark.parametrize(("begin", "more"), SEEN, ids=lambda value: getattr(value, "__name__", ""))
def test_each_role_sees_what_the_table_says(p, begin, more):
    ticket = begin(p)

    assert {role for role in EVERYBODY if sees(getattr(p, role), ticket)} == ALL_SEEING | more


@pytest.mark.parametrize("role", ["OP", "OPS", "LI", "HD", "UL", "CB", "QI", "KE", "AD", None])
def test_a_stranger_with_the_same_role_sees_nothing(p, role):
    for begin in (make.draft, make.in_hand, make.closed if role != "QI" else make.in_hand):
        ticket = begin(p)

        assert not sees(make.make_user(role, {"OP": "RX-DB", "OPS": "RX-DB"}.get(role, "JY")), ticket)


def test_an_operator_sees_earlier_tickets_of_a_caller_he_served(p):
    colleagues = registered_by_another(p)
    operator = make.make_user("OP", "RX-JX")
    assert not sees(operator, colleagues)

    intake.register(by=operator, now=NOON, **make.matter(contact_phone="13912345678"))

    assert sees(operator, colleagues)


def test_callers_without_a_number_are_not_one_caller(p):
    anonymous = make.in_review(p, contact_phone="", need_reply=False)
    operator = make.make_user("OP", "RX-JX")
    intake.register(by=operator, now=NOON, **make.matter(contact_phone="", need_reply=False))

    assert not sees(operator, anonymous)


def test_a_shift_leader_sees_the_tickets_of_his_own_team(p):
    elsewhere = make.make_user("OPS", "RX-DB")

    assert sees(p.ops, make.draft(p))
    assert not sees(elsewhere, make.draft(p))


def test_a_handler_sees_only_what_was_given_to_him_or_to_nobody(p):
    colleague = make.make_user("HD", "ZJ")
    ticket = make.in_hand(p)
    assert sees(colleague, ticket)

    dispatching.assign_down(ticket.pk, by=p.li, now=NOON, handler=p.hd)

    assert sees(p.hd, ticket) and not sees(colleague, ticket)


def test_a_unit_above_sees_what_a_unit_below_holds_and_not_the_other_way_round(p):
    below = make.make_user("LI", "ZJ-WY")

    assert sees(p.li, make.dispatched(p, to="ZJ-WY"))
    assert not sees(below, make.dispatched(p, to="ZJ"))


def test_a_unit_below_sees_a_case_that_was_assigned_down_to_it(p):
    below = make.make_user("HD", "ZJ-WY")
    ticket = make.in_hand(p)
    assert not sees(below, ticket)

    dispatching.assign_down(ticket.pk, by=p.li, now=NOON, unit=unit("ZJ-WY"))

    assert sees(below, ticket)


def test_a_co_unit_sees_the_case_until_it_is_waived_of_sight_never(p):
    co = make.make_user("LI", "CG")
    ticket = make.dispatched(p, co_units=["CG"])
    dispatching.sign(ticket.pk, by=p.li, now=NOON)

    replies.waive_parts(ticket.pk, by=p.dp, now=NOON, reason="不需要配合")

    assert sees(co, ticket)  # it may read on what it was part of


def test_a_unit_does_not_lose_sight_of_what_it_answered(p):
    assert sees(p.hd, make.closed(p))


def test_a_ticket_withdrawn_from_a_unit_is_gone_from_its_sight(p):
    ticket = following.request_withdraw(make.dispatched(p).pk, by=p.op, now=NOON, reason="来电人撤回")

    assert not any(sees(user, ticket) for user in (p.li, p.hd, p.ul))


def test_a_callback_agent_keeps_what_he_touched(p):
    other = make.make_user("CB", "RX-HF")
    ticket = called_back(p)

    assert sees(p.cb, ticket) and not sees(other, ticket)


def test_nobody_sees_everything_by_having_no_role(p):
    make.in_hand(p)

    assert not Ticket.objects.visible_to(make.make_user()).exists()


# --- confidential matters (I14) -------------------------------------------------------------------------------------


@pytest.fixture
def secret(p):
    return make.in_hand(p, is_confidential=True, type="report")


def test_the_handling_unit_sees_a_confidential_case_but_not_who_reported_it(p, secret):
    for user in (p.li, p.hd, p.ul):
        assert sees(user, secret)
        shown = disclosure.identity_of(secret, user)
        assert shown["phone"] == shown["phone2"] == shown["beneficiary"] == "" and not shown["may_reveal"]
        assert "彭" not in shown["name"] and secret.address not in shown["address"]


def test_the_handling_unit_of_an_open_case_sees_whom_to_call(p):
    ticket = make.in_hand(p)

    assert disclosure.identity_of(ticket, p.hd)["phone"] == "13800138000"
    assert "****" in disclosure.identity_of(ticket, p.ul)["phone"]  # the leader does not call


def test_after_the_reply_the_unit_reads_the_masked_identity(p):
    ticket = make.replied(p)

    assert "****" in disclosure.identity_of(ticket, p.hd)["phone"]


@pytest.mark.parametrize("role", ["rv", "dp", "sv", "zh", "dl", "ql", "au"])
def test_who_sees_all_cases_does_not_see_all_people(p, role):
    shown = disclosure.identity_of(make.in_hand(p), getattr(p, role))

    assert "13800138000" not in shown["phone"]
    assert shown["may_reveal"] == (role in ("rv", "dp", "sv", "dl"))


def test_a_look_behind_the_mask_needs_a_reason_and_is_kept(p):
    ticket = make.in_hand(p)

    shown = disclosure.reveal(ticket.pk, by=p.rv, now=NOON + timedelta(minutes=1), reason="核实重复来电")

    assert shown["phone"] == "13800138000"
    event = ticket.events.get(name="unmask")
    assert (event.by, event.note) == (p.rv, "核实重复来电")


def test_the_names_of_ready_and_seen_tickets_are_honest(p):
    assert returned(p).state == recalled(p).state == "pending_dispatch"
    assert ready.withdrawing(p).state == "pending_callback"
