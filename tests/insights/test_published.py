"""The published figures that the product's arithmetic is held against, and how they are shown."""
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from insights.published.arithmetic import Mean, Share, Sum, rounded
from insights.published.fields import FIELDS
from insights.published.reports import REPORTS
from tests.crowds import signed_in
from tickets.models import Category

PAGE = "/desk/published/"


def figure(title, label):
    report = next(report for report in REPORTS if str(report.title).startswith(title))
    return next(line for line in report.figures if line.label == label)


def test_the_reports_that_add_up_do():
    for title in ("宜春", "某市", "衡东"):
        report = next(report for report in REPORTS if str(report.title).startswith(title))
        assert [line.label for line in report.figures if line.holds is False] == []
    assert figure("宜春", "直接答复率").recomputed == "52.89% (20,334/38,447)"
    assert figure("衡东", "办结占比").recomputed == "99.93% (11,163/11,171)"
    assert figure("某市", "日均受理量").recomputed == "10,169.1 (71,184/7 天)"


def test_those_that_do_not_say_by_how_much():
    whole = figure("南通", "受理总量（按类型）")
    assert (whole.holds, whole.missing, whole.total) == (False, 557, 5850)
    assert figure("南通", "未分类占比").recomputed == "8.69% (557/6,407)"
    mean = figure("南通", "日均受理量")
    assert (mean.holds, mean.recomputed) == (False, "915.3 (6,407/7 天)")


def test_a_share_names_its_own_denominator():
    share = figure("唐山", "最多一类的占比")

    assert share.holds
    assert share.recomputed == "63.72% (124,599/195,532)"
    assert share.trapped == "43.81% (124,599/284,406)"


def test_both_ways_of_rounding_are_shown():
    share = figure("成都", "涉疫诉求占比")

    assert share.recomputed == "59.96% (412,461/687,921)"
    assert rounded(share.part, share.whole, 1) == Decimal("60.0")
    assert (share.cut, share.holds) == ("59.9%", True)


def test_of_nothing_there_is_no_share():
    assert rounded(0, 0, 2) is None
    assert Share("", 0, 0).recomputed == "—"


@given(some.lists(some.integers(0, 10**9), min_size=1, max_size=9), some.integers(-5, 5))
def test_a_sum_holds_exactly_when_nothing_is_missing(parts, off):
    line = Sum("", sum(parts) + off, tuple(("", n) for n in parts))

    assert line.holds == (off == 0)
    assert line.missing == off


@given(some.integers(0, 10**9), some.integers(1, 10**9), some.integers(0, 3))
def test_what_is_printed_by_either_way_holds_and_nothing_else_does(part, whole, places):
    for mode in ("HALF_UP", "TRUNC"):
        assert Share("", part, whole, f"{rounded(part, whole, places, mode)}").holds
    beyond = rounded(part, whole, places) + Decimal(1).scaleb(-places)
    assert not Share("", part, whole, f"{beyond}").holds
    assert Mean("", part, whole, "").holds is None


@pytest.mark.django_db
def test_every_category_is_in_one_field_of_a_report():
    codes = Category.objects.values_list("code", flat=True)

    for code in codes:
        assert sum(FIELDS[name].holds(code) for name in ("traffic", "medical", "supplies", "general")) == 1


def test_who_watches_over_all_units_sees_them_and_nobody_else(p):
    for person in (p.sv, p.ql, p.au):
        page = signed_in(person).get(PAGE)
        assert page.status_code == 200
        for said in ("52.89% (20,334/38,447)", "63.72% (124,599/195,532)", "557"):
            assert said in page.content.decode()
    for person in (p.op, p.li, p.rv):
        assert signed_in(person).get(PAGE).status_code == 403


def test_a_day_that_was_not_played_here_says_so(p):
    page = signed_in(p.sv).get(f"{PAGE}?of=xiaogan").content.decode()

    assert "load_scenario xiaogan" in page
    assert signed_in(p.sv).get(f"{PAGE}?of=nowhere").status_code == 404
