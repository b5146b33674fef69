"""Every kind of question: what it is taken for and what it finds."""
import re
from urllib.parse import quote

import pytest

from tests import factories
from tests.crowds import signed_in
from tests.factories import NOON
from tickets.finding.asked import understood
from tickets.models import Caller, SearchText, Ticket


def numbers(page):
    return re.findall(r'data-row="(\d{13})"', page)


def search(user, q, **more):
    answer = signed_in(user).get("/tickets/", {"q": q, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def found(user, q, **more):
    return numbers(search(user, q, **more))


def kinds(text, user):
    return [(term.kind, term.text) for term in understood(text, user).terms]


@pytest.fixture
def leak(p):
    return factories.in_hand(p, title="江畔小区屋顶漏水", content="天花板滴水,ＷｉＦｉ也断了。", demand="尽快维修", address="滨河路12号",
                             caller_name="欧阳建国", contact_phone="13912345678", contact_phone2="028-87654321")


@pytest.mark.parametrize(("text", "expected"), [
    ("2026030200001", [("number", "2026030200001")]), ("202603", [("number", "202603")]), ("20260302", [("number", "20260302")]),
    ("202613", [("word", "202613")]), ("00001", [("tail", "00001")]), ("110", [("tail", "110")]), ("12", [("word", "12")]),
    ("13912345678", [("phone", "13912345678")]), ("139 1234 5678", [("phone", "13912345678")]),
    ("+86-139-1234-5678", [("phone", "13912345678")]), ("１３９１２３４５６７８", [("phone", "13912345678")]),
    ("028-87654321", [("phone", "028-87654321")]), ("停水 医保", [("word", "停水"), ("word", "医保")]),
    ("停水,停水", [("word", "停水")]), ('"2026030200001"', [("word", "2026030200001")]), ("“110 漏水” 漏", [("word", "110 漏水"), ("letter", "漏")]),
    ("漏", [("letter", "漏")]), ("%_", [("word", "%_")]), ("ABCD2345", [("code", "ABCD2345")]), ("", []), (" ,，", []),
    ('"', [("letter", '"')]), ("\x00", []),
])
def test_what_a_question_is_taken_for(p, text, expected):
    assert kinds(text, p.sv) == expected


def test_number_phone_name_and_words_find_the_ticket(p, leak):
    other = factories.in_review(p, NOON)
    number = leak.ticket_no

    for q in (number, number[:11] + "*", number[-5:], "13912345678", "139-1234-5678", "028-87654321", "欧阳建国", "屋顶漏水",
              "漏水", "水", "滴水", "WIFI", "wifi", "ｗｉｆｉ", "滨河路", "12号", "尽快", "漏水 滨河路 维修", "欧阳建国 漏水",
              f"{number[-5:]} 漏水", '"江畔小区屋顶"'):
        expected = [] if q in ("水", number[:11] + "*") else [number]
        assert [n for n in found(p.sv, q) if n != other.ticket_no] == expected, q
    for q in ("没有这样的词", "漏水 没有", "水漏", "顶漏 小屋", "欧阳", "1391234567", "13912345679", "%", "__", "%水", '"漏 水"'):
        assert number not in found(p.sv, q), q


def test_a_call_leads_to_the_ticket_that_came_of_it(p):
    ticket = factories.in_review(p, caller_number="13700001111")

    assert found(p.sv, "13700001111") == [ticket.ticket_no]


def test_what_a_unit_replied_is_found(p):
    ticket = factories.replied(p)

    assert found(p.sv, "防水已重做") == [ticket.ticket_no]
    assert found(p.sv, "维修完毕 漏水") == [ticket.ticket_no]


def test_words_follow_the_ticket(p, leak):
    Ticket.objects.filter(pk=leak.pk).update(content="换了说法", answer="已经答复")

    assert found(p.sv, "换了") == found(p.sv, "已经答复") == [leak.ticket_no]
    assert found(p.sv, "天花板") == []
    assert SearchText.objects.get(pk=leak.pk).words.startswith("江畔小区屋顶漏水\n换了说法")


def test_a_name_is_the_whole_name_or_words(p, leak):
    told = factories.in_review(p, content="欧阳建国打来电话")

    assert found(p.sv, "欧阳建国") == [leak.ticket_no]
    assert found(p.sv, '"欧阳建国"') == [told.ticket_no]
    page = search(p.sv, "欧阳建国")
    assert "%22%E6%AC%A7" in page  # the way to the same as words
    assert Caller.objects.get(tickets=leak).name_hash and "欧阳" not in Caller.objects.get(tickets=leak).name_hash


def test_title_first_or_newest_first(p):
    told = [factories.in_review(p, title="路灯不亮", content="附近停水") for _time in range(2)]
    titled = factories.in_review(p, title="小区停水", content="停水一天")
    told += [factories.in_review(p, title="路灯不亮", content="附近停水")]
    newest = [ticket.ticket_no for ticket in (told[2], titled, told[1], told[0])]

    assert found(p.sv, "停水", sort="newest") == newest
    assert found(p.sv, "停水") == [titled.ticket_no, *(number for number in newest if number != titled.ticket_no)]
    assert found(p.sv, "停水", sort="registered") == [t.ticket_no for t in (told[0], told[1], titled, told[2])]


def test_filters_narrow_what_is_found(p, leak):
    other = factories.in_review(p, title="屋顶漏水", urgency="urgent")

    assert set(found(p.sv, "漏水")) == {leak.ticket_no, other.ticket_no}
    assert found(p.sv, "漏水", urgency="urgent") == [other.ticket_no]
    assert found(p.sv, "漏水", state="handling") == [leak.ticket_no]
    assert found(p.sv, "漏水", state="closed") == []


def test_words_are_marked_and_nothing_else_is_html(p):
    factories.in_review(p, title="<b>停水</b>", content="<script>医保</script>卡 & 停水")

    page = search(p.sv, "停水 医保")

    assert "&lt;b&gt;<mark>停水</mark>&lt;/b&gt;" in page
    assert "&lt;script&gt;<mark>医保</mark>&lt;/script&gt;卡 &amp; <mark>停水</mark>" in page
    assert "<script>医保" not in page
    assert "<mark><script>" not in search(p.sv, "<script>")


def test_where_no_ticket_was_ever_taken_nothing_is_found_at_once(p):
    assert not SearchText.objects.exists()
    assert found(p.sv, "停水") == found(p.li, "停水") == found(p.sv, "停水", sort="registered") == []


def test_nothing_found_says_what_to_try(p):
    assert "至少" in search(p.sv, "漏") or "At least" in search(p.sv, "漏") or "two" in search(p.sv, "漏")
    assert "没有" in search(p.sv, "没有这样的词")


@pytest.mark.parametrize("q", ["停" * 51, "x" * 100_000, "1" * 100_000, "停水 " * 30_000, '"' * 100_000],
                         ids=["51", "letters", "digits", "words", "quotes"])
def test_a_question_that_is_too_long_is_refused_in_words(p, q):
    page = search(p.sv, q)

    assert "最多" in page or "at most 50" in page
    assert len(page) < len(quote(q)) + 60_000  # the way back from a change of language is the address itself
