"""What people do with reports: ask for one, word it, approve and issue it as two persons, and never change it afterwards."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction
from django.db.utils import IntegrityError

from insights.models import Report, ReportCounter
from insights.reports import acts, making
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.insights.test_reports import PAGE, TOMORROW, at, made, rows_of, some_matters
from tests.racing import lost, race, won
from tickets.actions import Refused

WORDS = {"heading": "热线日报", "comment": "今天下雨。", "sent_to": "区委办、区政府办"}


def issued(p, **more):
    report = made(p, **more)
    acts.edit(report.pk, by=p.sv, now=TOMORROW, **WORDS)
    acts.approve(report.pk, by=p.dl, now=TOMORROW)
    return acts.issue(report.pk, by=p.zh, now=TOMORROW)


def test_from_draft_to_issued_by_the_pages(p):
    report = made(p)
    path = f"{PAGE}{report.pk}/"

    page = signed_in(p.sv).post(f"{path}edit/", WORDS | {"seen": ""}, follow=True).content.decode()
    assert "今天下雨。" in page
    assert "data-key=\"alt+a\"" in signed_in(p.dl).get(path).content.decode()
    signed_in(p.dl).post(f"{path}approve/")
    signed_in(p.zh).post(f"{path}issue/")

    report.refresh_from_db()
    assert (report.status, report.year, report.number, report.heading) == ("issued", report.issued_at.year, 1, "热线日报")
    assert "第1期" in signed_in(p.ql).get(path).content.decode()


@pytest.mark.parametrize(("who", "name"), [
    ("ql", "edit"), ("dl", "edit"), ("sv", "approve"), ("ql", "approve"), ("sv", "issue"), ("dl", "issue"), ("ql", "correct"),
    ("dl", "correct"), ("ql", "send_back"), ("dl", "again")])
def test_who_may_not_is_refused(p, who, name):
    report = made(p)

    answer = signed_in(getattr(p, who)).post(f"{PAGE}{report.pk}/{name}/", WORDS)

    assert answer.status_code == 403
    report.refresh_from_db()
    assert report.status == "draft" and report.edited_by is None


@pytest.mark.parametrize("who", ["ul", "li", "op", "cb", "au"])
def test_strangers_see_no_report(p, who):
    report = made(p)
    client = signed_in(getattr(p, who))

    for path in ("", f"{report.pk}/", f"{report.pk}/file.pdf", "last-hour/"):
        assert client.get(f"{PAGE}{path}").status_code == 403
    with pytest.raises(PermissionDenied):
        acts.ask("daily", NOON, by=getattr(p, who), now=TOMORROW)


def test_nobody_approves_his_own(p):
    asked = made(p, by=p.zh)
    with pytest.raises(Refused):
        acts.approve(asked.pk, by=p.zh, now=TOMORROW)
    worded = made(p, "hourly")
    acts.edit(worded.pk, by=p.zh, now=TOMORROW, **WORDS)
    with pytest.raises(Refused):
        acts.approve(worded.pk, by=p.zh, now=TOMORROW)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Report.objects.filter(pk=worded.pk).update(status="approved", approved_by=p.zh, approved_at=TOMORROW)


def test_what_nobody_touched_is_not_approved_and_issued_by_one_alone(p):
    some_matters(p)
    making.ask_for_due(TOMORROW)
    making.make_all(at(TOMORROW))
    report = Report.objects.get(kind="daily")
    acts.approve(report.pk, by=p.zh, now=TOMORROW)

    with pytest.raises(Refused):
        acts.issue(report.pk, by=p.zh, now=TOMORROW)
    acts.send_back(report.pk, by=p.zh, now=TOMORROW)
    acts.approve(report.pk, by=p.dl, now=TOMORROW)
    assert acts.issue(report.pk, by=p.zh, now=TOMORROW).number == 1


def test_each_act_only_in_its_state_and_once(p):
    report = issued(p)

    for act in (lambda: acts.issue(report.pk, by=p.zh, now=TOMORROW), lambda: acts.approve(report.pk, by=p.dl, now=TOMORROW),
                lambda: acts.edit(report.pk, by=p.sv, now=TOMORROW, **WORDS), lambda: acts.again(report.pk, by=p.sv, now=TOMORROW),
                lambda: acts.send_back(report.pk, by=p.dl, now=TOMORROW)):
        with pytest.raises(Refused):
            act()
    fresh = made(p, "hourly")
    for act in (lambda: acts.issue(fresh.pk, by=p.zh, now=TOMORROW), lambda: acts.correct(fresh.pk, by=p.sv, now=TOMORROW)):
        with pytest.raises(Refused):
            act()
    with pytest.raises(Refused):
        acts.ask("daily", TOMORROW, by=p.sv, now=TOMORROW)


def test_nobody_writes_over_what_he_has_not_read(p):
    report = made(p)
    client, other = signed_in(p.sv), make.make_user("SV", "RX-DB")
    acts.edit(report.pk, by=other, now=TOMORROW, **WORDS)

    page = client.post(f"{PAGE}{report.pk}/edit/", {"heading": "别的标题", "comment": "我的话", "sent_to": "", "seen": ""})

    assert page.status_code == 422 and "我的话" in page.content.decode()
    report.refresh_from_db()
    assert report.heading == WORDS["heading"]


def test_the_database_keeps_what_was_counted_and_what_was_issued(p):
    draft, issued_one = made(p, "hourly"), issued(p)

    for change in ({"content": []}, {"digest": "0" * 64}, {"since": NOON + timedelta(minutes=1)}, {"status": "issued"}, {"version": 9}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Report.objects.filter(pk=draft.pk).update(**change)
    for change in ({"content": []}, {"comment": "x"}, {"status": "draft"}, {"number": 7}, {"issued_by": p.dl}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Report.objects.filter(pk=issued_one.pk).update(**change)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Report.objects.filter(pk=draft.pk).delete()
    issued_one.refresh_from_db()
    assert making.digest(issued_one.content) == issued_one.digest


def test_a_correction_is_a_new_version_of_the_same_number(p):
    make.in_dispatch(p)
    first = issued(p)
    before = first.content
    make.in_dispatch(p)

    second = acts.correct(first.pk, by=p.sv, now=TOMORROW)
    assert acts.correct(first.pk, by=p.zh, now=TOMORROW).pk == second.pk
    making.make_all(at(TOMORROW))
    acts.approve(second.pk, by=p.dl, now=TOMORROW)
    second = acts.issue(second.pk, by=p.zh, now=TOMORROW)
    other = made(p, moment=NOON - timedelta(days=1))
    acts.approve(other.pk, by=p.dl, now=TOMORROW)

    first.refresh_from_db()
    assert (second.version, second.number, first.number, first.content) == (2, 1, 1, before)
    assert rows_of(second, "figures")["indicator:accepted"][0]["n"] == 2
    assert acts.issue(other.pk, by=p.zh, now=TOMORROW).number == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_issue_once_and_numbers_have_no_gap():
    p = make.make_people()
    other = make.make_user("ZH", "RX")
    reports = [made(p, moment=NOON - timedelta(days=back)) for back in range(3)]
    for report in reports:
        acts.approve(report.pk, by=p.dl, now=TOMORROW)

    results = race(*[lambda pk=report.pk, who=who: acts.issue(pk, by=who, now=TOMORROW) for report in reports
                     for who in (p.zh, other)])

    assert len(won(results)) == 3 and lost(results) == ["Refused"] * 3
    assert sorted(Report.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert ReportCounter.objects.get().last == 3


# --- pages --------------------------------------------------------------------------------------------------------------


def test_a_report_is_asked_for_from_the_page_and_shows_how_far_it_is(p):
    client = signed_in(p.sv)

    answer = client.post(PAGE, {"kind": "daily", "at": "2026-03-02T09:00"}, follow=True)

    report = Report.objects.get()
    page = answer.content.decode()
    assert answer.redirect_chain == [(f"{PAGE}{report.pk}/", 302)] and "<progress" in page and report.asked_by == p.sv
    making.make_all(at(TOMORROW))
    assert client.get(f"{PAGE}{report.pk}/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert client.post(PAGE, {"kind": "daily", "at": "2126-03-02T09:00"}).status_code == 422
    assert client.post(PAGE, {"kind": "nonsense", "at": ""}).status_code == 422
    with pytest.raises(PermissionDenied):
        acts.ask("daily", NOON, by=p.dl, now=TOMORROW)
    assert signed_in(p.dl).post(PAGE, {"kind": "hourly", "at": "2026-03-02T09:00"}).status_code == 403


def test_the_list_filters_and_is_honest_when_empty(p):
    client = signed_in(p.ql)
    assert "暂无此类报告" in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}last-hour/")["Location"] == f"{PAGE}?kind=hourly"
    daily, hourly = made(p), made(p, "hourly")

    page = client.get(f"{PAGE}?kind=daily").content.decode()

    assert f"{PAGE}{daily.pk}/" in page and f'{PAGE}{hourly.pk}/"' not in page
    assert client.get(f"{PAGE}?kind=x").status_code == 404
    assert client.get(f"{PAGE}last-hour/")["Location"] == f"{PAGE}{hourly.pk}/"
    assert f"{PAGE}last-hour/" in signed_in(p.dl).get("/desk/board/").content.decode()
    assert f"{PAGE}last-hour/" in signed_in(p.dl).get("/desk/duty/").content.decode()


def test_pages_take_few_queries(p):
    some_matters(p)
    report = made(p)

    assert cost(signed_in(p.sv), PAGE) <= 10
    assert cost(signed_in(p.sv), f"{PAGE}{report.pk}/") <= 10
