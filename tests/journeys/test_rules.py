"""An administrator changes the holiday table and a limit; people can read from each clock which version it follows."""
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.instant import database_now
from tests import factories as make
from tickets.models import SlaProfile
from tickets.profiles import versions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PROFILE = "standard_workday"


def completion(ticket):
    return ticket.clocks.get(kind="COMPLETION")


def look_then_confirm(someone, *shown, apply):
    """The preview says what would happen to open tickets; only then it is written."""
    someone.sees(*shown)
    form = someone.page.locator("form[action$='/confirm/']")
    form.locator("[name=reason]").fill("区政府通知")
    if apply:
        form.locator("[name=apply]").check()
    form.locator("button.btn-primary").click()
    someone.page.wait_for_load_state("networkidle")


def proof_of(someone, ticket):
    someone.page.goto(f"{someone.site}/tickets/{ticket.ticket_no}/clocks/{completion(ticket).pk}/")
    expect(someone.page.locator("body")).to_contain_text("已按留痕重新计算")
    return someone


def test_a_holiday_and_a_limit_are_changed_and_each_clock_says_which_version_it_follows(hire):
    SlaProfile.objects.filter(code=PROFILE).update(is_default=True)
    SlaProfile.objects.exclude(code=PROFILE).update(is_default=False)
    people = make.make_people()
    old = make.in_hand(people, database_now(), type="help")
    day = next(day for day in (timezone.localdate() + timedelta(days=n) for n in range(1, 8)) if day.weekday() == 2)
    before = completion(old).due_at
    admin, leader = hire("ad.rules", "AD", "RX", "管理员"), hire("dl.rules", "DL", "RX", "带班领导")

    admin.page.goto(f"{admin.site}/calendar/?year={day.year}")
    form = admin.page.locator("form[action*='/day/']").last
    form.locator("[name=date]").fill(day.isoformat())
    form.locator("[name=kind]").select_option("off")
    form.locator("[name=name]").fill("台风停工")
    form.locator("button").click()
    look_then_confirm(admin, "台风停工", old.ticket_no, apply=True)
    admin.sees("台风停工")
    assert completion(old).due_at > before
    proof_of(leader, old).sees("台风停工", " v1")

    first = versions.newest(PROFILE)
    admin.page.goto(f"{admin.site}/limits/{first.pk}/new/")
    form = admin.page.locator("form:has([name=title])")
    form.locator("[name='COMPLETION-help']").fill("6 wd")
    form.locator("button.btn-primary").click()
    look_then_confirm(admin, old.ticket_no, apply=False)
    assert versions.newest(PROFILE).version == 2

    new = make.in_hand(people, database_now(), type="help")
    proof_of(leader, new).sees("6个工作日", f"{first.title} v2")
    proof_of(leader, old).sees("5个工作日", f"{first.title} v1")
