"""专报、日报、周报、月报: counted once and kept, worded, approved and issued by two persons, never changed afterwards."""
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import datetimes

from dispatch import replies
from insights.figures.asked import Period, Scope
from insights.figures.counting import count
from insights.figures.published import INDICATORS
from insights.models import Report
from insights.ranking import acts as ranking
from insights.reports import acts, festivals, kinds, making, parts, printed
from insights.reports.sections import FIGURES
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import HAPPY, NOON, UNHAPPY
from tests.knowledge.articles import editors, published
from tests.racing import race, won
from tickets import intake
from tickets.actions import Refused
from tickets.calendars import LOCAL, WorkCalendar
from tickets.choices import ReplyFault
from tickets.models import Ticket

TOMORROW = NOON + timedelta(days=1)
DAY_SINCE, DAY_UNTIL = datetime(2026, 3, 2, tzinfo=LOCAL), datetime(2026, 3, 3, tzinfo=LOCAL)
PAGE = "/desk/reports/"
OF_CALENDAR = ("hourly", "daily", "weekly", "monthly", "quarterly", "yearly")
OVER = NOON + timedelta(days=310)  # all of their periods that hold NOON are


def at(moment):
    return lambda: moment


def made(p, kind="daily", moment=NOON, now=TOMORROW, by=None):
    report = acts.ask(kind, moment, by=by or p.sv, now=now)
    making.make_all(at(now))
    report.refresh_from_db()
    return report


def some_matters(p):
    """Of 2 March: four accepted, one of them critical, one confidential; one answered on the line before noon."""
    make.closed(p, answers=HAPPY)
    make.in_hand(p, NOON + timedelta(hours=1))
    make.in_dispatch(p, NOON, urgency="critical", urgency_reason="life")
    make.in_hand(p, NOON, is_confidential=True, unit_summary=make.SUMMARY)


def rows_of(report, name):
    section = next(found for found in report.content if found["name"] == name)
    return {row["label"][-1]: row["cells"] for row in section["rows"]}


# --- counted ----------------------------------------------------------------------------------------------------------


def test_a_daily_report_says_what_the_figures_say(p):
    some_matters(p)

    report = made(p)

    assert (report.status, report.since, report.until) == ("draft", DAY_SINCE, DAY_UNTIL)
    assert report.digest == making.digest(report.content)
    rows = rows_of(report, "figures")
    for code in FIGURES:
        indicator = INDICATORS[code]
        found = count(indicator.measures, Period(DAY_SINCE, DAY_UNTIL, TOMORROW), Scope())
        assert rows[f"indicator:{code}"][0]["text"].partition(" ")[0] == indicator.said(found).partition(" ")[0], code
    assert rows["indicator:accepted"][0]["n"] == 4 and rows["indicator:accepted"][1]["n"] == 0
    assert rows["indicator:direct_rate"][0]["text"] == "0.00% (0/4)" and rows["indicator:direct_rate"][1]["text"] == "—"
    assert rows["indicator:late_now"][1]["text"] == "", "of an earlier period nobody knows what was overdue then"
    assert sum(cells[0]["n"] for cells in rows_of(report, "types").values()) == 4
    assert sum(cells[0]["n"] for cells in rows_of(report, "hours").values()) == 4


@pytest.mark.parametrize("kind", OF_CALENDAR)
def test_every_number_leads_to_a_list_of_as_many(p, kind):
    some_matters(p)
    report = made(p, kind, now=OVER)
    client, seen = signed_in(p.sv), 0

    for part in printed.parts(report):
        for cell in (cell for row in part.rows for cell in row.cells):
            for piece in (piece for piece in cell.pieces if "/figures/" in piece.url and "late_now" not in piece.url):
                page = client.get(piece.url)
                assert page.status_code == 200 and page.context["total"] == int(piece.text), (part.name, piece)
                seen += 1
    assert seen > 3


def test_a_month_says_how_well_the_work_was_done_and_what_the_knowledge_was_used_for(p):
    article = published(*editors(), now=NOON, valid_from=date(2026, 1, 1), review_on=date(2026, 5, 1))
    for cited in (article.article.number, article.article.number, ""):
        matter = make.draft(p, type="consult", area=None, address="")
        intake.direct_answer(matter.pk, by=p.op, now=NOON, answer="已告知办理地点和所需材料。", article=cited)
    replies.return_reply(make.replied(p).pk, by=p.rv, now=NOON, fault="off_point")
    make.closed(p)

    report = made(p, "monthly", now=OVER)

    assert rows_of(report, "quality")["indicator:reply_faults"][0]["text"] == "50.00% (1/2)"
    assert rows_of(report, "faults")["fault:off_point"][0]["n"] == 1
    knowledge = rows_of(report, "knowledge")
    assert knowledge["indicator:cited_rate"][0]["text"] == "66.67% (2/3)"
    assert [cell["n"] for cell in knowledge[f"text:{article.title}"]] == [2, 0, 0]
    said = {row.label: row for part in printed.parts(report) for row in part.rows}
    assert f"{article.article.number} · {article.title}" in said and str(ReplyFault.OFF_POINT.label) in said


def test_a_year_goes_by_months(p):
    some_matters(p)

    report = made(p, "yearly", now=OVER)

    assert (report.since, report.until) == (datetime(2026, 1, 1, tzinfo=LOCAL), datetime(2027, 1, 1, tzinfo=LOCAL))
    rows = rows_of(report, "months")
    assert len(rows) == 12 and {name: cells[0]["n"] for name, cells in rows.items() if cells[0]["n"]} == {"text:2026-03": 4}


@pytest.mark.parametrize("kind", ["week", "month", "quarter", "year"])
@given(moment=datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001 (local time)
def test_periods_leave_no_gap(kind, moment):
    period_of, moment = getattr(kinds, f"{kind}_of"), moment.replace(tzinfo=LOCAL)

    since, until = period_of(moment)

    assert since <= moment < until
    assert period_of(since) == (since, until) and period_of(until)[0] == until
    assert period_of(since - timedelta(microseconds=1))[1] == since


def test_nothing_of_a_citizen_is_in_a_report(p):
    some_matters(p)
    for kind in OF_CALENDAR:
        text = str(made(p, kind, now=OVER).content)
        for ticket in Ticket.objects.all():
            assert [words for words in (ticket.title, ticket.content, ticket.address) if words and words in text] == []
        hidden = Ticket.objects.get(is_confidential=True)
        assert hidden.ticket_no not in text and "13800138000" not in text and "彭某" not in text


def test_what_is_empty_says_so_and_every_kind_can_be_empty(p):
    for kind in OF_CALENDAR:
        report = made(p, kind, now=OVER)

        assert report.status == "draft" and report.heading
        page = signed_in(p.sv).get(f"{PAGE}{report.pk}/").content.decode()
        assert "—" in page and "本期没有" in page


def test_the_hour_names_its_hot_issues_and_what_is_left_of_earlier_ones(p):
    """Given two tickets of one matter and place in an hour and one in the next, the second briefing carries the first."""
    for _time in range(2):
        make.in_dispatch(p, NOON + timedelta(minutes=5))
    first = made(p, "hourly", NOON + timedelta(minutes=5), NOON + timedelta(hours=1, minutes=1))
    make.in_hand(p, NOON + timedelta(minutes=65))
    second = made(p, "hourly", NOON + timedelta(minutes=65), NOON + timedelta(hours=2, minutes=1))

    (hot,) = next(found["rows"] for found in first.content if found["name"] == "hour_hot")
    assert (hot["cells"][0]["n"], hot["cells"][2]["text"], hot["cells"][3]["word"]) == (2, "↑2", ["stage:undispatched:2"])
    (hot,) = next(found["rows"] for found in second.content if found["name"] == "hour_hot")
    assert (hot["cells"][0]["n"], hot["cells"][1]["text"], hot["cells"][2]["text"]) == (1, "3", "↓1")
    (carried,) = next(found["rows"] for found in second.content if found["name"] == "hour_carried")
    assert carried["cells"][1]["n"] == 3
    assert rows_of(second, "hour_figures")["indicator:accepted"][3]["n"] == 3  # the day so far


def test_the_month_ranks_as_it_was_published_and_the_week_as_it_stands(p):
    for _time in range(5):
        make.answered(p, answers=HAPPY)
    make.answered(p, answers=UNHAPPY)
    later = NOON + timedelta(days=40)
    waiting = ranking.lay_before(datetime(2026, 3, 1).date(), by=p.sv, now=later)
    published = ranking.decide_ranking(waiting.pk, by=p.zh, now=later, approved=True)

    month, week = made(p, "monthly", now=later), made(p, "weekly", now=later)

    expected = published.groups[0]["rows"][0]
    for report, name in ((month, "month_ranking"), (week, "ranking")):
        (cells,) = rows_of(report, name).values()
        assert [cell["text"] for cell in cells[:6]] == ["1", "6", *expected["rates"][:3], expected["total"]]
    assert "表扬" in week.comment
    assert next(found["note"] for found in month.content if found["name"] == "month_ranking") == "published:1"


def test_an_event_and_watched_matters_are_those_of_the_settings(p, settings):
    settings.REPORTS = settings.REPORTS | {"EVENT": ["0102"], "WATCHED": ["0102"]}
    make.in_dispatch(p, NOON)

    hour = made(p, "hourly", now=TOMORROW)
    watched = made(p, "category", NOON, NOON + timedelta(days=2))

    assert rows_of(hour, "hour_event")["word:event_share"][0]["text"] == "100.00% (1/1)"
    assert (watched.since, watched.until) == (NOON, NOON + timedelta(days=1))
    assert [cells[0]["n"] for cells in rows_of(watched, "watched").values()] == [1]


def test_a_festival_is_all_its_days_off_and_goes_by_most_of_their_names():
    def day(month, day):
        return date(2026, month, day)

    names = {day(2, 16): "农历除夕", **{day(2, n): "春节" for n in (17, 18, 19)}, day(2, 20): "休息日", day(4, 6): "清明节"}

    found = festivals.runs(names, WorkCalendar(off=frozenset(names), work=frozenset({day(2, 14)})))

    assert [(one.name, one.first, one.days) for one in found] == [("春节", day(2, 15), 8), ("清明节", day(4, 4), 3)]


def test_a_holiday_is_compared_with_the_same_one_a_year_ago(p):
    """Given a ticket on the second day of the Spring Festival, its report counts it and says of how many days a mean is."""
    spring = datetime(2026, 2, 17, 12, tzinfo=LOCAL)
    make.in_dispatch(p, spring)

    report = made(p, "holiday", spring)

    rows = rows_of(report, "festival")
    days = rows["word:days"][0]["text"]
    assert report.since <= spring < report.until <= TOMORROW
    assert rows["indicator:accepted"][0]["n"] == 1 and rows["word:a_day"][0]["text"].endswith(f"(1/{days})")
    with pytest.raises(Refused):
        acts.ask("holiday", datetime(1990, 1, 1, tzinfo=LOCAL), by=p.sv, now=TOMORROW)


# --- made by itself ---------------------------------------------------------------------------------------------------


def test_what_is_due_is_made_by_itself_and_once(p):
    some_matters(p)
    now = DAY_UNTIL + timedelta(minutes=4)

    for _time in range(2):
        making.ask_for_due(now)
        making.make_all(at(now))

    found = Report.objects.order_by("kind")
    assert [(one.kind, one.version, one.status) for one in found] == [
        ("daily", 1, "draft"), ("hourly", 1, "draft")]
    assert {one.until for one in found} == {DAY_UNTIL}
    assert acts.ask("daily", NOON, by=p.sv, now=now).pk == found.get(kind="daily").pk


def test_before_the_first_ticket_nothing_is_made_by_itself(p):
    making.ask_for_due(NOON)
    assert not Report.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_make_one():
    people = make.make_people()
    make.in_dispatch(people)
    now = DAY_UNTIL + timedelta(minutes=4)

    def look():
        making.ask_for_due(now)
        making.make_all(at(now))
        return True

    assert len(won(race(look, look))) == 2
    assert sorted(Report.objects.values_list("kind", "version", "status")) == [
        ("daily", 1, "draft"), ("hourly", 1, "draft")]


def test_a_worker_that_was_lost_is_replaced_three_times(p):
    report = acts.ask("daily", NOON, by=p.sv, now=TOMORROW)
    now = TOMORROW
    for _time in range(3):
        assert making.claim(now).pk == report.pk and making.claim(now) is None
        now += making.LOST + timedelta(seconds=1)

    assert making.claim(now) is None
    report.refresh_from_db()
    assert report.status == "failed"
    acts.again(report.pk, by=p.sv, now=now)
    making.make_all(at(now))
    report.refresh_from_db()
    assert report.status == "draft" and report.done == report.total


def test_a_broken_section_is_tried_again_and_breaks_no_other_report(p, monkeypatch):
    broken = acts.ask("weekly", NOON, by=p.sv, now=NOON + timedelta(days=40))
    acts.ask("daily", NOON, by=p.sv, now=NOON + timedelta(days=40))
    monkeypatch.setattr(making.sections, "ranking", lambda span: 1 / 0)
    making.make_all(at(NOON + timedelta(days=40)))

    assert dict(Report.objects.values_list("kind", "status")) == {"weekly": "making", "daily": "draft"}
    page = signed_in(p.sv).get(f"{PAGE}{broken.pk}/", headers={"HX-Request": "true"})
    assert "<progress" in page.content.decode() and "HX-Refresh" not in page


def test_a_ratio_is_printed_with_its_numbers_and_a_sum_with_a_way_to_each():
    cell = parts.figure("satisfied_rate", {"satisfied": 8, "basically_satisfied": 2, "rated": 11})

    assert cell["text"] == "89.09% (9.8/11)"
    assert [text for text, what in cell["parts"] if what] == ["8", "2", "11"]
    assert parts.figure("satisfied_rate", {"satisfied": 0, "basically_satisfied": 0, "rated": 0})["text"] == "—"
