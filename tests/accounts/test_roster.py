from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import actions
from accounts.models import DutyShift, Unit
from accounts.roster import ROLE_KEYS, in_working_hours, on_duty, paths_upwards, people
from accounts.units import load_units
from tests.accounts.people import MONDAY_NIGHT, MONDAY_NOON, person

HOUR = timedelta(hours=1)


@pytest.fixture
def units(db):
    return load_units()


def shift(kind, unit, user, start=MONDAY_NOON - HOUR, end=MONDAY_NIGHT + 12 * HOUR):
    return DutyShift.objects.create(kind=kind, unit=unit, user=user, starts_at=start, ends_at=end)


def test_a_shift_holds_from_its_first_instant_to_before_its_last(units):
    dl = person("dl", "DL", at=units["RX"])
    shift("duty_leader", units["RX"], dl, MONDAY_NOON, MONDAY_NOON + HOUR)

    assert on_duty("duty_leader", now=MONDAY_NOON) == [dl]
    assert on_duty("duty_leader", now=MONDAY_NOON + HOUR) == []
    assert on_duty("duty_leader", now=MONDAY_NOON - timedelta(microseconds=1)) == []
    assert on_duty("shift_leader", now=MONDAY_NOON) == []


def test_who_was_switched_off_is_not_on_duty(units):
    dl = person("dl", "DL", at=units["RX"], is_active=False)
    shift("duty_leader", units["RX"], dl)

    assert on_duty("duty_leader", now=MONDAY_NOON) == []


def test_a_shift_that_ends_before_it_starts_is_refused_by_the_database(units):
    with pytest.raises(IntegrityError), transaction.atomic():
        shift("duty_leader", units["RX"], person(), MONDAY_NOON, MONDAY_NOON)


@pytest.mark.parametrize(
    "local, working",
    [
        ("2026-03-02 08:29:59", False),
        ("2026-03-02 08:30", True),
        ("2026-03-02 17:29:59", True),
        ("2026-03-02 17:30", False),
        ("2026-03-07 12:00", False),
        ("2026-03-08 12:00", False),
    ],
)
def test_working_hours_are_local(local, working):
    now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Shanghai"))

    assert in_working_hours(now) is working


def test_the_people_of_a_unit_are_its_own(units):
    li, other = person("li.zj", "LI", at=units["ZJ"]), person("li.cg", "LI", at=units["CG"])

    assert people("unit_liaison", unit=units["ZJ"], now=MONDAY_NOON) == [li]
    assert people("unit_liaison", unit=units["CG"], now=MONDAY_NOON) == [other]


def test_a_section_without_a_liaison_has_the_one_above(units):
    li = person("li.zj", "LI", at=units["ZJ"])
    person("li.qf", "LI", at=units["QF"])

    assert people("unit_liaison", unit=units["ZJ-WY"], now=MONDAY_NOON) == [li]


def test_a_liaison_who_left_does_not_hide_the_one_above(units):
    li = person("li.zj", "LI", at=units["ZJ"])
    person("li.wy", "LI", at=units["ZJ-WY"], is_active=False)

    assert people("unit_liaison", unit=units["ZJ-WY"], now=MONDAY_NOON) == [li]


def test_out_of_hours_the_duty_person_is_told_too(units):
    li, duty = person("li.zj", "LI", at=units["ZJ"]), person("hd.zj", "HD", at=units["ZJ"])
    shift("unit_duty", units["ZJ"], duty)

    assert people("unit_liaison", unit=units["ZJ"], now=MONDAY_NOON) == [li]
    assert people("unit_liaison", unit=units["ZJ"], now=MONDAY_NIGHT) == [li, duty]
    assert people("unit_handler", unit=units["ZJ"], now=MONDAY_NIGHT) == [duty]


def test_out_of_hours_a_unit_may_rely_on_the_one_above(units):
    own, above = person("hd.wy", "HD", at=units["ZJ-WY"]), person("hd.zj", "HD", at=units["ZJ"])
    shift("unit_duty", units["ZJ-WY"], own)
    shift("unit_duty", units["ZJ"], above)
    section = units["ZJ-WY"]
    section.out_of_hours_mode = "parent"

    assert people("unit_leader", unit=section, now=MONDAY_NIGHT) == [above]


def test_nobody_found_means_the_duty_leader_of_the_hour_and_then_any(units):
    asleep, awake = person("dl1", "DL", at=units["RX"]), person("dl2", "DL", at=units["RX"])

    assert people("unit_liaison", unit=units["ZJ"], now=MONDAY_NOON) == [asleep, awake]
    shift("duty_leader", units["RX"], awake)
    assert people("unit_liaison", unit=units["ZJ"], now=MONDAY_NOON) == [awake]
    assert people("shift_leader", unit=None, now=MONDAY_NOON) == [awake]


@pytest.mark.parametrize(
    "key, role",
    [
        ("supervisor", "SV"),
        ("district_leader", "QL"),
        ("callback_agent", "CB"),
        ("reviewer", "RV"),
        ("dispatcher", "DP"),
    ],
)
def test_the_hotline_s_own_people_are_found_by_role(units, key, role):
    somebody = person("somebody", role, at=units["RX"])
    person("dl", "DL", at=units["RX"])

    assert people(key, unit=units["ZJ"], now=MONDAY_NOON) == [somebody]


def test_the_lead_of_the_callback_team_or_the_shift_leader(units):
    ops = person("ops", "OPS", at=units["RX"])
    shift("shift_leader", units["RX"], ops)
    person("cb", "CB", at=units["RX-HF"])

    assert people("callback_lead", unit=None, now=MONDAY_NOON) == [ops]
    lead = person("lead", "UL", at=units["RX-HF"])
    assert people("callback_lead", unit=None, now=MONDAY_NOON) == [lead]


@pytest.mark.parametrize("key", sorted(ROLE_KEYS))
def test_every_key_reaches_somebody_where_there_is_a_duty_leader(units, key):
    dl = person("dl", "DL", at=units["RX"])

    assert people(key, unit=units["ZJ-WY"], now=MONDAY_NIGHT) == [dl]
    assert people(key, unit=None, now=MONDAY_NIGHT) == [dl]


def test_a_key_that_does_not_exist_is_an_error(db):
    with pytest.raises(ValueError, match="janitor"):
        people("janitor", unit=None, now=MONDAY_NOON)


def test_asking_costs_few_queries_however_deep_the_unit(units, django_assert_max_num_queries):
    person("dl", "DL", at=units["RX"])

    with django_assert_max_num_queries(5):
        people("unit_liaison", unit=units["ZJ-WY"], now=MONDAY_NIGHT)


def add(user, unit, kind, start=MONDAY_NOON, end=MONDAY_NOON + HOUR):
    return actions.add_shift(kind=kind, unit=unit, user=user, starts_at=start, ends_at=end, by=user, now=MONDAY_NOON)


@pytest.mark.parametrize("kind, role", [("duty_leader", "DL"), ("shift_leader", "OPS"), ("unit_duty", "HD")])
def test_a_duty_needs_its_role(units, kind, role):
    with pytest.raises(ValidationError):
        add(person("op", "OP", at=units["RX"]), units["RX"], kind)

    assert add(person("fit", role, at=units["RX"]), units["RX"], kind).pk


def test_nobody_has_the_same_duty_twice_at_once(units):
    dl = person("dl", "DL", at=units["RX"])
    add(dl, units["RX"], "duty_leader")

    with pytest.raises(ValidationError):
        add(dl, units["RX"], "duty_leader", MONDAY_NOON + HOUR / 2, MONDAY_NOON + 2 * HOUR)
    assert add(dl, units["RX"], "duty_leader", MONDAY_NOON + HOUR, MONDAY_NOON + 2 * HOUR).pk


def test_the_line_from_a_unit_up_to_the_district():
    assert paths_upwards(Unit(path="/QF/ZJ/ZJ-WY/")) == ["/QF/ZJ/ZJ-WY/", "/QF/ZJ/", "/QF/"]
