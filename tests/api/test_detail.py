"""GET /api/v1/tickets/{ticket_no}/: the whole case, as far as its reader may know it."""
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch import replies
from followup import actions as following
from followup import callbacks
from tests import factories
from tests.api.lives import IN_STATE
from tests.api.problems import assert_problem
from tests.factories import NOON
from tickets import intake

pytestmark = pytest.mark.slow  # each state is read with every form on offer
URL = "/api/v1/tickets/"
NAME, PHONE, ADDRESS = "欧阳测试员", "13912345678", "江畔小区金丝雀路77号"
CANARY = {"caller_name": NAME, "contact_phone": PHONE, "address": ADDRESS, "beneficiary": f"母亲 {PHONE}", "title": "",
          "content": f"我是{NAME},住在{ADDRESS},电话{PHONE},举报物业乱收费。", "target": f"{NAME}的邻居",
          "note": "坐席私下备注", "demand": f"请打{PHONE}联系"}


def read(client, ticket):
    response = client.get(f"{URL}{ticket.ticket_no}/")
    assert response.status_code == 200, response.content
    return response.json()


def test_state_turn_facts_times_and_counts(people, api):
    ticket = factories.replied(people)

    response = api(people.rv).get(f"{URL}{ticket.ticket_no}/")

    case = response.json()
    assert response["ETag"] == f'"{ticket.version}"'
    assert (case["state"], case["turn"], case["version"]) == ("reply_review", "reviewer", ticket.version)
    assert case["lead_unit"]["code"] == "ZJ"
    assert case["registered_by"] == {"username": people.op.username, "name": people.op.display_name}
    assert case["facts"]["category"] == {"code": "010201", "name": "房屋渗漏开裂"}
    assert case["facts"]["content"] == ticket.content
    assert case["times"]["signed_at"] == case["times"]["completed_at"] == "2026-03-02T04:00:00Z"
    assert case["times"]["closed_at"] is None
    assert case["counts"]["round"] == 1


def test_the_trail_tells_who_did_what_and_when(people, api):
    ticket = factories.in_hand(people)

    events = read(api(people.sv), ticket)["events"]

    assert [event["seq"] for event in events] == list(range(1, ticket.version + 1))
    assert [event["name"] for event in events] == ["create", "submit", "approve", "dispatch", "sign"]
    assert events[-1]["by"] == people.li.display_name
    assert (events[-1]["source"], events[-1]["target"]) == ("pending_receipt", "handling")


def test_clocks_say_whether_they_are_late(people, api):
    ticket = factories.in_hand(people)

    clocks = {clock["kind"]: clock for clock in read(api(people.sv), ticket)["clocks"]}

    assert (clocks["RECEIPT"]["status"], clocks["RECEIPT"]["late"]) == ("met", False)
    assert (clocks["COMPLETION"]["status"], clocks["COMPLETION"]["late"]) == ("running", True)  # months ago
    assert clocks["RECEIPT"]["holder"]["code"] == "ZJ"
    assert clocks["COMPLETION"]["holder"] is None


def test_holders_are_listed(people, api):
    ticket = factories.dispatched(people, co_units=["CG"])

    parts = read(api(people.dp), ticket)["assignments"]

    assert [(part["unit"]["code"], part["role"], part["status"]) for part in parts] == [
        ("ZJ", "lead", "pending"), ("CG", "co", "pending")]


def test_an_offer_says_what_its_body_needs(people, api):
    ticket = factories.in_hand(people)

    offers = {offer["name"]: offer for offer in read(api(people.hd), ticket)["allowed_transitions"]}

    fields = {field["name"]: field for field in offers["record_contact"]["fields"]}
    assert offers["record_contact"]["mode"] == "act"
    assert offers["record_contact"]["url"] == f"{URL}{ticket.ticket_no}/record_contact/"
    assert fields["method"]["choices"] == ["phone", "visit", "message", "relay"]
    assert (fields["reached"]["type"], fields["reached"]["required"]) == ("boolean", True)
    assert (fields["note"]["type"], fields["note"]["required"], fields["note"]["max_length"]) == ("string", False, 500)
    assert offers["request_extension"]["mode"] == "propose"


@pytest.mark.parametrize("state", IN_STATE)
def test_every_offer_can_be_sent_and_nothing_else_is_offered(people, api, state):
    """An offered step is never answered with 403, 404 or 409."""
    ticket = IN_STATE[state](people)

    for role in ["op", "rv", "dp", "li", "hd", "ul", "cb", "sv", "zh", "dl"]:
        client = api(getattr(people, role))
        response = client.get(f"{URL}{ticket.ticket_no}/")
        if response.status_code == 404:
            continue
        for offer in response.json()["allowed_transitions"]:
            answer = client.post(offer["url"], {"no such field": 1})
            assert_problem(answer, 400)


# --- who may know whom -------------------------------------------------------------------------------------------


def test_the_accepting_unit_knows_whom_to_call(people, api):
    ticket = factories.in_hand(people, **CANARY)

    identity = read(api(people.hd), ticket)["identity"]

    assert (identity["name"], identity["phone"], identity["masked"]) == (NAME, PHONE, False)


@pytest.mark.parametrize("role", ["rv", "dp", "sv", "dl", "zh"])
def test_everyone_else_sees_the_identity_masked(people, api, role):
    ticket = factories.in_hand(people, **CANARY)

    identity = read(api(getattr(people, role)), ticket)["identity"]

    assert (identity["name"], identity["phone"], identity["masked"]) == ("Mr 欧阳", "139****5678", True)


def confidential_report(people, state):
    matter = CANARY | {"is_confidential": True, "type": "report"}
    if state == "pending_receipt":
        return factories.dispatched(people, **matter)
    ticket = factories.in_hand(people, **matter)
    if state == "handling":
        return ticket
    replies.record_contact(ticket.pk, by=people.hd, now=NOON, method="relay", reached=True)
    replies.submit_reply(ticket.pk, by=people.ul, now=NOON, **factories.reply_block())
    if state == "pending_callback":
        return following.approve_reply(ticket.pk, by=people.rv, now=NOON)
    following.approve_reply(ticket.pk, by=people.rv, now=NOON)
    callbacks.record_outcome(ticket.pk, by=people.cb, now=NOON, **factories.HAPPY)
    return following.close_satisfied(ticket.pk, by=people.cb, now=NOON)


@pytest.mark.parametrize("role", ["li", "hd", "ul"])
@pytest.mark.parametrize("state", ["pending_receipt", "handling", "pending_callback", "closed"])
def test_a_unit_never_learns_who_reported_confidentially(people, api, role, state):
    """I14: no name, phone or address in the case, in the trail, in the list."""
    ticket = confidential_report(people, state)
    if state == "handling":
        intake.add_supplement(ticket.pk, by=people.op, now=NOON, text=f"{NAME}又来电,{PHONE},仍在{ADDRESS}")
    client = api(getattr(people, role))

    said = json.dumps([read(client, ticket), client.get(URL).json()], ensure_ascii=False)

    for secret in (NAME, PHONE, ADDRESS, ADDRESS[:10], "坐席私下备注", ticket.phone_hash, "138001"):
        assert secret not in said


@pytest.mark.parametrize("role", ["ql", "au"])
def test_leaders_and_auditors_read_cases_not_people(people, api, role):
    ticket = factories.in_hand(people, **CANARY)

    said = json.dumps(read(api(getattr(people, role)), ticket), ensure_ascii=False)

    assert NAME not in said
    assert PHONE not in said


@pytest.mark.parametrize("role", ["li", "hd", "ul"])
def test_the_note_for_colleagues_stays_at_the_hotline(people, api, role):
    ticket = factories.in_hand(people, **CANARY)
    client = api(getattr(people, role))

    assert "坐席私下备注" not in client.get(f"{URL}{ticket.ticket_no}/").content.decode()
    assert read(api(people.sv), ticket)["facts"]["note"] == "坐席私下备注"


@pytest.mark.parametrize("role", ["ke", "ad"])
def test_who_reads_no_cases_gets_404(people, api, role):
    ticket = factories.in_hand(people)

    assert_problem(api(getattr(people, role)).get(f"{URL}{ticket.ticket_no}/"), 404)


@pytest.mark.parametrize("number", ["2026030299999", "0", "9" * 16, "9" * 17, "abc", "%00", "１２３", "..", "2026030200001%0a"])
def test_a_number_that_is_none_of_yours_is_404(people, api, number):
    factories.in_hand(people)

    assert_problem(api(people.sv).get(f"{URL}{number}/"), 404)


# --- cost --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", IN_STATE)
def test_reading_costs_at_most_twenty_queries(people, api, state):
    ticket = IN_STATE[state](people)
    if ticket.is_open and ticket.state != "draft":
        for n in range(3):
            intake.add_supplement(ticket.pk, by=people.op, now=NOON + timedelta(hours=n), text="又有新情况")
    costs = {}

    for role in ["op", "ops", "rv", "dp", "li", "hd", "ul", "cb", "sv", "dl"]:
        client = api(getattr(people, role))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{URL}{ticket.ticket_no}/")
        costs[role] = len(queries)

    assert max(costs.values()) <= 20, costs
