"""The answer as a list: pages that stay, files that are whole, a constant price, the API and the palette."""
import io
import re

import openpyxl
import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts import tokens
from accounts.instant import database_now
from accounts.models import AuditEntry
from hotline import palette
from tests import factories
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.searching.asking import everything_said, found
from tickets import columns, list_page, queues
from tickets.finding import hits
from tickets.finding.asked import LONGEST, understood
from tickets.finding.index import WINDOW, SearchText
from tickets.models import ListChoice, Ticket


@pytest.fixture
def dozen(p):
    """Every third one has the word in its title, too."""
    return [factories.in_review(p, title="小区停水" if number % 3 == 0 else "路灯不亮", content="附近停水") for number in range(12)]


def query_of(**asked):
    query = QueryDict(mutable=True)
    query.update(asked)
    return query


def pages(search, user, size):
    got, after = [], "first"
    while after:
        page, after = hits.page(search, user, after="" if after == "first" else after, size=size)
        assert len(page) == size or not after
        got += page
    return got


@pytest.mark.parametrize("short", [True, False], ids=["whole list", "by index"])
@pytest.mark.parametrize("order", hits.ORDERS)
def test_pages_together_are_the_whole_whichever_way_is_taken(p, dozen, monkeypatch, short, order):
    monkeypatch.setattr(hits, "SHORT", 10**9 if short else -1)
    monkeypatch.setattr(hits, "are_rare", lambda keys, rows: False)
    newest = dozen[::-1]
    titled = sorted(newest, key=lambda ticket: ticket.title != "小区停水") if order == hits.BEST else newest

    for size in (1, 5, 11, 12, 13):
        for words, expected in (("停水", titled), ("停水 附近", newest)):  # in no title both of them
            search = hits.Search(Ticket.objects.visible_to(p.sv), understood(words, p.sv), order)
            assert pages(search, p.sv, size) == expected, (words, size)


def test_rare_words_are_brought_by_the_index_also_of_a_short_list(p, dozen, monkeypatch):
    monkeypatch.setattr(hits, "_estimates", {})
    monkeypatch.setattr(hits, "WINDOW", 4)  # of so many tickets two say a word that is not rare
    everything = Ticket.objects.visible_to(p.sv)

    assert not hits.are_rare(understood("停水", p.sv).keys, everything)
    assert hits.are_rare(understood("孔雀石", p.sv).keys, everything)


def test_windows_are_read_over_their_edges(p, dozen):
    """Rows of words in other windows, as if there were many tickets in between."""
    first, last = dozen[0].pk, dozen[-1].pk
    assert SearchText.objects.filter(ticket__gte=first).count() == 12
    sql, params = hits.from_index(["停水"], understood("停水", p.sv).keys, hits.LAST, title=None)
    assert f">> {WINDOW.bit_length() - 1}" in sql
    assert params[0] == hits.LAST - 1
    everything = Ticket.objects.filter(hits.everywhere(understood("停水", p.sv)))
    assert set(everything.values_list("pk", flat=True)) == {ticket.pk for ticket in dozen}
    before, _params = hits.from_index(["停水"], understood("停水", p.sv).keys, last, title=None)
    assert before == sql


def test_what_arrives_meanwhile_shifts_nothing(p, dozen):
    search = hits.Search(Ticket.objects.visible_to(p.sv), understood("停水", p.sv), hits.NEWEST)
    first, after = hits.page(search, p.sv, size=5)
    expected = hits.page(search, p.sv, after=after, size=5)[0]

    factories.in_review(p, title="又停水")

    assert hits.page(search, p.sv, after=after, size=5)[0] == expected
    assert first == dozen[:-6:-1]


@pytest.mark.parametrize("after", ["x", "~", "1~", "2~5", "0~-1", "0~99999999999999999999", "1~" + "9" * 18, "a" * 300, "\x00"])
def test_a_place_that_is_none_begins_at_the_beginning_or_finds_nothing(p, dozen, after):
    for sort in ("", "newest", "registered"):
        assert signed_in(p.sv).get("/tickets/", {"q": "停水", "sort": sort, "after": after}).status_code == 200


def test_the_next_page_is_linked_with_the_question_and_its_order(p, monkeypatch):
    made = [factories.in_review(p, content="附近停水") for _number in range(27)]
    page = everything_said(p.sv, "停水", sort="newest", state="pending_review")
    link = re.search(r'href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    query = QueryDict(link.partition("?")[2])

    assert (query["q"], query["sort"], query["state"]) == ("停水", "newest", "pending_review")
    following = signed_in(p.sv).get(link).content.decode()
    assert re.findall(r'data-row="(\d{13})"', following) == [ticket.ticket_no for ticket in (made[1], made[0])]


def test_a_question_costs_no_more_for_many_tickets(p, dozen):
    ListChoice.objects.create(user=p.li, name="all.all", columns=list(columns.COLUMNS))
    for user in (p.sv, p.li, p.op, p.ql):
        for q in ("停水", "停水 附近", "没有这样的词", "13912345678", "00001", "20260302", "欧阳建国 停水", "漏"):
            assert cost(signed_in(user), f"/tickets/?q={q}") <= 10, (user.roles, q)


def test_a_desk_is_searched_as_all_tickets_are(p, dozen):
    client = signed_in(p.rv)

    assert found(p.rv, "停水") == re.findall(r'data-row="(\d{13})"', client.get("/desk/review/?list=cases&q=停水").content.decode())
    assert re.findall(r'data-row="(\d{13})"', client.get("/desk/review/?list=replies&q=停水").content.decode()) == []


def test_a_saved_search_is_found_again(p, dozen):
    client = signed_in(p.rv)
    kept = client.post("/desk/review/?list=cases&q=停水&sort=newest", {"act": "save_view", "name": "停水的"}, follow=True)

    assert "停水的" in kept.content.decode()
    assert 'name="q" value="停水"' in kept.content.decode()
    assert "<b>…</b><span>" in kept.content.decode()


# --- files --------------------------------------------------------------------------------------------------------


def export(user, q, **more):
    answer = signed_in(user).post(f"/tickets/?{query_of(q=q, **more).urlencode()}", {"act": "export", "reason": "周例会用"})
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return list(book.worksheets[0].iter_rows(min_row=2)), book


def test_a_file_holds_every_hit_in_the_order_of_the_page(p, dozen, monkeypatch):
    monkeypatch.setattr("tickets.excel.CHUNK", 5)
    listing = list_page.Listing(queues.EVERYTHING, p.sv, QueryDict("q=停水"), "/tickets/", NOON)

    rows, _book = export(p.sv, "停水")

    assert [row[0].value for row in rows] == [ticket.ticket_no for ticket in pages(listing.search, p.sv, 25)]
    assert len(rows) == 12
    assert len(export(p.sv, "停水", sort="-registered")[0]) == 12


def test_a_file_holds_no_formula_and_no_hidden_word(p):
    factories.in_review(p, title="=1+1停水", content="欧阳建国说停水", caller_name="欧阳建国")

    rows, _book = export(p.sv, "停水")
    assert (rows[0][1].value, rows[0][1].data_type) == ("=1+1停水", "s")
    assert export(p.ql, '"欧阳建国"')[0] == []


def test_the_log_and_the_file_know_the_question_but_no_phone_and_no_name(p):
    factories.in_review(p, caller_name="欧阳建国", contact_phone="13912345678")

    for q, shown in (("停水", "停水"), ("13912345678", "139****5678"), ("欧阳建国", "欧阳**")):
        _rows, book = export(p.sv, q)
        entry = AuditEntry.objects.filter(kind="EXPORT").latest("pk")
        assert entry.data["filters"] == {"q": shown}
        assert any(shown in str(value) for row in book.worksheets[1].iter_rows(values_only=True) for value in row)


# --- the API and the palette ---------------------------------------------------------------------------------------


def ask_api(user, **query):
    key, _token = tokens.issue(user=user, now=database_now())
    client = APIClient(headers={"accept-language": "en"})
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client.get("/api/v1/tickets/", query)


def test_the_api_understands_the_same(p):
    ticket = factories.in_hand(p, content="天花板滴水", caller_name="欧阳建国", contact_phone="13912345678")

    for q in (ticket.ticket_no, ticket.ticket_no[-5:], "13912345678", "欧阳建国", "滴水", "天花板 滴水"):
        for user in (p.sv, p.li):
            assert [row["ticket_no"] for row in ask_api(user, q=q).json()["results"]] == [ticket.ticket_no], q
        assert ask_api(factories.make_user("LI", "JY"), q=q).json()["results"] == []
    assert ask_api(p.sv, q="x" * 51).status_code == ask_api(p.sv, q="x" * 100_000).status_code == 400


def test_the_api_leads_through_all_pages(p, dozen):
    got, query = [], {"q": "停水", "page_size": "5"}
    while True:
        answer = ask_api(p.sv, **query).json()
        got += [row["ticket_no"] for row in answer["results"]]
        if answer["next"] is None:
            break
        query = QueryDict(answer["next"].partition("?")[2]).dict()

    assert got == [ticket.ticket_no for ticket in reversed(dozen)]


def test_the_palette_finds_what_the_page_finds(p):
    closed = factories.closed(p, title="江畔小区停水", caller_name="欧阳建国", contact_phone="13912345678")

    for q in ("停水", closed.ticket_no, closed.ticket_no[-5:], "13912345678", "欧阳建国", "屋顶漏水"):
        assert [option.url for option in palette.tickets(q, p.sv)] == [f"/tickets/{closed.ticket_no}/"], q
        assert palette.tickets(q, factories.make_user("LI", "JY")) == palette.tickets(q, p.ad) == []
    assert palette.tickets("13912345678", p.ul) == []


# --- anything at all -----------------------------------------------------------------------------------------------

PIECES = st.sampled_from(["停水", "20260302", "00001", "13912345678", "欧阳建国", '"', "“", "”", "「", "」", "%", "_", "\\", "'", "--",
                          " ", ",", "\x00", "\ud7ff", "\u202e", "😀", "ＷｉＦｉ", "ß", "İ", "漏", "+86", "0", "(", "20261331", "ABCD2345"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.lists(PIECES, max_size=12).map("".join)),
       sort=st.sampled_from(["", "newest", "-deadline"]))
def test_no_question_breaks_anything(p, text, sort):
    for user in (p.sv, p.ql):
        listing = list_page.Listing(queues.EVERYTHING, user, query_of(q=text, sort=sort), "/tickets/", NOON)
        context = list_page.context(listing)
        assert context["groups"] is not None
        palette.tickets(text[:LONGEST], user)


@pytest.mark.parametrize("q", ["停水\x00", "\ud7ff", "'; DROP TABLE tickets_ticket; --", "%s %(x)s", "{0} {said}", "\\", "😀😀", "😀"])
def test_strange_questions_over_http(p, q):
    factories.in_review(p, content="😀😀 %s %(x)s {0} {said} \\\\")

    assert signed_in(p.sv).get("/tickets/", {"q": q}).status_code == 200
    assert signed_in(p.sv).get("/palette/", {"q": q}).status_code in (200, 404)
