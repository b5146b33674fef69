"""Taking a matter in: what is written down at the first word, at acceptance, at review, and what the citizen is told."""
from datetime import timedelta

import pytest

from notices.models import Notice
from tests import factories as make
from tests.factories import NOON, unit
from tests.tickets import ready
from tests.tickets.bodies import TEXT
from tickets import intake, steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Call, Caller, SlaProfile, Ticket
from tickets.steps import STEPS, Invalid

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def p():
    return make.make_people()


def take(name, ticket, user, body, now=NOON):
    return steps.take(STEPS[name], Ticket.objects.visible_to(user).get(pk=ticket.pk), by=user, body=body, now=now).ticket


def clocks(ticket):
    return {clock.kind: clock.status for clock in ticket.clocks.all()}


def messages(kind):
    return list(Notice.objects.filter(kind=kind, recipient=None))


# --- registering --------------------------------------------------------------------------------------------------


def test_a_call_becomes_a_draft_a_caller_a_ledger_entry_and_an_event(p):
    ticket = make.draft(p, caller_number="05175550123")

    assert (ticket.state, ticket.registered_by, ticket.registered_team, ticket.version) == ("draft", p.op, unit("RX-JX"), 1)
    assert (ticket.caller.name, ticket.caller.phone, ticket.phone_hash) == ("彭某", "13800138000", ticket.caller.phone_hash)
    call = Call.objects.get()
    assert (call.ticket, call.operator, call.caller_number) == (ticket, p.op, "05175550123")
    assert clocks(ticket) == {}
    assert ticket.events.get().name == "create"


def test_what_did_not_come_by_phone_has_an_acceptance_clock_and_no_call(p):
    ticket = make.draft(p, channel="portal", urgency="urgent")

    assert clocks(ticket) == {"ACCEPT": "running"}
    assert ticket.next_due_at == NOON + 60 * MINUTE
    assert not Call.objects.exists()


def test_nobody_reads_name_and_phone_in_the_tables(p):
    from django.db import connection
    make.draft(p)

    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT to_jsonb(c)::text FROM tickets_caller c) || (SELECT to_jsonb(t)::text FROM tickets_ticket t)"
                       " || (SELECT to_jsonb(e)::text FROM tickets_ticketevent e)")
        (text,) = cursor.fetchone()

    assert "13800138000" not in text and "彭某" not in text


@pytest.mark.parametrize(("fields", "title"), [
    ({}, "江畔小区3栋 房屋渗漏开裂"),
    ({"title": "屋顶漏水"}, "屋顶漏水"),
    ({"address": "很长的地址" * 10, "category": None}, "很长的地址很长的地址很长的地址很长的 家中屋顶漏水已经两周,"),
])
def test_a_title_is_made_from_place_and_matter_unless_the_operator_writes_one(p, fields, title):
    ticket = make.draft(p, **fields)

    assert ticket.title.startswith(title) and len(ticket.title) <= 40


def test_without_a_profile_in_force_nothing_is_promised(p):
    SlaProfile.objects.update(is_default=False)

    with pytest.raises(Refused, match="SLA"):
        make.draft(p)
    assert not Ticket.objects.exists() and not Caller.objects.exists()


def test_a_ticket_keeps_the_profile_of_its_day(p):
    old = make.draft(p).sla_profile
    SlaProfile.objects.create(code="faster", title="x", limits=old.limits, valid_from=NOON, is_default=True)

    assert make.draft(p, NOON + MINUTE).sla_profile.code == "faster"
    assert make.draft(p, NOON - MINUTE).sla_profile == old


def test_a_call_that_became_no_ticket_is_in_the_ledger_with_its_number(p):
    make.draft(p)

    call = intake.log_call(by=p.op, now=NOON, number="13800138000", disposition="silent")

    assert (call.call_no, call.ticket) == ("2026030200002", None)


# --- acceptance -------------------------------------------------------------------------------------------------------


def test_acceptance_starts_the_citizens_clocks_and_tells_him_number_and_code(p):
    ticket = make.in_review(p, channel="portal")

    assert (ticket.state, ticket.accepted_at) == ("pending_review", NOON)
    assert clocks(ticket) == {"ACCEPT": "met", "RESPONSE": "running", "COMPLETION": "running", "REVIEW": "running"}
    (message,) = messages("accepted")
    assert message.address == "13800138000"
    assert message.params == {"query_code": intake.query_code(ticket)}


def test_who_left_no_number_gets_no_message(p):
    make.in_review(p, contact_phone="", need_reply=False)

    assert messages("accepted") == []


def test_what_came_in_writing_is_accepted_first_and_classified_by_the_reviewer(p):
    ticket = make.draft(p, channel="portal", type="", category=None, area=None, address="", demand="", target="")

    ticket = take("submit", ticket, p.op, {})
    assert ticket.state == "pending_review"
    ticket = take("approve", ticket, p.rv, {"type": "complaint", "category": "010201", "area": "WJJD"})

    assert (ticket.state, ticket.type, ticket.category.code, ticket.area) == ("pending_dispatch", "complaint", "010201", unit("WJJD"))
    assert ticket.events.order_by("-seq").first().data["changed"]["type"] == ["", "complaint"]


def test_a_resubmitted_ticket_was_accepted_once(p):
    ticket = make.in_review(p)
    due = ticket.clocks.get(kind="COMPLETION").due_at
    intake.return_for_info(ticket.pk, by=p.rv, now=NOON + 5 * MINUTE, reason="incomplete")

    ticket = take("submit", ticket, p.op, {"address": "江畔小区3栋502室"}, NOON + 15 * MINUTE)

    assert (ticket.accepted_at, ticket.address, ticket.info_return_count) == (NOON, "江畔小区3栋502室", 1)
    assert ticket.clocks.get(kind="COMPLETION").due_at == due
    review = ticket.clocks.get(kind="REVIEW")
    assert review.due_at == NOON + (20 + 10) * MINUTE  # ten minutes were the operator's
    assert clocks(ticket)["INFO"] == "met"
    assert len(messages("accepted")) == 1
    event = ticket.events.order_by("-seq").first()
    assert set(event.data["due"]) == {"REVIEW"} and "address" in event.data["changed"]


def test_a_corrected_phone_is_a_new_row_and_the_first_one_stays(p):
    ticket = make.draft(p)
    first = ticket.caller

    ticket = take("submit", ticket, p.op, {"contact_phone": "13900139000"})

    assert (ticket.caller.phone, first.phone) == ("13900139000", "13800138000")
    assert ticket.caller.pk != first.pk and ticket.phone_hash == ticket.caller.phone_hash
    assert ticket.caller.name == "彭某"


def test_submitting_without_another_word_changes_nothing_that_was_written(p):
    ticket = make.draft(p)
    before = {field: getattr(ticket, field) for field in ("title", "content", "address", "demand", "caller_id", "category_id")}

    ticket = intake.submit(ticket.pk, by=p.op, now=NOON)

    assert {field: getattr(ticket, field) for field in before} == before


# --- other ways out of a draft --------------------------------------------------------------------------------------------


def test_a_direct_answer_closes_and_leaves_no_clock_running(p):
    ticket = make.draft(p, type="consult", channel="portal")

    ticket = intake.direct_answer(ticket.pk, by=p.op, now=NOON, answer=TEXT)

    assert (ticket.state, ticket.closure_kind, ticket.closed_at, ticket.accepted_at) == ("closed", "direct", NOON, NOON)
    assert (clocks(ticket), ticket.next_due_at) == ({"ACCEPT": "met"}, None)


def test_registering_and_answering_happen_together_or_not_at_all(p):
    ticket, created = intake.register_and_answer(by=p.op, now=NOON, answer=TEXT, **make.matter(type="praise"))
    assert created and ticket.state == "closed"

    with pytest.raises(Refused):
        intake.register_and_answer(by=p.op, now=NOON, answer=TEXT, **make.matter())
    assert Ticket.objects.count() == Call.objects.count() == 1


def test_a_transfer_says_to_whom(p):
    ticket = intake.transfer_out(make.in_review(p).pk, by=p.rv, now=NOON, agency="110", receiver="接警员 12:00", other_number="A7")

    assert (ticket.state, ticket.told_channel, ticket.told_at) == ("transferred_out", "110", NOON)
    assert ticket.events.order_by("-seq").first().data["receiver"] == "接警员 12:00"
    assert set(clocks(ticket).values()) == {"void"}
    with pytest.raises(Invalid):
        take("transfer_out", make.draft(p), p.op, {"agency": "110"})


def test_a_refusal_names_reason_channel_and_time(p):
    ticket = make.in_review(p)
    body = {"reason": "R4", "channel": "人民法院", "told_at": NOON.isoformat()}
    for name in body:
        with pytest.raises(Invalid):
            take("confirm_refusal", ticket, p.rv, body | {name: ""})
    with pytest.raises(Invalid):
        take("confirm_refusal", ticket, p.rv, body | {"told_at": (NOON + MINUTE).isoformat()})
    with pytest.raises(Invalid):
        take("confirm_refusal", ticket, p.rv, body | {"reason": "R10"})

    ticket = take("confirm_refusal", ticket, p.rv, body)

    assert (ticket.state, ticket.closing_reason, ticket.told_channel, ticket.decided_by) == ("rejected", "R4", "人民法院", p.rv)
    assert ticket.next_due_at is None


# --- operations -----------------------------------------------------------------------------------------------------------


def test_a_supplement_is_added_and_never_edits_what_was_said(p):
    ticket = make.in_hand(p)

    ticket = intake.add_supplement(ticket.pk, by=p.op, now=NOON, text="现在楼下也漏了")

    assert ticket.content == make.matter()["content"]
    assert ticket.events.order_by("-seq").first().note == "现在楼下也漏了"


@pytest.mark.parametrize(("was", "becomes", "who", "ok"), [
    ("normal", "urgent", "rv", True), ("normal", "critical", "dp", True), ("urgent", "normal", "rv", False),
    ("urgent", "normal", "sv", True), ("normal", "normal", "sv", False),
])
def test_anybody_at_the_desk_raises_the_urgency_and_only_a_supervisor_lowers_it(p, was, becomes, who, ok):
    ticket = make.in_review(p, urgency=was)
    body = {"urgency": becomes, "reason": "情况有变"}

    if ok:
        assert take("change_urgency", ticket, getattr(p, who), body).urgency == becomes
    else:
        with pytest.raises(Invalid):
            take("change_urgency", ticket, getattr(p, who), body)


def test_after_the_unit_signed_nobody_lowers_the_urgency(p):
    with pytest.raises(Invalid):
        take("change_urgency", make.in_hand(p, urgency="urgent"), p.sv, {"urgency": "normal", "reason": "情况有变"})


def test_raising_the_urgency_shortens_what_runs_and_lowering_gives_no_time_back(p):
    ticket = make.in_review(p)
    due = ticket.clocks.get(kind="RESPONSE").due_at

    take("change_urgency", ticket, p.sv, {"urgency": "critical", "reason": "情况有变"})
    assert ticket.clocks.get(kind="RESPONSE").due_at == NOON + 60 * MINUTE < due
    take("change_urgency", ticket, p.sv, {"urgency": "normal", "reason": "误判"})

    assert ticket.clocks.get(kind="RESPONSE").due_at == NOON + 60 * MINUTE


def test_confidentiality_is_set_by_the_desk_and_lifted_by_a_supervisor_only(p):
    ticket = make.in_review(p)
    on, off = ({"is_confidential": value, "reason": "诉求人要求"} for value in ("True", "False"))

    assert take("set_confidential", ticket, p.op, on).is_confidential
    with pytest.raises(Invalid):
        take("set_confidential", ticket, p.rv, off)
    assert not take("set_confidential", ticket, p.sv, off).is_confidential


def test_an_express_dispatch_is_reviewed_once_afterwards(p):
    from dispatch import actions as dispatching
    ticket = dispatching.express_dispatch(ready.critical(p).pk, by=p.ops, now=NOON, lead_unit=unit(), reason="急", emergency_told="120")

    ticket = take("post_review", ticket, p.rv, {"note": "处置得当"}, NOON + 10 * MINUTE)

    assert (ticket.reviewed_by, clocks(ticket)["REVIEW"]) == (p.rv, "met")
    with pytest.raises(Refused):
        take("post_review", ticket, p.rv, {})


def test_a_finished_ticket_takes_no_further_operation(p):
    ticket = make.closed(p)

    for name, body in (("add_supplement", {"text": "又漏了一次"}), ("change_urgency", {"urgency": "critical", "reason": "x"}),
                       ("set_confidential", {"is_confidential": "True", "reason": "x"})):
        with pytest.raises(AlreadyMoved):
            take(name, ticket, p.sv if name != "add_supplement" else p.op, body)
