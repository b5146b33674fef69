"""节假日: the days off around a public holiday, weekends with them, and the same holiday a year earlier."""
from collections import Counter
from dataclasses import dataclass
from datetime import date

from tickets import sla
from tickets.calendars import ONE_DAY, local_date
from tickets.models import HolidayDay
from tickets.weeks import midnight


@dataclass(frozen=True)
class Festival:
    name: str
    first: date
    days: int

    @property
    def period(self):
        return midnight(self.first), midnight(self.first + self.days * ONE_DAY)


def festivals():
    """All that the table of holidays knows, in their order."""
    names = dict(HolidayDay.objects.filter(kind=HolidayDay.Kind.OFF).order_by("date").values_list("date", "name"))
    return runs(names, sla.calendar_in_force())


def runs(names, calendar):
    """Days off in a row that hold at least one public holiday; they go by the name that most of them have."""
    found, end = [], date.min
    for day in names:
        if day < end:
            continue
        first = end = day
        while not calendar.is_workday(first - ONE_DAY):
            first -= ONE_DAY
        while not calendar.is_workday(end):
            end += ONE_DAY
        days = (end - first).days
        named = Counter(names[day] for day in (first + many * ONE_DAY for many in range(days)) if names.get(day))
        found.append(Festival(named.most_common(1)[0][0] if named else "", first, days))
    return found


def around(moment):
    """The festival that has begun last by then; None before the first one."""
    begun = [one for one in festivals() if one.first <= local_date(moment)]
    return begun[-1] if begun else None


def year_before(since):
    """The same festival a year earlier; None where the table does not reach back so far."""
    this = around(since)
    if this is None:
        return None
    same = [one for one in festivals() if one.name == this.name and 300 < (this.first - one.first).days < 430]
    return same[-1] if same else None
