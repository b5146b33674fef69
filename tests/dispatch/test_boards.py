"""Work lists: each shows what waits for its reader, costs the same whatever its length, and is never a dead end."""

import re
from datetime import timedelta

import pytest

from accounts.instant import database_now
from dispatch import actions as dispatching
from dispatch import requests, supervision
from followup import actions as following
from hotline.desks import DESKS
from tests import factories
from tests.api import lives
from tests.crowds import cost, signed_in
from tickets.models import Ticket

WHO = {
    "mine": "op",
    "floor": "ops",
    "review": "rv",
    "leader": "ql",
    "quality": "qi",
    "dispatch": "dp",
    "unit": "li",
    "unit-board": "ul",
    "supervision": "sv",
    "coordination": "zh",
    "duty": "dl",
    "callbacks": "cb",
    "appeals": "sv",
    "unit-appeals": "ul",
    "follow-ups": "rv",
    "layers": "sv",
}


def numbers(page):
    return re.findall(r'href="/tickets/(\d{13})/"', page)


def listed(user, desk, work="", **query):
    answer = signed_in(user).get(f"/desk/{desk}/", {"list": work, **query})
    assert answer.status_code == 200
    return numbers(answer.content.decode())


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk.name)
def test_an_empty_list_says_so(p, desk):
    client = signed_in(getattr(p, WHO[desk.name]))

    for work in desk.lists:
        page = client.get(desk.url, {"list": work.name}).content.decode()
        assert str(work.empty) in page, work.name
        assert numbers(page) == []


@pytest.mark.parametrize(
    ("desk", "work", "state"),
    [
        ("mine", "drafts", "draft"),
        ("mine", "info", "need_info"),
        ("floor", "review", "pending_review"),
        ("review", "cases", "pending_review"),
        ("review", "replies", "reply_review"),
        ("dispatch", "cases", "pending_dispatch"),
        ("dispatch", "returns", "return_review"),
        ("dispatch", "unsigned", "pending_receipt"),
        ("unit", "sign", "pending_receipt"),
        ("unit", "contact", "handling"),
        ("unit", "handling", "handling"),
        ("unit", "waiting", "reply_review"),
        ("unit", "suspended", "suspended"),
        ("supervision", "rulings", "arbitration"),
        ("supervision", "hard", "adjudication"),
        ("quality", "closed", "closed"),
        ("callbacks", "negative", "adjudication"),
        ("leader", "hard", "adjudication"),
    ],
)
def test_a_ticket_is_in_the_list_of_who_has_to_act(p, desk, work, state):
    ticket = lives.IN_STATE[state](p)

    assert ticket.ticket_no in listed(getattr(p, WHO[desk]), desk, work)


def test_lists_cost_the_same_for_one_row_and_for_thirty(p):
    client, unit = signed_in(p.sv), signed_in(p.li)
    factories.in_hand(p)
    urls = [(client, "/desk/supervision/"), (unit, "/desk/unit/?list=handling"), (client, "/tickets/")]
    few = [cost(*url) for url in urls]
    for _time in range(30):
        factories.in_hand(p)

    assert [cost(*url) for url in urls] == few
    assert max(few) <= 10


def test_every_list_stays_within_ten_queries(p):
    for state in ("pending_review", "pending_receipt", "handling", "adjudication", "pending_callback"):
        lives.IN_STATE[state](p)

    for desk in DESKS:
        client = signed_in(getattr(p, WHO[desk.name]))
        for work in desk.lists:
            assert cost(client, f"{desk.url}?list={work.name}") <= 10, (desk.name, work.name)


def test_pages_follow_each_other_without_gap_or_repeat(p):
    made = {factories.in_review(p, factories.NOON + timedelta(minutes=number % 7)).ticket_no for number in range(40)}
    client, seen, url = signed_in(p.rv), [], "/desk/review/?list=cases"
    while url:
        page = client.get(url).content.decode()
        seen += numbers(page)
        following_page = re.search(r'href="([^"]+)" rel="next"', page)
        url = following_page[1].replace("&amp;", "&") if following_page else ""

    assert len(seen) == len(set(seen)) == 40
    assert set(seen) == made


def test_a_work_list_is_sorted_by_what_is_due_first(p):
    late, soon = factories.in_review(p, factories.NOON - timedelta(hours=5)), factories.in_review(p, factories.NOON)

    assert listed(p.rv, "review", "cases") == [late.ticket_no, soon.ticket_no]


@pytest.mark.parametrize(
    "after", ["x", "~", "2026-03-02T12:00:00+08:00~x", "2026-13-02~5", "2026-03-02T12:00:00~5", "~99999999999999999999"]
)
def test_a_place_that_is_none_starts_at_the_beginning(p, after):
    ticket = factories.in_review(p)

    assert listed(p.rv, "review", "cases", after=after) == [ticket.ticket_no]


def test_filters_narrow_the_list_and_stay_in_the_address(p):
    leak = factories.in_review(p, title="屋顶漏水")
    factories.in_review(p, title="路灯不亮", content="小区门口的路灯一周没有亮过。", type="help", urgency="urgent")

    assert listed(p.rv, "review", "cases", q="漏水") == [leak.ticket_no]
    assert listed(p.rv, "review", "cases", type="complaint", urgency="normal") == [leak.ticket_no]
    assert listed(p.rv, "review", "cases", q=leak.ticket_no) == [leak.ticket_no]
    assert listed(p.rv, "review", "cases", unit="ZJ") == []
    assert len(listed(p.rv, "review", "cases", state="nonsense")) == 2


def test_the_words_of_a_confidential_title_cannot_be_guessed(p):
    factories.in_hand(p, title="收受红包", is_confidential=True)

    assert listed(p.li, "unit", "handling", q="红包") == []


def test_counts_of_the_tiles_are_those_of_the_lists(p):
    for state in ("pending_receipt", "handling", "suspended", "reply_review"):
        lives.IN_STATE[state](p)
    page = signed_in(p.li).get("/desk/unit/").content.decode()

    tiles = dict(re.findall(r'list=(\w+)"[^>]*><b>(\d+)</b>', page))

    assert {name: int(count) for name, count in tiles.items()} == {name: len(listed(p.li, "unit", name)) for name in tiles}
    assert tiles["sign"] == "1"


def test_a_unit_sees_nothing_of_other_units(p):
    factories.dispatched(p, to="WJ")

    assert listed(p.li, "unit", "sign") == []
    assert numbers(signed_in(p.li).get("/tickets/").content.decode()) == []


def test_what_was_handed_back_keeps_number_and_title_only(p):
    now = database_now()
    ticket = factories.dispatched(p, now, title="屋顶漏水", content="只有承办单位可以看的内容详情")
    requests.request_return(ticket.pk, by=p.li, now=now, suggested_unit=factories.unit("CG"), **lives.RETURN)
    requests.approve_return(ticket.pk, by=p.dp, now=now, decision="同意")

    page = signed_in(p.li).get("/desk/unit/", {"list": "returned"}).content.decode()

    assert ticket.ticket_no in page
    assert "屋顶漏水" in page
    assert numbers(page) == []
    assert signed_in(p.li).get(f"/tickets/{ticket.ticket_no}/").status_code == 404


def test_requests_proposals_and_orders_reach_who_decides(p):
    now = database_now()
    ticket = factories.in_hand(p, now)
    requests.request_extension(ticket.pk, by=p.ul, now=now, reason="等待材料", amount={"h": 10}, citizen_told_at=now)
    order = factories.in_hand(p, now)
    supervision.issue(order.pk, by=p.sv, now=now, kind="leader", text="请今日反馈")
    forced = factories.in_adjudication(p, now)
    signed_in(p.sv).post(
        f"/tickets/{forced.ticket_no}/do/force_close/",
        {"reason": "F1", "explanation": "已书面说明法律依据并当面解释。", "told_at": "2026-03-02T11:00"},
    )

    assert listed(p.zh, "coordination", "extensions") == [ticket.ticket_no]
    assert ticket.ticket_no in listed(p.sv, "supervision", "requests")
    assert set(listed(p.sv, "supervision", "orders")) == {order.ticket_no, forced.ticket_no}  # one by the rules, for a redo
    assert set(listed(p.li, "unit", "answer")) == {order.ticket_no, forced.ticket_no}
    assert listed(p.dl, "duty", "confirm") == [forced.ticket_no]
    assert listed(p.sv, "supervision", "confirm") == []


def test_callbacks_come_in_the_order_of_their_next_try(p):
    late = factories.in_callback(p, factories.NOON - timedelta(days=2))
    soon = factories.in_callback(p, factories.NOON)
    following.callback_no_answer(soon.pk, by=p.cb, now=database_now(), result="no_answer")

    assert listed(p.cb, "callbacks", "due") == [late.ticket_no]
    assert listed(p.cb, "callbacks", "later") == [soon.ticket_no]


def test_a_critical_ticket_is_on_the_duty_board_at_once(p):
    ticket = factories.in_review(p, urgency="critical")

    assert listed(p.dl, "duty", "critical") == [ticket.ticket_no]
    assert listed(p.ql, "leader", "critical") == [ticket.ticket_no]


def test_htmx_gets_the_list_that_a_reload_shows(p):
    factories.dispatched(p)
    client = signed_in(p.dp)
    whole = client.get("/desk/dispatch/").content.decode()

    part = client.get("/desk/dispatch/", headers={"HX-Request": "true"}).content.decode()

    assert part.lstrip().startswith('<div id="desk"')
    assert numbers(part) == numbers(whole)


def test_rulings_are_offered_to_the_supervisor(p):
    ticket = dispatching.escalate_return(factories.in_dispatch(p).pk, by=p.dp, now=factories.NOON, reason="职责不清")

    assert listed(p.sv, "supervision", "rulings") == [ticket.ticket_no]
    assert Ticket.objects.get(pk=ticket.pk).state == "arbitration"
