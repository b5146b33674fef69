"""The API asks for the same tick as the page."""
from datetime import timedelta

import pytest

from accounts.instant import database_now
from tests import factories as make
from tests.api.conftest import api, no_limits  # noqa: F401 (fixtures)
from tests.api.test_intake import BODY
from tickets.models import Ticket

URL = "/api/v1/tickets/"


@pytest.fixture
def client(p, api):  # noqa: F811
    make.in_review(p, database_now() - timedelta(hours=1), contact_phone="13900139000")
    return api(p.op)


def registered(client, **more):
    body = BODY | {"category": "010201", "area": "WJJD", "address": "江畔小区3栋", "content": make.matter()["content"]} | more
    answer = client.post(URL, body, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()["ticket_no"]


def test_a_program_says_that_it_checked(client):
    number = registered(client)

    refused = client.post(f"{URL}{number}/submit/", {}, format="json")
    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {"duplicate_checked"}
    assert Ticket.objects.get(ticket_no=number).state == "draft"
    assert client.post(f"{URL}{number}/submit/", {"duplicate_checked": True}, format="json").status_code == 200


def test_it_may_say_so_when_it_registers_but_is_asked_where_it_counts(client):
    number = registered(client, duplicate_checked=True)

    assert client.post(f"{URL}{number}/submit/", {}, format="json").status_code == 422
    assert client.post(f"{URL}{number}/submit/", {"duplicate_checked": "yes"}, format="json").status_code == 400
