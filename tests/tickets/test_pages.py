"""The pages of tickets: who is led where, what a ticket shows, and what happens to a form that is sent."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from tests import factories
from tests.api import lives
from tests.crowds import cost, queries_of, signed_in
from tickets import actions
from tickets.models import Ticket
from tickets.steps import STEPS, offers


def address(ticket, *more):
    return "/".join(["/tickets", ticket.ticket_no, *more, ""])


# --- the front door -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("op", "/desk/mine/"),
        ("ops", "/desk/floor/"),
        ("rv", "/desk/review/"),
        ("dp", "/desk/dispatch/"),
        ("li", "/desk/unit/"),
        ("hd", "/desk/unit/"),
        ("ul", "/desk/unit/"),
        ("cb", "/desk/callbacks/"),
        ("sv", "/desk/supervision/"),
        ("zh", "/desk/coordination/"),
        ("dl", "/desk/duty/"),
        ("ql", "/desk/leader/"),
        ("qi", "/desk/quality/"),
        ("ad", "/people/"),
        ("au", "/audit/"),
        ("ke", "/knowledge/desk/"),
    ],
)
def test_everybody_is_led_to_his_own_work(p, role, place):
    client = signed_in(getattr(p, role))

    assert client.get("/").headers["Location"] == place
    assert client.get(place).status_code == 200


def test_a_role_without_a_work_list_is_told_so(p):
    assert "暂无工作列表" in signed_in(factories.make_user()).get("/").content.decode()


def test_the_bar_offers_only_what_one_may_open(p):
    for role, user in vars(p).items():
        client = signed_in(user)
        page = client.get("/", follow=True).content.decode() if role != "system" else ""
        for url in re.findall(r'<li><a href="(/[^"]*)"', page):
            assert client.get(url).status_code == 200, (role, url)


def test_another_desk_is_refused(p):
    assert signed_in(p.op).get("/desk/review/").status_code == 403


# --- the ticket page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", lives.IN_STATE)
def test_a_ticket_opens_in_every_state_and_every_form_on_offer_too(p, state):
    ticket = lives.IN_STATE[state](p)
    opened = set()

    for user in (p.op, p.rv, p.dp, p.li, p.cb, p.sv, p.dl, p.au):
        client, there = signed_in(user), Ticket.objects.visible_to(user).filter(pk=ticket.pk).first()
        if there is None:
            assert client.get(address(ticket)).status_code == 404, user
            continue
        pages: list[str] = []
        asked = queries_of(lambda client=client, pages=pages: pages.append(client.get(address(ticket)).content.decode()))
        offered = {offer.step.name for offer in offers(there, user)}
        assert set(re.findall(r'hx-get="[^"]*/do/(\w+)/"', pages[0])) == offered, user
        assert asked <= 20, user
        for name in offered - opened:
            form = client.get(address(ticket, "do", name), headers={"HX-Request": "true"})
            assert form.status_code == 200, (name, user)
            assert 'name="version"' in form.content.decode()
        opened |= offered


def test_the_page_costs_the_same_however_long_the_story(p):
    ticket = factories.in_hand(p)
    client = signed_in(p.li)
    client.get(address(ticket))
    short = cost(client, address(ticket), first=True)
    for number in range(30):
        actions.record(ticket.pk, "progress", by=p.hd, now=factories.NOON + timedelta(minutes=number), note="现场处理中")

    assert cost(client, address(ticket), first=True) == short <= 20


def test_a_page_in_english_speaks_english(p):
    page = signed_in(p.li, "en").get(address(factories.in_hand(p))).content.decode()

    assert "In hand" in page
    assert "signed for it" in page
    assert "办理中" not in page


# --- sending a form -----------------------------------------------------------------------------------------------


def test_a_step_is_taken_and_the_reader_is_told(p):
    ticket = factories.in_dispatch(p)

    answer = signed_in(p.dp).post(
        address(ticket, "do", "dispatch"),
        {"lead_unit": "区住房和城乡建设局 · ZJ", "opinion": "请速办", "version": ticket.version},
        follow=True,
    )

    ticket.refresh_from_db()
    assert ticket.state == "pending_receipt"
    assert "派单：已完成" in answer.content.decode()


def test_a_wrong_field_is_named_beside_it_and_nothing_typed_is_lost(p):
    ticket = factories.in_dispatch(p)

    answer = signed_in(p.dp).post(address(ticket, "do", "dispatch"), {"lead_unit": "没有这个局", "opinion": "请速办"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page
    assert "没有“没有这个局”" in page
    assert "请速办" in page


def test_a_rule_that_forbids_is_said_with_what_was_typed(p):
    ticket = factories.in_hand(p)
    reply = factories.reply_block(contacted="yes")

    answer = signed_in(p.ul).post(address(ticket, "do", "submit_reply"), reply)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有联系成功的记录" in page
    assert reply["text"] in page
    assert AuditEntry.objects.filter(kind="DENIED", ticket_no=ticket.ticket_no, what="submit_reply").count() == 1


def test_who_was_slower_sees_the_fresh_state_and_keeps_his_words(p):
    ticket = factories.in_dispatch(p)
    STEPS["dispatch"].run(ticket.pk, by=p.dp, now=factories.NOON, lead_unit=factories.unit())

    answer = signed_in(p.sv).post(
        address(ticket, "do", "dispatch"), {"lead_unit": "WJ", "opinion": "转卫健委处理", "version": ticket.version}
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "待签收" in page
    assert "转卫健委处理" in page


def test_who_was_slower_may_send_again_when_the_step_is_still_there(p):
    ticket = factories.in_dispatch(p)
    stale = ticket.version
    STEPS["add_supplement"].run(ticket.pk, by=p.rv, now=factories.NOON, text="漏水变大")
    client = signed_in(p.dp)

    answer = client.post(address(ticket, "do", "dispatch"), {"lead_unit": "ZJ", "opinion": "请速办", "version": stale})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "请速办" in page
    fresh = re.search(r'name="version" value="(\d+)"', page)[1]
    assert client.post(address(ticket, "do", "dispatch"), {"lead_unit": "ZJ", "version": fresh}).status_code == 302


def test_a_step_of_somebody_else_is_forbidden(p):
    ticket = factories.in_dispatch(p)

    assert signed_in(p.rv).post(address(ticket, "do", "dispatch"), {"lead_unit": "ZJ"}).status_code == 403


def test_an_invisible_ticket_is_not_there(p):
    ticket = factories.in_dispatch(p)

    for path in (address(ticket), address(ticket, "do", "dispatch"), address(ticket, "taken")):
        assert signed_in(p.li).get(path).status_code in (403, 404), path
    assert signed_in(p.li).post(address(ticket, "do", "dispatch"), {"lead_unit": "ZJ"}).status_code == 404


def test_an_unknown_step_is_not_there(p):
    assert signed_in(p.rv).get(address(factories.in_review(p), "do", "explode")).status_code == 404


def test_what_leaves_ones_sight_leads_home(p):
    ticket = factories.dispatched(p)

    answer = signed_in(p.li).post(address(ticket, "do", "request_withdraw"), {"reason": "诉求人来电撤回"})

    assert answer.headers["Location"] == "/"


def test_a_second_person_sees_the_proposal_and_confirms_it(p):
    ticket = factories.in_adjudication(p)
    body = {"reason": "F1", "explanation": "已书面说明法律依据并当面解释。", "told_at": "2026-03-02T11:00"}

    first = signed_in(p.sv).post(address(ticket, "do", "force_close"), body | {"version": ticket.version}, follow=True)
    assert "待第二人确认" in first.content.decode()

    leader = signed_in(p.dl)
    page = leader.get(address(ticket, "do", "force_close")).content.decode()
    assert "已书面说明法律依据" in page
    assert p.sv.display_name in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    leader.post(address(ticket, "do", "force_close"), {"version": version})
    ticket.refresh_from_db()
    assert (ticket.state, ticket.second_by_id, ticket.decided_by_id) == ("closed", p.dl.pk, p.sv.pk)


def test_opening_a_page_writes_nothing_but_who_read_it(p):
    ticket = factories.in_hand(p)
    client = signed_in(p.li)
    client.get("/")

    with CaptureQueriesContext(connection) as queries:
        for path in ("/desk/unit/", address(ticket), address(ticket, "do", "submit_reply"), "/tickets/", "/tickets/lists/"):
            client.get(path)

    wrote = [query["sql"] for query in queries.captured_queries if re.match(r"(INSERT|UPDATE|DELETE)", query["sql"])]
    assert [sql for sql in wrote if "django_session" not in sql and "tickets_sighting" not in sql] == []


# --- whose name is it ---------------------------------------------------------------------------------------------


def test_identity_is_masked_until_a_reason_is_given(p):
    ticket = factories.in_review(p, contact_phone="13912345678", caller_name="欧阳建国")
    client = signed_in(p.rv)
    page = client.get(address(ticket)).content.decode()
    assert "13912345678" not in page
    assert "139****5678" in page

    shown = client.post(address(ticket, "reveal"), {"reason": "核对诉求人电话"}).content.decode()

    assert "13912345678" in shown
    assert "欧阳建国" in shown
    assert AuditEntry.objects.filter(kind="UNMASK", ticket_no=ticket.ticket_no, reason="核对诉求人电话").exists()
    assert "13912345678" not in client.get(address(ticket)).content.decode()


def test_without_a_reason_nothing_is_shown(p):
    ticket = factories.in_review(p, contact_phone="13912345678")

    for headers in ({}, {"HX-Request": "true"}):
        answer = signed_in(p.rv).post(address(ticket, "reveal"), {"reason": " "}, headers=headers)
        assert answer.status_code == 422
        assert "13912345678" not in answer.content.decode()


def test_a_unit_reads_nothing_of_who_reported_confidentially(p):
    ticket = factories.in_hand(
        p,
        is_confidential=True,
        contact_phone="13912345678",
        caller_name="欧阳建国",
        address="秘密路9号5楼",
        content="秘密路9号5楼的欧阳建国13912345678反映收受红包",
        note="坐席内部备注",
    )

    for path in ("/desk/unit/?list=handling", "/tickets/", address(ticket), address(ticket, "do", "submit_reply")):
        page = signed_in(p.li).get(path).content.decode()
        for secret in ("13912345678", "欧阳建国", "秘密路9号", "坐席内部备注"):
            assert secret not in page, (path, secret)
