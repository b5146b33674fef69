"""The trail: what a step writes down, and that whoever changes it afterwards is found and named."""
import io
import json

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from dispatch import actions as dispatching
from insights import chains
from tests import audited
from tests import factories as make
from tests.factories import NOON, unit
from tests.tickets import ready
from tickets import intake, trail
from tickets.actions import Refused
from tickets.models import Ticket, TicketEvent

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def p():
    return make.make_people()


def faults():
    return list(chains.Walk())


def tamper(statement, *params):
    """What a superuser may do: any statement, with no trigger in force."""
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, params)
        return cursor.rowcount


# --- what is written ---------------------------------------------------------------------------------------------


def test_every_step_writes_one_event_with_who_when_from_where_and_what_changed(p):
    ticket = make.in_dispatch(p)

    ticket = dispatching.dispatch(ticket.pk, by=p.dp, now=NOON, lead_unit=unit(), opinion="请尽快")

    event = ticket.events.order_by("-seq").first()
    assert (event.name, event.source, event.target, event.by, event.at, event.note) == (
        "dispatch", "pending_dispatch", "pending_receipt", p.dp, NOON, "请尽快")
    assert (event.seq, event.hash) == (ticket.version, ticket.trail_hash)
    assert event.data["changed"]["lead_unit_id"] == [None, unit().pk]
    assert event.unit == unit()  # who held it from then on


def test_the_events_of_a_life_are_a_chain_from_the_first_to_the_row(p):
    ticket = make.closed(p)
    events = list(ticket.events.order_by("seq"))

    assert [event.seq for event in events] == list(range(1, ticket.version + 1))
    assert events[0].prev_hash == trail.GENESIS
    assert [event.prev_hash for event in events[1:]] == [event.hash for event in events[:-1]]
    assert all(event.hash == event.digest(ticket.ticket_no) for event in events)
    assert faults() == []


def test_a_refused_step_writes_no_event(p):
    ticket = make.draft(p)

    with pytest.raises(Refused):
        dispatching.express_dispatch(ticket.pk, by=p.ops, now=NOON, lead_unit=unit(), reason="急", emergency_told="120")

    assert ticket.events.count() == 1


def test_what_fails_after_the_event_takes_the_event_with_it(p):
    ticket = make.in_review(p)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        intake.approve(ticket.pk, by=p.rv, now=NOON)
        raise ZeroDivisionError

    assert list(ticket.events.values_list("name", flat=True)) == ["create", "submit"]


def test_a_moved_due_date_is_written_down_with_its_old_value(p):
    ticket = make.in_hand(p)
    due = ticket.clocks.get(kind="COMPLETION").due_at

    ticket = intake.change_urgency(ticket.pk, by=p.sv, now=NOON, urgency="urgent", reason="老人独居")

    moved = ticket.events.order_by("-seq").first().data["due"]
    assert "COMPLETION" not in moved  # 24 h for each urgency; the receipt clock was met
    assert due == ticket.clocks.get(kind="COMPLETION").due_at
    review = make.in_review(p)
    old = review.clocks.get(kind="REVIEW").due_at
    review = intake.change_urgency(review.pk, by=p.rv, now=NOON, urgency="urgent", reason="老人独居")
    assert review.events.order_by("-seq").first().data["due"]["REVIEW"] == [
        old.isoformat(), review.clocks.get(kind="REVIEW").due_at.isoformat()]


def test_a_hash_does_not_depend_on_key_order_nor_on_the_time_zone_of_the_reader():
    said = ["2026030200001", 1, "x", "", "draft", True, 1, None, "2026-03-02T04:00:00.000000+00:00", "备注", {"a": 1, "b": [2]}, "0"]
    other = [*said[:10], json.loads('{"b": [2], "a": 1}'), "0"]

    assert trail.digest(said) == trail.digest(other)
    assert len(trail.digest(said)) == 64


@pytest.mark.parametrize("note", ["", "水管\n漏水\t\"急\"", "emoji 🚰", "\\u0000 is text here", "é e\u0301"])
def test_any_text_can_be_read_back_and_verified(p, note):
    intake.add_supplement(make.in_review(p).pk, by=p.op, now=NOON, text=note)

    assert faults() == []


# --- what tampering leaves behind -----------------------------------------------------------------------------------

FIELDS = [("note", "'nothing happened'"), ("name", "'approve'"), ("source", "'handling'"), ("target", "'archived'"),
          ("by_id", "by_id + 1"), ("at", "at - interval '1 hour'"), ("at", "at + interval '1 microsecond'"),
          ("data", "'{\"channel\": \"portal\"}'"), ("is_move", "NOT is_move"), ("unit_id", "NULL"),
          ("prev_hash", "repeat('0', 64)"), ("hash", "repeat('f', 64)"), ("seq", "seq + 100")]


@pytest.mark.parametrize(("column", "value"), FIELDS)
def test_a_single_changed_value_is_found_and_its_ticket_named(p, column, value):
    make.closed(p)
    ticket = make.closed(p)
    event = ticket.events.get(seq=4)  # the dispatch
    if column == "by_id":
        value = str(p.ke.pk)

    assert tamper(f"UPDATE tickets_ticketevent SET {column} = {value} WHERE id = %s", event.pk) == 1

    found = faults()
    assert found and all(ticket.ticket_no in fault for fault in found)


@pytest.mark.parametrize("seq", [1, 4, 9])
def test_a_deleted_event_is_found(p, seq):
    ticket = make.closed(p)

    tamper("DELETE FROM tickets_ticketevent WHERE ticket_id = %s AND seq = %s", ticket.pk, seq)

    assert any(f"event {seq} is missing" in fault for fault in faults())


def test_a_deleted_event_is_found_although_the_later_ones_moved_up(p):
    ticket = make.closed(p)

    tamper("DELETE FROM tickets_ticketevent WHERE ticket_id = %s AND seq = 4", ticket.pk)
    for seq in range(5, ticket.version + 1):
        tamper("UPDATE tickets_ticketevent SET seq = %s WHERE ticket_id = %s AND seq = %s", seq - 1, ticket.pk, seq)

    assert any("does not follow" in fault for fault in faults())


def test_a_tail_that_was_cut_off_is_found(p):
    ticket = make.closed(p)

    tamper("DELETE FROM tickets_ticketevent WHERE ticket_id = %s AND seq > 6", ticket.pk)

    assert f"{ticket.ticket_no}: the ticket knows {ticket.version} events, the trail ends at 6" in faults()


def test_a_trail_that_is_gone_altogether_is_found(p):
    ticket = make.draft(p)

    tamper("DELETE FROM tickets_ticketevent WHERE ticket_id = %s", ticket.pk)

    assert any(f"{ticket.ticket_no}: the ticket knows 1 events, the trail ends at 0" == fault for fault in faults())


@pytest.mark.parametrize("place", [3, 99])
def test_an_inserted_event_is_found(p, place):
    ticket = make.closed(p)
    columns = "ticket_id, name, source, target, is_move, by_id, unit_id, at, note, data, prev_hash, hash"
    if place == 3:
        for seq in range(ticket.version, 2, -1):
            tamper("UPDATE tickets_ticketevent SET seq = %s WHERE ticket_id = %s AND seq = %s", seq + 1, ticket.pk, seq)

    tamper(f"INSERT INTO tickets_ticketevent (seq, {columns}) SELECT %s, {columns} FROM tickets_ticketevent"
           " WHERE ticket_id = %s AND seq = 2", place, ticket.pk)

    assert faults()


def test_an_event_that_was_written_well_but_not_by_the_product_is_found(p):
    """With the right hash and the right number; only the ticket's own row does not know of it."""
    ticket = make.closed(p)
    event = TicketEvent(ticket=ticket, seq=ticket.version + 1, name="remind", source="closed", target="closed", is_move=False,
                        by=p.op, at=NOON, prev_hash=ticket.trail_hash)
    event.hash = event.digest(ticket.ticket_no)
    audited.check_deferred()
    event.save()

    assert any("the ticket knows" in fault for fault in faults())


def test_two_events_in_the_wrong_order_are_found(p):
    ticket = make.closed(p)

    for old, new in ((4, 100), (5, 4), (100, 5)):
        tamper("UPDATE tickets_ticketevent SET seq = %s WHERE ticket_id = %s AND seq = %s", new, ticket.pk, old)

    assert len(faults()) >= 2


def test_the_whole_trails_of_two_tickets_exchanged_are_found(p):
    """Both chains are whole and both rows agree with their length and their last state; the number is in the hash."""
    one, two = make.closed(p), make.closed(p)

    tamper("SET CONSTRAINTS ALL DEFERRED")
    tamper("UPDATE tickets_ticketevent SET seq = seq + 1000 WHERE ticket_id = %s", one.pk)
    tamper("UPDATE tickets_ticketevent SET ticket_id = %s WHERE ticket_id = %s", one.pk, two.pk)
    tamper("UPDATE tickets_ticketevent SET ticket_id = %s, seq = seq - 1000 WHERE seq > 1000", two.pk)
    tamper("UPDATE tickets_ticket SET trail_hash = %s WHERE id = %s", two.trail_hash, one.pk)
    tamper("UPDATE tickets_ticket SET trail_hash = %s WHERE id = %s", one.trail_hash, two.pk)

    found = faults()
    assert any(one.ticket_no in fault for fault in found) and any(two.ticket_no in fault for fault in found)


def test_a_changed_state_is_found(p):
    ticket = make.draft(p)

    tamper("UPDATE tickets_ticket SET state = 'need_info' WHERE id = %s", ticket.pk)

    assert f"{ticket.ticket_no}: state is need_info, the trail says draft" in faults()


def test_a_changed_number_is_found(p):
    tamper("UPDATE tickets_ticket SET ticket_no = '2026030200099' WHERE id = %s", make.closed(p).pk)

    assert faults()


def test_events_of_a_ticket_that_is_gone_are_found(p):
    ticket = make.draft(p)
    tamper("ALTER TABLE tickets_ticketevent DROP CONSTRAINT " + foreign_key())
    for table in ("tickets_call", "tickets_idempotencykey", "tickets_searchtext"):
        tamper(f"DELETE FROM {table} WHERE ticket_id = %s", ticket.pk)

    tamper("DELETE FROM tickets_ticket WHERE id = %s", ticket.pk)

    assert faults() == [f"ticket {ticket.pk} is gone; 1 of its events are left"]


def foreign_key():
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'f' AND confrelid = 'tickets_ticket'::regclass"
                       " AND conrelid = 'tickets_ticketevent'::regclass")
        return cursor.fetchone()[0]


def test_an_untouched_database_has_no_faults_in_any_state(p):
    for begin, _who in ready.READY.values():
        begin(p)

    assert faults() == []


# --- the command --------------------------------------------------------------------------------------------------------


def verify(*args):
    """(exit code, what it printed)"""
    out = io.StringIO()
    try:
        call_command("verify_trail", *args, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_how_much_it_read_and_that_all_is_well(p):
    make.closed(p)

    code, said = verify()

    assert code == 0
    assert said.startswith("1 tickets, 11 events in ") and said.rstrip().endswith("0 faults in 0 tickets.")


def test_the_command_names_each_fault_and_exits_with_one(p):
    ticket = make.closed(p)
    tamper("UPDATE tickets_ticketevent SET note = 'x' WHERE ticket_id = %s AND seq = 3", ticket.pk)

    code, said = verify()

    assert code == 1
    assert f"{ticket.ticket_no}: event 3 (approve) was changed" in said
    assert "1 faults in 1 tickets." in said


def test_the_command_can_look_at_single_tickets(p):
    bad, good = make.draft(p), make.draft(p)
    tamper("UPDATE tickets_ticketevent SET note = 'x' WHERE ticket_id = %s", bad.pk)

    assert verify(good.ticket_no)[0] == 0
    assert verify(bad.ticket_no)[0] == 1
    assert Ticket.objects.count() == 2


def test_a_walk_in_small_chunks_reads_every_ticket_once(p, monkeypatch):
    for _call in range(5):
        make.draft(p)
    monkeypatch.setattr(chains, "CHUNK", 2)
    walk = chains.Walk()

    assert list(walk) == []
    assert (walk.tickets, walk.events) == (5, 5)
