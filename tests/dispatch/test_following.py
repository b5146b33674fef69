"""专人: a rule names who follows the urgent tickets of a category, on his list and beside the roster."""
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.instant import database_now
from accounts.models import User
from dispatch import escalation
from notices.models import Notice
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tests.tickets.test_special import DAY, GIVEN, MEDICINE, leaf, rule
from tickets import intake
from tickets.following import followed_by
from tickets.models import SlaOverride, Ticket
from tickets.timed import acts


@pytest.fixture
def p(db):
    return make.make_people()


def named(p, person, **fields):
    return rule(p, what="PERSON", value=person.username, person=person, **fields)


def urgent(p, now=NOON, **fields):
    return make.in_hand(p, now, **{"category": leaf(), "urgency": "urgent"} | fields)


def followed(user, now=NOON):
    return list(followed_by(Ticket.objects.visible_to(user), user, now).order_by("pk"))


def told(kinds=("escalation", "escalation_to_acknowledge"), **fields):
    return list(Notice.objects.filter(kind__in=kinds, channel="inapp", **fields).values_list("recipient", flat=True))


# --- the list -----------------------------------------------------------------------------------------------------


def test_the_urgent_open_tickets_of_the_category_are_his(p):
    mine, critical = urgent(p), urgent(p, urgency="critical")
    urgent(p, urgency="normal")
    urgent(p, category=make.category())
    make.closed(p, category=leaf(), urgency="urgent")
    named(p, p.sv)

    assert followed(p.sv) == [mine, critical]  # also what was open before the rule
    assert followed(make.make_user("SV", "RX-DB")) == []


def test_raised_urgency_brings_it_there_and_the_end_of_the_rule_takes_it_away(p):
    ticket = urgent(p, urgency="normal")
    written = named(p, p.sv)
    assert followed(p.sv) == []

    intake.change_urgency(ticket.pk, by=p.rv, now=NOON, urgency="urgent", reason="断药")
    assert followed(p.sv) == [ticket]
    acts.end(SlaOverride, written.pk, at=NOON, by=p.ad, now=NOON + DAY)

    assert (followed(p.sv, NOON + DAY), followed(p.sv, NOON)) == ([], [ticket])


def test_the_most_exact_rule_names_him_and_the_next_person_takes_over(p):
    ticket, other = urgent(p), make.make_user("SV", "RX-DB")
    named(p, p.sv, valid_to=NOON + DAY)
    assert followed(p.sv) == [ticket]

    named(p, other, category=leaf().code)
    assert (followed(p.sv), followed(other)) == ([], [ticket])
    named(p, p.dl, valid_from=NOON + DAY)

    assert followed(p.sv, NOON + DAY) == []


@pytest.mark.parametrize(("role", "desk"), [("sv", "supervision"), ("zh", "coordination"), ("dl", "duty")])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_stands_on_the_board_with_its_count(p, role, desk, language):
    person = getattr(p, role)
    ticket = urgent(p, database_now())
    named(p, person, now=database_now())

    page = signed_in(person, language).get(reverse(f"dispatch:desk-{desk}"), {"list": "followed"})

    assert page.context["work"].name == "followed" and ticket.ticket_no in page.content.decode()
    (tile,) = [tile for tile in page.context["tiles"] if tile.is_here]
    assert tile.count == 1


def test_others_have_an_empty_list_and_strangers_no_board(p):
    ticket = urgent(p, database_now())
    named(p, p.sv, now=database_now())

    theirs = signed_in(p.dl).get(reverse("dispatch:desk-duty"), {"list": "followed"})

    assert ticket.ticket_no not in theirs.content.decode()
    assert signed_in(p.op).get(reverse("dispatch:desk-supervision"), {"list": "followed"}).status_code == 403


def test_the_ticket_says_who_follows_it(p):
    ticket = urgent(p, database_now())
    named(p, p.sv, now=database_now())

    page = signed_in(p.dl, "en").get(f"/tickets/{ticket.ticket_no}/").content.decode()

    assert "Followed by" in page and f"{p.sv.display_name} · " in page


# --- escalations --------------------------------------------------------------------------------------------------


def sweep(minutes):
    return escalation.sweep(now=NOON + timedelta(minutes=minutes))


def test_he_hears_of_each_rung_once_beside_the_roster(p):
    named(p, p.dl)
    ticket = urgent(p)

    sweep(100)  # a warning only
    assert told() == []
    for minutes in (125, 125, 126):
        sweep(minutes)

    assert sorted(told()) == sorted([p.ul.pk, p.dl.pk])  # RESPONSE, L1
    escalation.acknowledge(ticket.escalations.get(rung="L1").pk, by=p.dl, now=NOON + timedelta(hours=3))


def test_who_stands_in_the_roster_already_is_told_once(p):
    named(p, p.sv)
    urgent(p)

    sweep(125)
    sweep(185)  # RESPONSE, L2: the supervisors

    assert told().count(p.sv.pk) == 2 and told(recipient=p.ul.pk) == [p.ul.pk]


@pytest.mark.parametrize("fields", [{"urgency": "normal"}, {"category": None}])
def test_of_other_tickets_he_hears_nothing(p, fields):
    named(p, p.dl)
    urgent(p, **{name: value or make.category() for name, value in fields.items()})

    sweep(125)

    assert told() == [p.ul.pk]


@pytest.mark.parametrize("leave", [
    lambda user: User.objects.filter(pk=user.pk).update(is_active=False), lambda user: user.memberships.all().delete()])
def test_of_who_left_the_roster_is_left(p, leave):
    named(p, gone := make.make_user("SV", "RX-DB"))
    ticket = urgent(p)
    leave(gone)

    sweep(125)

    assert told() == [p.ul.pk]
    assert "Followed by" not in signed_in(p.sv, "en").get(f"/tickets/{ticket.ticket_no}/").content.decode()


def test_the_nightly_audit_agrees(p):
    from insights import audit as nightly
    named(p, p.dl)
    urgent(p)
    sweep(125)

    broken = nightly.broken(nightly.run(now=NOON + timedelta(minutes=125), codes={"C4", "C5", "C6", "C8"}))

    assert {finding.code: finding.examples for finding in broken} == {}


# --- the administrator --------------------------------------------------------------------------------------------

ADD = reverse("tickets:special-add")


def given(person, **fields):
    return GIVEN | {"what": "PERSON", "urgency": "", "person": person} | fields


def test_an_administrator_names_somebody(p):
    client = signed_in(p.ad)

    assert client.post(ADD, given(p.sv.username)).status_code == 302

    written = SlaOverride.objects.get()
    assert (written.what, written.person, written.value) == ("PERSON", p.sv, p.sv.username)
    assert p.sv.display_name in client.get(reverse("tickets:special")).content.decode()
    assert client.post(ADD, given(p.sv.username)).context["form"].errors.keys() == {"category"}  # twice


@pytest.mark.parametrize("person", ["", "nobody-there", "op", "li", "gone"])
def test_who_cannot_be_named_is_said_beside_the_field(p, person):
    gone = make.make_user("SV", "RX-DB", is_active=False)
    name = {"op": p.op.username, "li": p.li.username, "gone": gone.username}.get(person, person)

    answer = signed_in(p.ad).post(ADD, given(name))

    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {"person"}
    assert 'id="rule-person-error"' in answer.content.decode() and not SlaOverride.objects.exists()


@pytest.mark.parametrize("role", ["sv", "dl", "op", "au"])
def test_nobody_else_names_anybody(p, role):
    assert signed_in(getattr(p, role)).post(ADD, given(p.sv.username)).status_code == 403


def test_the_database_wants_a_person_for_it_and_for_nothing_else(p):
    for what, person in (("PERSON", None), ("URGENCY", p.sv)):
        with pytest.raises(IntegrityError, match="override_names_a_person"), transaction.atomic():
            SlaOverride.objects.create(category=MEDICINE, what=what, value="urgent", person=person, owner="x", reason="x",
                                       by=p.ad, at=NOON, valid_from=NOON)
