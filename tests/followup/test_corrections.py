"""A record that was wrong: it stays, a new one counts, and only who may and as long as he may writes it."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.instant import database_now
from accounts.models import Membership
from followup import actions as following
from followup import callbacks, corrections, results
from followup.models import CallbackTask
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tests.tickets.ready import DAY
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LATER = NOON + 10 * MINUTE
WHY = "按错了选项,重听录音后更正"


@pytest.fixture
def p():
    audited.with_all_triggers()
    return make.make_people()


def record(ticket):
    return CallbackTask.objects.filter(ticket=ticket, correction=None).latest("pk")


def correct(who, ticket, now=LATER, answers=make.UNHAPPY, task=None):
    return corrections.correct_outcome(ticket.pk, by=who, now=now, record=(task or record(ticket)).pk, why=WHY, **answers)


def test_a_correction_is_a_new_record_and_the_old_one_stays(p):
    ticket = make.answered(p)
    before = CallbackTask.objects.filter(ticket=ticket).values().get()

    ticket = correct(p.cb, ticket)

    old, new = CallbackTask.objects.filter(ticket=ticket).order_by("pk")
    assert CallbackTask.objects.filter(pk=old.pk).values().get() == before
    assert (new.corrects, new.why, new.outcome, new.outcome_by, new.after_closing) == (old, WHY, "negative", p.cb, False)
    assert (ticket.state, ticket.callback_outcome, ticket.first_outcome) == ("pending_callback", "negative", "positive")
    assert audited.codes(LATER) <= {"C6"}


def test_what_was_corrected_to_negative_is_done_again_and_not_closed(p):
    ticket = correct(p.cb, make.answered(p))

    with pytest.raises(Refused):
        following.close_satisfied(ticket.pk, by=p.cb, now=LATER)
    assert following.order_redo(ticket.pk, by=p.cb, now=LATER, reason="问题仍在").state == "handling"


def test_what_was_corrected_to_positive_is_closed_and_the_audit_agrees(p):
    ticket = correct(p.cb, make.answered(p, answers=make.UNHAPPY), answers=make.HAPPY)
    following.close_satisfied(ticket.pk, by=p.cb, now=LATER)

    assert audited.codes(LATER) <= {"C6"}


def test_a_correction_can_be_corrected_and_the_last_one_counts(p):
    ticket = correct(p.cb, correct(p.cb, make.answered(p)), answers=make.HAPPY)

    assert ticket.callback_outcome == "positive"
    assert CallbackTask.objects.filter(ticket=ticket).count() == 3
    assert audited.codes(LATER) <= {"C6"}


def test_after_half_an_hour_it_is_a_supervisor_s_and_a_correction_buys_no_time(p):
    ticket = make.answered(p)
    correct(p.cb, ticket, NOON + 30 * MINUTE)

    with pytest.raises(Refused):
        correct(p.cb, ticket, NOON + 31 * MINUTE)
    assert correct(p.sv, ticket, NOON + DAY, answers=make.HAPPY).callback_outcome == "positive"


def test_an_agent_corrects_his_own_records_only(p):
    ticket = make.answered(p)
    colleague = make.make_user("CB", "RX-HF")

    assert not corrections.records(ticket, colleague).exists()
    with pytest.raises(AlreadyMoved):
        correct(colleague, ticket)


@pytest.mark.parametrize("role", ["rv", "dp", "ul", "zh", "dl", "ql"])
def test_nobody_else_corrects(p, role):
    with pytest.raises(PermissionDenied):
        correct(getattr(p, role), make.answered(p))


def test_nobody_of_the_handling_unit_corrects(p):
    Membership.objects.create(user=p.sv, unit=make.unit(), role="UL")

    with pytest.raises(PermissionDenied):
        correct(type(p.sv).objects.get(pk=p.sv.pk), make.answered(p))


def test_not_twice_not_in_another_state_and_not_by_a_stranger(p):
    ticket = make.answered(p, answers=make.UNHAPPY)
    first = record(ticket)
    correct(p.cb, ticket)

    with pytest.raises(AlreadyMoved):
        correct(p.cb, ticket, task=first)
    following.order_redo(ticket.pk, by=p.cb, now=LATER, reason="问题仍在")
    with pytest.raises(AlreadyMoved):
        correct(p.sv, ticket)
    with pytest.raises(Ticket.DoesNotExist):
        correct(make.make_user("OP", "RX-DB"), ticket)


def test_after_closing_it_stands_beside_the_outcome_and_supervisors_hear_of_a_negative_one(p):
    ticket = make.closed(p)

    ticket = correct(p.cb, ticket)

    assert (ticket.state, ticket.callback_outcome, results.last_word(ticket)) == ("closed", "positive", "negative")
    assert set(Notice.objects.filter(kind="closed_but_negative").values_list("recipient", flat=True)) == {p.sv.pk}
    assert audited.codes(LATER) <= {"C6"}
    page = signed_in(p.sv).get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert reverse("tickets:do", args=[ticket.ticket_no, "reopen"]) in page and WHY in page
    assert following.reopen(ticket.pk, by=p.sv, now=LATER, reason="更正为不满意").state == "pending_dispatch"
    assert audited.codes(LATER) <= {"C6"}


def test_one_of_several_reporters_is_corrected(p):
    ticket = make.in_callback(p)
    other = make.draft(p, contact_phone="13900139000").caller
    callbacks.add_task(ticket, other, now=NOON)
    for _reporter in range(2):
        ticket = callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **make.HAPPY)

    task = CallbackTask.objects.filter(ticket=ticket, caller=other).get()
    ticket = correct(p.cb, ticket, task=task)

    assert (ticket.callback_outcome, record(ticket).caller) == ("negative", other)


def test_the_database_knows_a_correction_only_of_the_same_call_and_with_a_reason(p):
    ticket, other = make.answered(p), make.answered(p)
    correct(p.cb, ticket)
    new = record(ticket)

    for change in ({"why": ""}, {"corrects": record(other)}, {"corrects": None}, {"after_closing": True}):
        with pytest.raises(DatabaseError), transaction.atomic():
            CallbackTask.objects.filter(pk=new.pk).update(**change)
    for change in ({"why": ""}, {"corrects_id": record(other).pk}):
        values = {field.attname: getattr(new, field.attname) for field in new._meta.concrete_fields if not field.primary_key}
        with pytest.raises(DatabaseError), transaction.atomic():
            CallbackTask.objects.create(**values | {"corrects_id": new.pk} | change)


def test_through_the_page_and_through_the_api(p):
    ticket = make.answered(p, database_now() - MINUTE)
    agent, path = signed_in(p.cb), reverse("tickets:do", args=[ticket.ticket_no, "correct_outcome"])
    assert agent.get(path).status_code == 200
    body = {"contacted": "yes", "solved": "unsolved", "satisfied": "unsatisfied", "reason": "persists", "version": ticket.version}
    assert agent.post(path, body).status_code == 422  # no reason
    assert agent.post(path, body | {"why": WHY}).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).callback_outcome == "negative"

    client = APIClient()
    client.force_authenticate(p.sv)
    answer = client.post(f"/api/v1/tickets/{ticket.ticket_no}/correct_outcome/",
                         {"contacted": True, "solved": "solved", "satisfied": "satisfied", "why": WHY}, format="json")
    assert answer.status_code == 200, answer.json()
    assert Ticket.objects.get(pk=ticket.pk).callback_outcome == "positive"
