"""Whose request it is: a token or a session with its CSRF token; nobody else gets further."""
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from accounts import tokens
from accounts.instant import database_now
from hotline.checks import all_routes, audience_of
from tests import factories
from tests.api.problems import assert_problem
from tickets.models import Ticket

URL = "/api/v1/tickets/"


def addresses(ticket):
    return [("get", URL), ("post", URL), ("get", f"{URL}{ticket.ticket_no}/"), ("post", f"{URL}{ticket.ticket_no}/sign/"),
            ("post", "/api/v1/calls/"), ("get", "/api/v1/schema/")]


def test_nobody_gets_401_everywhere(people, api):
    ticket = factories.dispatched(people)

    for method, url in addresses(ticket):
        response = getattr(api(), method)(url)
        assert_problem(response, 401, type="urn:problem-type:hotline:unauthenticated")
        assert response["WWW-Authenticate"].startswith("Token")


@pytest.mark.parametrize("header", ["Token", "Bearer nonsense", "Bearer a b", "Token \xff", "Bearer " + "x" * 5_000])
def test_a_token_that_is_none_gets_401(people, api, header):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=header)

    assert_problem(client.get(URL), 401)


def test_a_token_ends(people, api):
    now = database_now()
    expired, _row = tokens.issue(user=people.op, now=now - timedelta(days=1))
    revoked, row = tokens.issue(user=people.op, now=now)
    tokens.revoke(row, now=now)

    for key in (expired, revoked):
        client = api()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
        assert_problem(client.get(URL), 401)


def test_a_person_who_left_gets_401(people, api):
    leaver = factories.make_user("OP", "RX-JX")
    client = api(leaver)
    leaver.is_active = False
    leaver.save()

    assert_problem(client.get(URL), 401)


def test_a_session_reads_without_and_writes_with_the_csrf_token(people):
    ticket = factories.dispatched(people)
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.li)
    step = f"{URL}{ticket.ticket_no}/sign/"

    assert client.get(URL).status_code == 200
    assert_problem(client.post(step, "{}", content_type="application/json"), 403)
    assert_problem(client.post(URL, "{}", content_type="application/json"), 403)
    assert Ticket.objects.get().version == ticket.version

    page = client.get("/api/v1/docs/").content.decode()
    token = page.split('data-csrf="')[1].split('"')[0]
    assert client.post(step, "{}", content_type="application/json", headers={"X-CSRFToken": token}).status_code == 200


def test_a_token_needs_no_csrf_token(people, api):
    ticket = factories.dispatched(people)

    assert api(people.li, enforce_csrf_checks=True).post(f"{URL}{ticket.ticket_no}/sign/", {}).status_code == 200


def test_reading_writes_nothing(people, api, django_assert_num_queries):
    ticket = factories.in_hand(people)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    client = api(people.li)

    for url in (URL, f"{URL}{ticket.ticket_no}/", "/api/v1/schema/"):
        assert client.get(url).status_code == 200

    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before


@pytest.mark.parametrize("url", ["/api/", "/api/v1/", "/api/v2/tickets/", "/api/v1/tickets", "/api/v1/nonsense/",
                                 "/api/v1/tickets//", "/api/v1/tickets/1/2/3/", "/api/v1/%00/"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_an_address_that_is_none_answers_in_json_too(db, client, method, url):
    assert_problem(getattr(client, method)(url), 404)


def test_a_lost_database_is_503_with_a_time_to_try_again(people, api, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("tickets.api.database_now", gone)
    response = api(people.op, raise_request_exception=False).get(URL)

    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"]
    assert response.json()["status"] == 503


def test_answers_are_not_kept_by_browsers(people, api):
    assert api(people.op).get(URL)["Cache-Control"] == "no-store"


def test_sentences_come_in_the_readers_language(people, api):
    ticket = factories.dispatched(people)
    url = f"{URL}{ticket.ticket_no}/sign/"
    client = api(people.rv)

    english = client.post(url, {}, headers={"accept-language": "en"}).json()
    chinese = client.post(url, {}, headers={"accept-language": "zh-hans"}).json()

    assert english["title"] == "Not your step"
    assert english["type"] == chinese["type"]


def test_every_address_of_the_api_says_who_may_use_it():
    routes = [(route, view) for route, view in all_routes() if route.startswith("api/")]

    assert len(routes) > 60
    assert [route for route, view in routes if audience_of(view) is None] == []
