"""The kinds of reports: of which period each is, when it is due, and what stands in it."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings

from insights.figures.periods import months_later
from insights.models import Report
from insights.reports import festivals
from tickets.calendars import LOCAL, ONE_DAY, local_date
from tickets.weeks import WEEK, midnight, monday_of

HOUR = timedelta(hours=1)
QUARTER, YEAR = 3, 12  # months
LATEST = timedelta(days=3)  # after that a report that nobody made is made when somebody asks for it
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Kind:
    """`around` gives the period that holds an instant, of a holiday the last one that has begun; `after` is how long after
    its end a report is begun by itself."""

    name: str
    around: Callable
    sections: tuple
    after: timedelta

    def last(self, now):
        """The period that ended last; None when there was none."""
        found = self.around(now)
        return found if found is None or found[1] <= now else self.around(found[0] - INSTANT)

    def is_due(self, now):
        last = self.last(now)
        return last is not None and last[1] + self.after <= now <= last[1] + LATEST


def hour_of(moment):
    since = moment.astimezone(LOCAL).replace(minute=0, second=0, microsecond=0)
    return since, since + HOUR


def day_of(moment):
    day = local_date(moment)
    return midnight(day), midnight(day + ONE_DAY)


def day_from_noon(moment):
    """From the hour of the setting to the same hour of the next day."""
    starts = time(settings.REPORTS["CATEGORY_HOUR"])
    local = moment.astimezone(LOCAL)
    day = local.date() if local.time() >= starts else local.date() - ONE_DAY
    return datetime.combine(day, starts, LOCAL), datetime.combine(day + ONE_DAY, starts, LOCAL)


def week_of(moment):
    monday = monday_of(local_date(moment))
    return midnight(monday), midnight(monday + WEEK)


def month_of(moment):
    return months_from(local_date(moment).replace(day=1), 1)


def quarter_of(moment):
    first = local_date(moment).replace(day=1)
    return months_from(months_later(first, -((first.month - 1) % QUARTER)), QUARTER)


def year_of(moment):
    return months_from(local_date(moment).replace(day=1, month=1), YEAR)


def months_from(first, many):
    return midnight(first), midnight(months_later(first, many))


def festival_of(moment):
    found = festivals.around(moment)
    return found.period if found else None


def before(kind, since):
    """The period that it is compared with."""
    return KINDS[kind].around(since - INSTANT)


def year_before(since, until):
    """The same months a year earlier."""
    return tuple(midnight(months_later(local_date(moment), -12)) for moment in (since, until))


CLOSING = ("quality", "faults", "knowledge", "forced", "refusals")
OF_MONTHS = ("figures", "months", "types", "channels", "categories", "streets", "units", *CLOSING)
KINDS = {kind.name: kind for kind in (
    Kind(Report.Kind.HOURLY, hour_of, (
        "hour_figures", "hour_event", "hour_hot", "hour_emergencies", "hour_questions", "hour_carried", "hour_orders"),
        timedelta(seconds=30)),
    Kind(Report.Kind.DAILY, day_of, (
        "figures", "hours", "types", "channels", "categories", "streets", "critical", "late_by_unit", "seats"),
        timedelta(minutes=1)),
    Kind(Report.Kind.CATEGORY, day_from_noon, ("watched", "watched_list"), timedelta(minutes=1)),
    Kind(Report.Kind.WEEKLY, week_of, (
        "figures", "days", "types", "channels", "categories", "streets", "ranking", "late_by_unit", "repeated", "pauses_due",
        "rectifications"), timedelta(minutes=5)),
    Kind(Report.Kind.MONTHLY, month_of, (
        "figures", "days", "types", "channels", "categories", "streets", "units", "month_ranking", *CLOSING),
        timedelta(minutes=10)),
    Kind(Report.Kind.QUARTERLY, quarter_of, OF_MONTHS, timedelta(minutes=20)),
    Kind(Report.Kind.YEARLY, year_of, OF_MONTHS, timedelta(minutes=30)),
    Kind(Report.Kind.HOLIDAY, festival_of, (
        "festival", "figures", "days", "types", "categories", "rises_and_falls", "critical"), timedelta(minutes=10)),
)}


def in_use():
    """Where nothing is watched there is no report of it."""
    return {name: kind for name, kind in KINDS.items() if name != Report.Kind.CATEGORY or settings.REPORTS["WATCHED"]}
