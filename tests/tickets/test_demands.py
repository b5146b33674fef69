"""What a special rule demands of a category's tickets: a review always, a callback always. No shortcut is left."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation

from accounts.instant import database_now
from accounts.models import AuditEntry
from dispatch import actions as dispatching
from dispatch import replies
from followup import actions as following
from followup.models import CallbackTask
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tests.tickets.test_special import DAY, GIVEN, MEDICINE, leaf, rule
from tickets import intake, steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import SlaOverride, Ticket
from tickets.timed import acts

REVIEW, CALLBACK = {"what": "FORCE_REVIEW", "value": True}, {"what": "FORCE_CALLBACK", "value": True}
ANSWER = "药店地址和营业时间已经告诉来电人。"


@pytest.fixture
def p(db):
    return make.make_people()


def consult(p, now=NOON, **fields):
    return make.draft(p, now, **{"category": leaf(), "type": "consult"} | fields)


def demanded(ticket):
    ticket.refresh_from_db()
    return ticket.force_review, ticket.force_callback


# --- written on the ticket ----------------------------------------------------------------------------------------


def test_the_ticket_keeps_what_the_rule_demands_and_why(p):
    rule(p, **REVIEW)
    rule(p, **CALLBACK)

    ticket = consult(p)

    assert demanded(ticket) == (True, True)
    said = ticket.events.get(name="create").data["demanded"]
    assert said["force_review"]["reason"] == "封控期间断药风险" and set(said) == {"force_review", "force_callback"}
    assert demanded(make.draft(p)) == (False, False)


def test_it_counts_in_its_time_and_stays_on_what_it_met(p):
    written = rule(p, **CALLBACK, valid_from=NOON + DAY)
    before, met = consult(p), consult(p, NOON + DAY)
    acts.end(SlaOverride, written.pk, at=NOON, by=p.ad, now=NOON + 2 * DAY)

    after = consult(p, NOON + 3 * DAY)

    assert [demanded(ticket)[1] for ticket in (before, met, after)] == [False, True, False]
    intake.submit(met.pk, by=p.op, now=NOON + 3 * DAY)
    assert demanded(met) == (False, True)


def test_a_draft_from_before_is_bound_when_it_is_taken_in(p):
    ticket, other = consult(p), consult(p)
    rule(p, **REVIEW, now=NOON)

    with pytest.raises(Refused):
        intake.direct_answer(ticket.pk, by=p.op, now=NOON, answer=ANSWER)
    intake.submit(other.pk, by=p.op, now=NOON)

    assert demanded(other) == (True, False)
    assert other.events.get(name="submit").data["demanded"]["force_review"]["category"] == MEDICINE


def test_another_category_brings_its_own_demands(p):
    rule(p, **CALLBACK)
    here, there = make.in_review(p, category=leaf()), make.in_review(p)

    intake.approve(here.pk, by=p.rv, now=NOON, category=make.category())
    intake.approve(there.pk, by=p.rv, now=NOON, category=leaf())

    assert (demanded(here)[1], demanded(there)[1]) == (False, True)
    assert "force_callback" in there.events.get(name="approve").data["demanded"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_says_so_and_because_of_which_rule(p, language):
    rule(p, **REVIEW, now=database_now())
    ticket = consult(p, database_now())

    page = signed_in(p.op, language).get(f"/tickets/{ticket.ticket_no}/").content.decode()

    assert page.count("封控期间断药风险") >= 2  # among the facts and in the story
    if language == "en":
        assert "Always reviewed" in page and "Always called back" not in page


def test_strangers_learn_nothing(p):
    rule(p, **REVIEW)
    ticket = consult(p)

    with pytest.raises(Ticket.DoesNotExist):
        intake.direct_answer(ticket.pk, by=make.make_user("OP", "RX-DB"), now=NOON, answer=ANSWER)


# --- shortcuts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("demand", [REVIEW, CALLBACK])
def test_it_is_not_answered_on_the_line(p, demand):
    rule(p, **demand)
    ticket = consult(p)

    with pytest.raises(Refused):
        intake.direct_answer(ticket.pk, by=p.op, now=NOON, answer=ANSWER)
    with pytest.raises(Refused), transaction.atomic():
        intake.register_and_answer(by=p.op, now=NOON, answer=ANSWER, **make.matter(category=leaf(), type="consult"))

    assert "direct_answer" not in [offer.step.name for offer in steps.offers(Ticket.objects.get(pk=ticket.pk), p.op)]
    assert intake.submit(ticket.pk, by=p.op, now=NOON).state == "pending_review"


def test_the_api_says_why(p):
    from rest_framework.test import APIClient

    from accounts import tokens
    rule(p, **CALLBACK, now=database_now())
    ticket = consult(p, database_now())
    client = APIClient(headers={"accept-language": "en"})
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user=p.op, now=database_now())[0]}")

    answer = client.post(f"/api/v1/tickets/{ticket.ticket_no}/direct_answer/",
                         {"answer": ANSWER, "caller_understood": True}, format="json")

    assert (answer.status_code, "asks for a callback" in str(answer.json())) == (422, True)
    assert AuditEntry.objects.filter(kind="DENIED", ticket_no=ticket.ticket_no).exists()


def test_the_operators_screen_says_why_beside_the_category(p):
    rule(p, **REVIEW, now=database_now())
    given = {"act": "answer", "channel": "phone", "contact_phone": "13800138000", "type": "consult", "category": leaf().code,
             "content": "请问附近哪家药店有降压药可以买", "answer": ANSWER, "caller_understood": "on"}

    answer = signed_in(p.op, "en").post("/tickets/new/", given)

    assert answer.status_code == 422 and "封控期间断药风险" in answer.context["form"].errors["category"][0]
    assert not Ticket.objects.exists()
    assert "Always reviewed" in signed_in(p.op, "en").get("/tickets/new/").content.decode()


def test_the_operator_does_not_pass_it_on_or_merge_it_unreviewed(p):
    rule(p, **REVIEW)
    ticket, master = consult(p), consult(p)
    passing = {"agency": "110", "receiver": "接警员 12:00", "now": NOON}

    with pytest.raises(Refused):
        intake.transfer_out(ticket.pk, by=p.op, **passing)
    with pytest.raises(Refused):
        following.merge_into(ticket.pk, by=p.op, now=NOON, master=master)
    intake.submit(ticket.pk, by=p.op, now=NOON)
    for operator in (p.op, p.ops):
        with pytest.raises(PermissionDenied):
            intake.transfer_out(ticket.pk, by=operator, **passing)

    assert intake.transfer_out(ticket.pk, by=p.rv, **passing).state == "transferred_out"
    with pytest.raises(AlreadyMoved):
        intake.transfer_out(ticket.pk, by=p.rv, **passing)


def test_an_express_dispatch_goes_out_and_is_reviewed_before_the_reply_is_approved(p):
    rule(p, **REVIEW)
    ticket = make.draft(p, category=leaf(), urgency="critical")
    dispatching.express_dispatch(ticket.pk, by=p.dl, now=NOON, lead_unit=make.unit(), reason="断药两天", emergency_told="已转120")
    dispatching.sign(ticket.pk, by=p.li, now=NOON)
    replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="phone", reached=True)
    replies.submit_reply(ticket.pk, by=p.ul, now=NOON, **make.reply_block())

    with pytest.raises(Refused), translation.override("en"):
        following.approve_reply(ticket.pk, by=p.rv, now=NOON)
    intake.post_review(ticket.pk, by=p.rv, now=NOON)

    assert following.approve_reply(ticket.pk, by=p.rv, now=NOON).state == "pending_callback"


def test_who_wished_no_callback_is_called_all_the_same(p):
    rule(p, **CALLBACK)

    asked = make.in_callback(p, category=leaf(), need_reply=False)
    usual = make.in_callback(p, need_reply=False)

    assert [CallbackTask.objects.get(ticket=ticket).outcome for ticket in (asked, usual)] == ["", "refused"]


def test_a_merged_ticket_hands_its_callback_on(p):
    rule(p, **CALLBACK)
    child, master = make.in_review(p, category=leaf()), make.draft(p, type="consult")

    following.merge_into(child.pk, by=p.rv, now=NOON, master=master)

    assert demanded(master) == (False, True)
    with pytest.raises(Refused):
        intake.direct_answer(master.pk, by=p.op, now=NOON, answer=ANSWER)


@pytest.mark.parametrize("field", ["force_review", "force_callback"])
def test_the_database_keeps_its_last_door_shut(p, field):
    ticket = intake.direct_answer(consult(p).pk, by=p.op, now=NOON, answer=ANSWER)

    refused = pytest.raises(IntegrityError, match="ticket_over_only_as_demanded")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE tickets_ticket SET {field} = true WHERE id = %s", [ticket.pk])


def test_a_whole_life_under_both_demands_and_the_nightly_audit_agrees(p):
    from insights import audit as nightly
    rule(p, **REVIEW)
    rule(p, **CALLBACK)
    ticket = make.closed(p, category=leaf())

    following.archive(ticket.pk, by=p.sv, now=NOON + timedelta(days=4))

    assert demanded(ticket) == (True, True)
    broken = nightly.broken(nightly.run(now=NOON, codes={"C3", "C4", "C5", "I1", "I2", "I3"}))
    assert {finding.code: finding.examples for finding in broken} == {}


# --- the administrator --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("what", "words"), [("FORCE_REVIEW", "Always reviewed"), ("FORCE_CALLBACK", "Always called back")])
def test_an_administrator_writes_one_and_reads_it(p, what, words):
    client = signed_in(p.ad, "en")

    given = {**GIVEN, "what": what, "urgency": ""}
    assert client.post(reverse("tickets:special-add"), given).status_code == 302

    assert SlaOverride.objects.get().value is True
    assert client.get(reverse("tickets:special")).content.decode().count(words) == 2  # the list and the form
    again = client.post(reverse("tickets:special-add"), given)
    assert again.status_code == 422 and again.context["form"].errors.keys() == {"category"}
    assert signed_in(p.sv).post(reverse("tickets:special-add"), given).status_code == 403


@pytest.mark.parametrize(("given", "said"), [
    ({"what": "FORCE_REVIEW"}, "2 tickets of this category wait"), ({"what": "FORCE_CALLBACK"}, "2 tickets of this category wait"),
    ({"what": "URGENCY", "urgency": "critical"}, "2 tickets of this category wait"),
    ({"what": "URGENCY", "urgency": "normal"}, "0 tickets of this category wait"),
    ({"what": "PERSON", "person": "sv"}, "1 open urgent ticket of"),
    ({"what": "RESPONSE", "limit": "30 min"}, "3 tickets of this category are open")])
def test_a_rule_is_looked_at_before_it_is_written(p, given, said):
    consult(p)
    make.in_review(p, category=leaf())
    make.in_hand(p, category=leaf(), urgency="urgent")
    make.in_review(p)
    given = {**GIVEN, "urgency": "", "look": "1"} | given | ({"person": p.sv.username} if "person" in given else {})

    answer = signed_in(p.ad, "en").post(reverse("tickets:special-add"), given)

    assert answer.status_code == 200 and said in answer.context["seen"] and not SlaOverride.objects.exists()
    assert answer.context["form"]["reason"].value() == GIVEN["reason"]  # nothing typed is lost
    assert signed_in(p.ad).post(reverse("tickets:special-add"), given | {"category": ""}).status_code == 422
