"""Scenarios 12 and 13 of SPEC 10, and the rule of several reporters: a case closes only after the citizen was asked."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from followup import callbacks
from followup.models import CallbackTask
from notices.models import Notice
from tests import factories as make
from tests.audited import codes
from tests.factories import NOON
from tests.tickets.bodies import TEXT
from tickets import steps
from tickets.actions import Refused
from tickets.models import Ticket
from tickets.steps import STEPS

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HAPPY = {"contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
UNHAPPY = {"contacted": "yes", "solved": "unsolved", "satisfied": "unsatisfied", "reason": "persists"}
REPLY = {"truth": "yes", "contacted": "yes", "solved": "yes", "text": TEXT, "self_callback": "satisfied", "hints_read": True}


@pytest.fixture
def p():
    yield make.make_people()
    assert codes(NOON) <= {"C6", "I12"}  # no sweep runs here, and a trigger is off in tests


def do(ticket, name, who, now=NOON, **body):
    return steps.take(STEPS[name], Ticket.objects.visible_to(who).get(pk=ticket.pk), by=who, body=body, now=now).ticket


def refused(ticket, name, who, now=NOON, **body):
    with pytest.raises((Refused, PermissionDenied)):
        do(ticket, name, who, now, **body)


def test_12_who_is_never_reached_is_asked_by_message_and_closed_as_unreachable_by_two(p):
    ticket = make.in_callback(p)
    for tried in (NOON - HOUR, NOON + 3 * HOUR, NOON + DAY):  # three, on two days, in two bands
        refused(ticket, "close_satisfied", p.cb, tried)
        refused(ticket, "give_up", p.cb, tried)
        do(ticket, "callback_no_answer", p.cb, tried, result="no_answer")
    asked = CallbackTask.objects.get(ticket=ticket)
    assert (asked.status, Notice.objects.filter(kind="questionnaire", recipient=None).count()) == ("sms_wait", 1)
    refused(ticket, "callback_no_answer", p.cb, NOON + 2 * DAY, result="no_answer")

    assert callbacks.expire_surveys(now=NOON + 3 * DAY - HOUR) == 0
    assert callbacks.expire_surveys(now=NOON + 3 * DAY + HOUR) == 1
    ticket.refresh_from_db()
    assert (ticket.state, ticket.callback_outcome) == ("pending_callback", "unreachable")  # silence is nobody's satisfaction

    refused(ticket, "close_satisfied", p.cb, NOON + 4 * DAY)
    do(ticket, "close_unreachable", p.cb, NOON + 4 * DAY, note="三次未接通,短信未回")
    ticket.refresh_from_db()
    assert ticket.state == "pending_callback"  # the agent has proposed it, and somebody else has to agree
    ticket = do(ticket, "close_unreachable", p.sv, NOON + 4 * DAY)
    assert (ticket.state, ticket.closure_kind, ticket.decided_by, ticket.second_by) == ("closed", "unreachable", p.cb, p.sv)


def test_13_after_the_third_bad_answer_a_case_is_closed_by_two_people_or_not_at_all(p):
    ticket = make.in_callback(p)
    for redo in (1, 2):
        do(ticket, "record_outcome", p.cb, **UNHAPPY)
        refused(ticket, "close_satisfied", p.cb)
        refused(ticket, "to_adjudication", p.cb, reason="不满意")
        ticket = do(ticket, "order_redo", p.cb, reason="问题仍在")
        assert (ticket.state, ticket.redo_round, ticket.lead_unit) == ("handling", redo, make.unit())
        do(ticket, "record_contact", p.hd, method="phone", reached="yes")
        do(ticket, "submit_reply", p.hd, **REPLY)  # of a redo the leader signs the reply
        ticket.refresh_from_db()
        assert ticket.state == "handling"
        do(ticket, "submit_reply", p.ul)
        do(ticket, "approve_reply", p.rv)
    do(ticket, "record_outcome", p.cb, **UNHAPPY)
    refused(ticket, "order_redo", p.cb, reason="问题仍在")

    ticket = do(ticket, "to_adjudication", p.cb, reason="三次不满意")
    refused(ticket, "force_close", p.dl, reason="F1", explanation=TEXT, told_at=NOON.isoformat())  # not the leader alone
    do(ticket, "force_close", p.sv, reason="F1", explanation=TEXT, told_at=NOON.isoformat())
    refused(ticket, "force_close", p.sv)
    ticket = do(ticket, "force_close", p.dl)

    assert (ticket.state, ticket.closure_kind, ticket.callback_outcome) == ("closed", "forced", "negative")
    assert ticket.decided_by != ticket.second_by
    assert Notice.objects.filter(kind="force_closed", recipient=None).count() == 1
    outcomes = CallbackTask.objects.filter(ticket=ticket).order_by("round").values_list("round", "outcome")
    assert list(outcomes) == [(1, "negative"), (2, "negative"), (3, "negative")]


def test_of_several_reporters_each_is_asked_and_the_worst_answer_decides(p):
    ticket = make.in_hand(p)
    for phone in ("13900139001", "13900139002"):
        do(make.in_review(p, contact_phone=phone), "merge_into", p.rv, master=ticket.ticket_no, note="同一路段")
    do(ticket, "record_contact", p.hd, method="phone", reached="yes")
    do(ticket, "submit_reply", p.ul, **REPLY)
    do(ticket, "approve_reply", p.rv)
    assert CallbackTask.objects.filter(ticket=ticket, outcome="").count() == 3

    do(ticket, "record_outcome", p.cb, **HAPPY)
    ticket = do(ticket, "record_outcome", p.cb, **UNHAPPY)
    assert ticket.callback_outcome == ""  # one of them was not asked yet
    refused(ticket, "order_redo", p.cb, reason="问题仍在")
    ticket = do(ticket, "record_outcome", p.cb, **HAPPY)

    assert ticket.callback_outcome == "negative"
    refused(ticket, "close_satisfied", p.cb)
    assert do(ticket, "order_redo", p.cb, reason="其中一户未解决").state == "handling"
