"""Which units are suggested, in which order and why; and which never are."""
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Unit
from dispatch import actions as dispatching
from dispatch import replies, requests, routing
from dispatch.models import RoutingRule
from tests import factories as make
from tests.api import lives
from tests.crowds import cost, queries_of, signed_in
from tests.dispatch.routes import codes, designated, rule, ruled
from tests.factories import NOON, unit
from tickets.models import Category, Ticket
from tickets.timed import acts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EVENING = NOON + timedelta(hours=8)  # 20:00 of the same Monday


def reasons(ticket, now=NOON):
    with translation.override("en"):
        return {one.unit.code: one.reasons for one in routing.suggest_units(ticket, now)}


# --- order -------------------------------------------------------------------------------------------------------


def test_without_rules_it_is_the_default_of_the_category_then_the_place(p):
    ticket = make.in_dispatch(p)

    assert reasons(ticket) == {"ZJ": ["default of the category"], "WJJD": ["territory of the incident"]}
    first = routing.suggest_units(ticket, NOON)[0]
    assert [one.code for one in first.co_units] == ["WJJD"]


def test_what_the_operator_proposed_stands_first(p):
    assert codes(make.in_dispatch(p, proposed_unit=unit("HB"))) == ["HB", "ZJ", "WJJD"]


def test_specialist_before_territory_before_default(p):
    ticket = make.in_dispatch(p)
    rule(p, lead=None, category="010201")
    assert codes(ticket) == ["WJJD", "ZJ"]
    rule(p, lead="CG", category="01")
    assert codes(ticket) == ["CG", "WJJD", "ZJ"]
    assert reasons(ticket)["CG"] == ["rule of 2026-03-02: 外墙整治 (区住建局)"]


@pytest.mark.parametrize(("wins", "loses"), [
    ({"category": "010201"}, {"category": "0102"}), ({"category": "0102"}, {"category": "01"}), ({"category": "01"}, {"category": ""}),
    ({"category": "0102"}, {"category": "", "area": "WJJD"}), ({"area": "WJJD"}, {}), ({"hours": "in"}, {}),
    ({"marks": "urgent"}, {}), ({"area": "WJJD"}, {"hours": "in", "marks": "urgent"})])
def test_the_most_exact_rule_of_a_kind_wins(p, wins, loses):
    rule(p, lead="HB", **wins)
    rule(p, lead="CG", **loses)

    assert codes(make.in_dispatch(p, urgency="urgent"))[0] == "HB"


@pytest.mark.parametrize(("conditions", "ticket", "now", "counts"), [
    ({"area": "WJJD"}, {}, NOON, True), ({"area": "CHJD"}, {}, NOON, False), ({"category": "0103"}, {}, NOON, False),
    ({"hours": "in"}, {}, NOON, True), ({"hours": "in"}, {}, EVENING, False), ({"hours": "out"}, {}, EVENING, True),
    ({"hours": "out"}, {}, NOON + 5 * DAY, True), ({"hours": "in"}, {}, NOON + 5 * DAY, False),
    ({"marks": "urgent"}, {}, NOON, False), ({"marks": "urgent"}, {"urgency": "urgent"}, NOON, True),
    ({"marks": "urgent"}, {"urgency": "critical"}, NOON, True)])
def test_each_condition_counts(p, conditions, ticket, now, counts):
    rule(p, **conditions)

    assert ("CG" in codes(make.in_dispatch(p, **ticket), now)) == counts


def test_a_holiday_is_out_of_hours(p):
    """The roster counts weekdays; the table of holidays knows better."""
    national_day = NOON.replace(month=10, day=1)  # a Thursday
    rule(p, hours="out")

    assert codes(make.in_dispatch(p), national_day)[0] == "CG"


def test_a_community_lies_in_its_street(p):
    community = Unit.objects.filter(parent=unit("WJJD"), kind="community").first()
    rule(p, area="WJJD", lead=None)

    assert codes(make.in_dispatch(p, area=community)) == ["WJJD", "ZJ"]


def test_a_rule_counts_from_its_first_instant_until_it_ends(p):
    ticket, written = make.in_dispatch(p), rule(p, valid_from=NOON + DAY, valid_to=NOON + 3 * DAY)

    assert [codes(ticket, NOON + days * DAY)[0] for days in range(4)] == ["ZJ", "CG", "CG", "ZJ"]
    acts.end(RoutingRule, written.pk, at=NOON + 2 * DAY, by=p.ad, now=NOON + 2 * DAY)
    assert codes(ticket, NOON + 2 * DAY)[0] == "ZJ"


def test_co_units_are_those_of_the_rule_or_else_of_the_category(p):
    rule(p, co_unit_codes=["@TERR", "HB"])
    rule(p, lead=None, category="01")

    found = routing.suggest_units(make.in_dispatch(p), NOON)

    assert [(one.unit.code, [co.code for co in one.co_units]) for one in found] == [
        ("CG", ["WJJD", "HB"]), ("WJJD", []), ("ZJ", ["WJJD"])]


def test_one_unit_is_named_once_with_all_its_reasons(p):
    rule(p, lead="ZJ")

    assert reasons(make.in_dispatch(p, proposed_unit=unit("ZJ")))["ZJ"] == [
        "proposed when the matter was taken in", "rule of 2026-03-02: 外墙整治 (区住建局)", "default of the category"]


def test_a_ticket_without_category_goes_by_its_place(p):
    assert codes(make.draft(p, category=None)) == ["WJJD"]
    assert codes(make.draft(p, category=None, area=None, type="consult")) == []


# --- never -------------------------------------------------------------------------------------------------------


def test_a_unit_that_returned_it_is_not_suggested_again_and_what_it_proposes_is(p):
    ticket = lives.return_review(p)
    requests.approve_return(ticket.pk, by=p.dp, now=NOON)
    ticket.refresh_from_db()

    assert reasons(ticket) == {"CG": ["proposed by the returning unit"], "WJJD": ["territory of the incident"]}


@pytest.mark.parametrize("field", ["is_active", "can_receive"])
def test_a_closed_unit_is_not_suggested_in_any_part(p, field):
    rule(p, co_unit_codes=["HB", "SW"])
    for code in ("ZJ", "HB"):
        closed = unit(code)
        setattr(closed, field, False)
        closed.save()

    found = routing.suggest_units(make.in_dispatch(p), NOON)

    assert [(one.unit.code, [co.code for co in one.co_units]) for one in found] == [("CG", ["SW"]), ("WJJD", [])]


@pytest.mark.parametrize("target", ["ZJ", "ZJ-WY"])
def test_the_reported_unit_of_a_confidential_matter_is_not_suggested_in_any_part(p, target):
    rule(p, co_unit_codes=["ZJ", "ZJ-WY", "HB"])
    about = {"target_unit": unit(target), "proposed_unit": unit("ZJ-WY")}

    hidden = routing.suggest_units(make.in_dispatch(p, is_confidential=True, **about), NOON)
    assert [(one.unit.code, [co.code for co in one.co_units]) for one in hidden] == [("CG", ["HB"]), ("WJJD", [])]
    assert codes(make.in_dispatch(p, **about))[0] == "ZJ-WY"


def test_a_street_is_suggested_in_its_own_territory_only(p):
    rule(p, lead="CHJD")

    assert codes(make.in_dispatch(p)) == ["ZJ", "WJJD"]


# --- precedents --------------------------------------------------------------------------------------------------


def precedents(ticket, reader):
    return {one.unit.code: one.precedents for one in routing.suggest_units(ticket, NOON, reader=reader)}


def test_earlier_rulings_are_counted_and_the_newest_told_those_of_the_place_first(p):
    ruled(p, now=NOON - 9 * DAY, text="同一街道的旧裁定,由城管局牵头")
    for days in (5, 4, 3):
        ruled(p, now=NOON - days * DAY, area=unit("CHJD"))
    ruled(p, "SW", category=make.category("010202"))  # another leaf of the group
    ticket = make.in_dispatch(p)

    found = precedents(ticket, p.dp)["CG"]

    assert reasons(ticket) == {"ZJ": ["default of the category"], "CG": ["4 earlier rulings"], "WJJD": ["territory of the incident"]}
    assert (found.count, [one.at for one in found.newest]) == (4, [NOON - days * DAY for days in (9, 3, 4)])
    assert found.newest[0].text == "同一街道的旧裁定,由城管局牵头"


def test_without_rulings_about_the_category_those_of_its_group_count(p):
    ruled(p, "SW", category=make.category("010202"))

    assert reasons(make.in_dispatch(p))["SW"] == ["1 earlier ruling"]


def test_a_ruling_about_the_ticket_itself_is_no_precedent(p):
    ticket = designated(p)

    assert precedents(ticket, p.dp)["CG"].count == 0
    assert precedents(make.in_dispatch(p), p.dp)["CG"].count == 1


def test_who_may_not_read_a_ticket_learns_neither_its_number_nor_what_was_ruled(p):
    own = ruled(p, now=NOON - DAY)
    Ticket.objects.filter(pk=own.ticket_id).update(registered_team=unit("RX"))  # of another team than the shift leader's
    ticket = make.draft(p, urgency="critical")

    (seen,) = precedents(ticket, p.dp)["CG"].newest
    (hidden,) = precedents(ticket, p.ops)["CG"].newest

    assert (seen.ticket_no, seen.text) == (own.ticket.ticket_no, "由该单位牵头办理")
    assert (hidden.at, hidden.ticket_no, hidden.text) == (own.at, "", "")
    page = signed_in(p.ops, "en").get(f"/tickets/{ticket.ticket_no}/do/express_dispatch/").content.decode()
    assert own.ticket.ticket_no not in page and "(a ticket that you may not read)" in page


# --- where they are shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("make_ticket", "step", "who", "units"), [
    (make.in_dispatch, "dispatch", "dp", ["CG", "ZJ", "WJJD"]), (lives.arbitration, "designate", "sv", ["CG", "WJJD"]),
    (lambda p: make.draft(p, urgency="critical"), "express_dispatch", "ops", ["CG", "ZJ", "WJJD"])])
def test_the_form_starts_from_the_first_and_shows_all(p, make_ticket, step, who, units):
    rule(p, co_unit_codes=["HB"])
    ticket = make_ticket(p)
    client = signed_in(getattr(p, who), "en")

    page = client.get(f"/tickets/{ticket.ticket_no}/do/{step}/", headers={"hx-request": "true"}).content.decode()

    assert re.findall(r'data-lead="[^"]+ · (\w+)"', page) == units
    assert f'data-lead="{unit("CG").name} · CG" data-co="HB "' in page
    assert f'value="{unit("CG").name} · CG"' in page and 'value="HB" checked' in page
    assert "rule of 20" in page and "外墙整治 (区住建局)" in page


def test_a_form_with_errors_keeps_what_was_typed_and_still_suggests(p):
    ticket = make.in_dispatch(p)

    answer = signed_in(p.dp).post(f"/tickets/{ticket.ticket_no}/do/dispatch/", {"lead_unit": "没有这个单位", "opinion": "请今日内上门"})

    page = answer.content.decode()
    assert answer.status_code == 422 and "没有这个单位" in page and "请今日内上门" in page and "data-lead=" in page


def test_several_tickets_show_to_how_many_each_unit_is_suggested_first(p):
    rule(p, area="CHJD")
    tickets = [make.in_dispatch(p), make.in_dispatch(p), make.in_dispatch(p, area=unit("CHJD"))]
    asked = "&".join(f"t={ticket.ticket_no}" for ticket in tickets)

    page = signed_in(p.dp, "en").get(f"/tickets/several/dispatch/?{asked}").content.decode()

    assert "first for 2 of 3" in page and "first for 1 of 3" in page


def test_nothing_is_sent_by_itself(p):
    rule(p)

    ticket = make.in_dispatch(p)
    ticket = dispatching.dispatch(ticket.pk, by=p.dp, now=NOON, lead_unit=unit("HB"))

    assert ticket.lead_unit == unit("HB")


@pytest.mark.parametrize(("make_ticket", "step", "who"), [
    (make.in_dispatch, "dispatch", "dp"), (lives.arbitration, "designate", "sv"),
    (lambda p: make.draft(p, urgency="critical"), "express_dispatch", "ops")])
def test_the_page_with_the_form_stays_cheap(p, make_ticket, step, who):
    rule(p)
    ruled(p)
    ticket = make_ticket(p)

    assert cost(signed_in(getattr(p, who)), f"/tickets/{ticket.ticket_no}/do/{step}/") <= 20


def test_suggestions_cost_the_same_however_much_is_known(p):
    ticket = make.in_dispatch(p, proposed_unit=unit("HB"))
    rule(p)
    ruled(p)
    few = queries_of(lambda: routing.suggest_units(Ticket.objects.select_related("category").get(pk=ticket.pk), NOON, reader=p.dp))
    for number in range(4):
        rule(p, lead=None, area=["WJJD", "CHJD", "XAJD", "QDJD"][number])
        ruled(p, ["CG", "SW", "HB", "ZJ"][number])

    many = queries_of(lambda: routing.suggest_units(Ticket.objects.select_related("category").get(pk=ticket.pk), NOON, reader=p.dp))

    assert few == many <= 7


# --- whatever rules there are ------------------------------------------------------------------------------------

CODES = ["ZJ", "ZJ-WY", "CG", "HB", "SW", "WJJD", "CHJD", "XF", None]
RULE = st.fixed_dictionaries({
    "category": st.sampled_from(["", "01", "0102", "010201", "0103"]), "area": st.sampled_from([None, "WJJD", "CHJD"]),
    "hours": st.sampled_from(["", "in", "out"]), "marks": st.sampled_from(["", "urgent"]), "lead": st.sampled_from(CODES),
    "co": st.lists(st.sampled_from(["@TERR", *CODES[:-1]]), max_size=3)})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=st.lists(RULE, max_size=6), closed=st.sets(st.sampled_from(CODES[:-1]), max_size=3),
       returned=st.sets(st.sampled_from(CODES[:-1]), max_size=2), target=st.sampled_from(CODES), confidential=st.booleans(),
       proposed=st.sampled_from(CODES), area=st.sampled_from([None, "WJJD", "CHJD"]), urgency=st.sampled_from(["normal", "urgent"]))
def test_whatever_rules_there_are_nobody_is_suggested_who_may_not_have_it(
        units_once, rules, closed, returned, target, confidential, proposed, area, urgency):
    units = {code: units_once[code] for code in CODES[:-1]}
    for code, one in units.items():
        one.is_active = code not in closed
    ticket = Ticket(pk=0, category=units_once["category"], area=units.get(area), urgency=urgency, proposed_unit=units.get(proposed),
                    target_unit=units.get(target), is_confidential=confidential, returned_by=[units[code].pk for code in returned])
    known = routing.Known.__new__(routing.Known)
    known.__dict__ |= units_once["known"].__dict__ | {"rules": [
        RoutingRule(category=one["category"], area=units.get(one["area"]), hours=one["hours"], marks=one["marks"],
                    lead=units.get(one["lead"]), lead_is_territory=one["lead"] is None, co_unit_codes=one["co"],
                    valid_from=NOON, owner="x", reason="x") for one in rules]}

    found = routing.suggested(ticket, NOON, known)

    leads = [one.unit.code for one in found]
    assert len(leads) == len(set(leads)) <= 3
    assert not set(leads) & (closed | returned)
    for one in found:
        assert one.reasons and one.unit not in one.co_units
        assert len(one.co_units) == len({co.pk for co in one.co_units})
        assert not {co.code for co in one.co_units} & closed
        for part in [one.unit, *one.co_units]:
            assert not routing.conflict_with_target(ticket, part)
        assert routing.may_lead(one.unit, ticket.area)


@pytest.fixture
def units_once(p):
    """All units as one family of objects, so that closing one closes it everywhere."""
    known = routing.Known([SimpleNamespace(pk=0, category=make.category(), returned_by=[])], [])
    return known.by_code | {"known": known, "category": Category.objects.get(code="010201")}


def test_a_co_unit_named_later_is_asked_as_before(p):
    """Suggestions change nothing of what the steps themselves refuse."""
    assert replies.add_co_unit(make.in_hand(p).pk, by=p.dp, now=NOON, co_units=[unit("CG")]).version
