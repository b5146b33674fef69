"""What a step refuses although state and role are right: the guards of SPEC 3.3 and 3.6, one by one."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from dispatch import actions as dispatching
from dispatch import replies, requests
from followup import actions as following
from followup import callbacks
from tests import factories as make
from tests.api import lives
from tests.factories import NOON, unit
from tests.tickets import ready
from tickets import intake, steps
from tickets.actions import AlreadyMoved, Refused
from tickets.choices import Type
from tickets.models import Ticket
from tickets.steps import STEPS, Invalid

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def p(db):
    return make.make_people()


def take(name, ticket, user, body, now=NOON):
    found = Ticket.objects.visible_to(user).get(pk=ticket.pk)
    return steps.take(STEPS[name], found, by=user, body=body, now=now)


# --- intake and review --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", Type.values)
def test_only_consultations_praise_and_other_matters_are_answered_on_the_line(p, type_):
    ticket = make.draft(p, type=type_)

    if type_ in ("consult", "praise", "other"):
        assert intake.direct_answer(ticket.pk, by=p.op, now=NOON, answer="请到一楼大厅办理").closure_kind == "direct"
    else:
        with pytest.raises(Refused):
            intake.direct_answer(ticket.pk, by=p.op, now=NOON, answer="请到一楼大厅办理")


def test_a_direct_answer_needs_ten_characters_and_a_caller_who_understood(p):
    ticket = ready.consult(p)

    with pytest.raises(Invalid):
        take("direct_answer", ticket, p.op, {"answer": "好的", "caller_understood": True})
    with pytest.raises(Invalid):
        take("direct_answer", ticket, p.op, {"answer": "请到一楼大厅三号窗口办理", "caller_understood": False})


@pytest.mark.parametrize("urgency", ["normal", "urgent"])
def test_express_dispatch_is_for_critical_tickets_only(p, urgency):
    ticket = make.draft(p, urgency=urgency)

    with pytest.raises(Refused):
        dispatching.express_dispatch(ticket.pk, by=p.ops, now=NOON, lead_unit=unit(), reason="急", emergency_told="120")


def test_express_dispatch_is_not_an_ordinary_operators_decision(p):
    with pytest.raises(PermissionDenied):
        dispatching.express_dispatch(ready.critical(p).pk, by=p.op, now=NOON, lead_unit=unit(), reason="急", emergency_told="120")


@pytest.mark.parametrize("missing", ["type", "category", "area", "address", "demand", "target", "content"])
def test_acceptance_asks_for_every_mandatory_field(p, missing):
    nothing = None if missing in ("category", "area") else ""
    ticket = make.draft(p, **{missing: nothing})

    with pytest.raises(Invalid) as refusal:
        take("submit", ticket, p.op, {})

    assert list(refusal.value.form.errors) == [missing]


def test_a_draft_belongs_to_its_operator_and_to_the_shift_leader(p):
    ticket = make.draft(p)
    colleague = make.make_user("OP", "RX-JX")

    with pytest.raises(Ticket.DoesNotExist):
        intake.void_draft(ticket.pk, by=colleague, now=NOON, reason="录错")
    assert intake.void_draft(ticket.pk, by=p.ops, now=NOON, reason="录错").state == "cancelled"


def test_approval_needs_category_urgency_and_area(p):
    ticket = make.in_review(p, channel="portal", category=None, area=None)

    with pytest.raises(Refused):
        intake.approve(ticket.pk, by=p.rv, now=NOON)
    with pytest.raises(Invalid):
        take("approve", ticket, p.rv, {"category": "010201"})
    assert take("approve", ticket, p.rv, {"category": "010201", "area": "WJJD"}).ticket.state == "pending_dispatch"


def test_a_reviewer_does_not_lower_the_urgency(p):
    ticket = make.in_review(p, urgency="critical")

    with pytest.raises(Invalid):
        take("approve", ticket, p.rv, {"urgency": "normal"})


def test_withdrawing_before_dispatch_ends_with_the_first_dispatch(p):
    ticket = dispatching.recall(make.dispatched(p).pk, by=p.dp, now=NOON)

    with pytest.raises(Refused):
        intake.withdraw_early(ticket.pk, by=p.rv, now=NOON, reason="来电人撤回", identity_checked=True)


# --- dispatch -------------------------------------------------------------------------------------------------------


def dispatch(p, ticket, code="ZJ", co=()):
    return dispatching.dispatch(ticket.pk, by=p.dp, now=NOON, lead_unit=unit(code), co_units=[unit(c) for c in co],
                                unit_summary=make.SUMMARY if ticket.is_confidential else "")


def test_the_lead_unit_is_no_co_unit(p):
    with pytest.raises(Refused):
        dispatch(p, make.in_dispatch(p), "ZJ", ["ZJ"])


@pytest.mark.parametrize("field", ["is_active", "can_receive"])
def test_a_unit_that_cannot_receive_gets_no_ticket_in_any_part(p, field):
    closed = unit("CG")
    setattr(closed, field, False)
    closed.save()
    ticket = make.in_dispatch(p)

    for lead, co in (("CG", []), ("ZJ", ["CG"])):
        with pytest.raises(Refused):
            dispatch(p, ticket, lead, co)


@pytest.mark.parametrize("code", ["ZJ", "ZJ-WY", "QF"])
def test_a_confidential_matter_never_goes_to_the_unit_it_is_about_nor_above_or_below_it(p, code):
    ticket = make.in_dispatch(p, is_confidential=True, target_unit=unit("ZJ"))

    with pytest.raises(Refused):
        dispatch(p, ticket, code)
    with pytest.raises(Refused):
        dispatch(p, ticket, "CG", [code])
    assert dispatch(p, ticket, "CG").lead_unit == unit("CG")


@pytest.mark.parametrize("code", ["ZJ", "ZJ-WY", "QF"])
def test_no_other_way_leads_a_confidential_matter_to_the_unit_it_is_about(p, code):
    about = {"is_confidential": True, "target_unit": unit("ZJ")}
    express = {"by": p.ops, "now": NOON, "reason": "老人摔倒", "emergency_told": "120", "unit_summary": make.SUMMARY}
    ruling = {"by": p.sv, "now": NOON, "ruling": "由该单位牵头办理此事", "unit_summary": make.SUMMARY}
    critical, ruled = make.draft(p, urgency="critical", **about), lives.arbitration(p)
    held = dispatch(p, make.in_dispatch(p, **about), "CG")
    Ticket.objects.filter(pk=ruled.pk).update(**about)  # it became known while the ruling was waited for

    for refused in (lambda: dispatching.express_dispatch(critical.pk, lead_unit=unit(code), **express),
                    lambda: dispatching.express_dispatch(critical.pk, lead_unit=unit("CG"), co_units=[unit(code)], **express),
                    lambda: dispatching.designate(ruled.pk, lead_unit=unit(code), **ruling),
                    lambda: dispatching.designate(ruled.pk, lead_unit=unit("CG"), co_units=[unit(code)], **ruling),
                    lambda: replies.add_co_unit(held.pk, by=p.dp, now=NOON, co_units=[unit(code)])):
        with pytest.raises(Refused):
            refused()


def test_a_confidential_matter_is_not_assigned_down_to_the_unit_it_is_about(p):
    ticket = make.in_hand(p)
    Ticket.objects.filter(pk=ticket.pk).update(is_confidential=True, target_unit=unit("ZJ-WY"))

    with pytest.raises(Refused):
        dispatching.assign_down(ticket.pk, by=p.li, now=NOON, unit=unit("ZJ-WY"))
    assert dispatching.assign_down(ticket.pk, by=p.li, now=NOON, unit=unit("ZJ-ZJ")).state == "handling"


def test_a_unit_that_cannot_receive_becomes_no_co_unit_later(p):
    closed = unit("CG")
    closed.is_active = False
    closed.save()

    with pytest.raises(Refused):
        replies.add_co_unit(make.in_hand(p).pk, by=p.dp, now=NOON, co_units=[closed])


def test_a_street_leads_only_matters_of_its_own_territory(p):
    ticket = make.in_dispatch(p, area=unit("WJJD"))

    with pytest.raises(Refused):
        dispatch(p, ticket, "CHJD")
    assert dispatch(p, ticket, "WJJD").state == "pending_receipt"


def test_a_unit_that_returned_the_ticket_does_not_get_it_again(p):
    ticket = lives.return_review(p)
    requests.approve_return(ticket.pk, by=p.dp, now=NOON)

    with pytest.raises(Refused):
        dispatch(p, ticket, "ZJ")
    assert dispatch(p, ticket, "CG").state == "pending_receipt"


def test_after_two_returns_only_a_ruling_names_the_unit_and_that_unit_keeps_it(p):
    ticket = ready.twice_returned(p)
    with pytest.raises(Refused):
        dispatch(p, ticket, "HB")

    dispatching.escalate_return(ticket.pk, by=p.dp, now=NOON, reason="两次退单")
    dispatching.designate(ticket.pk, by=p.sv, now=NOON, lead_unit=unit("ZJ"), ruling="由住建局牵头办理")

    with pytest.raises(Refused):
        requests.request_return(ticket.pk, by=p.li, now=NOON, suggested_unit=unit("CG"), **lives.RETURN)


def test_a_ruling_is_bound_by_every_other_rule(p):
    ticket = lives.arbitration(p)
    closed = unit("CG")
    closed.is_active = False
    closed.save()

    with pytest.raises(Refused):
        dispatching.designate(ticket.pk, by=p.sv, now=NOON, lead_unit=closed, ruling="由城管局牵头办理")


# --- handling -------------------------------------------------------------------------------------------------------


def test_a_case_is_assigned_down_only_below_the_own_unit_and_before_the_own_deadline(p):
    ticket = make.in_hand(p)
    down = {"by": p.li, "now": NOON}

    for wrong in ({"unit": unit("CG")}, {"unit": unit("ZJ")}, {"handler": p.cb}, {},
                  {"unit": unit("ZJ-WY"), "handler": p.hd}, {"unit": unit("ZJ-WY"), "due_at": NOON + 2 * DAY}):
        with pytest.raises(Refused):
            dispatching.assign_down(ticket.pk, **down, **wrong)
    assert dispatching.assign_down(ticket.pk, **down, unit=unit("ZJ-WY")).unit_ids == sorted([unit("ZJ").pk, unit("ZJ-WY").pk])


def test_the_same_unit_below_gets_the_case_once(p):
    ticket = make.in_hand(p)
    dispatching.assign_down(ticket.pk, by=p.li, now=NOON, unit=unit("ZJ-WY"))

    with pytest.raises(Refused):
        dispatching.assign_down(ticket.pk, by=p.li, now=NOON, unit=unit("ZJ-WY"))


def test_a_named_handler_is_the_only_one_of_his_role_who_acts(p):
    other = make.make_user("HD", "ZJ")
    ticket = make.in_hand(p)
    dispatching.assign_down(ticket.pk, by=p.li, now=NOON, handler=p.hd)

    with pytest.raises(Ticket.DoesNotExist):
        replies.record_contact(ticket.pk, by=other, now=NOON, method="phone", reached=True)
    replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="phone", reached=True)
    replies.record_contact(ticket.pk, by=p.li, now=NOON, method="phone", reached=True)


def test_a_reporter_in_confidence_is_contacted_through_the_hotline_only(p):
    ticket = make.in_hand(p, is_confidential=True)

    with pytest.raises(Refused):
        replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="phone", reached=True)
    assert replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="relay", reached=True).first_contact_at == NOON


def test_a_critical_ticket_is_never_suspended(p):
    ticket = make.in_hand(p, urgency="critical")
    requests.request_suspension(ticket.pk, by=p.ul, now=NOON, citizen_told_at=NOON, review_date=(NOON + DAY).date(), **lives.SUSPENSION)

    with pytest.raises(Refused):
        requests.approve_suspension(ticket.pk, by=p.dl, now=NOON, decision="同意", proposed_by=p.sv)


@pytest.mark.parametrize(("days", "ok"), [(0, False), (1, True), (274, True), (275, False)])
def test_a_review_date_lies_within_the_next_nine_months(p, days, ok):
    ticket = make.in_hand(p)
    ask = {"by": p.ul, "now": NOON, "citizen_told_at": NOON, "review_date": (NOON + days * DAY).date(), **lives.SUSPENSION}

    if ok:
        assert requests.request_suspension(ticket.pk, **ask).state == "handling"
    else:
        with pytest.raises(Refused):
            requests.request_suspension(ticket.pk, **ask)


# --- merging, withdrawing, reopening, archiving ------------------------------------------------------------------------


def merge(p, ticket, master):
    return following.merge_into(ticket.pk, by=p.rv, now=NOON, master=master)


def test_only_the_same_matter_is_merged(p):
    master = make.in_review(p, contact_phone="13900139001", category=make.category("010101"))
    with pytest.raises(Refused):
        merge(p, make.in_review(p), master)

    assert merge(p, make.in_review(p, contact_phone="13900139001"), master).state == "merged"
    neighbour = make.in_review(p, contact_phone="13900139002", category=make.category("010101"))
    assert merge(p, neighbour, master).state == "merged"


@pytest.mark.parametrize("state", ["closed", "archived", "rejected", "transferred_out", "merged", "cancelled"])
def test_nothing_is_merged_into_what_is_over(p, state):
    master = lives.IN_STATE[state](p)

    with pytest.raises(Refused):
        merge(p, make.in_review(p), master)


def test_a_confidential_ticket_is_not_merged_into_an_open_one(p):
    master = make.in_review(p)

    with pytest.raises(Refused):
        merge(p, make.in_review(p, is_confidential=True), master)


def test_a_ticket_that_is_handled_again_is_not_merged(p):
    master = make.in_review(p)
    ticket = following.order_redo(ready.negative(p).pk, by=p.cb, now=NOON, reason="问题仍在")

    with pytest.raises(Refused):
        merge(p, ticket, master)


def test_a_ticket_is_not_merged_into_itself(p):
    ticket = make.in_review(p)

    with pytest.raises(Refused):
        merge(p, ticket, Ticket.objects.get(pk=ticket.pk))


def test_nobody_cancels_a_dispatched_ticket_without_the_citizen(p):
    ticket = ready.withdrawing(p)

    with pytest.raises(Refused):
        following.withdraw_late(ticket.pk, by=p.sv, now=NOON, proposed_by=p.cb)
    callbacks.record_withdrawal_answer(ticket.pk, by=p.cb, now=NOON, confirmed=False)
    with pytest.raises(Refused):
        following.withdraw_late(ticket.pk, by=p.sv, now=NOON, proposed_by=p.cb)


def test_a_denied_withdrawal_leads_back_to_where_it_came_from_and_marks_the_unit(p):
    signed, unsigned = ready.denied(p), ready.denied_unsigned(p)

    with pytest.raises(Refused):
        following.withdraw_denied(unsigned.pk, by=p.cb, now=NOON)
    with pytest.raises(Refused):
        following.withdraw_denied_redispatch(signed.pk, by=p.cb, now=NOON)
    back = following.withdraw_denied(signed.pk, by=p.cb, now=NOON)
    assert (back.state, back.integrity_flag, back.lead_unit) == ("handling", True, unit())
    again = following.withdraw_denied_redispatch(unsigned.pk, by=p.cb, now=NOON)
    assert (again.state, again.lead_unit, again.unit_ids) == ("pending_dispatch", None, [])


def test_a_ticket_that_was_never_dispatched_is_not_reopened(p):
    ticket = intake.direct_answer(ready.consult(p).pk, by=p.op, now=NOON, answer="请到一楼大厅三号窗口办理")

    with pytest.raises(Refused):
        following.reopen(ticket.pk, by=p.sv, now=NOON, reason="新情况")


def test_after_thirty_days_nothing_is_reopened(p):
    ticket = make.closed(p)

    with pytest.raises(Refused):
        following.reopen(ticket.pk, by=p.sv, now=NOON + 30 * DAY + MINUTE, reason="新情况")
    assert following.reopen(ticket.pk, by=p.sv, now=NOON + 30 * DAY, reason="新情况").state == "pending_dispatch"


def test_a_direct_answer_is_archived_at_once_everything_else_after_the_appeal(p):
    direct = intake.direct_answer(ready.consult(p).pk, by=p.op, now=NOON, answer="请到一楼大厅三号窗口办理")
    other = make.closed(p)

    assert following.archive(direct.pk, by=p.sv, now=NOON).state == "archived"
    with pytest.raises(Refused):
        following.archive(other.pk, by=p.sv, now=NOON + 3 * DAY - MINUTE)
    assert following.archive(other.pk, by=p.sv, now=NOON + 3 * DAY).state == "archived"
    with pytest.raises(AlreadyMoved):
        following.archive(other.pk, by=p.sv, now=NOON + 4 * DAY)
