"""Routing rules as an administrator keeps them: written, tried on the newest tickets, ended; read by those who dispatch."""
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.instant import database_now
from accounts.models import AuditEntry
from dispatch.models import RoutingRule
from dispatch.rulebook import preview, writing
from tests import factories as make
from tests.crowds import cost, queries_of, signed_in
from tests.dispatch.routes import GIVEN, codes, designated, rule
from tests.factories import NOON, unit
from tickets.models import Ticket
from tickets.timed import acts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAGE, LOOK, WRITE = (reverse(f"dispatch:{name}") for name in ("routing", "routing-look", "routing-write"))


# --- rows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("begins", "ends", "fits"), [(0, None, False), (1, 2, False), (2, 3, True), (-1, 0, True), (1, None, False),
                                                     (2, None, True)])
def test_two_rules_of_the_same_conditions_do_not_overlap(p, begins, ends, fits):
    at = NOON + 10 * DAY
    rule(p, valid_from=at, valid_to=at + 2 * DAY)
    more = {"valid_from": at + begins * DAY, "valid_to": None if ends is None else at + ends * DAY}

    if fits:
        rule(p, lead=None, **more)
    else:
        with pytest.raises(acts.Overlaps):
            rule(p, lead=None, **more)  # who leads is no condition
        with pytest.raises(IntegrityError), transaction.atomic():  # the database knows by itself
            RoutingRule.objects.create(category="0102", lead=unit("HB"), owner="x", reason="x", by=p.ad, at=NOON, **more)


def test_one_condition_more_is_another_rule(p):
    for other in ({}, {"area": "WJJD"}, {"area": "CHJD"}, {"hours": "in"}, {"hours": "out"}, {"marks": "urgent"}, {"category": "01"},
                  {"area": "WJJD", "hours": "in", "marks": "urgent"}):
        rule(p, **other)

    assert RoutingRule.objects.count() == 8


@pytest.mark.parametrize("wrong", [{"lead": None}, {"lead_is_territory": True}, {"category": "1"}, {"category": "ab"}, {"valid_to": NOON}])
def test_the_database_refuses_what_makes_no_rule(p, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoutingRule.objects.create(**{"lead": unit("CG"), "owner": "x", "reason": "x", "by": p.ad, "at": NOON, "valid_from": NOON} | wrong)


def test_what_was_written_is_never_changed(p):
    written = rule(p)

    with pytest.raises(DatabaseError), transaction.atomic():
        RoutingRule.objects.filter(pk=written.pk).update(lead=unit("HB"))


def test_a_rule_never_reaches_back(p):
    assert rule(p, valid_from=NOON - DAY).valid_from == NOON


def test_a_rule_ends_once_and_one_that_had_not_begun_is_taken_back(p):
    counting, later = rule(p), rule(p, category="0103", valid_from=NOON + 5 * DAY)

    ended = acts.end(RoutingRule, counting.pk, at=NOON, by=p.ad, now=NOON + DAY)
    assert (ended.valid_to, ended.ended_by, ended.ended_at) == (NOON + DAY, p.ad, NOON + DAY)
    with pytest.raises(acts.OverAlready):
        acts.end(RoutingRule, counting.pk, at=NOON + 2 * DAY, by=p.ad, now=NOON + DAY)
    assert acts.end(RoutingRule, later.pk, at=NOON, by=p.ad, now=NOON) is None

    assert list(RoutingRule.objects.all()) == [counting]
    assert AuditEntry.objects.filter(kind="CONFIG", what__startswith="routing rule").count() == 4


def test_the_rules_that_come_along_are_written_once(p):
    assert [writing.load(now=NOON), writing.load(now=NOON)] == [4, 0]
    assert codes(make.in_dispatch(p, category=make.category("010501")))[0] == "WJJD"  # else 城管 by default


# --- the page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["ad", "sv", "dp"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_rules_are_read(p, role, language):
    rule(p, area="WJJD", hours="out", marks="urgent", co_unit_codes=["@TERR", "HB"])
    rule(p, lead=None)

    page = signed_in(getattr(p, role), language).get(PAGE)

    assert page.status_code == 200 and "房屋质量与维修" in page.content.decode()
    assert (WRITE in page.content.decode()) == (role == "ad")


@pytest.mark.parametrize("role", ["op", "ops", "rv", "li", "ul", "ke", "au"])
def test_strangers_read_and_try_none(p, role):
    client = signed_in(getattr(p, role))

    assert {client.get(PAGE).status_code, client.post(LOOK, GIVEN).status_code} == {403}


@pytest.mark.parametrize("role", ["sv", "dp", "dl", "op"])
def test_nobody_else_writes_or_ends_one(p, role):
    written, client = rule(p), signed_in(getattr(p, role))

    assert {client.post(WRITE, GIVEN).status_code, client.post(reverse("dispatch:routing-end", args=[written.pk])).status_code} == {403}
    assert RoutingRule.objects.get().ended_by is None


def test_an_administrator_writes_and_ends_one(p):
    client, today = signed_in(p.ad), timezone.localdate(database_now())
    given = GIVEN | {"area": "WJJD", "hours": "out", "marks": "urgent", "co_unit_codes": ["@TERR", "HB"], "valid_to": f"{today + 30 * DAY}"}

    assert client.post(WRITE, given).status_code == 302
    written = RoutingRule.objects.get()
    assert (written.category, written.area, written.hours, written.marks) == ("0102", unit("WJJD"), "out", "urgent")
    assert (written.lead, written.co_unit_codes, written.by) == (unit("CG"), ["@TERR", "HB"], p.ad)
    assert timezone.localdate(written.valid_to) == today + 31 * DAY
    client.post(reverse("dispatch:routing-end", args=[written.pk]), {"last_day": f"{today}"})

    written.refresh_from_db()
    assert timezone.localdate(written.valid_to) == today + DAY and written.ended_by == p.ad
    assert client.post(reverse("dispatch:routing-end", args=[999_999])).status_code == 404


def test_the_same_rule_twice_is_refused_beside_the_category_and_keeps_what_was_typed(p):
    client = signed_in(p.ad)
    client.post(WRITE, GIVEN)

    answer = client.post(WRITE, GIVEN | {"reason": "另一个理由"})

    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {"category"}
    assert "另一个理由" in answer.content.decode() and RoutingRule.objects.count() == 1


@pytest.mark.parametrize("address", [LOOK, WRITE])
@pytest.mark.parametrize(("changes", "field"), [
    ({"category": "9999"}, "category"), ({"area": "ZJ"}, "area"), ({"area": "WJJD-01"}, "area"), ({"hours": "x"}, "hours"),
    ({"marks": "normal"}, "marks"), ({"leads": ""}, "leads"), ({"lead": ""}, "lead"), ({"lead": "QF"}, "lead"),
    ({"leads": "territory"}, "lead"), ({"co_unit_codes": ["CG"]}, "co_unit_codes"), ({"co_unit_codes": ["XX"]}, "co_unit_codes"),
    ({"leads": "territory", "lead": "", "co_unit_codes": ["@TERR"]}, "co_unit_codes"),
    ({"valid_to": "2020-01-01"}, "valid_to"), ({"valid_from": "x"}, "valid_from"), ({"owner": ""}, "owner"), ({"reason": ""}, "reason")])
def test_what_cannot_be_is_said_beside_its_field(p, address, changes, field):
    given = GIVEN | {"owner": "区城管委"} | changes

    answer = signed_in(p.ad).post(address, given)

    assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
    assert ("区城管委" in answer.content.decode()) == (field != "owner")
    assert not RoutingRule.objects.exists()


# --- what it would do --------------------------------------------------------------------------------------------


def draft(**fields):
    return RoutingRule(**{"category": "0102", "lead": unit("CG"), "valid_from": NOON, "reason": "x", "owner": "x"} | fields)


def test_the_newest_dispatched_tickets_are_told_with_those_that_differ_first(p):
    rule(p, category="0105", lead="HB")
    taken = make.dispatched(p, to="ZJ")
    other = make.dispatched(p, to="WJJD", category=make.category("010501"))
    make.in_dispatch(p)  # not dispatched

    found = preview.impact(draft(), p.sv, NOON)

    told = [(line.ticket_no, line.real.code, line.today.code, line.then.code, line.differs) for line in found.lines]
    assert told == [(taken.ticket_no, "ZJ", "ZJ", "CG", True), (other.ticket_no, "WJJD", "HB", "HB", False)]
    assert (found.elsewhere, found.total, found.moves) == (1, 2, [(unit("ZJ"), unit("CG"), 1)])
    assert not RoutingRule.objects.filter(category="0102").exists()


def test_the_hours_are_those_of_the_dispatch(p):
    make.dispatched(p)
    make.dispatched(p, now=NOON + timedelta(hours=8))

    assert preview.impact(draft(hours="out"), p.sv, NOON + DAY).elsewhere == 1


def test_the_page_says_how_many_would_go_elsewhere_and_writes_nothing(p):
    ticket = make.dispatched(p)

    page = signed_in(p.dp, "en").post(LOOK, GIVEN).content.decode()

    assert "1 of 1 would go elsewhere" in page and ticket.ticket_no in page and "外墙整治期间由城管牵头" in page
    assert not RoutingRule.objects.exists()


def test_who_reads_no_tickets_sees_the_sums_only(p):
    ticket = make.dispatched(p)

    page = signed_in(p.ad, "en").post(LOOK, GIVEN).content.decode()

    assert "1 of 1 would go elsewhere" in page
    assert ticket.ticket_no not in page and ticket.title not in page and ticket.address not in page


def test_a_look_costs_the_same_for_one_ticket_and_for_many(p):
    designated(p)  # after a return: what the unit proposed then is asked for, too
    one = queries_of(lambda: preview.impact(draft(), p.sv, NOON))
    for area in ("CHJD", "XAJD", "QDJD"):
        make.dispatched(p, area=unit(area), proposed_unit=unit("HB"), target_unit=unit("CG"), is_confidential=True)
        designated(p)

    assert queries_of(lambda: preview.impact(draft(), p.sv, NOON)) == one <= 10


def test_the_list_costs_the_same_for_one_rule_and_for_many(p):
    client = signed_in(p.ad)
    rule(p)
    one = cost(client, PAGE)
    for area in ("WJJD", "CHJD", "XAJD"):
        rule(p, area=area, co_unit_codes=["HB"])

    assert cost(client, PAGE) == one <= 10


def test_at_most_a_hundred_are_looked_at(p, monkeypatch):
    monkeypatch.setattr(preview, "NEWEST", 2)
    for day in range(3):
        make.dispatched(p, now=NOON + day * DAY)

    found = preview.impact(draft(), p.sv, NOON + 3 * DAY)

    newest = Ticket.objects.order_by("-registered_at").values_list("ticket_no", flat=True)[:2]
    assert found.total == 2 and [line.ticket_no for line in found.lines] == list(newest)
