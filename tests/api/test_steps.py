"""POST /api/v1/tickets/{ticket_no}/{step}/: what comes back when a step is taken, proposed, refused or too late."""
from datetime import timedelta

import pytest

from accounts.instant import database_now
from accounts.models import AuditEntry
from tests import factories
from tests.api.problems import assert_problem
from tickets import actions
from tickets.models import Proposal, Ticket, TicketEvent

URL = "/api/v1/tickets/"


def post(client, ticket, name, body=None, **headers):
    named = {header.replace("_", "-"): value for header, value in headers.items()}
    return client.post(f"{URL}{ticket.ticket_no}/{name}/", body or {}, headers=named)


def ago(**span):
    return (database_now() - timedelta(**span)).isoformat()


def test_a_step_answers_with_the_ticket_as_it_is_now(people, api):
    ticket = factories.dispatched(people)

    response = post(api(people.li), ticket, "sign", {"handler": people.hd.username})

    ticket.refresh_from_db()
    assert response.status_code == 200
    assert response["ETag"] == f'"{ticket.version}"'
    answer = response.json()
    assert {"request_return", "record_contact", "submit_reply"} <= set(answer.pop("allowed_transitions"))
    assert answer == {"ticket_no": ticket.ticket_no, "state": "handling", "version": ticket.version,
                      "links": {"self": f"{URL}{ticket.ticket_no}/"}}
    assert ticket.handler_ids == [people.hd.pk]


def test_the_whole_life_of_a_call_over_the_api(people, api):
    """From the call to the closed case, each step by its own role."""
    body = {"type": "complaint", "category": "010201", "area": "WJJD", "address": "江畔小区3栋", "demand": "希望维修",
            "content": "家中屋顶漏水已经两周,物业一直没有派人来修。", "target": "物业公司", "contact_phone": "13800138000"}
    number = api(people.op).post(URL, body).json()["ticket_no"]
    reply = factories.reply_block()

    for role, step, given, state in [
        ("op", "submit", {}, "pending_review"),
        ("rv", "approve", {"urgency": "urgent"}, "pending_dispatch"),
        ("dp", "dispatch", {"lead_unit": "ZJ", "co_units": ["CG"], "opinion": "请尽快处理"}, "pending_receipt"),
        ("li", "sign", {}, "handling"),
        ("hd", "record_contact", {"method": "phone", "reached": True, "told_deadline": True}, "handling"),
        ("dp", "waive_parts", {"reason": "已现场答复"}, "handling"),
        ("ul", "submit_reply", reply, "reply_review"),
        ("rv", "approve_reply", {}, "pending_callback"),
        ("cb", "record_outcome", factories.HAPPY | {"reply_true": True}, "pending_callback"),
        ("cb", "close_satisfied", {}, "closed"),
    ]:
        response = api(getattr(people, role)).post(f"{URL}{number}/{step}/", given)
        assert response.status_code == 200, (step, response.content)
        assert response.json()["state"] == state

    ticket = Ticket.objects.get(ticket_no=number)
    assert ticket.urgency == "urgent"
    assert [e.name for e in ticket.events.order_by("seq")][:5] == ["create", "submit", "approve", "dispatch", "sign"]


# --- two persons -------------------------------------------------------------------------------------------------


def test_a_step_for_two_persons_waits_for_the_second(people, api):
    ticket = factories.in_hand(people, urgency="urgent")
    factories.replies.record_contact(ticket.pk, by=people.hd, now=factories.NOON, method="phone", reached=True)
    body = factories.reply_block()

    proposed = post(api(people.hd), ticket, "submit_reply", body)
    again = post(api(people.hd), ticket, "submit_reply", body)
    offer = next(offer for offer in api(people.ul).get(f"{URL}{ticket.ticket_no}/").json()["allowed_transitions"]
                 if offer["name"] == "submit_reply")
    confirmed = post(api(people.ul), ticket, "submit_reply")

    assert proposed.status_code == 202
    assert proposed.json()["state"] == "handling"
    assert proposed.json()["proposal"] | {"at": ""} == {
        "step": "submit_reply", "by": {"username": people.hd.username, "name": people.hd.display_name}, "at": ""}
    assert_problem(again, 422)
    assert (offer["mode"], offer["proposed_by"]) == ("confirm", people.hd.display_name)
    assert offer["proposed"]["text"] == body["text"]
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "reply_review")
    assert Proposal.objects.get().status == "confirmed"


def test_the_first_person_of_two_is_asked_for(people, api):
    ticket = factories.in_adjudication(people)
    body = {"reason": "F4", "explanation": "已多次上门沟通,诉求人拒绝配合。", "told_at": ago(hours=1)}

    assert_problem(post(api(people.dl), ticket, "force_close", body), 422)
    assert post(api(people.sv), ticket, "force_close", body).status_code == 202
    assert_problem(post(api(people.sv), ticket, "force_close", body), 422)
    assert post(api(people.dl), ticket, "force_close").status_code == 200


def test_the_second_person_may_say_no_and_then_nothing_waits(people, api):
    ticket = factories.in_adjudication(people)
    body = {"reason": "F4", "explanation": "已多次上门沟通,诉求人拒绝配合。", "told_at": ago(hours=1)}
    post(api(people.sv), ticket, "force_close", body)

    response = post(api(people.dl), ticket, "reject_proposal", {"reason": "证据不足"})

    assert (response.status_code, response.json()["state"]) == (200, "adjudication")
    assert not {"force_close", "reject_proposal"} & set(response.json()["allowed_transitions"])
    assert_problem(post(api(people.dl), ticket, "force_close"), 422)


# --- refused -----------------------------------------------------------------------------------------------------


def refusals(ticket):
    return list(AuditEntry.objects.filter(kind="DENIED", ticket_no=ticket.ticket_no).values_list("what", "result"))


def test_a_strangers_ticket_and_an_unknown_one_are_the_same(people, api):
    ticket = factories.in_hand(people)
    stranger = api(factories.make_user("LI", "JY"))

    theirs = assert_problem(post(stranger, ticket, "sign"), 404)
    none = assert_problem(stranger.post(f"{URL}2026030299999/sign/", {}), 404)

    assert theirs | {"instance": ""} == none | {"instance": ""}


@pytest.mark.parametrize("name", ["create", "nonsense", "deem-signed", "_give_to", "save", "delete", "move", "Sign"])
def test_an_unknown_step_is_404(people, api, name):
    ticket = factories.dispatched(people)

    assert_problem(post(api(people.li), ticket, name), 404)
    assert Ticket.objects.get().version == ticket.version


def test_the_wrong_state_is_a_conflict_that_says_where_the_ticket_is(people, api):
    ticket = factories.in_hand(people)

    assert_problem(post(api(people.li), ticket, "sign"), 409, state="handling", version=ticket.version)
    assert refusals(ticket) == [("sign", "AlreadyMoved")]


def test_a_stale_version_is_a_conflict(people, api):
    ticket = factories.dispatched(people)
    seen = ticket.version
    actions.record(ticket.pk, "add_supplement", by=people.op, now=factories.NOON, note="又来电")

    response = post(api(people.li), ticket, "sign", If_Match=f'"{seen}"')

    assert_problem(response, 409, state="pending_receipt", version=seen + 1)
    assert post(api(people.li), ticket, "sign", If_Match=f'"{seen + 1}"').status_code == 200


@pytest.mark.parametrize("form", ["{}", '"{}"', 'W/"{}"', " {} ", "*"])
def test_if_match_takes_the_version_in_every_usual_spelling(people, api, form):
    ticket = factories.dispatched(people)

    assert post(api(people.li), ticket, "sign", If_Match=form.format(ticket.version)).status_code == 200


def test_the_wrong_role_is_forbidden(people, api):
    ticket = factories.dispatched(people)

    assert_problem(post(api(people.rv), ticket, "sign"), 403, type="urn:problem-type:hotline:forbidden")
    assert refusals(ticket) == [("sign", "PermissionDenied")]
    assert Ticket.objects.get().version == ticket.version


def test_a_rule_refuses_with_its_sentence(people, api):
    ticket = factories.draft(people)  # a complaint

    problem = assert_problem(post(api(people.op), ticket, "direct_answer", {
        "answer": "已经当场解释清楚政策规定。", "caller_understood": True}), 422, type="urn:problem-type:hotline:refused")

    assert problem["detail"] == "Only consultations, praise and other matters can be answered on the line."
    assert refusals(ticket) == [("direct_answer", "Refused")]


def test_wrong_fields_are_named(people, api):
    ticket = factories.in_dispatch(people)

    problem = assert_problem(post(api(people.dp), ticket, "dispatch", {"lead_unit": "QF"}), 422,
                             type="urn:problem-type:hotline:invalid")

    assert list(problem["errors"]) == ["lead_unit"]
    assert Ticket.objects.get().version == ticket.version


def test_yes_no_questions_take_true_and_false_only(people, api):
    ticket = factories.in_hand(people)
    client = api(people.hd)

    assert_problem(post(client, ticket, "record_contact", {"method": "phone", "reached": "yes"}), 400)
    assert_problem(post(client, ticket, "record_contact", {"method": "phone"}), 422)
    assert post(client, ticket, "record_contact", {"method": "phone", "reached": False}).status_code == 200


def test_the_system_alone_counts_a_ticket_as_signed(people, api):
    ticket = factories.dispatched(people)

    for user in vars(people).values():
        if not user.is_system:
            assert post(api(user), ticket, "deem_signed").status_code in (403, 404)
    assert TicketEvent.objects.filter(ticket=ticket).count() == ticket.version


def test_a_step_that_leads_out_of_sight_offers_nothing_more(people, api):
    """A recalled ticket is no longer its unit's."""
    ticket = factories.dispatched(people)

    response = post(api(people.dp), ticket, "recall")

    assert response.json()["state"] == "pending_dispatch"
    assert_problem(api(people.li).get(f"{URL}{ticket.ticket_no}/"), 404)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_steps_are_taken_by_post_only(people, api, method):
    ticket = factories.dispatched(people)

    response = getattr(api(people.li), method)(f"{URL}{ticket.ticket_no}/sign/")

    assert_problem(response, 405)
    assert "POST" in response["Allow"]
    assert "GET" not in response["Allow"]
