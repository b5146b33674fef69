"""A year as twelve small months, and the table's days and versions in words: ready for the template."""
import calendar
from dataclasses import dataclass
from datetime import date

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tickets.models import HolidayDay

TONE = {HolidayDay.Kind.OFF: "t-red", HolidayDay.Kind.WORK: "t-blue"}
ROUND = "px-1 rounded"


@dataclass(frozen=True)
class Day:
    """One square. `mark` and `said` are empty on a plain day."""

    number: int
    css: str
    mark: str
    said: str
    is_today: bool


@dataclass(frozen=True)
class Month:
    label: str
    weeks: list


@dataclass(frozen=True)
class Special:
    """A day that differs from the plain week, as a line of the list."""

    day: str
    weekday: str
    kind: str
    css: str
    name: str


@dataclass(frozen=True)
class Difference:
    day: str
    old: str
    new: str
    what: str


@dataclass(frozen=True)
class Version:
    number: int
    at: object
    by: str
    reason: str
    differences: list
    count: str
    applied: str


def heads():
    """(abbreviated, whole) names of the weekdays, Monday first."""
    return [(WEEKDAYS_ABBR[number], WEEKDAYS[number]) for number in range(7)]


def months(version, year, today):
    weeks = calendar.Calendar(firstweekday=0)
    return [Month(date_format(date(year, month, 1), "F"),
                  [[square(version, day, month, today) for day in week] for week in weeks.monthdatescalendar(year, month)])
            for month in range(1, 13)]


def square(version, day, month, today):
    if day.month != month:
        return None
    kind, name = version.days.get(day.isoformat(), ("", ""))
    plain = "text-secondary" if day.weekday() > 4 else ""
    if not kind:
        return Day(day.day, plain, "", "", day == today)
    return Day(day.day, f"{TONE[kind]} {ROUND}", mark(kind), f"{kind_label(kind)} {name}".strip(), day == today)


def mark(kind):
    return {"off": pgettext("mark of a day", "off"), "work": pgettext("mark of a day", "work")}.get(kind, "")


def kind_label(kind):
    return str(HolidayDay.Kind(kind).label) if kind else ""


def specials(version, year):
    found = []
    for day, (kind, name) in sorted(version.days.items()):
        if day.startswith(f"{year}-"):
            found.append(Special(day, str(WEEKDAYS[date.fromisoformat(day).weekday()]), kind_label(kind), TONE[kind], name))
    return found


def said_of(entry):
    return " ".join(filter(None, (kind_label(entry[0]), entry[1]))) if entry else _("plain day")


def differences(changes):
    return [Difference(day, said_of(old), said_of(new), what_happens(old, new)) for day, (old, new) in sorted(changes.items())]


def what_happens(old, new):
    return _("changed") if old and new else _("added") if new else _("removed")


def versions(rows):
    return [Version(row.number, row.at, _("The system") if row.by.is_system else row.by.display_name,
                    _("shipped") if row.by.is_system else row.reason,
                    differences(row.changes), _("%(count)s days") % {"count": len(row.changes)},
                    _("Yes") if row.applied else _("No"))
            for row in rows]
