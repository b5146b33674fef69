"""The address of the telephone system: signed, fresh, once; nonsense is 400 with a reason and never an error of ours."""
import json
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.instant import database_now
from tests import inputs
from tests.api.problems import assert_problem
from tests.telephony import calls
from tickets.models import Call, PhoneEvent

pytestmark = pytest.mark.django_db
EXAMPLES = inputs.of(3_000)


@pytest.fixture(autouse=True)
def secret(settings, p):
    settings.TELEPHONY_SECRET = calls.SECRET


@pytest.fixture
def now():
    return database_now()


def ringing(now, **more):
    return calls.body("ringing", at=now, extension="8001", number="13800138000") | more


def test_a_signed_event_is_taken_once(client, p, now):
    calls.sits(p.op, now=now)
    body = ringing(now)

    first, again = calls.post(client, body, now), calls.post(client, body, now)

    call = Call.objects.latest("pk")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["call_no"] == again.json()["call_no"] == call.call_no
    assert (first.json()["is_new"], again.json()["is_new"], PhoneEvent.objects.count()) == (True, False, 1)
    assert (call.operator, call.caller_number) == (p.op, "13800138000")
    assert "13800138000" not in first.content.decode()


def test_without_a_secret_there_is_no_such_address(client, settings, now):
    settings.TELEPHONY_SECRET = ""

    assert calls.post(client, ringing(now), now).status_code == 404
    assert calls.post(client, ringing(now), now, secret="").status_code == 404
    assert not PhoneEvent.objects.exists()


@pytest.mark.parametrize("changed", [
    {"X-Hotline-Signature": "sha256=" + "0" * 64}, {"X-Hotline-Signature": ""}, {"X-Hotline-Signature": "ü"},
    {"X-Hotline-Timestamp": "1"}, {"X-Hotline-Timestamp": ""}, {"X-Hotline-Timestamp": "-1"},
    {"X-Hotline-Timestamp": "1e9"}, {"X-Hotline-Timestamp": "٣"}])
def test_what_is_not_signed_is_refused_and_leaves_nothing(client, now, changed):
    assert_problem(calls.post(client, ringing(now), now, **changed), 401)
    assert not PhoneEvent.objects.exists()


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_signed_at_another_time_is_refused(client, now, minutes):
    assert_problem(calls.post(client, ringing(now), now + timedelta(minutes=minutes)), 401)


def test_another_secret_and_a_changed_body_are_refused(client, now):
    assert_problem(calls.post(client, ringing(now), now, secret="y" * 40), 401)


def test_an_event_that_says_something_else_is_refused(client, now):
    body = ringing(now)
    calls.post(client, body, now)

    assert_problem(calls.post(client, body | {"extension": "8002"}, now), 409)
    assert PhoneEvent.objects.get().extension == "8001"


def test_other_methods_and_media(client, now):
    assert client.get(calls.URL).status_code == 405
    raw = json.dumps(ringing(now)).encode()
    assert calls.post(client, None, now, raw=raw, **{"Content-Type": "text/plain"}).status_code == 415
    assert calls.post(client, None, now, raw=b" " * 70_000).status_code == 413


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b'{"a":1,"a":1}', b'{"event_id":"\\u0000"}', b'{"at":NaN}',
                                 b"[" * 50_000], ids=range(9))
def test_what_is_no_json_object_is_400(client, now, raw):
    problem = calls.post(client, None, now, raw=raw)

    assert problem.status_code == 400 and problem.json()["detail"]


def test_the_fields_at_fault_are_named(client, now):
    problem = calls.post(client, ringing(now, extension="x", at="soon", sneezes=True), now).json()
    assert set(problem["errors"]) == {"sneezes"}
    problem = calls.post(client, ringing(now, extension="x", at="soon"), now).json()

    assert problem["status"] == 400 and set(problem["errors"]) == {"extension", "at"}


words = st.one_of(st.text(max_size=30), st.sampled_from([
    "ringing", "answered", "hung_up", "recording_ready", "transferred", "8001", "13800138000", "in", "out", "120", "c1", "e1",
    "2026-03-02T12:00:00+08:00", "2026-03-02", "9999-12-31T23:59:59Z", "1900-01-01T00:00:00+14:00", "‮", "x" * 400]))
values = st.one_of(words, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(words, max_size=3),
                   st.dictionaries(words, words, max_size=2))
names = st.one_of(st.sampled_from(["event_id", "event", "call_id", "at", "extension", "number", "direction", "to", "recording"]), words)
kinds = st.sampled_from(["ringing", "answered", "hung_up", "recording_ready", "transferred"])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(base=st.booleans(), event=kinds, changed=st.dictionaries(names, values, max_size=5), call=st.sampled_from(["c1", "c2", "c3"]),
       number=st.integers(0, 40))
def test_no_payload_makes_an_error_of_ours(now, base, event, changed, call, number):
    """Half of them are sound but for some fields, so that rows are written and met again in every order."""
    sound = {"event_id": f"g{number}", "event": event, "call_id": call, "at": now.isoformat(), "extension": "8001", "to": "120",
             "recording": "r"} if base else {}
    raw = json.dumps(sound | changed, allow_nan=True).encode()

    answer = calls.post(Client(raise_request_exception=False), None, now, raw=raw)

    assert answer.status_code in (200, 201, 400, 409, 413), answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"].startswith("application/problem+json") and answer.json()["detail"]


@settings(max_examples=EXAMPLES // 10, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=st.binary(max_size=200))
def test_no_bytes_make_an_error_of_ours(now, raw):
    assert calls.post(Client(raise_request_exception=False), None, now, raw=raw).status_code == 400
