"""Due dates: the vectors of the specification, and laws that hold for any holidays."""
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tickets
from tickets.calendars import (
    LOCAL,
    NO_CALENDAR,
    WorkCalendar,
    due_at,
    extended_due,
    is_known,
    recounted_due,
    remaining,
    resumed_due,
    workdays_between,
)

DAY = timedelta(days=1)
settings.register_profile("laws", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
settings.load_profile("laws")
published = json.loads((Path(tickets.__file__).parent / "data" / "holidays_2026.json").read_text("utf-8"))
YEAR_2026 = WorkCalendar(
    off=frozenset(map(date.fromisoformat, published["off"])),
    work=frozenset(map(date.fromisoformat, published["work"])),
    years=frozenset([2026]),
)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


# --- the vectors of the specification -----------------------------------------------------------------


@pytest.mark.parametrize(("start", "days", "due"), [
    ("2026-02-13 16:00", 1, "2026-02-14"),  # a Saturday, worked in exchange for the festival
    ("2026-02-13 16:00", 5, "2026-02-27"),
    ("2026-02-14 23:50", 1, "2026-02-24"),
    ("2026-02-15 08:00", 1, "2026-02-24"),
    ("2026-09-18 10:00", 1, "2026-09-20"),  # a Sunday, worked
    ("2026-09-24 17:59", 3, "2026-09-30"),
    ("2026-09-30 12:00", 5, "2026-10-13"),
    ("2026-10-10 09:00", 1, "2026-10-12"),
    ("2026-11-20 18:00", 1, "2026-11-23"),
    ("2026-11-21 10:00", 5, "2026-11-27"),
])
def test_a_workday_clock_ends_with_the_nth_working_day_after_the_day_of_start(start, days, due):
    assert due_at(local(start), {"wd": days}, YEAR_2026) == local(f"{due} 23:59:59")


def test_minutes_run_through_nights_and_holidays():
    assert due_at(local("2026-02-13 16:00"), 1440) == local("2026-02-14 16:00")
    assert due_at(local("2026-02-16 23:30"), 120) == local("2026-02-17 01:30")


def test_a_workday_clock_is_the_same_from_any_time_zone():
    start = local("2026-03-03 00:30")

    assert due_at(start.astimezone(UTC), {"wd": 1}, YEAR_2026) == local("2026-03-04 23:59:59")


def test_a_leap_day_is_a_day_like_others():
    assert due_at(local("2028-02-28 12:00"), {"wd": 1}) == local("2028-02-29 23:59:59")
    assert due_at(local("2028-02-28 12:00"), 1440) == local("2028-02-29 12:00")


def test_a_clock_that_runs_into_a_year_without_holidays_is_flagged():
    start = local("2026-12-30 12:00")

    assert is_known(start, local("2026-12-31 23:59:59"), {"wd": 1}, YEAR_2026)
    assert not is_known(start, local("2027-01-04 23:59:59"), {"wd": 3}, YEAR_2026)
    assert is_known(start, local("2027-01-04 12:00"), 7200, YEAR_2026)  # minutes need no calendar


def test_a_pause_keeps_at_least_a_day():
    assert resumed_due(local("2026-03-02 12:00"), {"s": 60}) == local("2026-03-03 12:00")
    assert resumed_due(local("2026-03-02 12:00"), {"s": 2 * 86400}) == local("2026-03-04 12:00")
    assert resumed_due(local("2026-03-06 12:00"), {"wd": 0}, YEAR_2026) == local("2026-03-09 23:59:59")


def test_an_extension_counts_from_the_old_due_date():
    assert extended_due(local("2026-03-02 12:00"), {"h": 24}) == local("2026-03-03 12:00")
    assert extended_due(local("2026-02-13 23:59:59"), {"wd": 2}, YEAR_2026) == local("2026-02-24 23:59:59")


# --- laws ---------------------------------------------------------------------------------------------

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
instants = st.builds(lambda day, second: datetime.combine(day, time(), LOCAL) + timedelta(seconds=second),
                     days, st.integers(0, 86399))
minutes = st.integers(0, 60 * 24 * 40)
counts = st.integers(1, 30)
holidays = st.builds(
    lambda off, work: WorkCalendar(off=frozenset(off) - frozenset(work), work=frozenset(work)),
    st.sets(days, max_size=60), st.sets(days, max_size=30))
near = st.builds(  # holidays that lie where the clock runs
    lambda start, off, work: (start, WorkCalendar(
        off=frozenset(start.date() + off_day * DAY for off_day in off - work),
        work=frozenset(start.date() + work_day * DAY for work_day in work))),
    instants, st.sets(st.integers(-3, 60), max_size=30), st.sets(st.integers(-3, 60), max_size=15))
rules = st.one_of(minutes, st.builds(lambda n: {"wd": n}, counts))


def is_workday_slowly(day, calendar):
    """The definition, said in another way: a weekday that is not off, or a day that is worked in exchange."""
    if day in calendar.work:
        return True
    if day in calendar.off:
        return False
    return day.strftime("%u") in "12345"


def due_slowly(start, count, calendar):
    """List the days after the start until enough working days are on the list."""
    listed = []
    offset = 0
    while len(listed) < count:
        offset += 1
        day = (start.astimezone(LOCAL) + offset * DAY).date()
        if is_workday_slowly(day, calendar):
            listed.append(day)
    return datetime.combine(listed[-1], time(23, 59, 59), LOCAL)


@given(near, counts)
def test_the_due_date_is_that_of_counting_day_by_day(start_and_calendar, count):
    start, calendar = start_and_calendar

    assert due_at(start, {"wd": count}, calendar) == due_slowly(start, count, calendar)


@given(near, counts)
def test_the_due_date_is_a_working_day_with_exactly_so_many_working_days_up_to_it(start_and_calendar, count):
    start, calendar = start_and_calendar

    due = due_at(start, {"wd": count}, calendar)

    assert calendar.is_workday(due.date())
    assert workdays_between(start, due, calendar) == count


@given(instants, minutes, rules, holidays)
def test_a_later_start_is_never_due_earlier(start, later, rule, calendar):
    assert due_at(start, rule, calendar) <= due_at(start + timedelta(minutes=later), rule, calendar)


@given(near, counts, counts)
def test_more_days_are_never_due_earlier(start_and_calendar, count, more):
    start, calendar = start_and_calendar

    assert due_at(start, {"wd": count}, calendar) < due_at(start, {"wd": count + more}, calendar)


@given(instants, st.sets(st.integers(0, 20), max_size=12), counts)
def test_a_holiday_never_makes_a_clock_shorter(start, off, count):
    """The peers' mistake: three days over two days off escalated after one."""
    free = WorkCalendar(off=frozenset(start.date() + day * DAY for day in off))

    assert due_at(start, {"wd": count}, free) >= due_at(start, {"wd": count}, NO_CALENDAR)


@given(instants, rules, holidays)
def test_nothing_is_due_before_it_starts(start, rule, calendar):
    assert due_at(start, rule, calendar) >= start


@given(near, counts, counts)
def test_working_days_add_up(start_and_calendar, first, second):
    start, calendar = start_and_calendar

    in_two_steps = due_at(due_at(start, {"wd": first}, calendar), {"wd": second}, calendar)

    assert in_two_steps == due_at(start, {"wd": first + second}, calendar)


@given(instants, instants, rules, holidays)
def test_what_remains_is_never_negative(now, due, rule, calendar):
    (kept,) = remaining(now, due, rule, calendar).values()

    assert kept >= 0


@given(instants, st.integers(1440, 60 * 24 * 40), st.data())
def test_a_pause_conserves_the_seconds_that_were_left(start, rule, data):
    due = due_at(start, rule)
    paused = start + timedelta(seconds=data.draw(st.integers(0, int((due - start).total_seconds()) - 86400)))
    gone = timedelta(minutes=data.draw(minutes))

    resumed = resumed_due(paused + gone, remaining(paused, due, rule))

    assert resumed == due + gone


@given(near, counts, st.integers(0, 20), st.integers(0, 400))
def test_a_pause_conserves_the_working_days_that_were_left(start_and_calendar, count, until_pause, gone):
    start, calendar = start_and_calendar
    rule = {"wd": count}
    due = due_at(start, rule, calendar)
    paused = min(start + until_pause * DAY, due)
    kept = remaining(paused, due, rule, calendar)

    resumed = resumed_due(paused + gone * DAY, kept, calendar)

    assert workdays_between(paused + gone * DAY, resumed, calendar) == max(kept["wd"], 1)
    if gone == 0 and kept["wd"]:
        assert resumed == due


@given(instants, rules, minutes, holidays)
def test_a_resumed_clock_leaves_at_least_a_day(start, rule, passed, calendar):
    now = start + timedelta(minutes=passed)

    due = resumed_due(now, remaining(now, due_at(start, rule, calendar), rule, calendar), calendar)

    least = now + DAY if isinstance(rule, int) else due_slowly(now, 1, calendar)
    assert due >= least


amounts = st.one_of(st.builds(lambda n: {"h": n}, st.integers(1, 240)), st.builds(lambda n: {"wd": n}, counts))


@given(instants, amounts, holidays)
def test_an_extension_always_gives_more_time(due, by, calendar):
    assert extended_due(due, by, calendar) > due


@given(st.datetimes(datetime(1986, 1, 1), datetime(1992, 1, 1), timezones=st.just(LOCAL)), st.integers(1, 60 * 24 * 200))
def test_summer_time_of_long_ago_neither_adds_nor_takes_an_hour(start, rule):
    """Asia/Shanghai had summer time from 1986 to 1991; a minute clock counts elapsed time all the same."""
    start = start.astimezone(UTC)

    assert due_at(start, rule) - start == timedelta(minutes=rule)


# --- a clock counted again ------------------------------------------------------------------------------


@given(near, counts)
def test_counted_again_with_the_same_rule_and_table_nothing_moves(start_and_calendar, count):
    start, calendar = start_and_calendar
    due = due_at(start, {"wd": count}, calendar)

    assert recounted_due(start, due, {"wd": count}, calendar, {"wd": count}, calendar) == due


@given(instants, rules, rules, holidays, holidays)
def test_a_clock_that_nothing_moved_is_due_as_if_it_had_started_so(start, rule, new_rule, calendar, new_calendar):
    due = due_at(start, rule, calendar)

    assert recounted_due(start, due, rule, calendar, new_rule, new_calendar) == due_at(start, new_rule, new_calendar)


@given(near, counts, counts, st.sets(st.integers(0, 60), max_size=20))
def test_an_extension_in_working_days_is_counted_again_too(start_and_calendar, count, more, off):
    start, calendar = start_and_calendar
    changed = WorkCalendar(off=frozenset(start.date() + day * DAY for day in off))
    due = extended_due(due_at(start, {"wd": count}, calendar), {"wd": more}, calendar)

    again = recounted_due(start, due, {"wd": count}, calendar, {"wd": count}, changed)

    assert again == due_slowly(start, count + more, changed)


@given(near, counts, st.integers(1, 23), st.sets(st.integers(0, 60), max_size=20))
def test_an_extension_in_hours_is_added_to_what_is_counted_again(start_and_calendar, count, hours, off):
    start, calendar = start_and_calendar
    changed = WorkCalendar(off=frozenset(start.date() + day * DAY for day in off))
    due = extended_due(due_at(start, {"wd": count}, calendar), {"h": hours})

    assert recounted_due(start, due, {"wd": count}, calendar, {"wd": count}, changed) == (
        due_slowly(start, count, changed) + timedelta(hours=hours))


@given(instants, minutes, minutes, st.integers(0, 60 * 24 * 20))
def test_what_pauses_added_to_minutes_stays_added(start, rule, new_rule, added):
    due = due_at(start, rule) + timedelta(minutes=added)

    again = recounted_due(start, due, rule, NO_CALENDAR, new_rule, NO_CALENDAR)

    assert again - due == timedelta(minutes=new_rule - rule)


@given(near, counts, counts, counts)
def test_more_working_days_in_the_rule_never_bring_a_clock_forward(start_and_calendar, count, extension, more):
    start, calendar = start_and_calendar
    due = extended_due(due_at(start, {"wd": count}, calendar), {"wd": extension}, calendar)

    assert recounted_due(start, due, {"wd": count}, calendar, {"wd": count + more}, calendar) == due_slowly(
        start, count + extension + more, calendar)


@given(near, counts, st.integers(0, 60))
def test_another_day_off_never_brings_a_clock_forward(start_and_calendar, count, day):
    start, calendar = start_and_calendar
    more = WorkCalendar(off=calendar.off | {start.date() + day * DAY}, work=calendar.work - {start.date() + day * DAY})
    due = due_at(start, {"wd": count}, calendar)

    assert recounted_due(start, due, {"wd": count}, calendar, {"wd": count}, more) >= due


@given(instants, rules, rules, holidays, holidays, st.integers(0, 60 * 24 * 20))
def test_counted_again_nothing_is_due_before_it_starts(start, rule, new_rule, calendar, new_calendar, added):
    due = due_at(start, rule, calendar) + timedelta(minutes=added)

    assert recounted_due(start, due, rule, calendar, new_rule, new_calendar) >= start


@given(instants, minutes, counts, holidays, st.integers(0, 60 * 24 * 20))
def test_a_minute_clock_that_becomes_a_workday_clock_ends_with_a_working_day(start, rule, count, calendar, added):
    due = due_at(start, rule) + timedelta(minutes=added)

    again = recounted_due(start, due, rule, NO_CALENDAR, {"wd": count}, calendar)

    assert calendar.is_workday(again.date()) and again.time() == time(23, 59, 59)
    assert again >= due_at(start, {"wd": count}, calendar)


@given(near, st.integers(0, 400))
def test_half_open_the_day_of_the_start_never_counts_and_the_last_day_wholly_does(start_and_calendar, until):
    start, calendar = start_and_calendar
    end = start + until * DAY

    assert workdays_between(start, start.replace(hour=23, minute=59, second=59), calendar) == 0
    assert workdays_between(start, end, calendar) + workdays_between(end, end + 30 * DAY, calendar) == workdays_between(
        start, end + 30 * DAY, calendar)


@given(near, counts)
def test_a_table_of_plain_weeks_is_no_table(start_and_calendar, count):
    start, _calendar = start_and_calendar

    assert due_at(start, {"wd": count}, WorkCalendar()) == due_at(start, {"wd": count}, NO_CALENDAR)
