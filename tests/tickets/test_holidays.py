"""The holiday table: read by many, changed by administrators after a look, kept in versions, asked for in November."""
import json
from datetime import datetime, timedelta
from importlib import import_module

import pgtrigger
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from insights import audit as nightly
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tests.racing import lost, race, won
from tickets import trail
from tickets.calendars import LOCAL
from tickets.holidays import check, files, table
from tickets.holidays.table import Change, change_table, newest
from tickets.models import CalendarVersion, Clock, HolidayDay, SlaProfile, Ticket

EXTRA = "2026-03-04"  # a Wednesday in the week of NOON, a Monday
YEAR_2027 = {"year": 2027, "source": "通知", "off": ["2027-01-01", "2027-01-02", "2027-01-03"], "work": ["2027-01-09"],
             "names": {"2027-01-01": "元旦"}}


@pytest.fixture
def p(db):
    return make.make_people()


def by_workdays():
    """From here on promises count working days."""
    SlaProfile.objects.update(is_default=False)
    SlaProfile.objects.filter(code="standard_workday").update(is_default=True)


def day_off(p, day=EXTRA, *, apply=False, now=NOON, **fields):
    return change_table(change=Change(days={day: ["off", "台风"]}), base=newest().number, reason="市政府通知", apply=apply,
                        by=p.ad, now=now, **fields)


def completion(ticket):
    return Clock.objects.get(ticket=ticket, kind="COMPLETION")


def end_of(text):
    return datetime.fromisoformat(f"{text} 23:59:59").replace(tzinfo=LOCAL)


def upload(content, name="2027.json"):
    content = json.dumps(content, ensure_ascii=False, indent=1) if isinstance(content, dict) else content
    return {"file": SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)}


# --- the table and its versions ---------------------------------------------------------------------------------


def test_the_shipped_table_is_version_one_with_names(p):
    version = newest()

    assert (version.number, version.years, version.days["2026-02-17"]) == (1, [2026], ["off", "春节"])
    assert HolidayDay.objects.count() == len(version.days) == 39


def test_a_change_is_a_new_version_that_says_who_when_what_and_why(p):
    version, moved = day_off(p)

    assert (version.number, version.by, version.at, version.reason, moved) == (2, p.ad, NOON, "市政府通知", 0)
    assert version.changes == {EXTRA: [None, ["off", "台风"]]}
    assert HolidayDay.objects.get(date=EXTRA).name == "台风"
    assert not newest().calendar.is_workday(datetime.fromisoformat(EXTRA).date())
    assert CalendarVersion.objects.at(NOON - timedelta(seconds=1)).number == 1
    assert AuditEntry.objects.get(kind="CONFIG").reason == "市政府通知"


def test_a_day_can_be_changed_and_removed(p):
    day_off(p)
    change_table(change=Change(days={"2026-02-14": None, EXTRA: ["off", "防汛"]}), base=2, reason="更正", apply=False, by=p.ad,
                 now=NOON)

    assert newest().changes == {"2026-02-14": [["work", "春节"], None], EXTRA: [["off", "台风"], ["off", "防汛"]]}
    assert not HolidayDay.objects.filter(date="2026-02-14").exists()
    assert {str(row.date): [row.kind, row.name] for row in HolidayDay.objects.all()} == newest().days


def test_a_version_is_never_rewritten(p):
    with pytest.raises(InternalError), transaction.atomic():
        CalendarVersion.objects.update(reason="nothing happened")
    with pytest.raises(InternalError), transaction.atomic():
        CalendarVersion.objects.all().delete()


def test_the_same_change_twice_is_one_version(p):
    day_off(p)

    with pytest.raises(table.Overtaken):
        change_table(change=Change(days={EXTRA: ["off", "台风"]}), base=1, reason="再次", apply=False, by=p.ad, now=NOON)
    with pytest.raises(table.NothingChanges):
        day_off(p)
    assert CalendarVersion.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_at_once_one_is_told_to_look_again():
    p = make.make_people()

    results = race(*[lambda day=day: change_table(change=Change(days={day: ["off", "x"]}), base=1, reason="x", apply=False,
                                                  by=p.ad, now=NOON) for day in ("2026-03-04", "2026-03-05")])

    assert (len(won(results)), lost(results)) == (1, ["Overtaken"])
    assert newest().number == 2


def test_two_versions_of_a_number_cannot_be(p):
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarVersion.objects.create(number=1, at=NOON, by=p.ad, reason="x", days={}, years=[])


def test_a_table_that_was_kept_before_there_were_versions_becomes_the_first(p):
    by_workdays()
    ticket = make.in_hand(p, type="help")
    Clock.objects.update(calendar_version=None)
    shipped = newest().days
    with pgtrigger.ignore("tickets.CalendarVersion:calendar_append_only"):
        CalendarVersion.objects.all().delete()

    import_module("tickets.migrations.0003_rules_kept_on_pages").first_version(apps, None)

    assert (newest().number, newest().days, newest().years) == (1, shipped, [2026])
    assert completion(ticket).calendar_version == 1
    assert Clock.objects.get(ticket=ticket, kind="REVIEW").calendar_version is None


# --- open clocks --------------------------------------------------------------------------------------------------


def test_open_clocks_keep_their_due_date(p):
    by_workdays()
    ticket = make.in_hand(p, type="help")  # 5 working days
    day_off(p)

    assert completion(ticket).due_at == end_of("2026-03-09")
    assert completion(ticket).calendar_version == 1
    assert not ticket.events.filter(name="apply_calendar").exists()
    assert completion(make.in_hand(p, type="help")).due_at == end_of("2026-03-10")


def test_open_clocks_move_when_the_change_says_so_and_the_trail_says_it(p):
    by_workdays()
    ticket = make.in_hand(p, type="help")

    version, moved = day_off(p, apply=True, now=NOON + timedelta(hours=1))

    clock, ticket = completion(ticket), Ticket.objects.get(pk=ticket.pk)
    assert (clock.due_at, clock.calendar_version) == (end_of("2026-03-10"), 2)
    event = ticket.events.get(name="apply_calendar")
    assert (event.by, event.note, event.data["calendar"]) == (p.ad, "市政府通知", 2)
    assert [datetime.fromisoformat(text) for text in event.data["due"]["COMPLETION"]] == [end_of("2026-03-09"), end_of("2026-03-10")]
    assert moved == 1
    assert list(trail.faults_of(ticket, ticket.events.order_by("seq"))) == []
    running = Clock.objects.filter(ticket=ticket, status="running").exclude(kind="RETURN_WINDOW")
    assert ticket.next_due_at == min(running.values_list("due_at", flat=True))


def test_a_clock_that_stopped_paused_or_waits_for_approval_is_not_touched(p):
    by_workdays()
    held, closed = make.replied(p, type="help"), make.closed(p, type="help")
    before = {pk: completion(pk).due_at for pk in (held, closed)}

    day_off(p, apply=True)

    assert {pk: completion(pk).due_at for pk in (held, closed)} == before
    assert completion(held).status == "held"


def test_an_extension_stays_added(p):
    from dispatch import requests
    by_workdays()
    ticket = make.in_hand(p, type="help")
    requests.request_extension(ticket.pk, by=p.ul, now=NOON, reason="需要采购配件", amount={"wd": 2}, citizen_told_at=NOON)
    requests.decide_extension(ticket.pk, by=p.sv, now=NOON, approved=True, decision="同意")
    assert completion(ticket).due_at == end_of("2026-03-11")

    day_off(p, apply=True)

    assert completion(ticket).due_at == end_of("2026-03-12")


def test_minutes_do_not_care_for_holidays(p):
    ticket = make.in_hand(p)
    due = completion(ticket).due_at

    assert day_off(p, apply=True)[1] == 0
    assert completion(ticket).due_at == due


def test_a_flag_goes_when_the_year_is_entered_and_the_count_stays_the_same(p):
    by_workdays()
    late, over = (make.in_hand(p, now=NOON.replace(month=12, day=day), type="help") for day in (25, 28))
    assert (completion(late).due_at, completion(over).due_at) == (end_of("2027-01-01"), end_of("2027-01-04"))
    assert not completion(late).calendar_known

    change = files.read(json.dumps(YEAR_2027).encode(), "2027.json")
    change_table(change=change, base=1, reason="国务院通知", apply=False, by=p.ad, now=NOON)
    assert not completion(late).calendar_known  # New Year is off: counted again it would be due later
    change_table(change=Change(days={"2027-01-02": None}), base=2, reason="试", apply=True, by=p.ad, now=NOON)

    assert completion(late).calendar_known
    assert completion(late).due_at == end_of("2027-01-04")
    assert completion(over).due_at == end_of("2027-01-05")


def test_a_count_that_the_new_year_does_not_change_loses_its_flag_without_being_moved(p):
    by_workdays()
    ticket = make.in_hand(p, now=NOON.replace(month=12, day=31), type="help")
    assert not completion(ticket).calendar_known
    due = completion(ticket).due_at

    change_table(change=Change(days={"2027-10-01": ["off", "国庆节"]}, year=2027), base=1, reason="通知", apply=False, by=p.ad,
                 now=NOON)

    assert completion(ticket).calendar_known and completion(ticket).due_at == due


def test_one_day_of_a_year_does_not_make_the_year_known(p):
    change_table(change=Change(days={"2027-01-01": ["off", "元旦"]}), base=1, reason="提前", apply=False, by=p.ad, now=NOON)

    assert newest().years == [2026]


# --- pages --------------------------------------------------------------------------------------------------------

CALENDAR, DAY, FILE, CONFIRM = (reverse(f"tickets:{name}") for name in
                                ("calendar", "calendar-day", "calendar-file", "calendar-confirm"))


@pytest.mark.parametrize("role", ["ad", "sv", "zh", "dl", "li", "au"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_everybody_who_sees_deadlines_reads_the_calendar(p, role, language):
    user = getattr(p, role)

    page = signed_in(user, language).get(f"{CALENDAR}?year=2026")

    assert page.status_code == 200
    assert page.context["may_edit"] == (role == "ad")
    assert ("Holidays" if language == "en" else "节假日") in page.content.decode()
    assert "春节" in page.content.decode() and (DAY in page.content.decode()) == (role == "ad")


@pytest.mark.parametrize("year", ["", "x", "99999", "1900", "٢٠٢٦"])
def test_a_strange_year_shows_this_one(p, year):
    assert signed_in(p.sv).get(CALENDAR, {"year": year}).context["year"] == check.local_date(make_now()).year


def make_now():
    from accounts.instant import database_now
    return database_now()


@pytest.mark.parametrize("role", ["sv", "dl", "op", "li", "au", "ke"])
def test_nobody_else_changes_it(p, role):
    client = signed_in(getattr(p, role))

    assert {client.post(path).status_code for path in (DAY, FILE, CONFIRM)} == {403}
    assert newest().number == 1


def test_those_who_see_no_clock_see_no_calendar(p, client):
    assert signed_in(p.ke).get(CALENDAR).status_code == 403
    assert client.get(CALENDAR).status_code == 302


def test_a_day_is_looked_at_and_then_confirmed(p):
    by_workdays()
    ticket = make.in_hand(p, type="help")
    client = signed_in(p.ad)

    look = client.post(DAY, {"date": EXTRA, "kind": "off", "name": "台风"})
    assert (look.status_code, newest().number) == (200, 1)
    assert [shift.clock.ticket_no for shift in look.context["shifts"]] == [ticket.ticket_no]
    assert ticket.ticket_no in look.content.decode()
    answer = client.post(CONFIRM, {**look.context["form"].initial, "reason": "通知", "apply": "on"})

    assert answer.headers["Location"] == f"{CALENDAR}?year=2026"
    assert (newest().number, newest().applied, newest().by) == (2, True, p.ad)
    assert completion(ticket).due_at == end_of("2026-03-10")
    assert "台风" in client.get(answer.headers["Location"]).content.decode()


def test_without_a_reason_the_preview_comes_back_and_asks(p):
    client = signed_in(p.ad)
    look = client.post(DAY, {"date": EXTRA, "kind": "off", "name": "台风"})

    answer = client.post(CONFIRM, {**look.context["form"].initial, "reason": ""})

    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {"reason"}
    assert newest().number == 1


def test_who_was_overtaken_sees_what_it_would_do_now(p):
    client = signed_in(p.ad)
    look = client.post(DAY, {"date": EXTRA, "kind": "off", "name": "台风"})
    day_off(p, "2026-03-05")

    answer = client.post(CONFIRM, {**look.context["form"].initial, "reason": "通知"})
    assert (answer.status_code, newest().number) == (409, 2)
    again = client.post(CONFIRM, {**answer.context["form"].data, "reason": "通知"})

    assert (again.status_code, newest().number) == (302, 3)


def test_a_preview_that_was_tampered_with_counts_nothing(p):
    answer = signed_in(p.ad).post(CONFIRM, {"sealed": "x", "base": 1, "reason": "x"})

    assert (answer.headers["Location"], newest().number) == (CALENDAR, 1)


@pytest.mark.parametrize(("given", "field"), [
    ({"date": "x", "kind": "off", "name": "x"}, "date"),
    ({"date": EXTRA, "kind": "work", "name": "x"}, "kind"),
    ({"date": EXTRA, "kind": "x", "name": "x"}, "kind"),
    ({"date": EXTRA, "kind": "off", "name": ""}, "name"),
    ({"date": EXTRA, "kind": "off", "name": "x" * 41}, "name"),
])
def test_a_wrong_day_is_refused_beside_its_field(p, given, field):
    page = signed_in(p.ad).post(DAY, given)

    assert page.status_code == 422 and page.context["day_form"].errors.keys() == {field}
    assert f'id="day-{field}-error"' in page.content.decode()


def test_next_year_comes_from_a_file(p):
    client = signed_in(p.ad)

    look = client.post(FILE, upload(YEAR_2027))
    assert [(d.day, d.what) for d in look.context["differences"]][0][0] == "2027-01-01" and look.context["becomes_complete"] == 2027
    client.post(CONFIRM, {**look.context["form"].initial, "reason": "国务院办公厅通知"})

    assert newest().years == [2026, 2027] and newest().days["2027-01-01"] == ["off", "元旦"]
    assert newest().source == "通知"
    assert newest().days["2026-10-01"] == ["off", "国庆节"]


def test_a_file_replaces_its_year(p):
    change = files.read("2026-05-01,off,劳动节\n".encode(), "x.csv")

    changes = change.against(newest())

    assert len(changes) == 38 and "2026-05-01" not in changes  # which it names as it is
    assert changes["2026-10-01"] == [["off", "国庆节"], None]


def test_errors_of_a_file_stand_beside_the_field(p):
    page = signed_in(p.ad).post(FILE, upload("2027-01-01,off,x\n2027-01-01,off,x\nbad,off,x\n", "x.csv"))

    assert page.status_code == 422 and len(page.context["file_form"].errors["file"]) == 2
    assert page.content.decode().count("<li>第") == 2


# --- what a ticket shows -------------------------------------------------------------------------------------------


def test_a_clock_that_runs_past_the_known_years_says_so(p):
    by_workdays()
    ticket = make.in_hand(p, now=NOON.replace(month=12, day=30), type="help")
    client = signed_in(p.sv)

    assert "节假日未维护" in client.get(f"/tickets/{ticket.ticket_no}/").content.decode()
    clocks = client.get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["clocks"]
    assert {clock["kind"]: clock["calendar_known"] for clock in clocks}["COMPLETION"] is False


def test_the_nightly_audit_agrees_after_a_change(p):
    by_workdays()
    make.in_hand(p, type="help")
    day_off(p, apply=True)

    found = nightly.run(now=NOON, codes=set(nightly.CHECKS) - {"I12"})  # some triggers are off in tests

    assert {finding.code: finding.examples for finding in nightly.broken(found)} == {}


def test_the_nightly_audit_agrees_when_clocks_kept_their_table(p):
    by_workdays()
    make.in_hand(p, type="help")
    day_off(p, now=NOON + timedelta(hours=1))
    make.in_hand(p, type="help", now=NOON + timedelta(hours=2))

    found = nightly.run(now=NOON, codes=set(nightly.CHECKS) - {"I12", "C6"})

    assert {finding.code: finding.examples for finding in nightly.broken(found)} == {}
