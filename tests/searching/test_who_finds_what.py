"""Nobody finds out by asking what he may not read: scope, confidential matters, callers, masked words."""
import re

import pytest

from accounts.roles import Role
from tests import factories
from tests.crowds import signed_in
from tests.searching.asking import everything_said, found
from tickets.finding import hits, shown
from tickets.finding.asked import understood
from tickets.models import Ticket
from tickets.scope import READERS

SECRET = {"caller_name": "欧阳建国", "contact_phone": "13912345678", "contact_phone2": "13800001111", "address": "滨河路12号",
          "title": "滨河路12号漏水", "content": "欧阳建国说楼上漏水,电话13912345678,在滨河路12号。", "demand": "请勿声张"}
OUTSIDE = ("13912345678", "13800001111", "欧阳建国", '"欧阳建国"', "漏水", "楼上漏水", "滨河路", "声张", '"13912345678"')


@pytest.fixture
def strangers(p):
    """Everybody who does not see a draft of operator `op`."""
    return [factories.make_user(Role.OP, "RX-JX"), factories.make_user("LI", "JY"), factories.make_user("HD", "JY"),
            factories.make_user("UL", "JY"), p.li, p.hd, p.ul, p.cb, p.qi]


def test_a_strangers_ticket_is_found_by_nothing(p, strangers):
    ticket = factories.draft(p, **SECRET)

    for q in (*OUTSIDE, ticket.ticket_no, ticket.ticket_no[-5:], ticket.ticket_no[:8]):
        assert found(p.sv, q) == [ticket.ticket_no], q
        for stranger in strangers:
            assert found(stranger, q) == [], (stranger.roles, q)


def test_who_reads_no_tickets_gets_no_search(p):
    factories.draft(p, **SECRET)

    for user in (p.ad, p.ke):
        assert signed_in(user).get("/tickets/", {"q": "漏水"}).status_code == 403


@pytest.mark.parametrize("role", [role.lower() for role in READERS])
def test_what_is_found_is_what_the_reader_sees(p, role):
    user = getattr(p, role)
    for make in (factories.draft, factories.in_review, factories.in_hand, factories.in_callback, factories.closed):
        make(p)
    seen = set(Ticket.objects.visible_to(user).values_list("ticket_no", flat=True))

    assert set(found(user, "屋顶漏水")) == seen
    assert set(found(user, "漏水", sort="newest")) == seen
    assert set(found(user, "20260302")) == seen


def test_callers_are_found_by_those_who_may_see_them(p):
    ticket = factories.in_hand(p, **SECRET)

    for user in (p.op, p.ops, p.rv, p.dp, p.sv, p.dl, p.li, p.hd):
        for q in ("13912345678", "13800001111", "欧阳建国"):
            assert found(user, q) == [ticket.ticket_no], (user.roles, q)
    for user in (p.ul, p.zh, p.ql, p.au):
        for q in ("13912345678", "13800001111"):
            assert found(user, q) == [], (user.roles, q)
        assert understood("欧阳建国", user).terms[0].kind == "word"


def test_a_unit_asks_for_callers_only_while_it_has_the_case_in_hand(p):
    waiting, over = factories.dispatched(p, **SECRET), factories.closed(p, **SECRET)

    assert found(p.sv, "13912345678") == [over.ticket_no, waiting.ticket_no]
    assert found(p.li, "13912345678") == found(p.hd, "13800001111") == []


def test_of_a_confidential_matter_a_unit_finds_only_what_it_is_told(p):
    ticket = factories.in_hand(p, is_confidential=True, **SECRET)

    for user in (p.li, p.hd, p.ul):
        for q in OUTSIDE:
            assert found(user, q) == [], (user.roles, q)
        for q in ("有人反映辖区", "依法处理", ticket.ticket_no):  # the summary that it reads
            assert found(user, q) == [ticket.ticket_no], (user.roles, q)
        assert "欧阳" not in everything_said(user, "依法处理")
    assert found(p.rv, "楼上漏水") == found(p.sv, "欧阳建国") == [ticket.ticket_no]


def test_a_summary_that_names_the_citizen_is_not_found_by_his_name(p):
    ticket = factories.in_hand(p, is_confidential=True, **SECRET)
    Ticket.objects.filter(pk=ticket.pk).update(unit_summary="欧阳建国反映漏水")

    assert found(p.li, '"欧阳建国"') == found(p.li, "欧阳") == []
    assert found(p.li, "反映漏水") == [ticket.ticket_no]


def test_what_is_masked_is_not_found(p):
    ticket = factories.in_hand(p, **SECRET)

    for user in (p.ql, p.au):
        for q in ("欧阳建国", '"欧阳建国"', "欧阳", "13912345678", '"13912345678"', "滨河路", "12号", "欧阳 漏水"):
            assert found(user, q) == [], (user.roles, q)
        assert found(user, "楼上漏水") == [ticket.ticket_no]
        page = everything_said(user, "楼上漏水")
        assert "欧阳" not in page and "13912345678" not in page and "滨河路" not in page


def test_sorting_and_counting_do_not_get_around_it(p):
    factories.in_hand(p, **SECRET)
    client = signed_in(p.ql)

    for sort in ("registered", "-deadline", "urgency", "best", "newest", "nonsense"):
        assert found(p.ql, "欧阳建国", sort=sort) == []
    assert client.post("/desk/leader/?q=%E6%AC%A7%E9%98%B3", {"act": "save_view", "name": "x"}).status_code in (302, 422)
    tile = re.search(r"<b>([^<]*)</b><span>", client.get("/desk/leader/").content.decode())
    assert tile is None or tile[1] == "…"


def test_the_note_of_the_operator_is_in_no_search(p):
    factories.in_review(p, note="此人精神异常")

    assert found(p.sv, "精神异常") == []


def test_a_page_from_which_much_is_kept_back_still_leads_on(p, monkeypatch):
    hidden = [factories.in_hand(p, **SECRET) for _time in range(7)]
    told = factories.in_hand(p, **SECRET | {"caller_name": "王五", "content": "欧阳建国是邻居"})
    hidden += [factories.in_hand(p, **SECRET) for _time in range(3)]
    asked = understood('"欧阳建国"', p.ql)
    search, pages, after = hits.Search(Ticket.objects.visible_to(p.ql), asked), [], ""
    for _page in range(20):
        tickets, after = hits.page(search, p.ql, after=after, size=2)
        pages += tickets
        if not after:
            break

    assert [ticket.ticket_no for ticket in pages] == [told.ticket_no]
    assert not after
    assert shown.marked("欧阳<建国", ["欧阳"]) == "<mark>欧阳</mark>&lt;建国"
