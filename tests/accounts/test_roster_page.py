from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.instant import database_now
from accounts.models import AuditEntry, DutyShift
from accounts.units import load_units
from tests.accounts.people import person


@pytest.fixture
def units(db):
    return load_units()


def entry(user, unit, kind="duty_leader", hours=(0, 8)):
    day = timezone.localtime(database_now()).replace(minute=0, second=0, microsecond=0)
    starts, ends = (day + timedelta(hours=hour) for hour in hours)
    return {
        "kind": kind,
        "unit": unit.pk,
        "user": user.pk,
        "starts_at": f"{starts:%Y-%m-%dT%H:%M}",
        "ends_at": f"{ends:%Y-%m-%dT%H:%M}",
    }


@pytest.mark.parametrize("role", ["OPS", "AD"])
def test_shift_leaders_and_administrators_keep_the_roster(client, units, role):
    client.force_login(person("editor", role, at=units["RX"]))
    dl = person("dl", "DL", at=units["RX"])

    assert client.post(reverse("add-shift"), entry(dl, units["RX"])).status_code == 302
    shift = DutyShift.objects.get()
    page = client.get(reverse("roster"))
    assert (page.context["leading"], page.context["coming"]) == ([shift], [])
    client.post(reverse("remove-shift", args=[shift.pk]))

    assert not DutyShift.objects.exists()
    assert list(AuditEntry.objects.order_by("id").values_list("reason", flat=True)) == ["duty added", "duty removed"]


@pytest.mark.parametrize("role", ["OP", "LI", "AU"])
def test_others_only_read_it(client, units, role):
    client.force_login(person("reader", role, at=units["RX"]))
    dl = person("dl", "DL", at=units["RX"])

    assert client.get(reverse("roster")).status_code == 200
    assert reverse("add-shift") not in client.get(reverse("roster")).content.decode()
    assert client.post(reverse("add-shift"), entry(dl, units["RX"])).status_code == 403
    assert client.post(reverse("remove-shift", args=[1])).status_code == 403


def test_a_shift_that_cannot_be_is_refused_at_the_field(client, units):
    client.force_login(person("ops", "OPS", at=units["RX"]))
    dl, op = person("dl", "DL", at=units["RX"]), person("op", "OP", at=units["RX"])

    backwards = client.post(reverse("add-shift"), entry(dl, units["RX"], hours=(8, 0)))
    unfit = client.post(reverse("add-shift"), entry(op, units["RX"]))
    client.post(reverse("add-shift"), entry(dl, units["RX"]))
    twice = client.post(reverse("add-shift"), entry(dl, units["RX"], hours=(4, 9)))

    assert backwards.status_code == unfit.status_code == twice.status_code == 422
    assert backwards.context["form"].errors
    assert "user" in unfit.context["form"].errors
    assert "starts_at" in twice.context["form"].errors


def test_the_page_costs_the_same_for_one_and_for_many(client, units, django_assert_max_num_queries):
    client.force_login(person("ops", "OPS", at=units["RX"]))
    now = database_now()
    for number in range(30):
        user = person(f"hd{number}", "HD", at=units["ZJ"])
        DutyShift.objects.create(kind="unit_duty", unit=units["ZJ"], user=user, starts_at=now, ends_at=now + timedelta(hours=8))

    with django_assert_max_num_queries(10):
        page = client.get(reverse("roster"))

    assert len(page.context["units"]) == 30
