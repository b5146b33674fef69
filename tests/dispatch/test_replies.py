"""Contact and reply: what the unit must have done before it may say that it is done, and what the reviewer sends back."""
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from dispatch import replies
from dispatch.models import Contact, Reply
from followup import actions as following
from notices.models import Notice
from tests import factories as make
from tests.factories import NOON
from tests.tickets import ready
from tests.tickets.bodies import TEXT, body_for
from tickets import steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket
from tickets.steps import STEPS, Invalid

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def p():
    return make.make_people()


def contact(p, ticket, now, reached):
    return replies.record_contact(ticket.pk, by=p.hd, now=now, method="phone", reached=reached)


def reply(p, ticket, now=NOON, **block):
    return replies.submit_reply(ticket.pk, by=p.ul, now=now, **make.reply_block(**block))


def response(ticket):
    clock = ticket.clocks.get(kind="RESPONSE")
    return clock.status, clock.attempted, clock.stopped_at


# --- contact ---------------------------------------------------------------------------------------------------------


def test_signing_is_no_response_but_reaching_the_citizen_is(p):
    ticket = make.in_hand(p)
    assert response(ticket) == ("running", False, None)

    contact(p, ticket, NOON + 10 * MINUTE, reached=True)
    contact(p, ticket, NOON + 20 * MINUTE, reached=True)

    assert response(ticket) == ("met", False, NOON + 10 * MINUTE)


@pytest.mark.parametrize(("apart", "status"), [(29, "running"), (30, "met")])
def test_two_failed_tries_half_an_hour_apart_stop_the_response_as_attempted(p, apart, status):
    ticket = make.in_hand(p)

    contact(p, ticket, NOON, reached=False)
    contact(p, ticket, NOON + apart * MINUTE, reached=False)

    assert response(ticket)[:2] == (status, status == "met")


def test_a_response_that_was_attempted_stays_so_when_the_citizen_is_reached_later(p):
    ticket = make.in_hand(p)
    for minutes in (0, 40):
        contact(p, ticket, NOON + minutes * MINUTE, reached=False)

    ticket = contact(p, ticket, NOON + HOUR, reached=True)

    assert response(ticket) == ("met", True, NOON + 40 * MINUTE)
    assert ticket.first_contact_at == NOON + HOUR


def test_a_response_is_late_by_the_time_of_the_act(p):
    ticket = make.in_hand(p)
    due = ticket.clocks.get(kind="RESPONSE").due_at

    contact(p, ticket, due + timedelta(seconds=1), reached=True)

    assert ticket.clocks.get(kind="RESPONSE").late_at(due + 9 * HOUR)


def test_every_contact_is_kept(p):
    ticket = make.in_hand(p)
    contact(p, ticket, NOON, reached=False)
    contact(p, ticket, NOON + HOUR, reached=True)

    assert list(Contact.objects.filter(ticket=ticket).order_by("pk").values_list("reached", "by")) == [
        (False, p.hd.pk), (True, p.hd.pk)]


# --- reply ----------------------------------------------------------------------------------------------------------


def test_a_reply_holds_the_promise_until_it_is_judged(p):
    ticket = reply(p, ready.contacted(p), NOON + HOUR)
    clock = ticket.clocks.get(kind="COMPLETION")

    assert (ticket.state, ticket.completed_at) == ("reply_review", NOON + HOUR)
    assert (clock.status, clock.stopped_at, clock.next_fire_at) == ("held", NOON + HOUR, None)
    assert ticket.next_due_at == ticket.clocks.get(kind="REPLY_REVIEW").due_at


def test_who_says_contacted_must_have_reached_the_citizen_in_this_round(p):
    ticket = make.in_hand(p)
    with pytest.raises(Refused):
        reply(p, ticket)

    contact(p, ticket, NOON, reached=False)
    with pytest.raises(Refused):
        reply(p, ticket)
    assert reply(p, ticket, contacted=False, not_contacted_reason="多次无人接听").state == "reply_review"


def test_a_contact_of_the_last_round_does_not_count_for_the_next(p):
    ticket = following.order_redo(ready.negative(p).pk, by=p.cb, now=NOON, reason="问题仍在")

    with pytest.raises(Refused):
        reply(p, ticket)


def test_the_lead_waits_for_its_co_units_or_has_them_waived(p):
    co = make.make_user("LI", "CG")
    ticket = make.dispatched(p, co_units=["CG"])
    steps.take(STEPS["sign"], ticket, by=p.li, body={}, now=NOON)
    contact(p, ticket, NOON, reached=True)
    with pytest.raises(Refused):
        reply(p, ticket)

    replies.answer_part(ticket.pk, by=co, now=NOON, text="已配合处理完毕")

    assert reply(p, ticket).state == "reply_review"


def test_a_waived_co_unit_is_not_waited_for(p):
    ticket = make.dispatched(p, co_units=["CG"])
    steps.take(STEPS["sign"], ticket, by=p.li, body={}, now=NOON)
    contact(p, ticket, NOON, reached=True)

    replies.waive_parts(ticket.pk, by=p.dp, now=NOON, reason="无需配合")

    assert reply(p, ticket).state == "reply_review"
    with pytest.raises(Refused):
        replies.waive_parts(ticket.pk, by=p.dp, now=NOON, reason="再一次")


@pytest.mark.parametrize(("wrong", "field"), [
    ({"text": "已办"}, "text"), ({"contacted": "no", "not_contacted_reason": ""}, "not_contacted_reason"),
    ({"solved": "no"}, "unsolved_reason"), ({"solved": "partly"}, "unsolved_reason"), ({"contacted": ""}, "contacted"),
    ({"self_callback": ""}, "self_callback"), ({"truth": "maybe"}, "truth"), ({"self_callback": "dissatisfied"}, "solved"),
])
def test_a_reply_says_what_is_so(p, wrong, field):
    ticket = ready.contacted(p)
    body = body_for("submit_reply", ticket, NOON) | {"text": TEXT}

    with pytest.raises(Invalid) as refusal:
        steps.take(STEPS["submit_reply"], ticket, by=p.hd, body=body | wrong, now=NOON)

    assert field in refusal.value.form.errors


def test_a_reply_that_was_sent_back_goes_on_from_the_old_due_date(p):
    ticket = ready.contacted(p)
    due = ticket.clocks.get(kind="COMPLETION").due_at
    reply(p, ticket, NOON + 20 * HOUR)

    ticket = replies.return_reply(ticket.pk, by=p.rv, now=NOON + 23 * HOUR, fault="off_point", note="未正面答复")

    clock = ticket.clocks.get(kind="COMPLETION")
    assert (ticket.state, ticket.completed_at, ticket.reply_return_count) == ("handling", None, 1)
    assert (clock.status, clock.due_at, clock.stopped_at) == ("running", due, None)
    assert Reply.objects.get().status == "returned"
    assert Notice.objects.get(kind="reply_returned").recipient == p.ul


def test_an_approved_reply_was_in_time_when_it_was_given_not_when_it_was_judged(p):
    ticket = ready.contacted(p)
    due = ticket.clocks.get(kind="COMPLETION").due_at
    reply(p, ticket, due)

    following.approve_reply(ticket.pk, by=p.rv, now=due + 3 * HOUR)

    clock = ticket.clocks.get(kind="COMPLETION")
    assert (clock.status, clock.stopped_at) == ("met", due)
    assert not clock.late_at(due + 3 * HOUR)


def test_an_approved_reply_closes_every_part_and_opens_the_callback(p):
    ticket = make.in_callback(p)

    assert list(ticket.assignments.values_list("status", flat=True)) == ["confirmed"]
    assert {c.kind for c in ticket.clocks.filter(status="running")} == {"CALLBACK_FIRST", "CALLBACK_ALL"}
    assert ticket.callback_tasks.count() == 1
    with pytest.raises(AlreadyMoved):
        replies.return_reply(ticket.pk, by=p.rv, now=NOON, fault="off_point")


def test_one_reply_stands_a_round(p):
    ticket = make.replied(p)

    with pytest.raises(IntegrityError, match="reply_one_standing"), transaction.atomic():
        Reply.objects.create(ticket=ticket, round=1, unit=ticket.lead_unit, by=p.hd, at=NOON, **make.reply_block())


def test_progress_is_reported_by_whoever_has_a_part(p):
    co = make.make_user("LI", "CG")
    ticket = make.dispatched(p, co_units=["CG"])
    steps.take(STEPS["sign"], ticket, by=p.li, body={}, now=NOON)

    for user in (p.hd, co):
        found = Ticket.objects.visible_to(user).get(pk=ticket.pk)
        steps.take(STEPS["record_progress"], found, by=user, body={"text": "正在施工中"}, now=NOON)

    assert ticket.events.filter(name="progress").count() == 2
