"""The holiday table: what a change would make of it, and the action that writes it as a new version."""
from dataclasses import dataclass, field
from datetime import date

from django.core.cache import cache
from django.db import transaction

from accounts import audit
from tickets import recount, sla
from tickets.models import CalendarVersion, HolidayDay


class Overtaken(Exception):
    """Somebody changed the table since the preview; `newest` is what it is now."""

    def __init__(self, newest):
        super().__init__(str(newest))
        self.newest = newest


class NothingChanges(Exception):
    """The table says so already."""


@dataclass(frozen=True)
class Change:
    """Days as they shall be: {"2027-01-01": ["off", "元旦"]}, None for a plain day.

    With `year`, that year's holidays are entered completely; with `whole`, what the change does not name of it goes.
    """

    days: dict = field(default_factory=dict)
    year: int | None = None
    whole: bool = False
    source: str = ""

    def against(self, version):
        """{"2027-01-01": [old, new]} of the days that differ."""
        wanted = dict(self.days)
        if self.whole:
            wanted = {day: None for day in version.days if day.startswith(f"{self.year}-")} | wanted
        return {day: [version.days.get(day), said] for day, said in sorted(wanted.items()) if version.days.get(day) != said}

    def after(self, version):
        """The next version, unsaved."""
        changes = self.against(version)
        days = version.days | {day: new for day, (_old, new) in changes.items()}
        years = sorted({*version.years, *([self.year] if self.year else [])})
        return CalendarVersion(number=version.number + 1, days={day: said for day, said in sorted(days.items()) if said},
                               years=years, changes=changes, source=self.source)


def newest():
    """The version that counts; an empty one while there is no table at all."""
    return CalendarVersion.objects.newest() or CalendarVersion(number=0, days={}, years=[])


def impact(change, version, now):
    return recount.impact(recount.NewCalendar(change.after(version).calendar), now)


@transaction.atomic
def change_table(*, change, base, reason, apply, by, now, request=None):
    """Write the next version of the table, on top of version `base`. Returns (version, how many due dates moved).

    Open clocks keep their due date unless `apply`. Raises Overtaken when somebody was faster, NothingChanges when the
    table says so already.
    """
    CalendarVersion.objects.select_for_update(of=("self",), no_key=True).order_by("-number").first()  # one at a time
    version = newest()  # whoever waited for that lock sees only now what was written meanwhile
    if version.number != base:
        raise Overtaken(version)
    made = change.after(version)
    if not made.changes and made.years == version.years:
        raise NothingChanges
    made.at, made.by, made.reason, made.applied = now, by, reason, apply
    made.save(force_insert=True)
    write_days(made)
    transaction.on_commit(lambda: cache.delete(sla.KEPT))
    old, moved = sla.calendars_by_number(), 0
    if apply:
        moved = recount.apply(recount.NewCalendar(made.calendar), by=by, now=now, note=reason, data={"calendar": made.number})
    recount.clear_flags(made.calendar, old)
    audit.record("CONFIG", user=by, now=now, request=request, what=f"holiday table v{made.number}", reason=reason,
                 days=made.changes, years=made.years, applied=apply, moved=moved)
    return made, moved


def write_days(version):
    """The current days as rows, for whoever looks one up."""
    HolidayDay.objects.filter(date__in=version.changes).delete()
    HolidayDay.objects.bulk_create(
        HolidayDay(date=date.fromisoformat(day), kind=new[0], name=new[1], source=version.source)
        for day, (_old, new) in version.changes.items() if new)
