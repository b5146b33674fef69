"""Lists: every order page by page, headings by what is due, columns of one's own, and addresses that keep what was asked."""
import random
import re
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import Unit
from dispatch import boards
from tests import crowds, factories
from tests.crowds import cost, signed_in
from tests.factories import NOON, unit
from tickets import columns, due, list_page, orders, queues
from tickets.models import Category, ListChoice, Ticket

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def crowd(django_db_setup, django_db_blocker):
    with crowds.made_once(django_db_blocker) as people:
        people.tickets = [factories.in_review(people) for _number in range(24)]
        scatter(people.tickets)
        yield people


def scatter(tickets):
    """Values that are often the same and sometimes missing, as in real lists."""
    dice = random.Random(12345)
    areas, leaves = list(Unit.objects.filter(kind="street")[:3]), list(Category.objects.active()[:3])
    for ticket in tickets:
        Ticket.objects.filter(pk=ticket.pk).update(
            next_due_at=dice.choice([None, None, *[NOON + timedelta(hours=hours) for hours in (-3, 0, 5, 30, 200)]]),
            registered_at=NOON + timedelta(minutes=dice.randrange(4)), urgency=dice.choice(["normal", "urgent", "critical"]),
            type=dice.choice(["complaint", "help", "report"]), category=dice.choice([None, *leaves]),
            area=dice.choice([None, *areas]), reporter_count=dice.choice([1, 1, 2, 9]), remind_count=dice.choice([0, 0, 3]),
            lead_unit=dice.choice([None, unit("ZJ"), unit("WJ")]))


def page_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def numbers(page):
    return re.findall(r'href="/tickets/(\d{13})/"', page)


# --- orders -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [f"{way}{name}" for name in orders.ORDERS for way in ("", "-")])
def test_the_pages_of_an_order_together_are_the_whole_list(p, asked):
    rows, sorting = Ticket.objects.filter(pk__in=[ticket.pk for ticket in p.tickets]), orders.sorting_of(queues.ALL, asked)
    whole = list(orders.ordered(rows, sorting))

    for size in (1, 5, 23, 24, 25):
        found, after = [], "first"
        while after:
            page, after = orders.page(rows, sorting, after="" if after == "first" else after, size=size)
            assert len(page) == size or not after
            found += page
        assert found == whole, size

    given = [ticket.place for ticket in whole if ticket.place is not None]
    assert len(whole) == 24
    assert given == sorted(given, reverse=sorting.falling)
    assert [ticket.place is None for ticket in whole] == sorted(ticket.place is None for ticket in whole)


def test_a_ticket_that_arrives_meanwhile_shifts_nothing(p):
    sorting = orders.sorting_of(queues.ALL, "-registered")
    first, after = orders.page(Ticket.objects.all(), sorting, size=10)
    expected = orders.page(Ticket.objects.all(), sorting, after=after, size=10)[0]

    factories.in_review(p, NOON + timedelta(days=1))

    assert orders.page(Ticket.objects.all(), sorting, after=after, size=10)[0] == expected


@pytest.mark.parametrize("after", ["x", "~", "~x", "1~", "\x00~3", "' OR 1=1~3", "99999999999999999999~1", "～~1", "a" * 300 + "~1",
                                   "2026-03-02T12:00:00~5", "0001-01-01T00:00:00+14:00~1"])
def test_a_place_that_is_none_begins_at_the_beginning_or_finds_nothing(p, after):
    for name in orders.ORDERS:
        assert signed_in(p.sv).get("/tickets/", {"sort": name, "after": after}).status_code == 200


def test_the_head_of_a_column_sorts_and_says_how(p):
    client = signed_in(p.rv)
    page = page_of(client, "/desk/review/?list=cases&q=&type=help")
    turned = re.search(r'<th scope="col" aria-sort="ascending"><a [^>]*href="([^"]+)">', page)[1].replace("&amp;", "&")
    assert parse_qs(urlsplit(turned).query) == {"list": ["cases"], "type": ["help"], "sort": ["-deadline"]}

    assert 'aria-sort="descending"' in page_of(client, turned)
    assert 'aria-sort="ascending"' in page_of(client, "/desk/review/?list=cases&sort=nonsense")


# --- headings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "expected"), [
    (None, "No deadline"), (-0.01, "Late"), (0, "Due within the hour"), (1, "Due within the hour"), (1.01, "Today"),
    (11.99, "Today"), (12, "Tomorrow"), (35.99, "Tomorrow"), (36, "Later"), (900, "Later"),
])
def test_a_heading_says_when_it_is_due_in_local_days(hours, expected):
    moment = None if hours is None else NOON + hours * HOUR

    with override("en"):
        assert str(due.heading(moment, NOON, "Late")) == expected


def test_an_hour_may_reach_over_midnight():
    late_evening = NOON + 11.5 * HOUR

    with override("en"):
        assert str(due.heading(late_evening + HOUR, late_evening, "Late")) == "Due within the hour"
        assert str(due.heading(late_evening + 1.1 * HOUR, late_evening, "Late")) == "Tomorrow"


@pytest.mark.parametrize("asked", ["deadline", "-deadline"])
def test_headings_stand_once_each_and_hold_the_whole_list_in_its_order(p, asked):
    sorting = orders.sorting_of(queues.ALL, asked)
    rows = [SimpleNamespace(ticket=ticket) for ticket in orders.ordered(Ticket.objects.all(), sorting)]

    groups = due.groups(rows, sorting, NOON)

    titles = [str(title) for title, _rows in groups]
    assert len(titles) == len(set(titles)) > 3
    assert [row for _title, members in groups for row in members] == rows


def test_only_a_list_by_deadline_has_headings(p):
    client = signed_in(p.rv)

    assert 'class="due"' in page_of(client, "/desk/review/?list=cases")
    assert 'class="due"' not in page_of(client, "/desk/review/?list=cases&sort=urgency")


# --- the address keeps what was asked --------------------------------------------------------------------------------


def test_filters_and_order_survive_page_refresh_sorting_and_a_change_of_list(p):
    client, asked = signed_in(p.rv), {"urgency": ["urgent"], "sort": ["-registered"]}
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in p.tickets]).update(urgency="urgent")
    for _more in range(3):
        factories.in_review(p, urgency="urgent")
    page = page_of(client, "/desk/review/?list=cases&urgency=urgent&sort=-registered&nonsense=1")

    def query_at(pattern):
        return parse_qs(urlsplit(re.search(pattern, page)[1].replace("&amp;", "&")).query)

    following = query_at(r'href="([^"]+)" rel="next"')
    assert following.pop("after")
    assert following == asked | {"list": ["cases"]}
    assert query_at(r'id="desk" hx-get="([^"]+)"') == asked | {"list": ["cases"]}
    assert query_at(r'<a class="[^"]*" href="([^"]*list=replies)"') == asked | {"list": ["replies"]}
    assert '<input type="hidden" name="sort" value="-registered">' in page
    assert '<input type="hidden" name="list" value="cases">' in page


def test_what_was_handed_back_is_not_found_out_by_filter_or_order(p):
    listing = list_page.Listing(boards.INBOX, p.li, QueryDict("list=returned&state=closed&sort=urgency&unit=WJ"), "/desk/unit/", NOON)

    assert listing.wanted == {}
    assert listing.sorting.name == "left_at"
    assert {column.name for column in columns.open_to(p.li, listing.work)} == {"type", "registered"}


# --- columns ------------------------------------------------------------------------------------------------------


def test_everybody_chooses_columns_for_each_list(p):
    client = signed_in(p.rv)

    answer = client.post("/desk/review/?list=cases", {"act": "columns", "columns": ["area", "reporters"]}, follow=True)

    page = answer.content.decode()
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)', page)
    assert heads == ["工单", "事发地", "反映人数"]
    assert 'data-due="' not in page
    assert ListChoice.objects.get(user=p.rv).columns == ["area", "reporters"]
    client.post("/desk/review/?list=cases", {"act": "usual_columns"})
    assert not ListChoice.objects.exists()


def test_a_column_that_is_none_is_refused(p):
    answer = signed_in(p.rv).post("/desk/review/?list=cases", {"act": "columns", "columns": ["caller__phone"]})

    assert answer.status_code == 422
    assert not ListChoice.objects.exists()


def test_all_columns_of_all_rows_cost_what_one_row_costs(p):
    every = list(columns.COLUMNS)
    lonely = factories.in_hand(p)
    ListChoice.objects.create(user=p.li, name="unit.handling", columns=every)
    ListChoice.objects.create(user=p.rv, name="review.cases", columns=every)
    Ticket.objects.filter(pk=lonely.pk).update(handler_ids=[p.hd.pk])
    reviewer, liaison = signed_in(p.rv), signed_in(p.li)
    urls = [(liaison, "/desk/unit/?list=handling"), (reviewer, "/desk/review/?list=cases")]
    one = cost(*urls[0])
    for _more in range(24):
        factories.in_hand(p)

    assert cost(*urls[0]) == one <= 10
    assert cost(*urls[1]) <= 10
    assert p.hd.display_name in page_of(*urls[0])


def test_a_citizen_is_masked_for_everybody_and_unknown_where_confidential(p):
    open_case = factories.in_hand(p, caller_name="欧阳建国", contact_phone="13912345678")
    closed_case = factories.in_hand(p, caller_name="司马相如", contact_phone="13812345678", is_confidential=True)
    ListChoice.objects.create(user=p.li, name="unit.handling", columns=["caller", "phone"])

    page = page_of(signed_in(p.li), "/desk/unit/?list=handling")

    assert open_case.ticket_no in page and closed_case.ticket_no in page
    assert "欧阳先生" in page and "139****5678" in page
    assert "13912345678" not in page and "欧阳建国" not in page
    assert "司马" not in page and "138****5678" not in page
    assert not [column for column in columns.open_to(p.ql, queues.ALL) if column.personal]


def test_opening_a_list_writes_nothing(p):
    client = signed_in(p.rv)
    client.get("/desk/review/")

    with CaptureQueriesContext(connection) as queries:
        for url in ("/desk/review/", "/tickets/?sort=-urgency", "/tickets/several/approve/?t=1"):
            client.get(url)

    wrote = [query["sql"] for query in queries.captured_queries if re.match(r"(INSERT|UPDATE|DELETE)", query["sql"])]
    assert [sql for sql in wrote if "django_session" not in sql] == []


def test_a_strange_act_is_not_there_and_a_strangers_desk_is_refused(p):
    assert signed_in(p.rv).post("/desk/review/", {"act": "explode"}).status_code == 404
    assert signed_in(p.rv).post("/desk/review/", {}).status_code == 404
    for act in ("columns", "export", "save_view"):
        assert signed_in(p.op).post("/desk/review/", {"act": act, "reason": "看看", "name": "x"}).status_code == 403
    assert signed_in(p.ad).post("/tickets/", {"act": "export", "reason": "看看"}).status_code == 403
