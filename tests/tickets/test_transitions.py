"""The machine: life.py, the database's trigger and transitions.json say the same, and no statement gets around them."""
import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests import audited
from tests import factories as make
from tests.api.lives import IN_STATE
from tests.factories import NOON
from tests.tickets.model import ACTORS, DOMAIN, KIND, MOVES, STATES
from tickets import guards
from tickets.life import Life
from tickets.models import Ticket, TicketEvent
from tickets.states import CITIZEN_STAGE, DONE, FINAL, OPEN, WHOSE_TURN, State, Turn
from tickets.steps import STEPS
from tickets.winding import CLOCKS

LEGAL = {(source, move["dst"]) for move in DOMAIN["transitions"] for source in move["src"]}


@pytest.fixture
def p(db):
    return make.make_people()


def refusal_of(sql, *params):
    """The database's words when it refuses a statement at once or at commit, or ''."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
            audited.check_deferred()
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error)
    return ""


# --- the three tables ----------------------------------------------------------------------------------------


def test_the_states_are_those_of_the_specification():
    assert set(State.values) == set(STATES)
    assert set(OPEN) == {state for state, kind in KIND.items() if kind == "open"}
    assert set(DONE) - set(FINAL) == {state for state, kind in KIND.items() if kind == "done"}
    assert set(FINAL) == {state for state, kind in KIND.items() if kind == "final"}


def test_the_life_has_exactly_the_transitions_of_the_specification():
    written = {}
    for name, source, target in guards.transitions_of(Life):
        sources, targets = written.setdefault(name, (set(), set()))
        sources.add(str(source))
        targets.add(str(target))

    assert written == {name: (set(move["src"]), {move["dst"]}) for name, move in MOVES.items() if name != "create"}


def test_a_ticket_is_born_as_the_draft_of_t01():
    assert MOVES["create"]["src"] == ["START"] and MOVES["create"]["dst"] == Ticket().state == "draft"


def test_every_move_winds_clocks_and_can_be_taken_by_somebody():
    assert set(CLOCKS) == set(MOVES)
    assert set(STEPS) >= set(MOVES) - {"create"} == set(ACTORS)


def test_every_state_has_exactly_one_turn_and_a_stage_for_the_citizen():
    assert set(WHOSE_TURN) == set(State) == set(CITIZEN_STAGE)
    assert {state for state, turn in WHOSE_TURN.items() if turn == Turn.NOBODY} == set(FINAL)


# --- the trigger -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_raw_update_takes_a_ticket_where_no_transition_leads(p):
    through, stopped_early = [], []
    for source, live in IN_STATE.items():
        ticket = live(p)
        for target in STATES:
            said = refusal_of("UPDATE tickets_ticket SET state = %s WHERE id = %s", target, ticket.pk)
            if target != source and (source, target) not in LEGAL and "transition" not in said:
                through.append(f"{source} -> {target}: {said or 'went through'}")
            if (source, target) in LEGAL and "Invalid" in said:
                stopped_early.append(f"{source} -> {target}: {said}")

    assert through == []
    assert stopped_early == []


def test_a_legal_pair_without_its_event_fails_at_commit(p):
    ticket = make.in_review(p)

    assert "has no event" in refusal_of("UPDATE tickets_ticket SET state = 'need_info' WHERE id = %s", ticket.pk)


def test_a_version_without_its_event_fails_at_commit(p):
    ticket = make.in_review(p)

    assert "has no event" in refusal_of("UPDATE tickets_ticket SET version = version + 1 WHERE id = %s", ticket.pk)


def test_an_open_ticket_cannot_be_archived_from_psql(p):
    ticket = make.in_hand(p)

    assert refusal_of("UPDATE tickets_ticket SET state = 'archived' WHERE id = %s", ticket.pk)
    ticket.refresh_from_db()
    assert ticket.state == "handling"


def test_a_ticket_is_inserted_as_a_draft_or_not_at_all(p):
    ticket = make.closed(p)
    columns = ", ".join(f.column for f in Ticket._meta.concrete_fields if f.name not in ("id", "ticket_no"))
    copy = f"INSERT INTO tickets_ticket (ticket_no, {columns}) SELECT '2026030299999', {columns} FROM tickets_ticket WHERE id = %s"

    assert "born as draft" in refusal_of(copy, ticket.pk)
    assert "has no event" in refusal_of(copy, make.draft(p).pk)


def test_a_ticket_is_never_deleted(p):
    assert "Cannot delete" in refusal_of("DELETE FROM tickets_ticket WHERE id = %s", make.draft(p).pk)


@pytest.mark.parametrize("change", ["accepted_at = now()", "accepted_at = NULL", "first_dispatched_at = now()",
                                    "ticket_no = '2026030288888'", "registered_by_id = lead_unit_id"])
def test_what_is_written_once_is_never_changed(p, change):
    ticket = make.in_hand(p)

    assert "written once" in refusal_of(f"UPDATE tickets_ticket SET {change} WHERE id = %s", ticket.pk)


# --- the trail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [
    "UPDATE tickets_ticketevent SET note = 'nothing happened'",
    "UPDATE tickets_ticketevent SET at = at - interval '1 day'",
    "DELETE FROM tickets_ticketevent",
])
def test_events_are_neither_changed_nor_deleted(p, statement):
    make.in_review(p)

    assert "Cannot" in refusal_of(statement)


def test_the_trail_is_never_emptied(db):
    audited.with_all_triggers()  # tests that commit clean up by TRUNCATE and switch this one off

    assert "never emptied" in refusal_of("TRUNCATE tickets_ticketevent CASCADE")


def test_the_product_cannot_change_an_event_through_its_own_models(p):
    event = make.in_review(p).events.first()

    with pytest.raises(DatabaseError), transaction.atomic():
        TicketEvent.objects.filter(pk=event.pk).update(note="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()


# --- the constraints ------------------------------------------------------------------------------------------

# name of the constraint: (a ticket, what a statement would make of it)
BROKEN = [
    ("ticket_state_known", make.draft, "state = 'gone'"),
    ("ticket_over_only_after_callback", make.in_hand, "state = 'closed', closed_at = now()"),
    ("ticket_over_only_after_callback", make.in_hand, "state = 'archived', archived_at = now()"),
    ("ticket_over_only_after_callback", make.closed, "closure_kind = 'direct'"),
    ("ticket_over_only_after_callback", make.closed, "callback_outcome = 'negative'"),
    ("ticket_over_only_after_callback", make.closed, "closure_kind = 'unreachable', callback_outcome = 'unreachable'"),
    ("ticket_over_only_after_callback", make.closed,
     "closure_kind = 'forced', callback_outcome = 'negative', closing_reason = 'F1', told_at = now(),"
     " decided_by_id = registered_by_id, second_by_id = registered_by_id"),
    ("ticket_over_only_as_demanded", make.closed, "force_review = true, reviewed_at = NULL"),
    ("ticket_callback_at_by_and_outcome_together", make.in_callback, "callback_outcome = 'positive'"),
    ("ticket_callback_at_by_and_outcome_together", make.answered, "callback_by_id = NULL"),
    ("ticket_withdrawn_after_dispatch_only_by_citizen", make.in_hand, "state = 'cancelled'"),
    ("ticket_withdrawn_after_dispatch_only_by_citizen", make.answered, "state = 'cancelled'"),
    ("ticket_refusal_by_four_eyes", IN_STATE["rejected"], "decided_by_id = registered_by_id"),
    ("ticket_refusal_by_four_eyes", IN_STATE["rejected"], "closing_reason = 'R9'"),
    ("ticket_refusal_by_four_eyes", IN_STATE["rejected"], "told_channel = ''"),
    ("ticket_refusal_by_four_eyes", IN_STATE["rejected"], "told_at = NULL"),
    ("ticket_redo_and_return_limits", make.in_hand, "redo_round = 4"),
    ("ticket_redo_and_return_limits", make.in_hand, "return_count = 3"),
    ("ticket_merged_into_another", IN_STATE["merged"], "master_id = NULL"),
    ("ticket_merged_into_another", IN_STATE["merged"], "master_id = id"),
    ("ticket_merged_into_another", make.draft, "master_id = id - 1"),
    ("ticket_suspended_with_review_date", IN_STATE["suspended"], "review_date = NULL"),
    ("ticket_with_unit_has_a_unit", make.in_hand, "lead_unit_id = NULL"),
    ("ticket_times_in_place", make.closed, "closed_at = NULL"),
    ("ticket_times_in_place", IN_STATE["archived"], "archived_at = NULL"),
    ("ticket_received_before_registered", make.draft, "received_at = registered_at + interval '1 second'"),
    ("ticket_withdrawal_source_known", make.in_hand, "withdraw_from = 'somewhere'"),
]


@pytest.mark.parametrize(("name", "live", "change"), BROKEN)
def test_what_must_never_be_untrue_is_refused_even_with_the_triggers_off(p, name, live, change):
    make.draft(p)  # somebody to be merged into
    ticket = live(p)

    with pytest.raises(IntegrityError, match=name), pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE tickets_ticket SET {change} WHERE id = %s", [ticket.pk])


def test_a_message_of_another_channel_becomes_one_ticket(p):
    make.draft(p, channel="portal", source_ref="A-1")

    with pytest.raises(IntegrityError, match="ticket_taken_in_once"), transaction.atomic():
        make.draft(p, channel="portal", source_ref="A-1")
    make.draft(p, channel="wechat", source_ref="A-1")


def test_every_constraint_of_the_ticket_was_tried():
    tried = {name for name, _live, _change in BROKEN} | {"ticket_taken_in_once"}

    assert tried == {constraint.name for constraint in guards.CONSTRAINTS}


def test_the_audit_misses_a_trigger_that_was_switched_off(p):
    audited.with_all_triggers()
    assert "I12" not in audited.codes(NOON)

    pgtrigger.disable("tickets.Ticket:ticket_moves")

    assert "I12" in audited.codes(NOON)
