"""How long is left, in office hours and on the wall: the words beside a deadline."""
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils.translation import override

from tickets import presenters
from tickets.calendars import LOCAL, WorkCalendar, office_hours
from tickets.clocks import Clock, Kind, Status

OPENS, CLOSES = time(8, 30), time(17, 30)
SPRING = WorkCalendar(off=frozenset(date(2026, 2, day) for day in range(15, 24)), work=frozenset({date(2026, 2, 14)}),
                      years=frozenset({2026}))


def at(day, clock, month=11):
    return datetime.combine(date(2026, month, day), time.fromisoformat(clock), LOCAL)


def hours(now, due, calendar=SPRING):
    return sum((end - start for start, end in office_hours(now, due, calendar, OPENS, CLOSES)), timedelta()) / timedelta(hours=1)


@pytest.mark.parametrize(("now", "due", "left"), [
    (at(23, "16:00"), at(24, "10:30"), 3.5),  # Monday afternoon to Tuesday morning
    (at(20, "18:00"), at(23, "23:59"), 9),  # Friday evening: Monday is left
    (at(21, "10:00"), at(22, "10:00"), 0),  # a weekend
    (at(13, "16:00", 2), at(14, "23:59", 2), 10.5),  # 14 February 2026 is a working Saturday
    (at(14, "18:00", 2), at(24, "23:59", 2), 9),  # then the Spring Festival
    (at(24, "10:00"), at(23, "10:00"), 0),  # late
])
def test_office_hours_are_counted_on_working_days_only(now, due, left):
    assert hours(now, due) == left


def clock(due, rule, now):
    return Clock(kind=Kind.COMPLETION, rule=rule, status=Status.RUNNING, started_at=now, due_at=due, length=86400)


def test_a_deadline_of_working_days_says_both_times():
    now, due = at(23, "15:20"), at(24, "08:40")

    with override("zh-hans"):
        chip = presenters.chip_of(clock(due, {"wd": 1}, now), now, SPRING)
    with override("en"):
        english = presenters.chip_of(clock(due, {"wd": 1}, now), now, SPRING)

    assert (chip.working, chip.when) == ("工作时间2小时20分", "明天 08:40")
    assert (english.working, english.when) == ("2 h 20 min working time", "tomorrow 08:40")
    assert [int(instant) for instant in chip.office.replace(",", "-").split("-")][-1] == due.timestamp()


def test_a_deadline_of_hours_says_the_time_on_the_wall_only():
    now = at(23, "15:20")

    chip = presenters.chip_of(clock(now + timedelta(hours=30), 1800, now), now, SPRING)

    assert (chip.working, chip.office) == ("", "")


def test_more_than_a_day_is_told_in_working_days():
    with override("en"):
        assert presenters.working_time(2 * 9 * 3600 + 3 * 3600 + 59) == "2 working days 3 h"


@pytest.mark.parametrize(("moment", "words"), [
    (at(22, "09:05"), "yesterday 09:05"), (at(23, "17:30"), "today 17:30"), (at(27, "23:59"), "Fri 27 Nov 23:59"),
    (datetime(2024, 1, 5, 1, 0, tzinfo=UTC), "5 Jan 2024 09:00"),
])
def test_an_instant_is_told_as_people_say_it(moment, words):
    with override("en"):
        assert presenters.day_and_time(moment, at(23, "12:00")) == words
