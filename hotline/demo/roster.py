"""Who is on duty in the demo: leaders take turns by the day, unit people by the week. Filled up at every start."""
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Max

from accounts.models import DutyKind, DutyShift, OutOfHoursMode, Unit, UnitKind
from tickets.calendars import LOCAL, local_date

PAST, AHEAD = timedelta(days=8), timedelta(days=30)
CHANGE, EVENING = time(8, 30), time(20)
BELOW = (UnitKind.SECTION, UnitKind.COMMUNITY, UnitKind.VILLAGE, UnitKind.HOSPITAL)  # out of hours the unit above answers


@transaction.atomic
def fill(cast, *, now):
    """Add the shifts from where the roster ends up to 30 days ahead; what somebody changed stays. Returns how many."""
    Unit.objects.filter(kind__in=BELOW, out_of_hours_mode=OutOfHoursMode.DUTY).update(out_of_hours_mode=OutOfHoursMode.PARENT)
    ends = {(kind, unit): until for kind, unit, until in
            DutyShift.objects.values_list("kind", "unit").annotate(until=Max("ends_at"))}
    first, last = monday_before(local_date(now - PAST)), local_date(now + AHEAD)
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    shifts = [shift for day in days for shift in shifts_of(cast, day)]
    fresh = [shift for shift in shifts if shift.starts_at >= ends.get((shift.kind, shift.unit_id), shift.starts_at)]
    return len(DutyShift.objects.bulk_create(fresh))


def shifts_of(cast, day):
    """The hotline's shifts from the morning of this day to the next morning; on Mondays the units' for the week."""
    morning, evening = at(day, CHANGE), at(day, EVENING)
    next_morning, turn, hotline = at(day + timedelta(days=1), CHANGE), day.toordinal(), cast.units["RX"]
    leader = cast["dl2" if turn % 2 else "dl"]
    by_day, by_night = (cast["ops"], cast["ops2"]) if turn % 14 < 7 else (cast["ops2"], cast["ops"])
    yield DutyShift(kind=DutyKind.DUTY_LEADER, unit=hotline, user=leader, starts_at=morning, ends_at=next_morning)
    yield DutyShift(kind=DutyKind.SHIFT_LEADER, unit=cast.units["RX-JX"], user=by_day, starts_at=morning, ends_at=evening)
    yield DutyShift(kind=DutyKind.SHIFT_LEADER, unit=cast.units["RX-JX"], user=by_night, starts_at=evening, ends_at=next_morning)
    if day.weekday() == 0:
        yield from week_of_units(cast, day)


def week_of_units(cast, monday):
    until = at(monday + timedelta(days=7), CHANGE)
    for unit in cast.units.values():
        if unit.is_active and unit.can_receive and unit.kind not in BELOW:
            person = list(cast.team(unit))[(monday.toordinal() // 7 + unit.pk) % 3]
            yield DutyShift(kind=DutyKind.UNIT_DUTY, unit=unit, user=person, starts_at=at(monday, CHANGE), ends_at=until)


def monday_before(day):
    return day - timedelta(days=day.weekday())


def at(day, clock):
    return datetime.combine(day, clock, LOCAL)
