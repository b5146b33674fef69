"""Claiming a callback: one agent at a time, in the right order, never about his own unit, and for a quarter of an hour."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Membership
from followup import actions as following
from followup import callbacks, claims, numbers, schedule
from followup.models import CallbackTask
from tests import factories as make
from tests.factories import NOON
from tests.tickets.ready import DAY, HOUR, callbacks_fail, withdrawing
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket
from tickets.who import neutral_callback_agent, neutral_to

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
MORNING = NOON - 2 * HOUR  # 10:00
NOW = NOON + 3 * HOUR  # 15:00, when all of them are due


def task_of(ticket):
    return CallbackTask.objects.get(ticket=ticket)


def waiting(p, now=MORNING, **fields):
    return task_of(make.in_callback(p, now, **fields))


def colleague():
    return make.make_user("CB", "RX-HF")


class TestTakingTheNext:
    def test_who_waits_longest_is_called_first(self, p):
        later, first = waiting(p, MORNING + MINUTE), waiting(p, MORNING)

        assert [claims.claim_next(by=p.cb, now=NOW) for _time in range(3)] == [first, later, None]
        first.refresh_from_db()
        assert (first.status, first.claimed_by, first.claimed_until) == ("claimed", p.cb, NOW + claims.LOCK)

    def test_whom_this_hour_suits_goes_before_who_waits_longer(self, p):
        waiting(p, MORNING)
        afternoon = waiting(p, MORNING + MINUTE)
        CallbackTask.objects.filter(pk=afternoon.pk).update(best_band=1)

        assert claims.claim_next(by=p.cb, now=NOW) == afternoon

    def test_who_called_us_in_the_evening_is_best_called_in_the_evening(self, p):
        evening = NOON + 7 * HOUR

        assert schedule.BANDS[waiting(p, evening).best_band][0].hour == 18
        assert waiting(p, MORNING).best_band == 0
        assert waiting(p, NOON).best_band is None

    def test_nobody_is_called_before_he_is_due(self, p):
        callbacks_fail(p, task_of(make.in_callback(p, MORNING)).ticket, NOW)

        assert claims.claim_next(by=p.cb, now=NOW + MINUTE) is None

    @pytest.mark.parametrize(("urgency", "given"), [("normal", False), ("critical", True)])
    def test_at_night_only_what_is_critical_is_given(self, p, urgency, given):
        task = waiting(p)
        Ticket.objects.filter(pk=task.ticket_id).update(urgency=urgency)

        assert bool(claims.claim_next(by=p.cb, now=NOON + 10 * HOUR)) is given

    def test_what_is_claimed_is_given_to_nobody_else_until_the_lock_runs_out(self, p):
        task = waiting(p)
        claims.claim_next(by=p.cb, now=NOW)

        assert claims.claim_next(by=colleague(), now=NOW + claims.LOCK - MINUTE) is None
        assert claims.claim_next(by=colleague(), now=NOW + claims.LOCK) == task

    def test_who_has_one_in_hand_goes_on_with_it(self, p):
        waiting(p)
        waiting(p)

        assert claims.go_on(by=p.cb, now=NOW) == claims.go_on(by=p.cb, now=NOW + MINUTE)

    def test_a_withdrawal_is_checked_by_whom_it_is_given_to_as_well(self, p):
        ticket = withdrawing(p)

        assert claims.claim_next(by=p.cb, now=NOW).ticket == ticket

    def test_nobody_is_given_the_work_of_his_own_unit(self, p):
        task = waiting(p)
        rater = colleague()
        Membership.objects.create(user=rater, unit=make.unit(), role="HD")

        assert claims.claim_next(by=rater, now=NOW) is None
        with pytest.raises(PermissionDenied):
            claims.claim(task.ticket_id, by=rater, now=NOW)

    @pytest.mark.parametrize("role", ["OP", "SV", "LI"])
    def test_only_callback_agents_claim(self, p, role):
        ticket = waiting(p).ticket

        with pytest.raises(PermissionDenied):
            claims.claim_next(by=getattr(p, role.lower()), now=NOW)
        with pytest.raises((PermissionDenied, Ticket.DoesNotExist)):
            claims.claim(ticket.pk, by=getattr(p, role.lower()), now=NOW)


@pytest.mark.parametrize("code", ["", "ZJ", "ZJ-WY", "QF", "CG"])
def test_the_filter_and_the_rule_of_the_neutral_agent_agree(p, code):
    user = colleague()
    if code:
        Membership.objects.create(user=user, unit=make.unit(code), role="LI")
    tickets = [make.in_callback(p), withdrawing(p, make.dispatched)]

    user = type(user).objects.get(pk=user.pk)
    for ticket in Ticket.objects.filter(pk__in=[one.pk for one in tickets]).select_related("lead_unit"):
        assert Ticket.objects.filter(neutral_to(user), pk=ticket.pk).exists() == neutral_callback_agent(ticket, user)


class TestChoosingOne:
    def test_it_need_not_be_due_and_what_he_held_is_free_again(self, p):
        first, tried = waiting(p), waiting(p)
        callbacks_fail(p, tried.ticket, NOW)
        claims.claim(first.ticket_id, by=p.cb, now=NOW)

        assert claims.claim(tried.ticket_id, by=p.cb, now=NOW + MINUTE) == tried
        first.refresh_from_db()
        assert (first.status, first.claimed_by, first.claimed_until) == ("open", None, None)
        claims.release_all(by=p.cb)
        tried.refresh_from_db()
        assert tried.status == "retry_wait"

    def test_twice_by_the_same_agent_is_the_same(self, p):
        task = waiting(p)

        assert claims.claim(task.ticket_id, by=p.cb, now=NOW) == claims.claim(task.ticket_id, by=p.cb, now=NOW + MINUTE)

    def test_of_several_reporters_each_agent_calls_another(self, p):
        ticket = make.in_hand(p)
        following.merge_into(make.in_review(p, contact_phone="13900139001").pk, by=p.rv, now=NOON, master=ticket)
        ticket = Ticket.objects.get(pk=make_replied(p, ticket).pk)

        mine, theirs = claims.claim(ticket.pk, by=p.cb, now=NOW), claims.claim(ticket.pk, by=colleague(), now=NOW)

        assert mine != theirs
        with pytest.raises(Refused, match="2026-03-02 15:15"):
            claims.claim(ticket.pk, by=colleague(), now=NOW)

    @pytest.mark.parametrize("state", ["in_hand", "answered"])
    def test_there_must_be_somebody_to_ask(self, p, state):
        ticket = getattr(make, state)(p)
        agent = p.cb if state == "answered" else None

        with pytest.raises((AlreadyMoved, Refused, Ticket.DoesNotExist)):
            claims.claim(ticket.pk, by=agent or colleague(), now=NOW)

    def test_who_was_asked_by_text_message_is_waited_for(self, p):
        ticket = make.in_callback(p)
        for tried in (NOON - HOUR, NOON + 3 * HOUR, NOON + DAY):
            callbacks_fail(p, ticket, tried)

        with pytest.raises(Refused):
            claims.claim(ticket.pk, by=p.cb, now=NOON + DAY)


def make_replied(p, ticket):
    from dispatch import replies
    replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="phone", reached=True)
    replies.submit_reply(ticket.pk, by=p.ul, now=NOON, **make.reply_block())
    return following.approve_reply(ticket.pk, by=p.rv, now=NOON)


RECORDING = {
    "outcome": lambda ticket, by, now: callbacks.record_outcome(ticket.pk, by=by, now=now, **make.HAPPY),
    "declined": lambda ticket, by, now: callbacks.record_declined(ticket.pk, by=by, now=now, note=""),
    "no answer": lambda ticket, by, now: following.callback_no_answer(ticket.pk, by=by, now=now, result="no_answer"),
}


@pytest.mark.parametrize("record", RECORDING.values(), ids=RECORDING)
class TestRecording:
    def test_it_is_refused_while_another_agent_has_it(self, p, record):
        task = waiting(p)
        claims.claim_next(by=p.cb, now=NOW)

        with pytest.raises(Refused, match=p.cb.display_name):
            record(task.ticket, colleague(), NOW)
        assert task.attempts.count() == 0

    def test_his_own_is_free_of_the_lock_afterwards(self, p, record):
        task = waiting(p)
        claims.claim_next(by=p.cb, now=NOW)

        record(task.ticket, p.cb, NOW)

        task.refresh_from_db()
        assert task.status != "claimed" and task.claimed_by is None and task.claimed_until is None
        assert task.attempts.count() == 1

    def test_a_lock_that_ran_out_hinders_nobody(self, p, record):
        task = waiting(p)
        claims.claim_next(by=p.cb, now=NOW)

        record(task.ticket, colleague(), NOW + claims.LOCK)

        assert task.attempts.count() == 1


def test_who_is_at_it_keeps_it_unless_somebody_else_took_it(p):
    task = waiting(p)
    claims.claim_next(by=p.cb, now=NOW)

    assert claims.prolong(task.pk, ticket=task.ticket, by=p.cb, now=NOW + 10 * MINUTE)
    assert claims.claim_next(by=colleague(), now=NOW + 20 * MINUTE) is None
    assert claims.claim_next(by=colleague(), now=NOW + 25 * MINUTE) == task
    assert not claims.prolong(task.pk, ticket=task.ticket, by=p.cb, now=NOW + 26 * MINUTE)


@pytest.mark.parametrize("change", [{"status": "claimed"}, {"claimed_until": NOW}, {"status": "claimed", "claimed_until": NOW}])
def test_the_database_knows_that_a_claim_has_an_owner_and_an_end(p, change):
    task = waiting(p)

    with pytest.raises(IntegrityError, match="callback_claimed_by_until_together"), transaction.atomic():
        CallbackTask.objects.filter(pk=task.pk).update(**change)


# --- the second number --------------------------------------------------------------------------------------------------


def test_a_dead_first_number_leads_to_the_second_one(p):
    task = waiting(p, contact_phone2="13900139000")
    for tried, result in ((NOW, "no_answer"), (NOW + 2 * HOUR, "wrong_number")):
        callbacks_fail(p, task.ticket, tried, result)

    assert numbers.left(task) == ["phone2"]
    assert callbacks_fail(p, task.ticket, NOW + DAY, "wrong_number").callback_outcome == "unreachable"
    assert list(task.attempts.order_by("pk").values_list("number_used", flat=True)) == ["phone", "phone", "phone2"]


def test_who_asks_for_another_time_is_called_then_and_that_was_no_try(p):
    task, at = waiting(p), NOW + DAY
    following.callback_no_answer(task.ticket_id, by=p.cb, now=NOW, result="reschedule", again_at=at)

    task.refresh_from_db()
    assert (task.next_attempt_at, task.best_band, task.status) == (at, 1, "retry_wait")
    assert callbacks.tries_of(task) == []
