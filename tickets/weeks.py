"""Days and weeks of local time as instants: what reports, samples and lists by the week count in. Half-open, from Monday."""
from datetime import date, datetime, time, timedelta

from tickets.calendars import LOCAL

WEEK = timedelta(days=7)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def bounds(monday: date) -> tuple[datetime, datetime]:
    """[Monday 00:00, the next Monday 00:00)"""
    return midnight(monday), midnight(monday + WEEK)
