"""Every state × every step × every role: who may is let through to the form, nobody else changes anything.

Sources of the moves come from domain/transitions.json (copied beside this file), the roles from its actor column
and from the permission matrix of the specification (5.2), written down here by hand and not read from the product.
"""
import json
import logging
from pathlib import Path

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from tests import factories
from tests.api.lives import IN_STATE
from tickets.models import Proposal, Ticket, TicketEvent
from tickets.states import State
from tickets.steps import STEPS

DOMAIN = json.loads((Path(__file__).parent / "transitions.json").read_text(encoding="utf-8"))
SOURCES = {move["method"]: move["src"] for move in DOMAIN["transitions"] if move["method"] != "create"}
OPEN = [state["code"] for state in DOMAIN["states"] if state["kind"] == "open"]
WITH_PARTS = ["pending_receipt", "handling", "suspended"]
CALLBACK = ["pending_callback"]
ASKED = [*CALLBACK, "closed"]  # a closed one while an appeal about the result is open
HOTLINE = "op ops rv dp cb sv dl"

# step: roles that may act, propose or confirm. Of the units only the lead unit's people are meant.
MAY = {
    "submit": "op ops", "direct_answer": "op ops", "express_dispatch": "ops dl", "transfer_out": "op ops rv",
    "void_draft": "op ops", "return_for_info": "rv ops", "approve": "rv ops", "confirm_refusal": "rv ops dl",
    "dispatch": "dp sv dl", "recall": "dp sv dl", "sign": "li ul", "deem_signed": "", "request_return": "li ul",
    "approve_return": "dp", "reject_return": "dp", "escalate_return": "dp", "designate": "sv dl", "assign_down": "li ul",
    "record_contact": "li hd ul", "request_extension": "li hd ul", "decide_extension": "sv dl",
    "approve_suspension": "sv dl", "resume": "li ul", "submit_reply": "li hd ul", "approve_reply": "rv sv",
    "return_reply": "rv sv", "callback_no_answer": "cb", "close_satisfied": "cb", "close_unreachable": "cb sv",
    "order_redo": "cb rv", "to_adjudication": "cb", "adjudicate_redo": "sv", "adjudicate_redispatch": "sv",
    "adjudicate_suspend": "dl", "force_close": "sv dl", "archive": "sv", "reopen": "sv", "merge_into": "rv",
    "withdraw_early": "rv", "withdraw_late": "cb sv", "request_withdraw": "op ops li", "withdraw_denied": "cb",
    "withdraw_denied_redispatch": "cb",
}
MAY_IN_DRAFT = {"merge_into": "op ops"}  # T39: "operator(draft) / reviewer"
OPERATIONS = {  # SPEC 3.4 and 3.5: states, roles
    "reject_proposal": (OPEN, ""),  # whoever could confirm; nothing is proposed here
    "post_review": (OPEN[4:], "rv ops"),  # 后审 of an express dispatch (T04)
    "add_supplement": (OPEN, HOTLINE),
    "change_urgency": (OPEN, "rv dp sv"),
    "set_confidential": (OPEN, "op ops rv sv"),
    "edit_summary": (OPEN[4:], "rv dp sv"),
    "request_suspension": (["handling"], "li hd ul"),
    "reject_suspension": (["handling"], "sv dl"),
    "request_exclusion": (OPEN, "ul"),
    "decide_exclusion": ([*OPEN, "closed"], "zh sv"),
    "record_progress": (["handling", "suspended"], "li hd ul"),
    "judge_difficulty": (["handling", "suspended"], "li hd ul sv"),
    "answer_part": (WITH_PARTS, ""),  # of a co-unit; these tickets have none
    "add_co_unit": (WITH_PARTS, "dp sv dl"),
    "waive_parts": (WITH_PARTS, "dp sv"),
    "remind": (OPEN, "op ops sv dl"),
    "acknowledge_reminders": (OPEN, "li hd ul"),
    "issue_supervision": (OPEN, "sv zh dl ql"),
    "instruct": (OPEN, "dl ql"),
    "answer_supervision": ([*OPEN, "closed"], "li hd ul"),
    "send_back_supervision": ([*OPEN, "closed"], "sv zh dl ql"),  # who issued it, or a supervisor
    "close_supervision": ([*OPEN, "closed"], "sv zh dl ql"),
    "split_off": (["merged"], "rv sv"),
    "open_conference": (OPEN, "sv zh dl"),
    "add_to_conference": ([*OPEN, "closed"], "rv dp sv zh dl ql li hd ul"),  # of these only who was asked
    "close_conference": ([code for code in State.values if code != "archived"], "sv zh dl"),
    "record_outcome": (ASKED, "cb"),
    "record_declined": (ASKED, "cb"),
    "give_up": (ASKED, "cb"),
    "second_not_reached": (["closed"], "cb"),
    "order_re_callback": (ASKED, "sv zh dl"),  # zh and dl during an appeal
    "appeal_result": (["closed"], "ul"),
    "object_to_decision": (["closed"], "ul"),
    "decide_appeal": (["closed"], "sv zh dl"),  # the first review sv; the final one zh or dl
    "correct_outcome": (ASKED, "cb sv"),  # within half an hour who recorded it
    "keep_tracking": ([*OPEN, "closed"], "op rv dp li hd cb sv"),
    "move_tracking": (list(State.values), "op rv dp li hd cb sv"),  # nothing is kept under tracking here
    "finish_tracking": (list(State.values), "op rv dp li hd cb sv"),
    "log_tracking": (OPEN, "sv"),  # and the named owner of a category; these tickets are not on the list
    "record_withdrawal_answer": (CALLBACK, "cb"),
    "propose_article": ([*OPEN, "closed"], "op li"),
}
ROLES = ["op", "ops", "rv", "dp", "li", "hd", "ul", "cb", "sv", "zh", "dl", "ql", "ke", "qi", "ad", "au"]
ALWAYS_SEE = {"rv", "dp", "sv", "zh", "dl", "ql", "au", "ops", "op"}
NEVER_SEE = {"ke", "ad", "stranger_op", "stranger_li", "stranger_hd", "stranger_ul"}


def sources(name):
    return SOURCES[name] if name in SOURCES else OPERATIONS[name][0]


def allowed(name, state):
    roles = MAY[name] if name in SOURCES else OPERATIONS[name][1]
    return (MAY_IN_DRAFT.get(name, roles) if state == "draft" else roles).split()


def test_the_table_knows_every_step_and_every_move():
    assert set(STEPS) == set(SOURCES) | set(OPERATIONS)
    assert set(MAY) == set(SOURCES)
    assert set(IN_STATE) == set(State.values) == {state["code"] for state in DOMAIN["states"]}


def everybody(people):
    strangers = {"stranger_op": factories.make_user("OP", "RX-DB"), "stranger_li": factories.make_user("LI", "JY"),
                 "stranger_hd": factories.make_user("HD", "JY"), "stranger_ul": factories.make_user("UL", "JY")}
    return {role: getattr(people, role) for role in ROLES} | strangers


def traces(ticket):
    """Whatever a step that went through would leave behind."""
    row = Ticket.objects.filter(pk=ticket.pk).values().get()
    return (row, TicketEvent.objects.filter(ticket=ticket).count(), Proposal.objects.filter(ticket=ticket).count(),
            ticket.clocks.count(), ticket.assignments.count())


def asked_by(role, state):
    """The steps of this state; of all others, which are refused before anybody looks who asks, each by a few."""
    turn = (ROLES + sorted(NEVER_SEE)).index(role)
    return [name for place, name in enumerate(STEPS) if state in sources(name) or (place + turn) % 5 == 0]


def expected(name, state, role):
    if state not in sources(name):
        return {409}
    if role not in allowed(name, state):
        return {403}
    return {200, 202, 422}  # let through: the rest is the form's and the rules' business


def attempt(client, ticket, name, statuses):
    """The status of an empty request. What is let through is undone; what is refused must leave nothing to undo."""
    if 200 not in statuses:
        return client.post(f"/api/v1/tickets/{ticket.ticket_no}/{name}/", {}, format="json").status_code
    with transaction.atomic():
        status = client.post(f"/api/v1/tickets/{ticket.ticket_no}/{name}/", {}, format="json").status_code
        transaction.set_rollback(True)
    return status


def signed_in(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def quiet():
    """Thousands of refusals are logged; nobody reads them here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.parametrize("state", State.values)
def test_only_the_roles_of_the_table_get_past_the_door(people, state, quiet):
    ticket = IN_STATE[state](people)
    assert ticket.state == state
    before, wrong, refused = traces(ticket), [], 0

    for role, user in everybody(people).items():
        client = signed_in(user)
        sees = client.get(f"/api/v1/tickets/{ticket.ticket_no}/").status_code == 200
        assert sees or role not in ALWAYS_SEE
        assert not sees or role not in NEVER_SEE
        for name in asked_by(role, state) if sees else []:
            statuses = expected(name, state, role)
            status = attempt(client, ticket, name, statuses)
            refused += status in (403, 409)
            if status not in statuses:
                wrong.append(f"{role} {name} in {state}: {status}, not {sorted(statuses)}")

    assert wrong == []
    assert traces(ticket) == before
    assert AuditEntry.objects.filter(kind="DENIED", ticket_no=ticket.ticket_no).count() == refused > 100


def test_to_those_who_do_not_see_the_ticket_no_step_exists(people, quiet):
    ticket = IN_STATE["handling"](people)
    before = traces(ticket)

    for role in sorted(NEVER_SEE):
        client = signed_in(everybody(people)[role])
        for name in STEPS:
            assert attempt(client, ticket, name, {404}) == 404

    assert traces(ticket) == before
    assert not AuditEntry.objects.filter(ticket_no=ticket.ticket_no).exists()
