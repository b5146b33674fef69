"""The arithmetic of early warning, without a database: when a surge is one, and that the quick way to clusters is the right one."""
import json
from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.alerts import clusters, measuring
from insights.alerts.surge import Counts, surges
from suggesting.messages import Message

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RULE = clusters.Rule(HOUR, 3)
number = st.integers(0, 200)


@given(st.builds(Counts, number, number, number), st.integers(1, 50), st.integers(1, 300))
def test_a_surge_stays_one_when_more_come_and_when_less_was_usual(counts, least, pct):
    more = Counts(counts.now + 1, counts.before, counts.weekday)
    calmer = Counts(counts.now, counts.before // 2, counts.weekday // 2)

    if surges(counts, least=least, pct=pct):
        assert surges(more, least=least, pct=pct) and surges(calmer, least=least, pct=pct)
    if counts.now < least:
        assert not surges(counts, least=least, pct=pct)


@given(number, st.integers(1, 50), st.integers(1, 300))
def test_where_there_was_nothing_the_minimum_decides(now, least, pct):
    assert surges(Counts(now), least=least, pct=pct) == (now >= least)


@given(st.builds(Counts, number, number, number), st.integers(1, 300))
def test_both_comparisons_hold_by_themselves(counts, pct):
    each = [counts.now * 100 >= usual * (100 + pct) for usual in (counts.before, counts.weekday)]

    assert surges(counts, least=10, pct=pct) == (counts.now >= 10 and all(each))


WORDS = ("停水", "滨江路", "噪音", "施工", "夜里", "公交", "漏水", "电梯")
made = st.lists(st.tuples(st.lists(st.sampled_from(WORDS), max_size=4), st.integers(0, 120), st.integers(0, 6),
                          st.sampled_from([None, 1, 2]), st.sampled_from(["", "0501"])), max_size=25)


def reports_of(rows):
    return [clusters.Report(place, NOON - minutes * MINUTE, f"u{who}", dict.fromkeys(words, 1.0), street, group)
            for place, (words, minutes, who, street, group) in enumerate(rows)]


@settings(max_examples=150, deadline=None)
@given(made)
def test_the_quick_way_finds_the_pairs_that_the_definition_names(rows):
    reports = reports_of(rows)
    rare = clusters.rarity(reports)

    found = clusters.near(reports, rare) if reports else []

    assert found == [[place for place, other in enumerate(reports) if clusters.alike(one, other, rare)] for one in reports]


@settings(max_examples=150, deadline=None)
@given(made)
def test_clusters_have_people_enough_lie_in_their_window_and_share_nothing(rows):
    reports = reports_of(rows)
    found = clusters.clusters(reports, RULE, now=NOON)

    ids = [pk for cluster in found for pk in cluster.ids]
    assert len(ids) == len(set(ids))
    for cluster in found:
        assert cluster.people >= RULE.least and cluster.centre in cluster.reports
        assert all(NOON - HOUR < report.at <= NOON for report in cluster.reports)


@settings(max_examples=100, deadline=None)
@given(made)
def test_a_second_look_finds_nothing_new(rows):
    reports = reports_of(rows)
    first, _grown = clusters.look(reports, [], now=NOON, rules=(RULE,))

    assert clusters.look(reports, [cluster.ids for cluster in first], now=NOON, rules=(RULE,)) == ([], [])


def test_a_place_is_said_without_the_number_of_a_home():
    assert clusters.place_in("住在滨江路12号3栋501室") == "滨江路"
    assert clusters.place_in("江畔小区3栋") == "江畔小区"
    assert clusters.place_in("不知道在哪里") == ""


# --- on a file ------------------------------------------------------------------------------------------------------------------


OUTAGE = "滨江大道停水"
TOWN = ("路灯不亮", "垃圾清运", "公交晚点", "油烟扰民", "违章停车", "广场舞噪音", "医保报销", "入学条件", "快递丢失", "树枝折断")


def written(*, later):
    """A burst of four on one day, and so many more in the week after it; the town goes on for two months."""
    rows = [(f"{TOWN[day % 10]}{day}", NOON + day * DAY) for day in range(60)]
    rows += [(OUTAGE, NOON + 20 * DAY + minute * MINUTE) for minute in range(4)]
    rows += [(OUTAGE, NOON + 22 * DAY + place * 8 * HOUR) for place in range(later)]
    return [Message(text, f"{text}请处理", id=str(place), user=f"u{place}", time=f"{at:%Y-%m-%d %H:%M:%S}")
            for place, (text, at) in enumerate(rows)]


@pytest.mark.parametrize(("later", "is_real"), [(0, False), (3, False), (4, True), (9, True)])
def test_a_warning_was_right_when_the_matter_went_on(later, is_real):
    rules = (clusters.Rule(DAY, 4),)
    warned = measuring.play(written(later=later), days=14, rules=rules)

    found = measuring.figures(warned, messages=64 + later, days=14, rules=rules)

    assert (found["warnings"], found["judged"], found["real"]) == (1, 1, int(is_real))
    assert found["false_alarm_rate"] == (0.0 if is_real else 1.0)


def test_what_is_too_near_to_the_end_is_not_judged():
    rules = (clusters.Rule(DAY, 4),)
    warned = measuring.play(written(later=4)[:-1], days=50, rules=rules)

    found = measuring.figures(warned, messages=67, days=50, rules=rules)

    assert (found["warnings"], found["judged"], found["false_alarm_rate"]) == (1, 0, None)


def test_the_command_prints_it_as_json(tmp_path):
    file, out = tmp_path / "m.jsonl", StringIO()
    file.write_text("\n".join(json.dumps({"topic": each.topic, "detail": each.detail, "user": each.user, "time": each.time},
                                         ensure_ascii=False) for each in written(later=5)), "utf-8")

    call_command("measure_warnings", str(file), "--days", "14", "--rule", "1440:4", stdout=out)

    found = json.loads(out.getvalue())
    assert (found["messages"], found["warnings"], found["real"]) == (69, 1, 1)
    assert found["list"][0]["place"] == "滨江大道"
    for wrong in (["nowhere.jsonl"], [str(file), "--rule", "x:y"], [str(file), "--days", "0"]):
        with pytest.raises(CommandError):
            call_command("measure_warnings", *wrong)


def test_a_message_without_a_time_is_named(tmp_path):
    file = tmp_path / "m.jsonl"
    file.write_text('{"topic": "停水", "detail": "停水", "time": "gestern"}', "utf-8")

    with pytest.raises(CommandError, match="gestern"):
        call_command("measure_warnings", str(file))
