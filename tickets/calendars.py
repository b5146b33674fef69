"""Due dates: pure functions over a table of holidays. No clock, no database.

A rule is a whole number of minutes of natural time, or {"wd": n}: n working days (SPEC 4.3). The day of the
start does not count (Civil Code 201); a workday clock ends with the Nth working day.
"""
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
END_OF_DAY = time(23, 59, 59)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """Days off and swapped workdays, and the years for which they were published."""

    off: frozenset[date] = field(default_factory=frozenset)
    work: frozenset[date] = field(default_factory=frozenset)
    years: frozenset[int] = field(default_factory=frozenset)
    number: int = 0  # of the version of the table that this was read from

    def is_workday(self, day: date) -> bool:
        if day in self.work:
            return True
        return day.weekday() < 5 and day not in self.off

    def knows(self, first: date, last: date) -> bool:
        return all(year in self.years for year in range(first.year, last.year + 1))


NO_CALENDAR = WorkCalendar()


def local_date(moment: datetime) -> date:
    return moment.astimezone(LOCAL).date()


def due_at(start: datetime, rule: int | dict, calendar: WorkCalendar = NO_CALENDAR) -> datetime:
    """The instant at which a clock that starts at `start` is due."""
    if isinstance(rule, int):
        return start + timedelta(minutes=rule)
    return end_of_workday(start, rule["wd"], calendar)


def end_of_workday(start: datetime, count: int, calendar: WorkCalendar) -> datetime:
    day = local_date(start)
    while count > 0:
        day += ONE_DAY
        count -= calendar.is_workday(day)
    return datetime.combine(day, END_OF_DAY, LOCAL)


def is_known(start: datetime, due: datetime, rule: int | dict, calendar: WorkCalendar) -> bool:
    """False when a workday clock runs through a year whose holidays were not entered."""
    if isinstance(rule, int):
        return True
    return calendar.knows(local_date(start), local_date(due))


def workdays_between(start: datetime, due: datetime, calendar: WorkCalendar) -> int:
    """Working days after the day of `start`, up to and including the day of `due`; never negative."""
    day, last = local_date(start), local_date(due)
    count = 0
    while day < last:
        day += ONE_DAY
        count += calendar.is_workday(day)
    return count


def office_hours(now: datetime, due: datetime, calendar: WorkCalendar, opens: time, closes: time) -> list[tuple]:
    """(from, until) of the office hours on working days between two instants; none when it is late."""
    day, last = local_date(now), local_date(due)
    hours: list[tuple] = []
    while day <= last:
        if calendar.is_workday(day):
            start = max(datetime.combine(day, opens, LOCAL), now)
            end = min(datetime.combine(day, closes, LOCAL), due)
            hours += [(start, end)] if start < end else []
        day += ONE_DAY
    return hours


def remaining(now: datetime, due: datetime, rule: int | dict, calendar: WorkCalendar = NO_CALENDAR) -> dict:
    """What a pause keeps: {"s": seconds} or {"wd": working days}, never negative."""
    if isinstance(rule, int):
        return {"s": max(0, int((due - now).total_seconds()))}
    return {"wd": workdays_between(now, due, calendar)}


def resumed_due(now: datetime, kept: dict, calendar: WorkCalendar = NO_CALENDAR) -> datetime:
    """now + what was kept, at least 24 hours or one working day (SPEC 4.3.6)."""
    if "wd" in kept:
        return end_of_workday(now, max(kept["wd"], 1), calendar)
    return now + max(timedelta(seconds=kept["s"]), ONE_DAY)


def extended_due(due: datetime, by: dict, calendar: WorkCalendar = NO_CALENDAR) -> datetime:
    """The old due date plus {"h": hours} or {"wd": working days}; never counted from now (SPEC 4.3.7)."""
    if "wd" in by:
        return end_of_workday(due, by["wd"], calendar)
    return due + timedelta(hours=by["h"])


def recounted_due(start: datetime, due: datetime, rule: int | dict, calendar: WorkCalendar,
                  new_rule: int | dict, new_calendar: WorkCalendar) -> datetime:
    """The due date counted again from the start; what pauses and extensions added to the old one stays added.

    Between workday rules the working days are what is kept: those granted so far, counted with the calendar that
    counted then, less those of the old rule, plus those of the new one. What lies beyond the end of the last granted
    working day, such as an extension in hours, is added again. Otherwise the time added is kept, and a workday clock
    then ends with the working day on which that falls, or the next one.
    """
    if isinstance(rule, dict) and isinstance(new_rule, dict):
        granted = workdays_between(start, due, calendar)
        granted -= bool(granted) and due < end_of_workday(start, granted, calendar)  # the last one only begun
        beyond = due - end_of_workday(start, granted, calendar)
        return end_of_workday(start, max(granted - rule["wd"] + new_rule["wd"], 0), new_calendar) + beyond
    moved = due_at(start, new_rule, new_calendar) + (due - due_at(start, rule, calendar))
    return moved if isinstance(new_rule, int) else end_of_workday(moved - ONE_DAY, 1, new_calendar)
