"""Special rules of a category: for a time it is more urgent, or one of its clocks has another limit."""
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.instant import database_now
from accounts.models import AuditEntry
from dispatch import actions as dispatching
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tests.racing import lost, race, won
from tickets import intake, overrides
from tickets.forms import ApproveForm
from tickets.intake_form import IntakeForm
from tickets.models import Clock, SlaOverride
from tickets.special import rules
from tickets.timed import acts

DAY = timedelta(days=1)
MEDICINE = "0704"  # 药品与配药, of which 070401 is a leaf


@pytest.fixture
def p(db):
    return make.make_people()


def leaf():
    from tickets.models import Category
    return Category.objects.filter(l2_code=MEDICINE, default_urgency="normal").order_by("code").first()


def rule(p, now=NOON, **fields):
    return rules.add(**{
        "category": MEDICINE, "what": overrides.URGENCY, "value": "urgent", "valid_from": now, "valid_to": None,
        "owner": "区疫情防控办", "reason": "封控期间断药风险", "by": p.ad, "now": now} | fields)


def intake_form(now=NOON, category=None, **fields):
    data = {"content": "母亲高血压药已经断供三天了", "category": (category or leaf()).code, **fields}
    form = IntakeForm(data, now=now)
    form.is_valid()
    return form


# --- urgency ------------------------------------------------------------------------------------------------------


def test_medicine_is_urgent_from_the_day_on_which_the_rule_begins(p):
    rule(p, valid_from=NOON + DAY, valid_to=NOON + 3 * DAY)

    assert [intake_form(NOON + days * DAY).cleaned_data["urgency"] for days in (0, 1, 2, 3)] == [
        "normal", "urgent", "urgent", "normal"]


def test_other_categories_are_as_usual(p):
    rule(p)

    assert intake_form(category=make.category()).cleaned_data["urgency"] == "normal"


def test_the_most_exact_rule_wins(p):
    rule(p)
    rule(p, category=leaf().code, value="critical")
    rule(p, category=MEDICINE[:2], value="normal")

    assert intake_form().cleaned_data["urgency"] == "critical"


def test_a_rule_never_makes_anything_less_urgent(p):
    from tickets.models import Category
    critical = Category.objects.filter(default_urgency="critical").first()
    rule(p, category=critical.code, value="urgent")

    assert intake_form(category=critical).cleaned_data["urgency"] == "critical"


def test_who_chooses_less_is_told_why_not_and_who_chooses_more_may(p):
    rule(p)

    with translation.override("en"):
        errors = intake_form(urgency="normal").errors
    assert list(errors) == ["urgency"]
    assert "because of: 封控期间断药风险 (区疫情防控办)" in errors["urgency"][0] and "2026-03-02" in errors["urgency"][0]
    assert intake_form(urgency="critical").cleaned_data["urgency"] == "critical"


def test_the_trail_and_the_time_line_keep_the_reason(p):
    rule(p)
    ticket = make.draft(p, category=leaf(), urgency="urgent")

    said = ticket.events.get(name="create").data["because"]
    assert (said["category"], said["owner"], said["reason"]) == (MEDICINE, "区疫情防控办", "封控期间断药风险")
    assert "药品" in str(rules.because(said))
    assert "because" not in make.draft(p, category=leaf(), urgency="critical").events.get(name="create").data
    assert "because" not in make.draft(p).events.get(name="create").data


def approve_form(ticket, user, now=NOON, **data):
    form = ApproveForm(data, ticket=ticket, user=user, now=now)
    form.is_valid()
    return form


def test_a_reviewer_who_moves_it_there_meets_the_rule(p):
    rule(p)
    ticket = make.in_review(p)
    category = leaf().code

    assert approve_form(ticket, p.rv, category=category).cleaned_data["urgency"] == "urgent"
    assert list(approve_form(ticket, p.rv, category=category, urgency="normal").errors) == ["urgency"]
    form = approve_form(ticket, p.rv, category=category, urgency="urgent")
    ticket = intake.approve(ticket.pk, by=p.rv, now=NOON, **form.cleaned_data)

    assert ticket.urgency == "urgent"
    assert ticket.events.get(name="approve").data["because"]["category"] == MEDICINE


# --- limits of clocks ---------------------------------------------------------------------------------------------


def test_a_clock_gets_the_limit_of_the_rule_and_says_so(p):
    written = rule(p, what="RESPONSE", value=30)

    ticket = make.in_review(p, category=leaf())

    clock = Clock.objects.get(ticket=ticket, kind="RESPONSE")
    assert (clock.rule, clock.due_at, clock.override) == (30, NOON + timedelta(minutes=30), written)
    assert Clock.objects.get(ticket=ticket, kind="COMPLETION").override is None
    assert Clock.objects.get(ticket=make.in_review(p), kind="RESPONSE").rule == 120


def test_a_rule_that_ended_leaves_running_clocks_and_counts_for_none_after(p):
    written = rule(p, what="RECEIPT", value=5)
    ticket = make.dispatched(p, category=leaf())

    acts.end(SlaOverride, written.pk, at=NOON + DAY, by=p.ad, now=NOON)
    dispatching.recall(ticket.pk, by=p.dp, now=NOON + DAY)
    dispatching.dispatch(ticket.pk, by=p.dp, now=NOON + DAY, lead_unit=make.unit())

    assert list(Clock.objects.filter(ticket=ticket, kind="RECEIPT").order_by("pk").values_list("rule", flat=True)) == [5, 30]


def test_a_change_of_urgency_leaves_the_special_limit(p):
    rule(p, what="RESPONSE", value=30)
    ticket = make.in_hand(p, category=leaf())

    intake.change_urgency(ticket.pk, by=p.rv, now=NOON, urgency="critical", reason="病情加重")

    assert Clock.objects.get(ticket=ticket, kind="RESPONSE").rule == 30


# --- writing and ending -------------------------------------------------------------------------------------------


def test_a_rule_never_reaches_back(p):
    assert rule(p, valid_from=NOON - DAY).valid_from == NOON


@pytest.mark.parametrize(("begins", "ends", "fits"), [(0, None, False), (1, 2, False), (2, 3, True), (-1, 0, True), (1, None, False),
                                                     (2, None, True)])
def test_two_rules_of_a_category_and_clock_do_not_overlap(p, begins, ends, fits):
    at = NOON + 10 * DAY
    rule(p, valid_from=at, valid_to=at + 2 * DAY)
    rule(p, what="RESPONSE", value=30)  # another clock is another matter
    rule(p, category=leaf().code)
    more = {"valid_from": at + begins * DAY, "valid_to": None if ends is None else at + ends * DAY}

    if fits:
        rule(p, **more)
    else:
        with pytest.raises(acts.Overlaps):
            rule(p, **more)
        with pytest.raises(IntegrityError), transaction.atomic():  # the database knows by itself
            SlaOverride.objects.create(category=MEDICINE, what="URGENCY", value="urgent", owner="x", reason="x", by=p.ad, at=NOON,
                                       **more)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_written():
    p = make.make_people()

    results = race(lambda: rule(p), lambda: rule(p, valid_to=NOON + DAY))

    assert (len(won(results)), lost(results), SlaOverride.objects.count()) == (1, ["Overlaps"], 1)


def test_a_rule_ends_once_and_one_that_had_not_begun_is_taken_back(p):
    counting, later = rule(p), rule(p, category="0703", valid_from=NOON + 5 * DAY)

    ended = acts.end(SlaOverride, counting.pk, at=NOON, by=p.dl, now=NOON + DAY)
    assert (ended.valid_to, ended.ended_by, ended.ended_at) == (NOON + DAY, p.dl, NOON + DAY)
    with pytest.raises(acts.OverAlready):
        acts.end(SlaOverride, counting.pk, at=NOON + 2 * DAY, by=p.ad, now=NOON + DAY)
    assert acts.end(SlaOverride, later.pk, at=NOON, by=p.ad, now=NOON) is None

    assert list(SlaOverride.objects.all()) == [counting]
    assert AuditEntry.objects.filter(kind="CONFIG").count() == 4


# --- pages --------------------------------------------------------------------------------------------------------

LIST, ADD = reverse("tickets:special"), reverse("tickets:special-add")
GIVEN = {"category": MEDICINE, "what": "URGENCY", "urgency": "urgent", "owner": "区卫健委", "reason": "断药风险"}


@pytest.mark.parametrize("role", ["ad", "sv", "zh", "dl", "au"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_rules_are_read(p, role, language):
    user = getattr(p, role)
    rule(p, now=database_now())
    rule(p, now=database_now(), what="RESPONSE", value={"wd": 1})

    page = signed_in(user, language).get(LIST)

    assert page.status_code == 200 and "药品与配药" in page.content.decode()
    assert (ADD in page.content.decode()) == (role == "ad")


@pytest.mark.parametrize("role", ["op", "li", "ke"])
def test_strangers_see_no_rules(p, role):
    assert signed_in(getattr(p, role)).get(LIST).status_code == 403


@pytest.mark.parametrize("role", ["sv", "dl", "op", "au"])
def test_nobody_else_writes_one(p, role):
    written = rule(p, now=database_now())
    client = signed_in(getattr(p, role))

    assert {client.post(ADD, GIVEN).status_code, client.post(reverse("tickets:special-end", args=[written.pk])).status_code} == {403}
    assert SlaOverride.objects.get().ended_by is None


def test_an_administrator_writes_and_ends_one(p):
    client, today = signed_in(p.ad), timezone.localdate(database_now())

    assert client.post(ADD, GIVEN | {"valid_to": f"{today + 30 * DAY}"}).status_code == 302
    written = SlaOverride.objects.get()
    assert (written.value, written.by, timezone.localdate(written.valid_to)) == ("urgent", p.ad, today + 31 * DAY)
    client.post(reverse("tickets:special-end", args=[written.pk]), {"last_day": f"{today}"})

    written.refresh_from_db()
    assert timezone.localdate(written.valid_to) == today + DAY and written.ended_by == p.ad
    assert client.post(reverse("tickets:special-end", args=[999_999])).status_code == 404


def test_the_same_rule_twice_is_refused_beside_the_category(p):
    client = signed_in(p.ad)
    client.post(ADD, GIVEN)

    answer = client.post(ADD, GIVEN)

    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {"category"}
    assert SlaOverride.objects.count() == 1


@pytest.mark.parametrize(("changes", "field"), [
    ({"category": "9999"}, "category"), ({"category": ""}, "category"),
    ({"what": "SUPERVISION"}, "what"), ({"what": ""}, "what"),
    ({"urgency": ""}, "urgency"), ({"what": "RESPONSE", "limit": ""}, "limit"), ({"what": "RESPONSE", "limit": "0"}, "limit"),
    ({"what": "RESPONSE", "limit": "x"}, "limit"), ({"valid_to": "2020-01-01"}, "valid_to"), ({"valid_from": "x"}, "valid_from"),
    ({"owner": ""}, "owner"), ({"reason": ""}, "reason")])
def test_what_cannot_be_is_said_beside_its_field(p, changes, field):
    answer = signed_in(p.ad).post(ADD, GIVEN | changes)

    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert f'id="rule-{field}-error"' in answer.content.decode()
    assert not SlaOverride.objects.exists()


def test_the_operator_reads_what_counts_now(p):
    rule(p, now=database_now())

    assert "药品与配药" in signed_in(p.op).get("/tickets/new/").content.decode()


def test_the_nightly_audit_agrees(p):
    from insights import audit as nightly
    written = rule(p, what="RECEIPT", value=5)
    rule(p, what="RESPONSE", value=30)
    make.dispatched(p, category=leaf())
    acts.end(SlaOverride, written.pk, at=NOON, by=p.ad, now=NOON + DAY)
    make.dispatched(p, category=leaf(), now=NOON + 2 * DAY)

    found = nightly.run(now=NOON, codes={"C5", "I10", "C4"})

    assert {finding.code: finding.examples for finding in nightly.broken(found)} == {}
