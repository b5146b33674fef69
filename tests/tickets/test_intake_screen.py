"""The operator's screen: from a ringing phone to a ticket, an answer, or a line in the ledger."""

import re

from tests import factories
from tests.crowds import queries_of, signed_in
from tickets.models import Call, Ticket


def address(ticket, *more):
    return "/".join(["/tickets", ticket.ticket_no, *more, ""])


def typed(**fields):
    """The intake form as an operator sends it."""
    return {
        "act": "submit",
        "key": "k1",
        "caller_number": "13800138000",
        "caller_name": "彭某",
        "caller_gender": "male",
        "channel": "phone",
        "subject_type": "person",
        "need_reply": "true",
        "type": "complaint",
        "area": "望江街道办事处 · WJJD",
        "address": "江畔小区3栋",
        "content": "家中屋顶漏水已经两周，物业一直没有派人来修。",
        "demand": "希望尽快维修",
        "target": "物业公司",
        "category": "010201",
    } | fields


def test_a_call_becomes_a_ticket_with_number_and_promise(p):
    client = signed_in(p.op)
    assert client.get("/tickets/new/").status_code == 200

    answer = client.post("/tickets/new/", typed(), follow=True)

    ticket = Ticket.objects.latest("pk")
    page = answer.content.decode()
    assert ticket.state == "pending_review"
    assert ticket.ticket_no in page
    assert "查询码" in page


def test_sending_the_form_twice_makes_one_ticket(p):
    client = signed_in(p.op)

    answers = [client.post("/tickets/new/", typed(key="once")) for _twice in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert client.post("/tickets/new/", typed(key="once", content="另一件完全不同的事情请处理")).status_code == 422


def test_the_first_wrong_field_is_named_and_the_rest_is_kept(p):
    answer = signed_in(p.op).post("/tickets/new/", typed(caller_number="12800138000", category="", content="太短"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert {"in-caller_number-error", "in-category-error", "in-content-error"} <= set(re.findall(r'id="(in-\w+-error)"', page))
    assert "江畔小区3栋" in page
    assert "物业公司" in page


def test_a_draft_needs_less(p):
    client = signed_in(p.op)

    answer = client.post(
        "/tickets/new/", {"act": "draft", "key": "d", "channel": "phone", "content": "电话中断，先记下来再说"}, follow=True
    )

    assert Ticket.objects.latest("pk").state == "draft"
    assert "登记中" in answer.content.decode()


def test_a_question_is_answered_on_the_line(p):
    body = typed(act="answer", type="consult", answer="请携带身份证到街道便民服务中心办理。", caller_understood="on")

    signed_in(p.op).post("/tickets/new/", body)

    assert Ticket.objects.latest("pk").state == "closed"


def test_a_complaint_is_not_answered_on_the_line(p):
    body = typed(act="answer", answer="请携带身份证到街道便民服务中心办理。", caller_understood="on")

    answer = signed_in(p.op).post("/tickets/new/", body)

    assert answer.status_code == 422
    assert "可即时答复办结" in answer.content.decode()


def test_a_silent_call_is_in_the_ledger_and_makes_no_ticket(p):
    tickets = Ticket.objects.count()

    answer = signed_in(p.op).post(
        "/tickets/new/", {"act": "invalid", "caller_number": "13800138000", "call-disposition": "silent"}, follow=True
    )

    assert "已登记入台账" in answer.content.decode()
    assert Call.objects.latest("pk").disposition == "silent"
    assert Ticket.objects.count() == tickets


def test_the_shift_leader_goes_straight_on_to_express_dispatch(p):
    answer = signed_in(p.ops).post("/tickets/new/", typed(act="express", urgency="critical", urgency_reason="life"))

    assert answer.headers["Location"].endswith("/do/express_dispatch/")
    assert signed_in(p.ops).get(answer.headers["Location"]).status_code == 200


def test_earlier_tickets_of_the_caller_are_shown_but_no_confidential_ones(p):
    factories.in_review(p, contact_phone="13700137000", title="路灯不亮")
    factories.in_review(p, contact_phone="13700137000", title="内部举报", is_confidential=True)

    page = signed_in(p.ops).post("/tickets/caller/", {"caller_number": "+86 137-0013-7000"}).content.decode()

    assert "路灯不亮" in page
    assert "内部举报" not in page
    assert signed_in(p.ops).get("/tickets/caller/").status_code == 405


def test_intake_stays_within_twenty_queries(p):
    client = signed_in(p.op)
    client.get("/tickets/new/")

    assert queries_of(lambda: client.post("/tickets/new/", typed(key="cheap"))) <= 20


def test_only_who_registered_reads_the_query_code(p):
    ticket = factories.in_review(p)

    assert signed_in(p.op).get(address(ticket, "taken")).status_code == 200
    assert signed_in(p.ops).get(address(ticket, "taken")).status_code == 404
