"""Hourly figures: kept by marks, equal to a count from scratch, and to what is counted from the rows."""
from contextlib import closing
from datetime import UTC, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from dispatch import replies, requests
from followup import actions as following
from followup import callbacks
from followup.sampling import findings
from insights.figures import counting
from insights.figures.asked import Period, Scope
from insights.figures.measures import MEASURES
from insights.figures.published import NEEDED
from insights.models import Axis, HourlyFigures, HourMark
from insights.rollups import checking, hours, keeping, reading
from insights.rollups.packing import unpacked
from insights.rollups.rows import EACH, ROLLED
from tests import factories as make
from tests.crowds import cost, queries_of, signed_in
from tests.factories import HAPPY, NOON, UNHAPPY
from tests.followup.test_sampling import sampled
from tests.tickets import ready
from tickets import intake

DAY = timedelta(days=1)
SINCE, UNTIL = NOON - 3 * DAY + timedelta(minutes=17), NOON + 20 * DAY - timedelta(minutes=13)


def fold_all():
    while keeping.fold():
        pass


def kept():
    """All rows, as values."""
    return sorted(HourlyFigures.objects.values_list("hour", "axis", "key", *ROLLED, *EACH))


def agree(scope=None, *, since=SINCE, until=UNTIL, now=NOON + 40 * DAY):
    """What is read from the hours is what the rows say; returns it."""
    period, scope = Period(since, until, now), scope or Scope()
    found = reading.count(NEEDED, period, scope)
    assert found == counting.count(NEEDED, period, scope)
    return found


def of_hour(moment, code):
    row = HourlyFigures.objects.filter(axis=Axis.WHOLE, hour=hours.hour_of(moment)).first()
    return getattr(row, code) if row else 0


def test_what_can_be_added_is_kept_by_the_hour():
    assert {measure.code for measure in MEASURES.values() if measure.source.adds_up} == {*ROLLED, *EACH}


def test_before_and_after_the_hours_are_counted_the_answer_is_the_same(p):
    make.closed(p)
    make.in_hand(p, NOON + 2 * DAY)
    before = agree()
    assert before["accepted"] == 2
    assert not HourlyFigures.objects.exists()

    fold_all()

    assert agree() == before
    assert HourlyFigures.objects.filter(axis=Axis.WHOLE, hour=NOON.astimezone(UTC)).get().accepted == 1
    assert not HourMark.objects.exists()


def test_a_marked_hour_is_counted_from_its_rows_until_it_is_counted_again(p):
    ticket = make.in_callback(p)
    fold_all()
    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **HAPPY)

    assert of_hour(NOON, "outcomes") == 0, "it was not counted yet"
    assert agree()["outcomes"] == 1

    fold_all()
    assert (of_hour(NOON, "outcomes"), agree()["outcomes"]) == (1, 1)


def test_a_finding_of_a_check_marks_its_hour(p):
    ready.unreachable(p)
    drawn = sampled(p)
    fold_all()

    findings.record(drawn.pk, by=p.sv, now=NOON + 8 * DAY, kept=True, recording="heard", text="三次均为真实拨打")

    assert agree()["callbacks_kept"] == 1
    fold_all()
    assert of_hour(NOON + 8 * DAY, "callbacks_kept") == 1


def test_an_act_weeks_later_corrects_the_old_hours(p):
    """An exclusion is granted, and a reply is sent back: the hour of the completion loses what it had."""
    ticket = make.in_callback(p)
    fold_all()
    due = ticket.clocks.get(kind="COMPLETION").due_at
    assert (of_hour(due, "completions_due"), of_hour(due, "completions_in_time")) == (1, 1)

    late = NOON + 10 * DAY
    requests.request_exclusion(ticket.pk, by=p.ul, now=late, reason_code="unreasonable", reason="诉求不合理,已解释")
    requests.decide_exclusion(ticket.pk, by=p.zh, now=late, approved=True, decision="同意", proposed_by=p.sv)
    fold_all()

    assert (of_hour(due, "completions_due"), of_hour(due, "completions_due_excluded")) == (0, 1)
    assert agree()["completions_due_excluded"] == 1


def test_a_moment_that_goes_away_takes_its_count_along(p):
    """What was completed and is redone was not completed then; what is forced shut and opened again was not."""
    ticket = make.answered(p, answers=UNHAPPY)
    fold_all()
    assert of_hour(NOON, "done") == 1

    following.order_redo(ticket.pk, by=p.cb, now=NOON + 3 * DAY, reason="仍漏水")
    fold_all()

    assert of_hour(NOON, "done") == 0
    assert checking.differences() == []


def test_a_ticket_with_two_rounds_in_a_period_is_one(p):
    ticket, later = make.answered(p, answers=UNHAPPY), NOON + DAY
    following.order_redo(ticket.pk, by=p.cb, now=NOON, reason="仍漏水")
    replies.record_contact(ticket.pk, by=p.hd, now=later, method="phone", reached=True)
    replies.submit_reply(ticket.pk, by=p.ul, now=later, **make.reply_block())
    following.approve_reply(ticket.pk, by=p.rv, now=later)
    make.closed(p)
    fold_all()

    first, second = ticket.clocks.filter(kind="CALLBACK_ALL").order_by("pk")
    found = agree(until=second.due_at + timedelta(hours=1))

    assert [len(unpacked(of_hour(clock.due_at, "callback_rounds"))) for clock in (first, second)] == [2, 1]
    assert (found["callbacks_due"], found["callbacks_done"]) == (2, 1), "the second round has no answer yet"
    assert agree(until=first.due_at + timedelta(hours=1))["callbacks_done"] == 2


def test_how_long_it_took_is_kept_by_the_hour(p):
    for long in (4, 1, 2):
        ticket, then = make.in_hand(p), NOON + timedelta(hours=long)
        replies.record_contact(ticket.pk, by=p.hd, now=then, method="phone", reached=True)
        replies.submit_reply(ticket.pk, by=p.ul, now=then, **make.reply_block())
        following.approve_reply(ticket.pk, by=p.rv, now=then)
    before = agree()
    fold_all()

    expected = {"n": 3, "mean": pytest.approx(7 / 3), "median": 2.0, "p90": pytest.approx(3.6)}
    assert agree()["handling_time"] == agree()["response_time"] == before["handling_time"] == expected
    assert checking.differences() == []


def test_a_due_date_that_moves_moves_the_count(p):
    ticket = ready.extension_asked(p)
    old = ticket.clocks.get(kind="COMPLETION").due_at
    fold_all()
    assert of_hour(old, "completions_due") == 1

    requests.decide_extension(ticket.pk, by=p.sv, now=NOON, approved=True, decision="同意")
    fold_all()

    new = ticket.clocks.get(kind="COMPLETION").due_at
    assert new != old
    assert (of_hour(old, "completions_due"), of_hour(new, "completions_due")) == (0, 1)


def test_unit_place_and_matter_have_hours_of_their_own(p):
    make.closed(p)
    make.dispatched(p, to="CG")
    fold_all()

    assert agree(Scope(p.sv, unit=make.unit("ZJ")))["dispatched"] == 1
    assert agree(Scope(p.sv, area=make.unit("WJJD")))["dispatched"] == 2
    assert agree(Scope(p.sv, category="01"))["dispatched"] == 2
    assert agree(Scope(p.sv, unit=make.unit("CG"), category="01"))["dispatched"] == 1, "not kept: counted from the rows"
    assert agree(Scope(p.ul, unit=make.unit("ZJ")))["dispatched"] == 1


def test_a_call_marks_its_hour(p):
    intake.log_call(by=p.op, now=NOON, number="13800138000", disposition="silent")
    fold_all()

    assert (of_hour(NOON, "calls"), of_hour(NOON, "calls_nuisance")) == (1, 1)


def test_what_was_rolled_back_leaves_no_mark(p):
    from django.db import transaction
    ticket = make.replied(p)
    fold_all()
    with pytest.raises(RuntimeError), transaction.atomic():
        replies.return_reply(ticket.pk, by=p.rv, now=NOON, fault="off_point", note="答非所问")
        assert HourMark.objects.exists()
        raise RuntimeError

    assert not HourMark.objects.exists()


def test_a_lost_mark_is_found_and_a_rebuild_mends_it(p, capsys):
    make.closed(p)
    HourMark.objects.all().delete()
    with pytest.raises(SystemExit):
        call_command("rebuild_rollups", "--check")

    call_command("rebuild_rollups")
    call_command("rebuild_rollups", "--check")

    assert "Every hour is what its rows say." in capsys.readouterr().out
    assert agree()["accepted"] == 1


def test_hours_far_apart_are_counted_without_the_years_between_them():
    scattered = {NOON.astimezone(UTC) + n * 31 * DAY for n in range(100)}

    counted = [span for parts in hours.parcels(scattered) for span in parts]

    assert set(hours.in_spans(counted)) == scattered
    assert max(map(len, hours.parcels(scattered))) <= hours.MOST_SPANS


def test_marks_of_many_places_are_all_counted(p, monkeypatch):
    monkeypatch.setattr(hours, "MOST_SPANS", 1)
    make.closed(p)
    make.in_hand(p, NOON + 2 * DAY)
    fold_all()

    assert agree()["accepted"] == 2
    assert checking.differences() == []


def test_while_one_counts_nobody_waits(p):
    make.closed(p)
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('hourly figures', 0))")
        assert keeping.fold() == 0
        other.rollback()

    assert keeping.fold() > 0


def test_far_too_many_marks_are_not_looked_at(p, monkeypatch):
    make.closed(p)
    fold_all()
    make.closed(p)
    monkeypatch.setattr(reading, "MOST_MARKS", 1)

    assert agree()["accepted"] == 2


def test_a_year_costs_a_few_queries(p):
    make.closed(p)
    fold_all()
    make.in_hand(p)
    client, year = signed_in(p.sv), "/desk/figures/?since=2026-01-01T00:00&until=2027-01-01T00:00"

    assert queries_of(lambda: reading.count(NEEDED, Period(SINCE, UNTIL, UNTIL), Scope())) <= 5
    assert cost(client, year) <= 10
    assert client.get(year).status_code == 200
