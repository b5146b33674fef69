"""GET /api/v1/tickets/: who finds what, page by page, at a constant price."""
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.api.lives import need_info
from tests.api.problems import assert_problem
from tests.factories import NOON
from tickets.models import Ticket

URL = "/api/v1/tickets/"


def found(response):
    assert response.status_code == 200, response.content
    return [row["ticket_no"] for row in response.json()["results"]]


def test_newest_first_with_what_a_list_shows(people, api):
    old = factories.in_review(people, NOON - timedelta(hours=1))
    new = factories.in_hand(people)

    response = api(people.rv).get(URL)

    assert found(response) == [new.ticket_no, old.ticket_no]
    new.refresh_from_db()
    row = response.json()["results"][0]
    assert row | {"registered_at": "", "next_due_at": ""} == {
        "ticket_no": new.ticket_no, "state": "handling", "turn": "unit", "version": new.version, "type": "complaint",
        "urgency": "normal", "channel": "phone", "title": "江畔小区3栋 房屋渗漏开裂",
        "category": {"code": "010201", "name": "房屋渗漏开裂"}, "area": {"code": "WJJD", "name": new.area.name},
        "lead_unit": {"code": "ZJ", "name": new.lead_unit.name}, "is_confidential": False, "registered_at": "",
        "next_due_at": "", "late": True, "links": {"self": f"{URL}{new.ticket_no}/"}}


def test_each_sees_his_own(people, api):
    mine, theirs = factories.in_hand(people), factories.draft(people)
    stranger = factories.make_user("LI", "JY")

    assert set(found(api(people.sv).get(URL))) == {mine.ticket_no, theirs.ticket_no}
    assert found(api(people.li).get(URL)) == [mine.ticket_no]
    assert found(api(stranger).get(URL)) == []
    assert found(api(people.ad).get(URL)) == []
    assert found(api(people.ke).get(URL)) == []


@pytest.mark.parametrize(("query", "expected"), [
    ("state=handling", "h"), ("state=handling&state=need_info", "hn"), ("type=help", "n"), ("urgency=urgent", "h"),
    ("category=01", "hn"), ("category=0102", "hn"), ("category=010201", "hn"), ("category=02", ""), ("unit=ZJ", "h"),
    ("unit=JY", ""), ("channel=phone", "han"), ("channel=letter", ""), ("late=true", "hn"), ("late=false", "a"),
    ("registered_from=2026-03-02T12:00:00%2B08:00", "han"), ("registered_from=2026-03-02T12:00:01%2B08:00", ""),
    ("registered_to=2026-03-02T12:00:00%2B08:00", ""), ("registered_to=2026-03-03", "han"),
    ("q=20260302", "han"), ("q=漏水", "han"), ("q=%25", ""), ("q=_", ""), ("state=handling&type=help", ""),
])
def test_filters(people, api, query, expected):
    tickets = {
        "h": factories.in_hand(people, urgency="urgent"),
        "n": need_info_of(people, type="help", title="屋顶漏水"),
        "a": factories.draft(people, category=None, title="别的"),
    }

    assert set(found(api(people.sv).get(f"{URL}?{query}"))) == {tickets[key].ticket_no for key in expected}


def need_info_of(people, **fields):
    from tickets import intake
    return intake.return_for_info(factories.in_review(people, **fields).pk, by=people.rv, now=NOON, reason="incomplete")


def test_a_number_is_found_by_its_beginning_only(people, api):
    ticket = need_info(people)

    assert found(api(people.sv).get(URL, {"q": ticket.ticket_no})) == [ticket.ticket_no]
    assert found(api(people.sv).get(URL, {"q": ticket.ticket_no[1:]})) == []


def test_pages_follow_each_other_without_gap_or_double(people, api):
    moments = [NOON, NOON, NOON, NOON - timedelta(days=1), NOON + timedelta(days=1), NOON, NOON]
    tickets = [factories.draft(people, moment) for moment in moments]
    expected = [t.ticket_no for t in sorted(tickets, key=lambda t: (t.registered_at, t.pk), reverse=True)]
    client, url, seen = api(people.sv), f"{URL}?page_size=2&channel=phone", []

    while url:
        response = client.get(url)
        seen += found(response)
        url = response.json()["next"]
        assert url is None or "channel=phone" in url and url.startswith(URL)
        factories.draft(people, NOON + timedelta(days=2))  # a newer one does not shift the pages behind

    assert [number for number in seen if number in expected] == expected
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("query", [
    "state=", "state=open", "state=handling&state=nowhere", "type=wrong", "type=help&type=help", "category=1",
    "category=１２", "unit=%00", "unit=ZJ'--", "late=yes", "late=1", "registered_from=never", "registered_to=2026-13-01",
    "page_size=0", "page_size=101", "page_size=-1", "page_size=1e1", "page_size=99999999999999999999", "q=%00", "q=" + "x" * 51,
    "cursor=x", "cursor=%00", "cursor=MjAyNi0wMS0wMXwx", "cursor=" + "A" * 5_000, "unknown=1", "page=2", "format=xml",
    "%00=1", "ordering=id", "cursor=MjAyNi0wMS0wMVQwMDowMDowMCswMDowMHw5OTk5OTk5OTk5OTk5OTk5OTk5OQ",
])
def test_a_query_that_means_nothing_is_malformed(people, api, query):
    problem = assert_problem(api(people.sv).get(f"{URL}?{query}"), 400)

    assert problem["errors"]


def test_a_confidential_title_is_not_found_out_by_asking(people, api):
    ticket = factories.in_hand(people, is_confidential=True, title="举报李四吃回扣")

    assert found(api(people.li).get(URL, {"q": "李四"})) == []
    assert found(api(people.li).get(URL)) == [ticket.ticket_no]
    assert found(api(people.sv).get(URL, {"q": "李四"})) == [ticket.ticket_no]


@pytest.mark.parametrize("role", ["sv", "op", "ops", "li", "hd", "cb", "au"])
def test_a_list_costs_the_same_whatever_its_length(people, api, role):
    client = api(getattr(people, role))

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{URL}?page_size=100&late=true&state=handling&state=draft").status_code == 200
        return len(queries)

    factories.in_hand(people)
    one = cost()
    for _more in range(9):
        factories.in_hand(people)

    assert cost() == one <= 10
    assert Ticket.objects.count() == 10


def test_a_page_reader_with_a_session_pays_at_most_ten_queries(people, client):
    factories.in_hand(people)
    client.force_login(people.op)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL).status_code == 200

    assert len(queries) <= 10
