"""The audit finds what it is there to find: each rule is broken once, and only the rules that this breaks say so."""
import io

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dispatch import escalation
from followup import callbacks, corrections, second
from followup.appeals import acts as appeals
from insights import audit, invariants, tasks
from insights.management.commands import audit as command
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.api import lives
from tests.factories import NOON, unit
from tests.tickets import ready
from tickets import intake

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def p():
    audited.with_all_triggers()
    return make.make_people()


def corrupt(*statements):
    """Whatever somebody with the owner's rights may type, triggers and constraints taken away first."""
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text"
                       " ~ '^(tickets|dispatch|followup)_'")
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount, statement


T, WHERE = "UPDATE tickets_ticket SET", "WHERE ticket_no = '2026030200001'"
OF_IT = "WHERE ticket_id = (SELECT id FROM tickets_ticket WHERE ticket_no = '2026030200001')"


def direct(p):
    return intake.direct_answer(ready.consult(p).pk, by=p.op, now=NOON, answer="请到一楼大厅三号窗口办理")


def second_call(p):
    ticket = second.order_re_callback(make.answered(p, answers=make.UNHAPPY).pk, by=p.sv, now=NOON, reason="单位有异议")
    return callbacks.record_outcome(ticket.pk, by=make.make_user("CB", "RX-HF"), now=NOON, **make.UNHAPPY)


def corrected(p):
    ticket = make.answered(p)
    return corrections.correct_outcome(ticket.pk, by=p.cb, now=NOON, record=ticket.callback_tasks.get().pk, why="按错了选项",
                                       **make.UNHAPPY)


def appealed(p):
    return appeals.appeal_result(make.closed(p).pk, by=p.ul, now=NOON, grounds="misheard", text="回访记录与诉求人所说不符")


def withdrawn(p):
    from followup import actions as following
    ticket = ready.withdrawal_confirmed(p)
    return following.withdraw_late(ticket.pk, by=p.sv, now=NOON, proposed_by=p.cb)


def forced(p):
    from followup import actions as following
    return following.force_close(make.in_adjudication(p).pk, by=p.dl, now=NOON, reason="F1", explanation="已多次解释政策依据",
                                 told_at=NOON, proposed_by=p.sv)


def merged_twice(p):
    master = make.in_review(p)
    from followup import actions as following
    return following.merge_into(make.in_review(p).pk, by=p.rv, now=NOON, master=master)


def escalated(p):
    ticket = make.in_review(p)
    escalation.sweep(now=ticket.clocks.get(kind="REVIEW").due_at)
    return ticket


def whispered(p):
    """Somebody puts a name into a notice."""
    ticket = make.in_hand(p, is_confidential=True)
    Notice.objects.create(cause="x", kind="dispatched", recipient=p.li, ticket_no=ticket.ticket_no, created_at=NOON,
                          params={"who": "来电人彭某"}, status="sent", sent_at=NOON)
    return ticket


def own_agent(p):
    from accounts.models import Membership
    ticket = make.answered(p)
    Membership.objects.create(user=p.cb, role="HD", unit=unit("ZJ"))
    return ticket


def task(change):
    return f"UPDATE followup_callbacktask SET {change} {OF_IT}"


# (the rule, a ticket, what is done to it, which other rules notice as well)
BREAKS = [
    ("I1", lives.archived, [task("outcome = '', outcome_at = NULL, outcome_by_id = NULL, status = 'open'")], {"I2", "I18", "C10"}),
    ("I1", lives.archived, ["DELETE FROM followup_callbackattempt", f"DELETE FROM followup_callbacktask {OF_IT}"],
     {"I2", "I18", "C10"}),
    ("I2", make.closed, [f"UPDATE dispatch_reply SET status = 'returned' {OF_IT}"], set()),
    ("I2", make.closed, [task("round = 7")], {"I18"}),
    ("I3", direct, [f"{T} type = 'complaint' {WHERE}"], set()),
    ("I3", direct, [f"{T} answer = '' {WHERE}"], {"C4"}),
    ("I4", withdrawn, [task("outcome = 'withdraw_denied'")], set()),
    ("I5", make.in_hand, [f"{T} redo_round = 4 {WHERE}"], set()),
    ("I5", make.in_hand, [f"{T} return_count = 3 {WHERE}"], set()),
    ("I6", make.closed, [task("outcome = 'negative'")], {"I18"}),
    ("I6", forced, [f"{T} second_by_id = NULL {WHERE}"], {"I13", "C4"}),
    ("I6", forced, [f"{T} closure_kind = 'callback' {WHERE}"], {"C4"}),
    ("I7", lives.return_review, [f"UPDATE dispatch_request SET status = 'expired' {OF_IT}"], set()),
    ("I7", make.replied, [f"UPDATE dispatch_reply SET status = 'returned' {OF_IT}"], set()),
    ("I7", lives.suspended, [f"{T} review_date = NULL {WHERE}"], {"C4"}),
    ("I7", make.in_callback, [f"DELETE FROM followup_callbacktask {OF_IT}"], set()),
    ("I8", make.in_hand, [f"{T} lead_unit_id = (SELECT id FROM accounts_unit WHERE code = 'CG') {WHERE}"], {"C4"}),
    ("I8", make.in_dispatch, [f"{T} lead_unit_id = (SELECT id FROM accounts_unit WHERE code = 'CG') {WHERE}"], set()),
    ("I9", make.in_hand, [f"UPDATE dispatch_assignment SET status = 'recalled' {OF_IT}"], {"I8", "C1"}),
    ("I9", make.replied, [f"UPDATE dispatch_assignment SET level = 2 {OF_IT}"], {"I8"}),
    ("I10", make.in_hand, [f"{T} accepted_at = accepted_at + interval '1 hour' {WHERE}"], {"C4"}),
    ("I10", make.in_hand, [f"{T} first_dispatched_at = NULL {WHERE}"], {"C4"}),
    ("I10", make.in_hand, [f"UPDATE tickets_clock SET due_at = due_at + interval '1 day' {OF_IT} AND kind = 'COMPLETION'"],
     {"C2", "C5"}),
    ("I11", make.in_hand, [f"UPDATE tickets_clock SET status = 'void', stopped_at = now() {OF_IT} AND kind = 'COMPLETION'"],
     set()),
    ("I11", make.replied, [f"UPDATE tickets_clock SET status = 'running' {OF_IT} AND status = 'held'"], {"C2"}),
    ("I11", lives.archived, [f"UPDATE tickets_clock SET status = 'running' {OF_IT} AND kind = 'COMPLETION'"], {"C2"}),
    ("I12", make.in_review, [f"DELETE FROM tickets_ticketevent {OF_IT} AND seq = 1"], {"C3", "TRAIL"}),
    ("I12", make.in_review, [f"UPDATE tickets_ticketevent SET hash = repeat('0', 64) {OF_IT} AND seq = 1"], {"TRAIL"}),
    ("I12", make.draft, ["ALTER TABLE tickets_ticketevent DISABLE TRIGGER USER"], set()),
    ("I13", lives.rejected, [f"{T} closing_reason = 'R9' {WHERE}"], {"C4"}),
    ("I13", lives.rejected, ["UPDATE tickets_ticketevent e SET by_id = t.registered_by_id FROM tickets_ticket t"
                             " WHERE t.id = e.ticket_id AND e.name = 'confirm_refusal'"], {"TRAIL"}),
    ("I14", whispered, [], set()),
    ("I15", make.draft, ["UPDATE tickets_dailycounter SET value = 3"], set()),
    ("I15", make.draft, [f"{T} ticket_no = '2026030200002' {WHERE}"], {"TRAIL"}),
    ("I16", merged_twice, [f"{T} repeat_count = 2 WHERE repeat_count = 1"], {"C4"}),
    ("I17", escalated, ["DELETE FROM dispatch_escalation WHERE level = 0"], set()),
    ("I18", own_agent, [], set()),
    ("I18", make.closed, [f"{T} callback_outcome = 'neutral' {WHERE}"], {"C4"}),
    ("C1", make.in_hand, [f"{T} unit_ids = '{{}}' {WHERE}"], set()),
    ("C2", make.in_hand, [f"{T} next_due_at = NULL {WHERE}"], set()),
    ("C3", make.draft, [f"{T} state = 'need_info' {WHERE}"], {"TRAIL", "I11"}),
    ("C4", make.in_hand, [f"{T} urgency = 'urgent', callback_outcome = '', signed_at = now() {WHERE}"], set()),
    ("C5", make.in_review, [f"UPDATE tickets_clock SET due_at = due_at - interval '1 minute' {OF_IT} AND kind = 'REVIEW'"], {"C2"}),
    ("C6", make.in_review, [f"UPDATE tickets_clock SET next_fire_at = '2026-03-01' {OF_IT} AND kind = 'REVIEW'"], set()),
    ("C7", escalated, [f"UPDATE tickets_clock SET status = 'met', next_fire_at = NULL, stopped_at = started_at {OF_IT}"
                       " AND kind = 'REVIEW'"], {"C2"}),
    ("I18", second_call, [task("outcome_by_id = (SELECT min(outcome_by_id) FROM followup_callbacktask WHERE kind = 'result')")],
     set()),
    ("I18", corrected, [task("why = ''")], set()),
    ("C9", appealed, ["UPDATE followup_appeal SET status = 'decided'"], set()),
    ("C8", escalated, ["DELETE FROM notices_notice WHERE cause ~ '^escalation:'"], set()),
    ("C10", make.answered, ["DELETE FROM followup_callbackattempt", f"DELETE FROM followup_callbacktask {OF_IT}"], {"I7", "I18"}),
]


@pytest.mark.parametrize(("code", "begin", "statements", "others"), BREAKS)
def test_a_broken_rule_is_found_and_named(p, code, begin, statements, others):
    begin(p)
    now = NOON if code != "C6" else NOON
    before = audited.codes(now) - {code}
    assert before <= {"C6"}

    corrupt(*statements)

    found = audited.codes(now)
    assert code in found
    assert found <= {code} | others | {"C5", "C6"}


def test_every_rule_was_broken_once():
    assert {code for code, *_rest in BREAKS} == set(audit.CHECKS)
    assert list(audit.CHECKS)[:18] == [f"I{number}" for number in range(1, 19)]


def test_an_empty_database_breaks_no_rule(p):
    assert audited.broken(NOON) == {}


@pytest.mark.parametrize("state", list(lives.IN_STATE))
def test_a_ticket_in_any_state_breaks_no_rule(p, state):
    lives.IN_STATE[state](p)

    assert audited.codes(NOON) <= {"C6"}


def test_a_finding_counts_all_and_names_some(p):
    for _ticket in range(7):
        make.draft(p)
    corrupt(f"{T} repeat_count = 9")

    (finding,) = audit.run(now=NOON, codes=["I16"])

    assert finding.count == 7 and finding.is_broken
    assert finding.examples == tuple(f"202603020000{n}" for n in range(1, 6))


def test_a_state_from_which_nothing_leads_out_would_be_noticed():
    assert invariants.states_without_end() == []

    cut = [pair for pair in invariants.guards.PAIRS if pair[0] != "suspended"]

    assert invariants.states_without_end(cut) == ["suspended"]


def test_every_rule_costs_a_few_statements_however_many_tickets_there_are(p, django_assert_max_num_queries):
    for _ticket in range(6):
        make.in_hand(p)

    with django_assert_max_num_queries(45):
        audit.run(now=NOON)


# --- the command --------------------------------------------------------------------------------------------------


def run_command(*args):
    """(exit code, what it printed, what it printed as an error)"""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("audit", *args, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_command_prints_a_line_a_rule_with_its_count(p, monkeypatch):
    monkeypatch.setattr(command, "database_now", lambda: NOON)
    make.closed(p)

    code, said, wrong = run_command()

    assert (code, wrong) == (0, "")
    lines = said.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == list(audit.CHECKS)
    assert all(line.split()[1] == "0" for line in lines[:-1])
    assert lines[-1] == f"All {len(audit.CHECKS)} rules hold."


def test_the_command_names_the_first_tickets_and_exits_with_one(p, monkeypatch):
    monkeypatch.setattr(command, "database_now", lambda: NOON)
    make.in_hand(p)
    corrupt(f"{T} unit_ids = '{{}}' {WHERE}")

    code, said, wrong = run_command("I9", "C1")

    assert code == 1
    assert said.splitlines()[0].split()[:2] == ["I9", "0"]
    assert said.splitlines()[1].split()[:2] == ["C1", "1"]
    assert said.splitlines()[2].strip() == "2026030200001"
    assert wrong == "1 of 2 rules are broken.\n"


def test_the_command_knows_its_rules():
    with pytest.raises(CommandError, match="no rule I99"):
        call_command("audit", "I99")


# --- the night ------------------------------------------------------------------------------------------------------


def told():
    return set(Notice.objects.filter(kind="audit_broken").values_list("recipient__username", flat=True))


def test_a_quiet_night_tells_nobody(p, monkeypatch):
    monkeypatch.setattr(tasks, "database_now", lambda: NOON)
    make.closed(p)

    tasks.audit_invariants()

    assert told() == set()


def test_what_the_night_finds_is_told_to_supervisors_and_administrators_once(p, monkeypatch):
    monkeypatch.setattr(tasks, "database_now", lambda: NOON)
    make.in_hand(p)
    corrupt(f"{T} unit_ids = '{{}}' {WHERE}")

    tasks.audit_invariants()
    tasks.audit_invariants()

    assert told() == {p.sv.username, p.ad.username}
    notices = Notice.objects.filter(kind="audit_broken")
    assert notices.count() == 2
    assert notices.first().params == {"rules": "C1", "count": 1}


def test_the_night_looks_at_the_hashes_too(p, monkeypatch):
    monkeypatch.setattr(tasks, "database_now", lambda: NOON)
    make.in_review(p)
    corrupt(f"UPDATE tickets_ticketevent SET note = 'x' {OF_IT}")

    tasks.audit_invariants()

    assert Notice.objects.filter(kind="audit_broken").first().params["rules"] == "TRAIL"
