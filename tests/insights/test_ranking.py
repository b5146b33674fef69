"""排名: who stands where, points and publication by two persons, and what would change a unit's place."""
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st

from followup.appeals import acts as appeals
from insights.models import Ranking, Rectification, ScoreAdjustment
from insights.ranking import acts, months, page, standing
from insights.ranking.standing import CODES, Entry, after_appeals, enough, ranked, rows
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import HAPPY, NOON, UNHAPPY
from tickets.actions import Refused

MARCH, PAGE = date(2026, 3, 1), "/desk/ranking/?month=2026-03"
APRIL = NOON + timedelta(days=35)


def unit_named(code):
    return SimpleNamespace(code=code, name=code, pk=code)


def entry(code, rated=10, good=10, *, points="0", **more):
    counts = dict.fromkeys(CODES, 0) | {"rated": rated, "contacted": good, "solved": good, "satisfied": good} | more
    return Entry(unit_named(code), counts, Decimal(points))


# --- the order, without a database ------------------------------------------------------------------------------------


def test_all_perfect_is_a_hundred_and_equal_ones_share_a_rank():
    places = ranked([entry("A"), entry("B", good=9), entry("C", good=9), entry("D", good=8)])

    assert [(rank, one.unit.code) for rank, one in places] == [(1, "A"), (2, "C"), (2, "B"), (4, "D")]
    assert places[0][1].score == Decimal("100.00")


def test_ties_go_by_satisfaction_then_solved_then_in_time_then_how_many():
    same = {"contacted": 10, "solved": 8, "satisfied": 8}
    first = entry("A", **same, completions_due=10, completions_in_time=9)
    second = entry("B", **same, completions_due=10, completions_in_time=8, dispatched=9)
    third = entry("C", **same, completions_due=10, completions_in_time=8, dispatched=8)

    assert [one.unit.code for _rank, one in ranked([third, second, first])] == ["A", "B", "C"]


def test_of_too_few_nobody_is_ranked_but_everybody_listed():
    places = ranked([entry("few", rated=4, good=4), entry("A", good=1), entry("none", rated=0, good=0)])

    assert [(rank, one.unit.code) for rank, one in places] == [(1, "A"), (None, "few"), (None, "none")]


def test_points_are_added_afterwards_and_stand_apart():
    found = rows([entry("A", good=9), entry("B", good=8, points="15"), entry("C", good=9, points="-1.5")], {})

    assert [(row["unit"], row["score"], row["points"], row["total"]) for row in found] == [
        ("B", "80.00", "15.00", "95.00"), ("A", "90.00", "0.00", "90.00"), ("C", "90.00", "-1.50", "88.50")]


def test_progress_is_counted_from_the_month_before():
    before = {"A": (3, "80.00"), "B": (1, "90.00"), "C": (None, "")}

    found = {row["unit"]: row for row in rows([entry("A"), entry("B", good=8), entry("C", good=7)], before)}

    assert (found["A"]["progress"], found["A"]["change"]) == (2, "20.00")
    assert (found["B"]["progress"], found["B"]["change"]) == (-1, "-10.00")
    assert found["C"]["progress"] is None
    assert found["A"]["praise"] and found["B"]["explain"], "the biggest fall is explained"


def test_the_last_three_explain_themselves_but_never_the_first_three():
    found = rows([entry(f"U{n}", good=10 - n) for n in range(5)], {})

    assert [row["praise"] for row in found] == [True, True, True, False, False]
    assert [row["explain"] for row in found] == [False, False, False, True, True]


def test_nobody_of_the_lower_half_is_praised():
    assert [row["praise"] for row in rows([entry("A"), entry("B", good=3)], {})] == [True, False]


def test_an_appeal_that_was_won_counts_as_a_good_rating():
    counts = dict.fromkeys(CODES, 0) | {"rated": 3, "contacted": 2, "solved": 1, "basically_solved": 1, "satisfied": 1}

    after = after_appeals(counts, [(False, "unsolved", "unsatisfied"), (True, "basically", "unsatisfied")])

    assert Entry(unit_named("A"), after).score == Decimal("100.00")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(-5, 5)), max_size=12))
def test_ranks_are_what_counting_the_better_ones_says(units):
    entries = [entry(f"U{n}", rated=rated, good=min(good, rated), points=str(points))
               for n, (rated, good, points) in enumerate(units)]

    for rank, one in ranked(entries):
        some = [other for other in entries if other.is_ranked]
        assert rank == (1 + sum(other.key > one.key for other in some) if one.is_ranked else None)


@settings(max_examples=60, deadline=None)
@given(st.integers(5, 40), st.integers(0, 40), st.integers(0, 100))
def test_as_many_good_callbacks_as_are_enough_and_not_one_less(rated, good, wanted):
    one = entry("A", rated=rated, good=min(good, rated))
    if one.total > wanted:
        return
    many = enough(one, Decimal(wanted))

    def lifted(more):
        return entry("A", rated=rated + more, good=min(good, rated) + more).total

    assert many is None or lifted(many) > wanted >= lifted(many - 1)
    assert many is not None or lifted(500) <= wanted


# --- a month of a district ----------------------------------------------------------------------------------------------


def month_of_two(p, satisfied=5, unhappy=1):
    """ZJ with so many ratings; CG with one."""
    for _time in range(satisfied):
        make.answered(p, answers=HAPPY)
    for _time in range(unhappy):
        make.answered(p, answers=UNHAPPY)


def published(p):
    month_of_two(p)
    waiting = acts.lay_before(MARCH, by=p.sv, now=APRIL)
    return acts.decide_ranking(waiting.pk, by=p.zh, now=APRIL, approved=True)


def test_a_month_ranks_what_its_callbacks_say(p):
    month_of_two(p)

    (group,) = months.standings(MARCH, APRIL)

    row = group["rows"][0]
    assert (group["code"], row["unit"], row["rank"], row["score"]) == ("department", "ZJ", 1, "85.00")
    assert row["counts"]["rated"] == 6


def test_a_won_appeal_is_in_the_score(p):
    month_of_two(p)
    ticket = make.closed(p, answers=HAPPY | {"satisfied": "unsatisfied", "reason": "slow"})
    appeals.appeal_result(ticket.pk, by=p.ul, now=NOON, grounds="solved", text="已经办结,请复核。")
    before = months.standings(MARCH, APRIL)[0]["rows"][0]

    appeals.decide_appeal(ticket.pk, by=p.sv, now=NOON, decision="changed", result="positive", words="复听录音,诉求人认可办理结果。")

    after = months.standings(MARCH, APRIL)[0]["rows"][0]
    assert (before["counts"]["appeals_won"], after["counts"]["appeals_won"]) == (0, 1)
    assert Decimal(after["score"]) > Decimal(before["score"])


def test_two_persons_publish_and_then_nothing_changes(p):
    month_of_two(p)
    with pytest.raises(Refused):
        acts.lay_before(MARCH, by=p.sv, now=NOON + timedelta(days=3))
    waiting = acts.lay_before(MARCH, by=p.zh, now=APRIL)
    with pytest.raises(Refused), transaction.atomic():
        acts.lay_before(MARCH, by=p.sv, now=APRIL)
    with pytest.raises(Refused):
        acts.decide_ranking(waiting.pk, by=p.zh, now=APRIL, approved=True)
    ranking = acts.decide_ranking(waiting.pk, by=p.dl, now=APRIL, approved=True)

    assert ranking.digest == acts.digest(ranking.groups)
    with pytest.raises(Refused):
        acts.decide_ranking(waiting.pk, by=p.dl, now=APRIL, approved=False)
    for change in ({"groups": []}, {"status": "refused"}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Ranking.objects.filter(pk=ranking.pk).update(**change)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        ranking.delete()
    second = acts.lay_before(MARCH, by=p.sv, now=APRIL)
    assert second.version == 2, "a correction is a new version"


def test_what_was_published_stays_when_the_rows_change(p):
    ranking = published(p)
    before = ranking.groups
    make.answered(p, answers=UNHAPPY)

    assert months.published(MARCH).groups == before
    assert months.standings(MARCH, APRIL) != before


@pytest.mark.parametrize(("role", "act"), [("ql", "lay_before"), ("ul", "lay_before"), ("sv", "give_points"), ("ql", "give_points")])
def test_who_may_not_is_refused(p, role, act):
    client = signed_in(getattr(p, role))
    answer = client.post(PAGE, {"act": act, "unit": "ZJ", "points": "1", "reason": "表现突出"})
    assert answer.status_code == 403
    assert not Ranking.objects.exists() and not ScoreAdjustment.objects.exists()


def test_points_need_a_second_person_and_a_reason(p):
    month_of_two(p)
    client = signed_in(p.zh, "en")
    bad = client.post(PAGE, {"act": "give_points", "unit": "ZJ", "points": "0", "reason": "表现突出"})
    assert bad.status_code == 422
    assert "表现突出" in bad.content.decode(), "what was typed is kept"
    client.post(PAGE, {"act": "give_points", "unit": "ZJ", "points": "-2.5", "reason": "答复弄虚作假"})
    row = ScoreAdjustment.objects.get()
    client.post(PAGE, {"act": "decide_points", "id": row.pk, "approve": "1"})
    assert ScoreAdjustment.objects.get().status == "open", "not by who asked"

    signed_in(p.dl).post(PAGE, {"act": "decide_points", "id": row.pk, "approve": "1"})

    (group,) = months.standings(MARCH, APRIL)
    assert (group["rows"][0]["points"], group["rows"][0]["total"]) == ("-2.50", "82.50")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        ScoreAdjustment.objects.update(points=3)


def test_a_refused_adjustment_counts_nothing(p):
    month_of_two(p)
    row = acts.give_points(by=p.zh, now=NOON, unit=make.unit("ZJ"), month=MARCH, points=Decimal(5), reason="表现突出")
    acts.decide_points(row.pk, by=p.dl, now=NOON, approved=False)

    assert months.standings(MARCH, APRIL)[0]["rows"][0]["points"] == "0.00"


def test_a_unit_leader_sees_his_place_and_what_would_change_it(p):
    month_of_two(p, satisfied=3, unhappy=1)
    found = page.place_of(make.unit("ZJ"), MARCH, APRIL)
    assert (found.rank, found.missing, found.costly) == (None, 1, 1)

    client = signed_in(p.ul, "en")
    text = client.get(PAGE).content.decode()
    assert "1 more rated callbacks are needed" in text
    assert "not published yet" in text, "of others he reads nothing before it is published"
    lines = client.get(found.costly_url)
    assert (lines.status_code, lines.context["total"]) == (200, 1)


def test_the_gap_to_the_unit_above_is_said():
    better, own = entry("A", good=9), entry("B", good=8)
    assert enough(own, better.total) == 11
    assert standing.said(better.total - own.total) == "10.00"


def test_each_number_of_a_row_is_the_length_of_its_list(p):
    month_of_two(p)
    client = signed_in(p.sv)
    (_code, _title, (row,)), = client.get(PAGE).context["groups"]

    for code, url in row["links"].items():
        assert client.get(url).context["total"] == row["counts"][code]


def test_who_stands_last_has_to_explain_it(p):
    ranking = published(p)
    assert not Rectification.objects.exists(), "one unit is the first of its group"
    row = Rectification.objects.create(ranking=ranking, unit=make.unit("ZJ"), due_at=APRIL + timedelta(days=5))
    client = signed_in(p.ul, "en")
    assert client.post(PAGE, {"act": "explain", "id": row.pk, "cause": "短", "measures": "", "done_by": ""}).status_code == 422

    client.post(PAGE, {"act": "explain", "id": row.pk, "cause": "人手不足,联系诉求人不及时。", "measures": "增派两名专人负责首次联系。",
                       "done_by": "2199-01-01"})

    row.refresh_from_db()
    assert (row.by, row.cause[:4]) == (p.ul, "人手不足")
    assert signed_in(p.sv).get(PAGE).status_code == 200


@pytest.mark.parametrize("role", ["op", "ops", "rv", "dp", "li", "hd", "cb", "ke", "qi", "ad", "au"])
def test_others_do_not_see_it(p, role):
    assert signed_in(getattr(p, role)).get(PAGE).status_code == 403


@pytest.mark.parametrize("month", ["x", "2026-13", "1026-01", "2026-3"])
def test_what_is_no_month_is_nowhere(p, month):
    assert signed_in(p.sv).get(f"/desk/ranking/?month={month}").status_code == 404


def test_the_page_costs_the_same_for_more_tickets(p):
    month_of_two(p)
    few = [cost(signed_in(who), PAGE) for who in (p.sv, p.ul)]
    month_of_two(p)

    assert [cost(signed_in(who), PAGE) for who in (p.sv, p.ul)] == few
    assert max(few) <= 20
