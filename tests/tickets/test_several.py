"""One step for several tickets: looked at first, then done one by one, each with an answer of its own."""
import re

import pytest

from accounts.models import AuditEntry
from tests import factories
from tests.crowds import signed_in
from tests.factories import NOON
from tickets import bulk, intake
from tickets.models import Proposal, Ticket, TicketEvent
from tickets.steps import STEPS


def address(step):
    return f"/tickets/several/{step}/"


def preview(user, step, *tickets, **more):
    answer = signed_in(user).get(address(step), {"t": [ticket.ticket_no for ticket in tickets], **more})
    assert answer.status_code == 200
    return answer.content.decode()


def ready(page):
    """What a preview would send, as it sends it."""
    return re.findall(r'name="t" value="([0-9:]+)"', page)


def send(user, step, pairs, **fields):
    answer = signed_in(user).post(address(step), {"t": pairs, **fields})
    return answer, results(answer.content.decode())


def results(page):
    """{ticket no: (what became of it, why)}"""
    found = re.findall(r'<tr data-row="(\d+)">.*?</td>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', page, re.S)
    return {no: (re.sub("<[^>]+>", "", pill).strip(), said) for no, pill, said in found}


def state(ticket):
    return Ticket.objects.get(pk=ticket.pk).state


def test_the_preview_says_what_would_happen_and_does_nothing(p):
    waiting, draft, hidden = factories.in_review(p), factories.draft(p), "2020010100001"
    before = TicketEvent.objects.count()

    answer = signed_in(p.rv).get(address("approve"), {"t": [waiting.ticket_no, draft.ticket_no, hidden, "x", "'--"]})

    page = answer.content.decode()
    assert ready(page) == [f"{waiting.ticket_no}:{waiting.version}"]
    assert "将变为：待派单" in page
    assert page.count("不处理") == 2
    assert "没有这张工单" in page
    assert (TicketEvent.objects.count(), state(waiting)) == (before, "pending_review")


def test_each_is_done_by_itself_and_answers_for_itself(p):
    good, moved, draft = factories.in_review(p), factories.in_review(p), factories.draft(p)
    pairs = [f"{ticket.ticket_no}:{ticket.version}" for ticket in (good, moved, draft)]
    intake.return_for_info(moved.pk, by=p.rv, now=NOON, reason="incomplete")

    answer, said = send(p.rv, "approve", [*pairs, "2020010100001:1"], note="通过")

    assert answer.status_code == 200
    assert said[good.ticket_no][0] == "已完成"
    assert said[moved.ticket_no][0] == "已变化"
    assert said["2020010100001"][0] == "未办"
    assert [state(ticket) for ticket in (good, moved, draft)] == ["pending_dispatch", "need_info", "draft"]
    assert AuditEntry.objects.filter(kind="DENIED", ticket_no=draft.ticket_no, what="approve").exists()


def test_a_second_submit_does_nothing_twice(p):
    tickets = [factories.in_hand(p) for _number in range(2)]
    pairs = ready(preview(p.sv, "remind", *tickets))

    _answer, first = send(p.sv, "remind", pairs, note="请尽快办理")
    _answer, second = send(p.sv, "remind", pairs, note="请尽快办理")

    assert [pill for pill, _said in first.values()] == ["已完成"] * 2
    assert {said for _pill, said in second.values()} == {"您刚才已经办过，没有重复执行。"}
    assert set(Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).values_list("remind_count", flat=True)) == {1}


def test_the_same_unit_for_several(p):
    tickets = [factories.in_dispatch(p) for _number in range(3)]
    pairs = ready(preview(p.dp, "dispatch", *tickets))

    _answer, said = send(p.dp, "dispatch", pairs, lead_unit="ZJ", opinion="请速办")

    assert len(said) == 3
    assert {Ticket.objects.get(pk=ticket.pk).lead_unit.code for ticket in tickets} == {"ZJ"}


def test_a_form_with_an_error_comes_back_before_anything_happened(p):
    ticket = factories.in_dispatch(p)
    pairs = ready(preview(p.dp, "dispatch", ticket))

    answer = signed_in(p.dp).post(address("dispatch"), {"t": pairs, "lead_unit": "没有这个局", "opinion": "请速办", "back": "/desk/dispatch/"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请速办" in page and 'aria-invalid="true"' in page
    assert ready(page) == pairs
    assert 'href="/desk/dispatch/"' in page
    assert state(ticket) == "pending_dispatch"


def test_a_rule_that_forbids_one_does_not_stop_the_others(p):
    returned, fine = factories.in_dispatch(p), factories.in_dispatch(p)
    Ticket.objects.filter(pk=returned.pk).update(returned_by=[factories.unit("ZJ").pk])

    _answer, said = send(p.dp, "dispatch", ready(preview(p.dp, "dispatch", returned, fine)), lead_unit="ZJ")

    assert said[fine.ticket_no][0] == "已完成"
    assert "退" in said[returned.ticket_no][1]
    assert [state(ticket) for ticket in (returned, fine)] == ["pending_dispatch", "pending_receipt"]


def test_who_may_not_is_told_for_each_and_nothing_happens(p):
    ticket = factories.in_dispatch(p)

    assert ready(preview(p.rv, "dispatch", ticket)) == []
    _answer, said = send(p.rv, "dispatch", [f"{ticket.ticket_no}:{ticket.version}"], lead_unit="ZJ")

    assert said[ticket.ticket_no] == ("未办", "此操作不在您的权限内。")
    assert state(ticket) == "pending_dispatch"


def test_a_strangers_ticket_is_not_there(p):
    ticket = factories.dispatched(p, to="WJ", title="别人的秘密")

    page = preview(p.li, "sign", ticket)
    _answer, said = send(p.li, "sign", [f"{ticket.ticket_no}:{ticket.version}"])

    assert "别人的秘密" not in page
    assert said[ticket.ticket_no][0] == "未办"
    assert state(ticket) == "pending_receipt"


def test_steps_that_need_words_of_their_own_are_not_there(p):
    for step in ("submit_reply", "order_redo", "explode", "confirm_refusal"):
        assert signed_in(p.sv).get(address(step)).status_code == 404
        assert signed_in(p.sv).post(address(step)).status_code == 404
    assert signed_in(p.ad).get(address("approve")).status_code == 403


def test_what_needs_a_second_person_is_proposed_and_never_confirmed_by_the_dozen(p):
    from tests.tickets.ready import unreachable
    ticket = unreachable(p)

    page = preview(p.cb, "close_unreachable", ticket)
    assert "等待第二人确认" in page
    _answer, said = send(p.cb, "close_unreachable", ready(page))
    assert said[ticket.ticket_no][0] == "已提议"
    assert Proposal.objects.filter(ticket=ticket, status="open").count() == 1

    assert ready(preview(p.sv, "close_unreachable", ticket)) == []
    _answer, again = send(p.cb, "close_unreachable", ready(page))
    assert again[ticket.ticket_no][1] == "您刚才已经办过，没有重复执行。"


def test_at_most_a_hundred_at_once(p):
    ticket = factories.in_review(p)
    many = [f"2020010100{number:03d}" for number in range(bulk.LIMIT)]

    page = signed_in(p.rv).get(address("approve"), {"t": [*many, ticket.ticket_no]}).content.decode()

    assert ready(page) == []
    assert str(bulk.LIMIT) in page
    assert len(bulk.versions_of([f"{no}:1" for no in [*many, ticket.ticket_no]])) == bulk.LIMIT


@pytest.mark.parametrize("value", ["", ":", "1:2:3", "x:1", "1:x", "１２:1", "1" * 17 + ":1", "1:" + "9" * 10])
def test_what_is_no_pair_is_left_out(value):
    assert bulk.versions_of([value]) == {}


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil", ""])
def test_one_only_goes_back_to_a_page_of_ours(p, back):
    page = preview(p.rv, "approve", factories.in_review(p), back=back)

    assert re.findall(r'name="back" value="([^"]*)"', page) == ["/"]
    assert 'href="/">' in page


def test_the_bar_offers_what_fits_the_rows(p):
    def offered(user, url):
        return set(re.findall(r'formaction="/tickets/several/(\w+)/"', signed_in(user).get(url).content.decode()))

    factories.in_review(p)
    factories.in_dispatch(p)

    assert offered(p.rv, "/desk/review/?list=cases") == {"approve", "change_urgency", "merge_into"}
    assert offered(p.dp, "/desk/dispatch/?list=cases") == {"dispatch", "change_urgency"}
    assert offered(p.au, "/tickets/") == set()
    assert 'name="t"' not in signed_in(p.au).get("/tickets/").content.decode()


def test_every_step_for_several_asks_nothing_that_only_one_ticket_knows():
    for step in bulk.steps():
        form = bulk.form_of(step)
        assert not getattr(step.several, "wants_ticket", False), step.name
        assert set(form.fields) <= set(step.form.base_fields), step.name
    assert {"approve", "dispatch", "remind", "archive"} <= {step.name for step in bulk.steps()} < set(STEPS)
