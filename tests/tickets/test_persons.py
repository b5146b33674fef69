"""Steps of two persons, and who may never act on whose case: four eyes, R9, neutral callback, deciders of requests."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Membership, User
from dispatch import replies, requests
from followup import callbacks
from tests import factories as make
from tests.api import lives
from tests.factories import NOON
from tests.tickets import ready
from tests.tickets.bodies import body_for
from tickets import intake, steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Proposal, Ticket
from tickets.steps import STEPS

TOLD = {"channel": "人民法院", "told_at": NOON.isoformat(), "note": "已说明诉讼渠道"}


@pytest.fixture
def p(db):
    return make.make_people()


def take(name, ticket, user, body=None, now=NOON):
    found = Ticket.objects.visible_to(user).get(pk=ticket.pk)
    return steps.take(STEPS[name], found, by=user, body=body_for(name, found, now) if body is None else body, now=now)


def with_role(user, role, unit="RX"):
    Membership.objects.create(user=user, role=role, unit=make.unit(unit))
    return User.objects.get(pk=user.pk)


# step: (a ticket, who proposes, who confirms, who does neither)
TWO = {
    "close_unreachable": (ready.unreachable, "cb", "sv", "rv"),
    "force_close": (make.in_adjudication, "sv", "dl", "cb"),
    "withdraw_late": (lambda p: confirmed(p), "cb", "sv", "op"),
    "approve_suspension": (lambda p: suspension(p), "sv", "dl", "zh"),
}


def confirmed(p):
    return callbacks.record_withdrawal_answer(ready.withdrawing(p).pk, by=p.cb, now=NOON, confirmed=True)


def suspension(p):
    ticket = make.in_hand(p)
    return requests.request_suspension(ticket.pk, by=p.ul, now=NOON, citizen_told_at=NOON,
                                       review_date=(NOON + timedelta(days=30)).date(), **lives.SUSPENSION)


@pytest.mark.parametrize("name", TWO)
def test_two_different_people_take_a_step_of_two_persons(p, name):
    begin, first, second, stranger = TWO[name]
    ticket = begin(p)
    state = Ticket.objects.get(pk=ticket.pk).state
    proposer, confirmer = getattr(p, first), getattr(p, second)

    with pytest.raises(Refused):
        take(name, ticket, confirmer)  # nobody proposed it yet
    taken = take(name, ticket, proposer)
    assert taken.proposal.by == proposer and taken.ticket.state == state
    with pytest.raises((Refused, PermissionDenied)):
        take(name, ticket, proposer)  # not by the same person
    with pytest.raises((PermissionDenied, Ticket.DoesNotExist)):
        take(name, ticket, getattr(p, stranger))
    taken = take(name, ticket, confirmer, {})
    assert taken.proposal is None and taken.ticket.state != state
    proposal = Proposal.objects.get()
    assert (proposal.status, proposal.decided_by) == ("confirmed", confirmer)
    with pytest.raises(AlreadyMoved):
        steps.take(STEPS[name], ticket, by=confirmer, body={}, now=NOON)


@pytest.mark.parametrize("name", TWO)
def test_a_person_with_both_roles_still_needs_a_colleague(p, name):
    begin, first, second, _stranger = TWO[name]
    ticket, roles = begin(p), {"sv": "SV", "dl": "DL", "cb": "CB"}
    both = with_role(getattr(p, first), roles[second])

    take(name, ticket, both)

    with pytest.raises(Refused):
        take(name, ticket, both, {})


@pytest.mark.parametrize("name", TWO)
def test_a_confirmation_keeps_both_names_on_the_ticket(p, name):
    begin, first, second, _stranger = TWO[name]
    ticket = begin(p)
    take(name, ticket, getattr(p, first))
    ticket = take(name, ticket, getattr(p, second), {}).ticket

    event = ticket.events.order_by("-seq").first()
    assert event.by == getattr(p, second)
    assert event.data["proposed_by"] == getattr(p, first).username
    if name != "approve_suspension":
        assert (ticket.decided_by, ticket.second_by) == (getattr(p, first), getattr(p, second))


def test_a_proposal_that_events_overtook_is_not_confirmed_any_more(p):
    ticket = make.in_adjudication(p)
    take("force_close", ticket, p.sv)
    make.make_user("UL", "ZJ", username="leader")
    take("adjudicate_redo", ticket, p.sv)

    assert Proposal.objects.get().status == "overtaken"
    with pytest.raises(AlreadyMoved):
        take("force_close", ticket, p.dl, {})


def test_a_confirmation_is_of_the_ticket_that_the_confirmer_saw(p):
    ticket = make.in_adjudication(p)
    seen = take("force_close", ticket, p.sv).ticket.version
    intake.add_supplement(ticket.pk, by=p.op, now=NOON, text="来电人又补充了情况")
    fresh = Ticket.objects.get(pk=ticket.pk)

    with pytest.raises(AlreadyMoved):
        steps.take(STEPS["force_close"], fresh, by=p.dl, body={}, now=NOON, version=seen)
    assert steps.take(STEPS["force_close"], fresh, by=p.dl, body={}, now=NOON, version=fresh.version).ticket.state == "closed"


def test_the_database_refuses_a_proposal_confirmed_by_its_own_proposer(p):
    ticket = ready.propose(make.in_adjudication(p), "force_close", p.sv, {})

    with pytest.raises(IntegrityError, match="proposal_two_persons"), transaction.atomic():
        ticket.proposals.update(status="confirmed", decided_by=p.sv, decided_at=NOON)


# --- the unit leader's signature -----------------------------------------------------------------------------------

SIGNED = ["request_return", "submit_reply", "request_extension", "request_suspension"]


@pytest.mark.parametrize("name", SIGNED)
def test_what_the_leader_must_sign_is_not_signed_by_a_second_colleague(p, name):
    """An urgent return or reply, any extension or suspension."""
    colleagues = [make.make_user(role, "ZJ") for role in ("LI", "HD", "LI")]
    ticket = make.dispatched(p, urgency="urgent") if name == "request_return" else ready.contacted(p, urgency="urgent")
    proposer = colleagues[0]
    state = ticket.state

    assert take(name, ticket, proposer).proposal
    for colleague in colleagues[1:]:
        with pytest.raises((PermissionDenied, Refused)):
            take(name, ticket, colleague, {})
        with pytest.raises((PermissionDenied, Refused)):
            take(name, ticket, colleague)
    assert Ticket.objects.get(pk=ticket.pk).state == state

    assert take(name, ticket, p.ul, {}).proposal is None
    assert Proposal.objects.get().decided_by == p.ul


@pytest.mark.parametrize(("name", "urgency", "alone"), [
    ("request_return", "normal", True), ("request_return", "urgent", False), ("request_return", "critical", False),
    ("submit_reply", "normal", True), ("submit_reply", "urgent", False), ("submit_reply", "critical", False),
    ("request_extension", "normal", False), ("request_suspension", "normal", False),
])
def test_the_unit_leader_signs_what_is_urgent_and_every_extension_and_suspension(p, name, urgency, alone):
    ticket = make.dispatched(p, urgency=urgency) if name == "request_return" else ready.contacted(p, urgency=urgency)

    taken = take(name, ticket, p.li)

    assert (taken.proposal is None) == alone


def test_the_reply_after_a_redo_needs_the_leader(p):
    ticket = steps.take(STEPS["order_redo"], ready.negative(p), by=p.cb, body={"reason": "问题仍在"}, now=NOON).ticket
    replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="phone", reached=True)

    assert take("submit_reply", ticket, p.hd).proposal
    assert take("submit_reply", ticket, p.ul, {}).ticket.state == "reply_review"


# --- four eyes on refusals (I13, R9) ---------------------------------------------------------------------------------


def test_who_registered_a_ticket_never_refuses_it(p):
    both = with_role(p.op, "RV")
    ticket = intake.register_and_submit(by=both, now=NOON, **make.matter())[0]

    with pytest.raises(PermissionDenied):
        take("confirm_refusal", ticket, both, {"reason": "R4", **TOLD})
    assert take("confirm_refusal", ticket, p.rv, {"reason": "R4", **TOLD}).ticket.decided_by == p.rv


def test_reason_r9_needs_a_reviewer_and_the_duty_leader(p):
    second_reviewer = make.make_user("RV", "RX")
    ticket = make.in_review(p)
    body = {"reason": "R9", **TOLD}

    with pytest.raises(Refused):
        take("confirm_refusal", ticket, p.dl, body)  # the leader approves, he does not begin
    assert take("confirm_refusal", ticket, p.rv, body).proposal
    with pytest.raises(PermissionDenied):
        take("confirm_refusal", ticket, second_reviewer, body)
    ticket = take("confirm_refusal", ticket, p.dl, {}).ticket

    assert (ticket.state, ticket.closing_reason, ticket.decided_by, ticket.second_by) == ("rejected", "R9", p.dl, p.rv)


def test_another_reason_is_one_reviewers_decision_also_while_r9_is_proposed(p):
    ticket = make.in_review(p)
    take("confirm_refusal", ticket, p.rv, {"reason": "R9", **TOLD})

    refused = take("confirm_refusal", ticket, make.make_user("RV", "RX"), {"reason": "R4", **TOLD}).ticket

    assert (refused.state, refused.closing_reason) == ("rejected", "R4")
    assert Proposal.objects.get().status == "overtaken"


# --- I18 and deciders of requests --------------------------------------------------------------------------------------

CALLING = ["record_outcome", "record_declined", "callback_no_answer", "give_up"]


@pytest.mark.parametrize("name", CALLING)
@pytest.mark.parametrize("role", ["LI", "HD", "UL"])
def test_nobody_of_the_handling_unit_rates_its_work(p, name, role):
    agent = with_role(make.make_user(role, "ZJ"), "CB", "RX-HF")
    ticket = make.in_callback(p)

    with pytest.raises(PermissionDenied):
        take(name, ticket, agent)


def test_nobody_of_a_co_unit_or_of_a_unit_below_rates_the_work_either(p):
    ticket = handled_by_three(p)

    for code in ("CG", "ZJ-WY"):
        agent = with_role(make.make_user("HD", code), "CB", "RX-HF")
        with pytest.raises(PermissionDenied):
            take("record_outcome", ticket, agent)
    stranger = with_role(make.make_user("HD", "JY"), "CB", "RX-HF")
    assert take("record_outcome", ticket, stranger).ticket.callback_outcome


def handled_by_three(p):
    ticket = make.dispatched(p, co_units=["CG"])
    steps.take(STEPS["sign"], ticket, by=p.li, body={}, now=NOON)
    take("assign_down", ticket, p.li, {"unit": "ZJ-WY"})
    take("answer_part", ticket, make.make_user("LI", "CG"))
    replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="phone", reached=True)
    take("submit_reply", ticket, p.ul)
    return take("approve_reply", ticket, p.rv).ticket


@pytest.mark.parametrize("name", ["close_satisfied", "order_redo", "to_adjudication"])
def test_the_handling_unit_does_not_draw_the_consequences_of_a_callback(p, name):
    agent = with_role(make.make_user("HD", "ZJ"), "CB", "RX-HF")
    begin = {"close_satisfied": make.answered, "order_redo": ready.negative, "to_adjudication": ready.three_times_negative}

    with pytest.raises(PermissionDenied):
        take(name, begin[name](p), agent)


@pytest.mark.parametrize("name", ["decide_extension", "reject_suspension"])
def test_a_request_is_not_decided_by_who_asked_nor_by_his_unit(p, name):
    begin = {"decide_extension": ready.extension_asked, "reject_suspension": suspension}[name]
    ticket = begin(p)

    for user in (with_role(p.ul, "SV", "RX-DB"), with_role(make.make_user("HD", "ZJ"), "SV", "RX-DB")):
        with pytest.raises(Refused):
            take(name, ticket, user)
    assert take(name, ticket, p.sv).ticket.state == "handling"
