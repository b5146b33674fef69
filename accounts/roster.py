"""Who is to be told or to act at an instant: role holders, the duty roster, and who stands in for nobody."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from accounts.models import DutyKind, DutyShift, Membership, OutOfHoursMode, Unit, User
from accounts.roles import Role

UNIT_PEOPLE = {"unit_liaison": Role.LI, "unit_leader": Role.UL, "unit_handler": Role.HD}
HOTLINE_PEOPLE = {
    "supervisor": Role.SV,
    "district_leader": Role.QL,
    "callback_agent": Role.CB,
    "reviewer": Role.RV,
    "dispatcher": Role.DP,
    "coordination": Role.ZH,
}
ROSTERED_PEOPLE = {"duty_leader": DutyKind.DUTY_LEADER, "shift_leader": DutyKind.SHIFT_LEADER}
CALLBACK_LEAD = "callback_lead"
ROLE_KEYS = frozenset({*UNIT_PEOPLE, *HOTLINE_PEOPLE, *ROSTERED_PEOPLE, CALLBACK_LEAD})

LEADING = (DutyKind.DUTY_LEADER, DutyKind.SHIFT_LEADER)
AHEAD = timedelta(days=2)
KEPT = "leading-shifts"

OPENS, CLOSES = time(8, 30), time(17, 30)


def in_working_hours(now: datetime) -> bool:
    """Monday to Friday, 08:30 to 17:30 local time; public holidays are not known at this level."""
    local = timezone.localtime(now)
    return local.weekday() < 5 and OPENS <= local.time() < CLOSES


def on_duty(kind: str, *, now: datetime, unit: Unit | None = None) -> list[User]:
    """The people whose shift of this kind holds at this instant, of one unit or of all."""
    shifts = DutyShift.objects.covering(now).filter(kind=kind)
    if unit is not None:
        shifts = shifts.filter(unit=unit)
    return _active(shifts.values("user_id"))


@dataclass(frozen=True)
class Watch:
    """Who leads now, until when, and who takes over; `until` is None while nobody is entered."""

    kind: str
    label: str
    names: list[str]
    until: datetime | None
    following: list[str]


def leading_shifts_kept(*, now: datetime) -> list[DutyShift]:
    """For the bar of every page: asked once a minute, and again in this process when somebody changed the roster."""
    shifts = cache.get(KEPT)
    if shifts is None:
        shifts = leading_shifts(now=now)
        cache.set(KEPT, shifts, 60)
    return shifts


def forget_leading_shifts() -> None:
    """Once what is being changed has been committed."""
    transaction.on_commit(lambda: cache.delete(KEPT))


def leading_shifts(*, now: datetime) -> list[DutyShift]:
    """Shifts of the hotline's leaders from now on, as far as a page shows them: one query."""
    rows = DutyShift.objects.overlapping(now, now + AHEAD).filter(kind__in=LEADING, user__is_active=True)
    return list(rows.select_related("user").order_by("starts_at", "id"))


def watches(shifts: list[DutyShift], *, now: datetime) -> list[Watch]:
    """One watch a kind, out of shifts that were read before."""
    return [_watch(kind, [shift for shift in shifts if shift.kind == kind], now) for kind in LEADING]


def _watch(kind: DutyKind, shifts: list[DutyShift], now: datetime) -> Watch:
    held = [shift for shift in shifts if shift.starts_at <= now < shift.ends_at]
    change = min((shift.ends_at for shift in held), default=None)
    after = [shift for shift in shifts if change and shift.starts_at <= change < shift.ends_at]
    return Watch(kind, kind.label, _names(held), change, _names(after))


def _names(shifts: list[DutyShift]) -> list[str]:
    return list(dict.fromkeys(shift.user.display_name for shift in shifts))


def people(role_key: str, *, unit: Unit | None, now: datetime) -> list[User]:
    """Never empty where the hotline has one duty leader: a deadline that nobody hears of is a broken promise."""
    if role_key not in ROLE_KEYS:
        raise ValueError(f"Nobody is called {role_key!r}.")
    return _addressed(role_key, unit=unit, now=now) or on_duty(DutyKind.DUTY_LEADER, now=now) or _holders(Role.DL)


def everyone(*role_keys: str, unit: Unit | None, now: datetime) -> list[User]:
    """The people of several keys; somebody may stand in it twice."""
    return [person for key in role_keys for person in people(key, unit=unit, now=now)]


def _addressed(role_key: str, *, unit: Unit | None, now: datetime) -> list[User]:
    if role_key in ROSTERED_PEOPLE:
        return on_duty(ROSTERED_PEOPLE[role_key], now=now)
    if role_key in HOTLINE_PEOPLE:
        return _holders(HOTLINE_PEOPLE[role_key])
    if role_key == CALLBACK_LEAD:
        return _callback_leads(now)
    return _of_unit(UNIT_PEOPLE[role_key], unit=unit, now=now) if unit is not None else []


def _of_unit(role: Role, *, unit: Unit, now: datetime) -> list[User]:
    found = _nearest_holders(role, unit)
    if not in_working_hours(now):
        found += [person for person in _duty_of(unit, now=now) if person not in found]
    return found


def _nearest_holders(role: Role, unit: Unit) -> list[User]:
    """Of the unit, or of the nearest unit above it that has somebody."""
    rows = holders_upwards(role, unit)
    return [row.user for row in rows if row.unit_id == rows[0].unit_id]


def holders_upwards(role: Role, unit: Unit) -> list[Membership]:
    """Who holds it in the unit or in one above it, the nearest unit first."""
    line = paths_upwards(unit)
    rows = Membership.objects.filter(role=role, unit__path__in=line, user__is_active=True)
    return sorted(rows.select_related("user", "unit").order_by("user_id"), key=lambda row: line.index(row.unit.path))


def paths_upwards(unit: Unit) -> list[str]:
    """["/QF/ZJ/ZJ-WY/", "/QF/ZJ/", "/QF/"]"""
    codes = unit.path.strip("/").split("/")
    return ["/" + "/".join(codes[:depth]) + "/" for depth in range(len(codes), 0, -1)]


def _duty_of(unit: Unit, *, now: datetime) -> list[User]:
    by_parent = unit.out_of_hours_mode == OutOfHoursMode.PARENT and unit.parent_id is not None
    shifts = DutyShift.objects.covering(now).filter(kind=DutyKind.UNIT_DUTY, unit_id=unit.parent_id if by_parent else unit.pk)
    return _active(shifts.values("user_id"))


def _callback_leads(now: datetime) -> list[User]:
    """Who leads the team of the callback agents, or else the shift leader of the hour."""
    teams = Membership.objects.filter(role=Role.CB).values("unit_id")
    leads = Membership.objects.filter(role=Role.UL, unit_id__in=teams)
    return _active(leads.values("user_id")) or on_duty(DutyKind.SHIFT_LEADER, now=now)


def _holders(role: Role) -> list[User]:
    return _active(Membership.objects.filter(role=role).values("user_id"))


def _active(user_ids) -> list[User]:
    return list(User.objects.filter(is_active=True, id__in=user_ids).order_by("id"))
