"""回访率 and the rates beside it, against the same definitions counted by hand and by brute force."""
from datetime import timedelta
from decimal import Decimal

import pgtrigger
import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from followup import actions as following
from followup import callbacks
from followup.models import CallbackTask
from insights.callback_rates.figures import RANK_MIN, Figures, figures
from insights.figures.rates import Rate, percent
from tests import audited
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import HAPPY, NOON, UNHAPPY
from tests.insights.by_hand import by_brute_force
from tests.tickets import ready
from tickets.models import Ticket

PERIOD = (NOON - timedelta(days=30), NOON + timedelta(days=365))
PAGE = "/desk/callback-figures/"


def whole():
    found = figures(*PERIOD)[""]
    assert (found.callbacks_done, found.callbacks_due) == by_brute_force(*PERIOD)
    return found


def test_a_ticket_counts_when_it_is_due_and_as_asked_when_every_reporter_was(p):
    ticket = make.in_callback(p)
    assert str(whole().callback_rate) == "0.00% (0/1)"

    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **HAPPY)
    assert str(whole().callback_rate) == "100.00% (1/1)"

    due = ticket.clocks.get(kind="CALLBACK_ALL").due_at
    assert figures(due, due + timedelta(minutes=1))[""].callbacks_due == 1, "the beginning is in the period"
    assert figures(due - timedelta(minutes=1), due)[""].callbacks_due == 0, "the end is not"


def test_of_several_reporters_each_must_be_asked(p):
    ticket = make.in_callback(p)
    other = make.in_dispatch(p, contact_phone="13900139000")
    following.merge_into(other.pk, by=p.rv, now=NOON, master=ticket)
    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **HAPPY)
    assert str(whole().callback_rate) == "0.00% (0/1)"

    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **HAPPY)
    assert str(whole().callback_rate) == "100.00% (1/1)"


def test_who_was_not_reached_was_asked_but_is_in_no_rating(p):
    """Scenario 12: three tries on two days in two bands, 48 hours for the text message, closed by two persons."""
    ticket = ready.unreachable(p)
    following.close_unreachable(ticket.pk, by=p.sv, now=NOON + timedelta(days=5), proposed_by=p.cb)
    make.closed(p)

    found = whole()

    ticket.refresh_from_db()
    assert (ticket.state, ticket.closure_kind, ticket.callback_outcome) == ("closed", "unreachable", "unreachable")
    assert str(found.callback_rate) == "100.00% (2/2)"
    assert str(found.effective_rate) == "50.00% (1/2)"
    assert str(found.satisfied_rate) == "100.00% (1/1)"


def test_refusing_and_rating_nothing_are_outcomes_and_no_ratings(p):
    callbacks.record_declined(make.in_callback(p).pk, by=p.cb, now=NOON, note="")
    silent = {"contacted": True, "solved": "no_comment", "satisfied": "no_comment"}
    callbacks.record_outcome(make.in_callback(p).pk, by=p.cb, now=NOON, **silent)

    found = whole()

    assert str(found.callback_rate) == "100.00% (2/2)"
    assert (found.outcomes, found.reached, str(found.satisfied_rate), found.score) == (2, 0, "—", None)


def test_what_the_answers_weigh(p):
    basically = {"contacted": True, "solved": "basically", "satisfied": "basically"}
    for answers in (HAPPY, HAPPY, UNHAPPY, basically):
        make.answered(p, answers=answers)

    found = whole()

    assert str(found.response_rate) == "100.00% (4/4)"
    assert str(found.solved_rate) == "75.00% (3/4)"
    assert str(found.satisfied_rate) == "72.50% (2.9/4)"
    assert found.satisfied_rate.value == Decimal("0.725")
    assert found.score == Decimal("76.50")


def test_all_perfect_is_a_hundred_and_nothing_is_nothing():
    assert Figures.of(rated=3, contacted=3, solved=3, satisfied=3).score == Decimal("100.00")
    assert (str(Figures.of().callback_rate), Figures.of().callback_rate.value, Figures.of().score) == ("—", None, None)
    assert str(Rate(Decimal(1), 3)) == "33.33% (1/3)"
    assert percent(Decimal("0.99995")) == "100.00%", "half up"


def test_what_was_excluded_is_rated_nowhere_and_called_back_all_the_same(p):
    make.closed(p)
    left_out = make.closed(p)
    Ticket.objects.filter(pk=left_out.pk).update(excluded_from_assessment=True)

    found = whole()

    assert (found.callbacks_done, found.reached, found.rated_excluded, found.rated) == (2, 2, 1, 1)
    assert found.satisfied_rate.denominator == 1


def test_each_group_of_units_for_itself(p):
    make.closed(p)
    ticket = make.in_callback(p)
    following.order_redo(callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **UNHAPPY).pk, by=p.cb, now=NOON, reason="仍漏水")

    found = figures(*PERIOD)

    assert list(found) == ["", "department"]
    assert (found["department"].callbacks_due, found["department"].callbacks_done) == (2, 2)


def test_a_redo_owes_a_callback_of_its_own(p):
    ticket = ready.negative(p)
    make.redo_again(p, ticket, NOON + timedelta(days=1))

    assert str(whole().callback_rate) == "100.00% (1/1)"
    assert whole().outcomes == 2


def test_an_outcome_cannot_be_deleted_and_with_the_triggers_off_it_is_found(p):
    """Scenario 1, the audit part."""
    audited.with_all_triggers()
    ticket = make.closed(p)
    following.archive(ticket.pk, by=p.system, now=NOON + timedelta(days=4))
    make.closed(p)
    later = NOON + timedelta(days=5)
    assert (str(whole().callback_rate), audited.broken(later)) == ("100.00% (2/2)", {})
    task = CallbackTask.objects.filter(ticket=ticket)

    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        task.delete()
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        task.update(outcome="", outcome_at=None, outcome_by=None, speaker="", status="open")
    assert str(whole().callback_rate) == "100.00% (2/2)"

    with pgtrigger.ignore():
        task.update(outcome="", outcome_at=None, outcome_by=None, speaker="", status="open")

    assert str(whole().callback_rate) == "50.00% (1/2)"
    assert {"I1", "I2", "C10"} <= audited.codes(later)


def test_one_row_of_several_that_is_gone_is_missed_too(p):
    audited.with_all_triggers()
    ticket = make.in_callback(p)
    following.merge_into(make.in_dispatch(p, contact_phone="13900139000").pk, by=p.rv, now=NOON, master=ticket)
    for _reporter in range(2):
        callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **HAPPY)
    assert str(whole().callback_rate) == "100.00% (1/1)"

    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM followup_callbackattempt WHERE task_id = (SELECT max(id) FROM followup_callbacktask)")
        cursor.execute("DELETE FROM followup_callbacktask WHERE id = (SELECT max(id) FROM followup_callbacktask)")

    assert str(whole().callback_rate) == "0.00% (0/1)"
    assert "C10" in audited.codes(NOON)


@pytest.mark.parametrize("role", ["sv", "dl", "zh", "ql"])
def test_the_page_shows_the_whole_and_the_groups(p, role):
    make.closed(p)

    page = signed_in(getattr(p, role), "en").get(PAGE + "?since=2026-03-01T00:00&until=2026-04-01T00:00").content.decode()

    assert "100.00% (1/1)" in page
    assert "Sample too small (1)" in page
    assert "Departments" in page


def test_a_group_of_five_is_rated(p):
    for _time in range(RANK_MIN):
        make.closed(p)

    page = signed_in(p.sv, "en").get(PAGE + "?since=2026-03-01T00:00&until=2026-04-01T00:00").content.decode()

    assert "100.00% (5/5)" in page
    assert "Sample too small" not in page


@pytest.mark.parametrize("query", ["?since=x&until=y", "?since=2026-03-02T00:00", "?since=2026-03-02T00:00&until=2026-03-01T00:00"])
def test_a_period_that_is_none_is_refused(p, query):
    assert signed_in(p.sv).get(PAGE + query).status_code == 422


def test_the_page_costs_the_same_for_more_tickets(p):
    make.closed(p)
    few = cost(signed_in(p.sv), PAGE)
    for _time in range(4):
        make.closed(p)

    assert cost(signed_in(p.sv), PAGE) == few <= 10


@pytest.mark.parametrize("role", ["op", "ops", "rv", "dp", "li", "hd", "ul", "cb", "ke", "qi", "ad", "au"])
def test_others_do_not_see_it(p, role):
    assert signed_in(getattr(p, role)).get(PAGE).status_code == 403
