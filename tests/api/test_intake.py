"""POST /api/v1/tickets/: registering over the API."""
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from tests.api.problems import assert_problem
from tickets.models import Call, IdempotencyKey, Ticket, TicketEvent
from tickets.numbers import query_code

URL = "/api/v1/tickets/"
BODY = {
    "caller_number": "13800138000", "channel": "phone", "caller_name": "彭某", "caller_gender": "male",
    "contact_phone": "+86 138 0013 8000", "contact_phone2": None, "need_reply": True, "is_confidential": False,
    "subject_type": "person", "type": "complaint", "area": "WJJD", "address": "江畔小区3栋",
    "occurred_at": "2026-03-01T20:00:00+08:00", "beneficiary": "", "target": "物业公司", "target_unit": "",
    "content": "家中屋顶漏水已经两周,物业一直没有派人来修。", "demand": "希望尽快维修", "title": "江畔小区屋顶漏水",
    "category": "010201", "urgency": "urgent", "extra": {"楼层": 6, "体温": "38.5", "老人": True}, "proposed_unit": "ZJ",
    "note": "来电人情绪激动",
}


def test_an_operator_registers_a_draft_and_gets_number_and_code(people, api):
    response = api(people.op).post(URL, BODY)

    ticket = Ticket.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"/api/v1/tickets/{ticket.ticket_no}/"
    assert response.json() == {"ticket_no": ticket.ticket_no, "query_code": query_code(ticket), "state": "draft",
                               "version": 1, "links": {"self": f"/api/v1/tickets/{ticket.ticket_no}/"}}
    assert Call.objects.get().ticket == ticket


def test_every_field_of_the_intake_form_arrives(people, api):
    api(people.op).post(URL, BODY)

    ticket = Ticket.objects.select_related("caller", "category", "area", "proposed_unit").get()
    caller = ticket.caller
    assert (caller.name, caller.gender, caller.phone) == ("彭某", "male", "13800138000")
    assert (ticket.type, ticket.category.code, ticket.area.code) == ("complaint", "010201", "WJJD")
    assert (ticket.urgency, ticket.proposed_unit.code, ticket.address) == ("urgent", "ZJ", "江畔小区3栋")
    assert ticket.extra == {"楼层": 6, "体温": "38.5", "老人": True}
    assert ticket.occurred_at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert (ticket.registered_by, ticket.need_reply, ticket.note) == (people.op, True, "来电人情绪激动")


def test_a_draft_may_be_almost_empty(people, api):
    response = api(people.ops).post(URL, {})

    assert response.status_code == 201
    assert Ticket.objects.get().type == ""


@pytest.mark.parametrize("role", ["rv", "dp", "li", "hd", "ul", "cb", "sv", "zh", "dl", "ql", "ke", "qi", "ad", "au"])
def test_others_than_operators_are_refused_and_it_is_written_down(people, api, role):
    user = getattr(people, role)

    response = api(user).post(URL, BODY)

    assert_problem(response, 403, type="urn:problem-type:hotline:forbidden")
    assert not Ticket.objects.exists()
    assert AuditEntry.objects.filter(kind="DENIED", user=user, what="POST /api/v1/tickets/").count() == 1


@pytest.mark.parametrize(("field", "value"), [
    ("contact_phone", "12800138000"), ("contact_phone", "保密"), ("contact_phone", "13800138000 or 1=1"),
    ("area", "ZJ"), ("category", "999999"), ("proposed_unit", "QF"), ("content", "太短"), ("type", "praising"),
    ("urgency", "high"), ("occurred_at", "yesterday"), ("occurred_at", "2126-01-01T00:00"), ("title", "长" * 41),
])
def test_a_wrong_value_is_named_with_its_field(people, api, field, value):
    problem = assert_problem(api(people.op).post(URL, BODY | {field: value}), 422, type="urn:problem-type:hotline:invalid")

    assert list(problem["errors"]) == [field]
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(("given", "kept"), [("１３８００１３８０００", "13800138000"), ("138-0013-8000", "13800138000"),
                                             ("0513-85001234-8012", "0513-85001234-8012")])
def test_phones_are_kept_in_one_spelling(people, api, given, kept):
    api(people.op).post(URL, BODY | {"contact_phone": given})

    assert Ticket.objects.select_related("caller").get().caller.phone == kept


def test_a_report_is_confidential_unless_said_otherwise(people, api):
    client = api(people.op)
    body = {name: value for name, value in BODY.items() if name != "is_confidential"}

    client.post(URL, body | {"type": "report"})
    client.post(URL, body | {"type": "report", "is_confidential": False})

    assert list(Ticket.objects.order_by("id").values_list("is_confidential", flat=True)) == [True, False]


# --- idempotency -------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_bring_the_same_ticket(people, api):
    client = api(people.op)

    first = client.post(URL, BODY, headers={"Idempotency-Key": "call-17"})
    again = client.post(URL, dict(reversed(BODY.items())), headers={"Idempotency-Key": "call-17"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (Ticket.objects.count(), Call.objects.count(), TicketEvent.objects.count()) == (1, 1, 1)


def test_the_same_key_with_another_body_is_refused(people, api):
    client = api(people.op)
    client.post(URL, BODY, headers={"Idempotency-Key": "call-17"})

    response = client.post(URL, BODY | {"demand": "另一件事"}, headers={"Idempotency-Key": "call-17"})

    assert_problem(response, 422, type="urn:problem-type:hotline:key-reused")
    assert Ticket.objects.count() == 1


def test_a_key_belongs_to_its_user(people, api):
    api(people.op).post(URL, BODY, headers={"Idempotency-Key": "call-17"})

    response = api(people.ops).post(URL, BODY, headers={"Idempotency-Key": "call-17"})

    assert response.status_code == 201
    assert Ticket.objects.count() == 2


def test_without_a_key_every_request_is_a_ticket(people, api):
    client = api(people.op)

    assert {client.post(URL, BODY).status_code for _again in range(2)} == {201}
    assert Ticket.objects.count() == 2


def test_a_refused_body_does_not_use_up_the_key(people, api):
    client = api(people.op)
    client.post(URL, BODY | {"type": "wrong"}, headers={"Idempotency-Key": "call-17"})

    response = client.post(URL, BODY, headers={"Idempotency-Key": "call-17"})

    assert response.status_code == 201


@pytest.mark.parametrize("key", ["k" * 101, "with space", "schlüssel", "tab\tkey"])
def test_an_unusable_key_is_malformed(people, api, key):
    assert_problem(api(people.op).post(URL, BODY, headers={"Idempotency-Key": key}), 400)
    assert not IdempotencyKey.objects.exists()


# --- cost --------------------------------------------------------------------------------------------------------


def test_registering_costs_at_most_twenty_queries(people, api, client):
    with CaptureQueriesContext(connection) as by_token:
        api(people.op).post(URL, BODY, headers={"Idempotency-Key": "call-17"})
    client.force_login(people.op)
    client.get(URL)  # the first request of a session writes down when it began
    with CaptureQueriesContext(connection) as by_session:
        response = client.post(URL, BODY, content_type="application/json")

    assert response.status_code == 201
    assert len(by_token) <= 20
    assert len(by_session) <= 20


# --- calls that become no ticket ---------------------------------------------------------------------------------


def test_a_silent_call_gets_its_number_in_the_ledger(people, api):
    response = api(people.op).post("/api/v1/calls/", {"disposition": "silent", "caller_number": "02887654321"})

    call = Call.objects.get()
    assert response.status_code == 201
    assert response.json() == {"call_no": call.call_no, "disposition": "silent"}
    assert (call.caller_number, call.operator, call.ticket) == ("02887654321", people.op, None)


def test_a_call_that_became_a_ticket_is_logged_by_its_ticket_only(people, api):
    assert_problem(api(people.op).post("/api/v1/calls/", {"disposition": "ticket"}), 422)
    assert_problem(api(people.rv).post("/api/v1/calls/", {"disposition": "silent"}), 403)
    assert not Call.objects.exists()
