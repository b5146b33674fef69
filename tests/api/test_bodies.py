"""What is no sensible JSON for an address is answered with 400 (413, 415), whatever was sent, and changes nothing."""
import json

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.api.problems import assert_problem
from tests.api.test_intake import BODY, URL
from tickets.api_list import FilterForm
from tickets.intake_form import IntakeForm
from tickets.models import Ticket, TicketEvent
from tickets.steps import STEPS

JSON = "application/json"
NUL, SURROGATE = "a\x00b", "\ud800"


def send(client, raw, content_type=JSON, url=URL):
    return client.generic("POST", url, raw, content_type=content_type)


@pytest.mark.parametrize("raw", [
    b"{", b"nonsense", b'{"type": }', b"{'type': 'help'}", b"\xff\xfe", b"{\"title\": \"\xe9\"}", b"\xef\xbb\xbf{}",
    b'{"need_reply": NaN}', b'{"need_reply": Infinity}', b'{"title": "a", "title": "b"}', b"{}{}", b'{"a": 1,}',
    b"[" * 60_000, b'{"extra":' * 7_000, b'{"title": ' + b"9" * 5_000 + b"}",
    b"[]", b"[{}]", b"null", b"1", b'"text"', b"true", b"\x00",
], ids=lambda raw: ascii(raw[:20]))
def test_what_is_no_json_object_is_malformed(people, api, raw):
    assert_problem(send(api(people.op), raw), 400, type="urn:problem-type:hotline:malformed")
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(("field", "value"), [
    *[("title", value) for value in (1, 1.5, True, [], ["a"], {}, {"a": 1}, NUL, SURROGATE, "x" * 10_001)],
    *[("contact_phone", value) for value in (13800138000, ["13800138000"], {"number": "1"})],
    *[("type", value) for value in (1, ["help"], {"code": "help"}, False)],
    *[("need_reply", value) for value in ("true", "yes", 1, 0, [], {})],
    *[("is_confidential", value) for value in ("false", 2)],
    *[("occurred_at", value) for value in (0, 1764000000, True, ["2026-01-01"], "0001-01-01T00:00:00+14:00",
                                           "9999-12-31T23:59:59-12:00", "1066-10-14")],
    *[("extra", value) for value in ("{}", [], 1, {"a": {"b": 1}}, {"a": [1]}, {"a": None}, {"a": 1.5}, {"a": 2**53},
                                     {"a": NUL}, {NUL: 1}, {SURROGATE: 1}, {str(n): n for n in range(51)})],
])
def test_a_value_of_the_wrong_type_is_malformed_and_named(people, api, field, value):
    problem = assert_problem(send(api(people.op), json.dumps(BODY | {field: value})), 400)

    assert list(problem["errors"]) == [field]
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("name", [
    "id", "pk", "state", "version", "ticket_no", "query_salt", "query_code", "registered_by", "registered_by_id",
    "registered_at", "created_by", "accepted_at", "closed_at", "lead_unit", "unit_ids", "handler_ids", "sla_profile",
    "is_staff", "is_superuser", "key_supervision", "redo_round", "trail_hash", "next_due_at", "phone_hash", "caller",
    "caller_id", "closure_kind", "callback_outcome", "answer", "marks", "links", "by", "now", "key", "source_ref", "__all__",
    "csrfmiddlewaretoken", "", NUL, SURROGATE, "x" * 5_000,
])
def test_a_field_that_the_form_does_not_have_is_refused_whole(people, api, name):
    assert_problem(send(api(people.op), json.dumps(BODY | {name: 1})), 400)
    assert not Ticket.objects.exists()


STEP_EXTRAS = ["id", "state", "version", "by", "now", "ticket_id", "proposed_by", "registered_by", "lead_unit",
               "is_confidential", "closed_at", "redo_round", "unit_ids", "changes", "data"]


def test_no_step_takes_fields_that_its_form_does_not_have(people, api):
    """Mass assignment (S13): the row is the same afterwards, to the last column."""
    ticket = factories.in_hand(people)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    client = api(people.ul)

    for step in STEPS.values():
        extras = [name for name in STEP_EXTRAS if name not in step.form.base_fields]
        problem = assert_problem(client.post(f"{URL}{ticket.ticket_no}/{step.name}/", dict.fromkeys(extras, 1)), 400)
        assert set(extras) <= set(problem["errors"])

    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before


def test_null_leaves_an_optional_field_out_and_is_no_value_for_a_required_one(people, api):
    ticket = factories.draft(people)

    assert api(people.op).post(URL, {"title": None, "type": None, "need_reply": None, "extra": None}).status_code == 201
    problem = assert_problem(api(people.op).post(f"{URL}{ticket.ticket_no}/void_draft/", {"reason": None}), 400)
    assert list(problem["errors"]) == ["reason"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                                          "application/xml", "text/json"])
def test_anything_but_json_is_an_unsupported_media_type(people, api, content_type):
    assert_problem(send(api(people.op), b"type=help", content_type), 415)


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "rot13", "no-such-charset"])
def test_json_is_read_as_utf8_whatever_charset_is_claimed(people, api, charset):
    raw = json.dumps(BODY, ensure_ascii=False).encode()

    assert send(api(people.op), raw, f"application/json; charset={charset}").status_code == 201


def test_a_body_beyond_all_measure_is_too_large(people, api):
    assert_problem(send(api(people.op), b'{"content": "' + b"x" * 70_000 + b'"}'), 413)


def test_a_step_without_a_body_is_a_step_with_an_empty_one(people, api):
    ticket = factories.dispatched(people)

    response = api(people.li).generic("POST", f"{URL}{ticket.ticket_no}/sign/")

    assert response.status_code == 200


@pytest.mark.parametrize("header", ["abc", "1.5", "-1", '"1', "1 2", "9" * 20])
def test_an_unusable_if_match_is_malformed(people, api, header):
    ticket = factories.dispatched(people)

    assert_problem(api(people.li).post(f"{URL}{ticket.ticket_no}/sign/", {}, headers={"If-Match": header}), 400)


# --- anything at all ---------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    ["", " ", "13800138000", "2026-01-01T00:00:00Z", "0001-01-01", "ZJ", "010201", "help", "R9", "%s%n", "' OR 1=1 --", NUL,
     SURROGATE, "\u200b", "\u202e", "１３８００１３８０００", "yes", "phone", "x" * 3_000])
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
                      max_leaves=8)


def bodies(form):
    """Mostly real names, often with values that could be meant."""
    names = st.sampled_from(sorted(form.base_fields) or ["note"]) | texts
    return st.dictionaries(names, values, max_size=8)


def never_fails(response):
    assert response.status_code in (200, 201, 202, 400, 403, 404, 409, 413, 422), response.content[:500]
    if response.status_code >= 400:
        assert_problem(response, response.status_code)


def throw(draw, send_it, examples):
    """Send what `draw` makes, again and again, each time from the same beginning."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(drawn=draw)
    def once(drawn):
        with transaction.atomic():
            send_it(drawn)
            connection.check_constraints()
            transaction.set_rollback(True)

    once()


@pytest.mark.slow
def test_no_body_makes_intake_fail(people, api):
    client, wild = api(people.op), bodies(IntakeForm)

    throw(wild | st.builds(lambda wrong: BODY | wrong, wild), lambda body: never_fails(send(client, json.dumps(body))), 150)


@pytest.mark.slow
def test_no_bytes_make_the_reader_fail(people, api):
    client = api(people.op)
    raw = st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))

    throw(raw, lambda raw: never_fails(send(client, raw)), 100)


@pytest.mark.slow
def test_no_query_makes_the_list_fail(people, api):
    factories.draft(people)
    client = api(people.sv)
    said = texts.map(lambda text: text.encode("utf-8", "replace").decode())
    names = st.sampled_from(sorted(FilterForm.base_fields)) | said
    queries = st.dictionaries(names, st.lists(said, max_size=3), max_size=4)

    throw(queries, lambda query: never_fails(client.get(URL, query)), 150)


# who may take a step in the state in which a factory leaves a ticket
OPENINGS = [
    ("op", factories.draft, "submit direct_answer transfer_out void_draft add_supplement set_confidential remind"),
    ("rv", factories.in_review, "approve return_for_info confirm_refusal withdraw_early transfer_out merge_into"),
    ("dp", factories.in_dispatch, "dispatch escalate_return change_urgency"),
    ("dl", factories.in_dispatch, "dispatch issue_supervision"),
    ("li", factories.dispatched, "sign request_return"),
    ("dp", factories.dispatched, "recall add_co_unit waive_parts"),
    ("ul", factories.in_hand, "assign_down record_contact request_extension request_suspension submit_reply"),
    ("ul", factories.in_hand, "record_progress request_exclusion request_return"),
    ("hd", factories.in_hand, "record_contact submit_reply request_extension"),
    ("rv", factories.replied, "approve_reply return_reply"),
    ("cb", factories.in_callback, "record_outcome callback_no_answer record_declined give_up close_satisfied order_redo"),
    ("sv", factories.in_adjudication, "adjudicate_redo adjudicate_redispatch force_close"),
    ("dl", factories.in_adjudication, "adjudicate_suspend force_close"),
    ("sv", factories.closed, "reopen archive"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("role", "make", "names"), OPENINGS, ids=[f"{role}-{make.__name__}" for role, make, _n in OPENINGS])
def test_no_body_makes_a_step_fail(people, api, role, make, names):
    ticket, client = make(people), api(getattr(people, role))
    chosen = st.sampled_from(names.split()).flatmap(lambda name: st.tuples(st.just(name), bodies(STEPS[name].form)))

    def send_it(drawn):
        name, body = drawn
        never_fails(send(client, json.dumps(body), url=f"{URL}{ticket.ticket_no}/{name}/"))
        assert TicketEvent.objects.filter(ticket=ticket).count() == Ticket.objects.get(pk=ticket.pk).version

    throw(chosen, send_it, 40)
