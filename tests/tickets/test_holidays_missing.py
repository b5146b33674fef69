"""From the middle of November somebody hears that next year's holidays are missing, once."""
from datetime import datetime, timedelta

import pytest

from notices.models import Notice
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tests.tickets.test_holidays import CALENDAR, make_now
from tickets.holidays import check
from tickets.holidays.table import newest


@pytest.fixture
def p(db):
    return make.make_people()


@pytest.mark.parametrize(("today", "missing"), [
    ("2026-11-14", None), ("2026-11-15", 2027), ("2026-12-31", 2027), ("2027-01-01", 2027), ("2026-01-01", None)])
def test_next_year_is_missed_from_the_middle_of_november(p, today, missing):
    assert check.missing_year(newest(), datetime.fromisoformat(today).date()) == missing


def test_administrators_and_duty_leaders_are_told_once(p):
    november = NOON.replace(month=11, day=20)

    for day in range(3):
        check.warn(now=november + timedelta(days=day))

    told = Notice.objects.filter(cause="calendar_missing:2027", channel="inapp")
    assert {notice.recipient for notice in told} == {p.ad, p.dl} and told.count() == 2


def test_the_health_check_warns_without_failing(p, client, monkeypatch):
    monkeypatch.setattr(check, "missing_year", lambda version, today: 2027)

    answer = client.get("/readyz")

    assert answer.json()["warnings"][0]["code"] == "calendar_missing"
    assert answer.json()["status"] != "unavailable" or answer.json()["sweep"]["status"] == "late"


def test_the_calendar_page_warns(p, monkeypatch):
    monkeypatch.setattr(check, "missing_year", lambda version, today: 2027)

    assert "2027" in signed_in(p.sv).get(CALENDAR).context["missing"]


def test_the_task_asks(p):
    from tickets.tasks import calendar_check

    calendar_check()

    assert Notice.objects.filter(kind="calendar_missing").exists() == bool(check.missing_year(newest(), check.local_date(make_now())))
