"""The mandatory callback: who is asked, what an answer means, what silence means, and what nobody can change later."""
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from followup import actions as following
from followup import callbacks, results
from followup.models import CallbackTask
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.factories import NOON
from tests.tickets import ready
from tests.tickets.ready import DAY, HOUR, callbacks_fail
from tickets.actions import Refused
from tickets.choices import Outcome
from tickets.models import Caller, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def p():
    return make.make_people()


def tasks(ticket):
    return list(CallbackTask.objects.filter(ticket=ticket, round=ticket.round).order_by("pk"))


def ask(p, ticket, now=NOON, **answers):
    return callbacks.record_outcome(ticket.pk, by=p.cb, now=now, **(answers or make.HAPPY))


def messages(kind):
    return Notice.objects.filter(kind=kind, recipient=None).count()


# --- what an answer means ---------------------------------------------------------------------------------------------

MEANING = [
    # contacted, solved, satisfied, reason, outcome
    (True, "solved", "satisfied", "", "positive"),
    (True, "basically", "basically", "", "positive"),
    (True, "solved", "basically", "", "positive"),
    (True, "unsolved", "satisfied", "persists", "negative"),
    (True, "unsolved", "unsatisfied", "persists", "negative"),
    (True, "solved", "unsatisfied", "persists", "negative"),
    (True, "solved", "unsatisfied", "slow", "neutral"),  # about the service, not about the result
    (True, "basically", "unsatisfied", "shirking", "neutral"),
    (False, "solved", "satisfied", "not_contacted", "negative"),
    (False, "no_comment", "no_comment", "not_contacted", "negative"),
    (True, "no_comment", "no_comment", "", "neutral"),
    (True, "solved", "no_comment", "", "neutral"),
    (True, "unsolved", "no_comment", "persists", "negative"),
]


@pytest.mark.parametrize(("contacted", "solved", "satisfied", "reason", "outcome"), MEANING)
def test_answers_mean_what_the_specification_says(contacted, solved, satisfied, reason, outcome):
    assert callbacks.outcome_of(contacted=contacted, solved=solved, satisfied=satisfied, reason=reason) == outcome


@pytest.mark.parametrize(("outcomes", "worst"), [
    (["positive"], "positive"), (["positive", "negative"], "negative"), (["positive", "unreachable"], "positive"),
    (["unreachable", "unreachable"], "unreachable"), (["neutral", "positive"], "neutral"), (["refused", "positive"], "refused"),
    (["unreachable", "negative", "refused"], "negative"),
])
def test_of_several_reporters_the_worst_of_those_who_were_reached_counts(outcomes, worst):
    assert results.worst_of(outcomes) == worst


@pytest.mark.parametrize(("outcomes", "together"), [
    (["withdraw_confirmed"], "withdraw_confirmed"), (["withdraw_confirmed", "withdraw_denied"], "withdraw_denied"),
    (["withdraw_confirmed", "unreachable"], "unreachable"), (["unreachable"], "unreachable"),
])
def test_a_matter_is_withdrawn_when_everybody_withdrew_it(outcomes, together):
    assert results.withdrawn_by_all(outcomes) == together


# --- who is asked -------------------------------------------------------------------------------------------------------


def with_neighbours(p, ticket, *phones):
    for phone in phones:
        other = make.in_review(p, contact_phone=phone)
        following.merge_into(other.pk, by=p.rv, now=NOON, master=ticket)
    return Ticket.objects.get(pk=ticket.pk)


def answered_by_unit(p, ticket):
    from dispatch import replies
    replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="phone", reached=True)
    replies.submit_reply(ticket.pk, by=p.ul, now=NOON, **make.reply_block())
    return following.approve_reply(ticket.pk, by=p.rv, now=NOON)


def test_every_distinct_reporter_is_asked_once(p):
    ticket = with_neighbours(p, make.in_hand(p), "13900139001", "13900139002", "13800138000")

    ticket = answered_by_unit(p, ticket)

    assert [task.caller.phone for task in tasks(ticket)] == ["13800138000", "13900139001", "13900139002"]
    assert (ticket.repeat_count, ticket.reporter_count) == (3, 3)


def test_reporters_of_what_was_merged_into_a_merged_ticket_are_asked_too(p):
    second = with_neighbours(p, make.in_review(p, contact_phone="13900139001"), "13900139002")
    ticket = make.in_hand(p)
    following.merge_into(second.pk, by=p.rv, now=NOON, master=ticket)

    ticket = answered_by_unit(p, ticket)

    assert [task.caller.phone for task in tasks(ticket)] == ["13800138000", "13900139001", "13900139002"]


def test_one_unhappy_neighbour_is_enough_for_a_redo(p):
    ticket = answered_by_unit(p, with_neighbours(p, make.in_hand(p), "13900139001"))

    ticket = ask(p, ticket)
    assert ticket.callback_outcome == ""
    with pytest.raises(Refused):
        following.close_satisfied(ticket.pk, by=p.cb, now=NOON)
    ticket = ask(p, ticket, **make.UNHAPPY)

    assert ticket.callback_outcome == "negative"
    with pytest.raises(Refused):
        following.close_satisfied(ticket.pk, by=p.cb, now=NOON)
    assert following.order_redo(ticket.pk, by=p.cb, now=NOON, reason="邻居问题仍在").redo_round == 1


def test_who_joins_while_the_others_are_asked_is_asked_as_well(p):
    ticket = ask(p, make.in_callback(p))
    assert ticket.callback_outcome == "positive"

    ticket = with_neighbours(p, ticket, "13900139001")

    assert ticket.callback_outcome == "" and ticket.callback_by is None
    with pytest.raises(Refused):
        following.close_satisfied(ticket.pk, by=p.cb, now=NOON)
    ticket = ask(p, ticket)
    assert following.close_satisfied(ticket.pk, by=p.cb, now=NOON).state == "closed"


def test_who_joins_a_bad_result_is_asked_after_the_redo(p):
    ticket = with_neighbours(p, ready.negative(p), "13900139001")
    assert ticket.callback_outcome == "negative"
    following.order_redo(ticket.pk, by=p.cb, now=NOON, reason="问题仍在")

    ticket = answered_by_unit(p, Ticket.objects.get(pk=ticket.pk))

    assert len(tasks(ticket)) == 2


def test_nothing_joins_a_ticket_that_is_being_withdrawn(p):
    master = ready.withdrawing(p)

    with pytest.raises(Refused):
        following.merge_into(make.in_review(p).pk, by=p.rv, now=NOON, master=master)


def test_what_is_more_urgent_for_one_is_more_urgent_for_all(p):
    master = make.in_review(p)
    old = master.clocks.get(kind="REVIEW").due_at

    following.merge_into(make.in_review(p, urgency="urgent").pk, by=p.rv, now=NOON, master=master)

    master.refresh_from_db()
    due = master.clocks.get(kind="REVIEW").due_at
    assert master.urgency == "urgent" and due < old
    event = master.events.order_by("-seq").first()
    assert (event.name, event.data["due"]["REVIEW"]) == ("merged_in", [old.isoformat(), due.isoformat()])


def test_who_wants_no_answer_is_not_called_and_still_not_counted_as_satisfied(p):
    ticket = make.in_callback(p, need_reply=False)

    assert [task.outcome for task in tasks(ticket)] == ["refused"]
    assert (ticket.callback_outcome, ticket.callback_by) == ("refused", p.system)


def test_who_left_no_number_cannot_be_reached_and_two_persons_close(p):
    ticket = make.in_callback(p, contact_phone="", need_reply=True)

    assert ticket.callback_outcome == "unreachable"
    with pytest.raises(Refused):
        following.close_satisfied(ticket.pk, by=p.cb, now=NOON)
    assert following.close_unreachable(ticket.pk, by=p.sv, now=NOON, proposed_by=p.cb).closure_kind == "unreachable"


# --- silence -------------------------------------------------------------------------------------------------------------


def test_after_three_tries_a_text_message_goes_out_and_silence_is_unreachable(p):
    ticket = make.in_callback(p)
    for tried in (NOON - HOUR, NOON + 3 * HOUR):
        callbacks_fail(p, ticket, tried)
    assert messages("questionnaire") == 0
    callbacks_fail(p, ticket, NOON + DAY)
    assert messages("questionnaire") == 1

    assert callbacks.expire_surveys(now=NOON + 3 * DAY - HOUR) == 0
    assert callbacks.expire_surveys(now=NOON + 3 * DAY) == 1
    assert callbacks.expire_surveys(now=NOON + 3 * DAY) == 0

    ticket.refresh_from_db()
    assert (ticket.callback_outcome, ticket.callback_by, ticket.state) == ("unreachable", p.system, "pending_callback")


def test_a_ticket_is_not_given_up_before_the_rule_is_fulfilled(p):
    ticket = make.in_callback(p)

    for tried in (NOON - HOUR, NOON + 3 * HOUR, NOON + DAY):
        with pytest.raises(Refused):
            callbacks.give_up(ticket.pk, by=p.cb, now=tried)
        callbacks_fail(p, ticket, tried)
    with pytest.raises(Refused):
        callbacks.give_up(ticket.pk, by=p.cb, now=NOON + 2 * DAY)
    with pytest.raises(Refused):
        callbacks_fail(p, ticket, NOON + 2 * DAY)  # three were made
    assert callbacks.give_up(ticket.pk, by=p.cb, now=NOON + 3 * DAY).callback_outcome == "unreachable"


def test_three_tries_in_an_hour_are_no_dead_end(p):
    ticket = make.in_callback(p)
    for minutes in (0, 10, 20):
        callbacks_fail(p, ticket, NOON - HOUR + timedelta(minutes=minutes))
    assert messages("questionnaire") == 0

    due = tasks(ticket)[0].next_attempt_at
    callbacks_fail(p, ticket, due)

    assert due.date() > NOON.date() and messages("questionnaire") == 1
    assert callbacks.give_up(ticket.pk, by=p.cb, now=due + 2 * DAY).callback_outcome == "unreachable"


def test_a_dead_number_is_unreachable_at_once_unless_there_is_a_second_one(p):
    dead, two = make.in_callback(p), make.in_callback(p, contact_phone2="13900139000")

    assert callbacks_fail(p, dead, NOON, "wrong_number").callback_outcome == "unreachable"
    assert callbacks_fail(p, two, NOON, "wrong_number").callback_outcome == ""
    assert callbacks_fail(p, two, NOON + 3 * HOUR, "wrong_number").callback_outcome == "unreachable"


def test_who_answers_after_all_is_heard(p):
    ticket = make.in_callback(p)
    for tried in (NOON - HOUR, NOON + 3 * HOUR, NOON + DAY):
        callbacks_fail(p, ticket, tried)

    assert ask(p, ticket, now=NOON + 2 * DAY).callback_outcome == "positive"


def test_a_failed_try_meets_the_first_callback_clock_but_not_the_whole(p):
    ticket = make.in_callback(p)

    callbacks_fail(p, ticket, NOON + HOUR)

    assert ticket.clocks.get(kind="CALLBACK_FIRST").status == "met"
    assert ticket.clocks.get(kind="CALLBACK_ALL").status == "running"


def test_silence_never_closes_as_satisfied(p):
    ticket = ready.unreachable(p)

    for close in (lambda: following.close_satisfied(ticket.pk, by=p.cb, now=NOON),
                  lambda: following.order_redo(ticket.pk, by=p.cb, now=NOON, reason="x")):
        with pytest.raises(Refused):
            close()


def test_a_withdrawal_that_was_denied_can_be_claimed_again_and_then_confirmed(p):
    ticket = following.withdraw_denied(ready.denied(p).pk, by=p.cb, now=NOON)
    following.request_withdraw(ticket.pk, by=p.op, now=NOON, reason="这次真的不用办了")

    ticket = callbacks.record_withdrawal_answer(ticket.pk, by=p.cb, now=NOON, confirmed=True)

    assert ticket.callback_outcome == Outcome.WITHDRAW_CONFIRMED
    assert following.withdraw_late(ticket.pk, by=p.sv, now=NOON, proposed_by=p.cb).state == "cancelled"


# --- what stays ------------------------------------------------------------------------------------------------------------


def test_the_first_outcome_is_kept_for_ever_and_a_withdrawal_is_none(p):
    ticket = ready.denied(p)
    ticket = following.withdraw_denied(ticket.pk, by=p.cb, now=NOON)
    assert ticket.first_outcome == ""

    ticket = ask(p, answered_by_unit(p, ticket), **make.UNHAPPY)
    following.order_redo(ticket.pk, by=p.cb, now=NOON, reason="问题仍在")
    ticket = ask(p, answered_by_unit(p, Ticket.objects.get(pk=ticket.pk)))

    assert (ticket.first_outcome, ticket.callback_outcome) == ("negative", "positive")


@pytest.mark.parametrize("change", [{"outcome": "negative"}, {"solved": "unsolved"}, {"satisfied": "unsatisfied"},
                                    {"contacted": False}, {"outcome": ""}])
def test_an_outcome_is_never_changed(p, change):
    task = tasks(make.answered(p))[0]

    with pytest.raises(DatabaseError), transaction.atomic():
        CallbackTask.objects.filter(pk=task.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        task.delete()


@pytest.mark.parametrize(("constraint", "change"), [
    ("callback_outcome_at_by_together", {"outcome": Outcome.POSITIVE, "status": "done"}),
    ("callback_done_has_outcome", {"status": "done"}),
])
def test_the_database_knows_when_a_callback_is_done(p, constraint, change):
    task = tasks(make.in_callback(p))[0]

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CallbackTask.objects.filter(pk=task.pk).update(**change)


def test_a_reporter_has_one_open_task_a_round(p):
    ticket = make.in_callback(p)

    with pytest.raises(IntegrityError, match="callback_task_per_reporter"), transaction.atomic():
        CallbackTask.objects.create(ticket=ticket, round=1, caller=Caller.objects.get(pk=ticket.caller_id), created_at=NOON,
                                    next_attempt_at=NOON)


def test_a_multi_reporter_life_leaves_nothing_for_the_audit(p):
    audited.with_all_triggers()
    ticket = answered_by_unit(p, with_neighbours(p, make.in_hand(p), "13900139001", "13900139002"))
    for answers in (make.HAPPY, make.HAPPY, {"contacted": True, "solved": "no_comment", "satisfied": "no_comment"}):
        ticket = ask(p, ticket, **answers)
    following.close_satisfied(ticket.pk, by=p.cb, now=NOON)

    assert ticket.callback_outcome == "neutral"
    assert audited.codes(NOON) <= {"C6"}
