"""How often one person may ask."""
import pytest
from django.core.cache import cache
from rest_framework.throttling import SimpleRateThrottle

from tests import factories
from tests.api.problems import assert_problem

URL = "/api/v1/tickets/"


@pytest.fixture
def three_a_minute(monkeypatch):
    cache.clear()
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"reading": "3/min", "writing": "3/min"})
    yield
    cache.clear()


def test_one_request_too_many_is_told_when_to_come_back(people, api, three_a_minute):
    client = api(people.op)

    statuses = [client.get(URL).status_code for _n in range(3)]
    response = client.get(URL)

    assert statuses == [200, 200, 200]
    assert_problem(response, 429, type="urn:problem-type:hotline:throttled")
    assert 1 <= int(response["Retry-After"]) <= 61


def test_reading_and_writing_and_people_are_counted_apart(people, api, three_a_minute):
    for _n in range(4):
        last_read = api(people.op).get(URL)

    assert last_read.status_code == 429
    assert api(people.op).post(URL, {}).status_code == 201
    assert api(people.ops).get(URL).status_code == 200


def test_writing_has_its_limit_too(people, api, three_a_minute):
    ticket = factories.dispatched(people)
    client = api(people.rv)

    statuses = [client.post(f"{URL}{ticket.ticket_no}/sign/", {}).status_code for _n in range(4)]

    assert statuses == [403, 403, 403, 429]
