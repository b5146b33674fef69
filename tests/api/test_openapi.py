"""The OpenAPI document says what the addresses really take and answer, and its page works without the internet."""
import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from tests import factories
from tests.api.lives import IN_STATE
from tests.api.test_intake import BODY
from tickets.steps import STEPS

URL = "/api/v1/tickets/"
STEP = "/api/v1/tickets/{ticket_no}/%s/"


@pytest.fixture
def document(people, api):
    response = api(people.op).get("/api/v1/schema/")
    assert response.status_code == 200
    return response.json()


def conforms(document, value, shape):
    """Whether the value is what the document promises under this name."""
    schema = {"$ref": f"#/components/schemas/{shape}", "components": document["components"]}
    errors = [f"{list(error.path)}: {error.message}" for error in Draft202012Validator(schema).iter_errors(value)]
    assert errors == []


def body_of(document, path):
    return document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]


def test_it_is_openapi_3_1_with_every_address(document):
    assert document["openapi"].startswith("3.1")
    assert {STEP % name for name in STEPS} | {
        URL, "/api/v1/tickets/{ticket_no}/", "/api/v1/calls/", "/api/v1/tickets/{ticket_no}/clocks/{clock_id}/",
        "/api/v1/telephony/events/", "/api/v1/token/", "/api/v1/city-callbacks/", "/api/v1/knowledge/ivr/", "/api/v1/messages/",
        "/api/v1/tickets/{ticket_no}/suggestions/"} \
        == set(document["paths"])
    operations = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(operations) == len(set(operations))


def test_schemas_are_valid_json_schemas(document):
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for name in STEPS:
        validator_for({}, default=Draft202012Validator).check_schema(body_of(document, STEP % name))


def test_the_body_of_a_step_is_its_form(document):
    for name, step in STEPS.items():
        schema = body_of(document, STEP % name)
        assert set(schema["properties"]) == set(step.form.base_fields)
        assert set(schema.get("required", [])) == {field for field, f in step.form.base_fields.items() if f.required}
        assert schema["additionalProperties"] is False


def test_enums_lengths_and_types_are_told(document):
    refusal = body_of(document, STEP % "confirm_refusal")["properties"]
    contact = body_of(document, STEP % "record_contact")["properties"]
    intake = body_of(document, URL)["properties"]

    assert refusal["reason"]["enum"] == [f"R{n}" for n in range(1, 10)]
    assert refusal["channel"]["maxLength"] == 200
    assert refusal["told_at"]["format"] == "date-time"
    assert contact["reached"]["type"] == "boolean"
    assert body_of(document, STEP % "dispatch")["properties"]["co_units"]["items"] == {"type": "string"}
    assert intake["title"]["maxLength"] == 40
    assert intake["extra"]["additionalProperties"] == {"type": ["string", "integer", "boolean"]}


def test_every_error_is_documented_as_a_problem(document):
    for name in STEPS:
        responses = document["paths"][STEP % name]["post"]["responses"]
        assert set(responses) == {"200", "202", "400", "401", "403", "404", "409", "413", "415", "422", "429", "503"}
        for status, response in responses.items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"]


def test_real_answers_are_what_the_document_promises(people, api, document):
    client = api(people.op)
    first = client.post(URL, BODY)
    number = first.json()["ticket_no"]

    conforms(document, first.json(), "Created")
    conforms(document, client.get(URL).json(), "Page")
    conforms(document, client.post(f"{URL}{number}/submit/", {}).json(), "Brief")
    conforms(document, client.post(f"{URL}{number}/submit/", {}).json(), "Problem")
    conforms(document, client.post(f"{URL}{number}/submit/", {"x": 1}).json(), "Problem")
    conforms(document, client.post("/api/v1/calls/", {"disposition": "test"}).json(), "CallLogged")


@pytest.mark.parametrize("state", IN_STATE)
def test_a_ticket_in_any_state_reads_as_promised(people, api, document, state):
    ticket = IN_STATE[state](people)

    for role in ("sv", "op", "hd", "ul", "cb", "dl", "dp"):
        response = api(getattr(people, role)).get(f"{URL}{ticket.ticket_no}/")
        if response.status_code == 200:
            conforms(document, response.json(), "Detail")


def test_a_waiting_proposal_reads_as_promised(people, api, document):
    ticket = factories.in_adjudication(people)
    body = {"reason": "F4", "explanation": "已多次上门沟通,诉求人拒绝配合。", "told_at": "2026-03-02T12:00:00+08:00"}

    conforms(document, api(people.sv).post(f"{URL}{ticket.ticket_no}/force_close/", body).json(), "Waiting")
    conforms(document, api(people.dl).get(f"{URL}{ticket.ticket_no}/").json(), "Detail")


def test_it_speaks_the_readers_language_and_never_mixes(people, api):
    english = api(people.op).get("/api/v1/schema/", headers={"accept-language": "en"}).json()
    chinese = api(people.op).get("/api/v1/schema/", headers={"accept-language": "zh-hans"}).json()

    assert english["paths"][STEP % "dispatch"]["post"]["summary"] == "Dispatch"
    assert set(english["paths"]) == set(chinese["paths"])


def test_only_who_is_signed_in_opens_the_page(people, client):
    assert client.get("/api/v1/docs/")["Location"].startswith("/login/")
    client.force_login(people.op)

    page = client.get("/api/v1/docs/")

    assert page.status_code == 200
    assert b"://" not in page.content.split(b"<body>")[0]  # nothing from elsewhere
    assert b"<script>" not in page.content
