"""The deadline loop under trouble: doubled, delayed, poisoned. Each rung is written exactly once all the same."""
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from dispatch import replies
from dispatch.models import Escalation, Heartbeat
from notices.models import Notice
from tests import factories as make
from tests.dispatch.ladders import after, contacted, crew, fired, names, sweep, told
from tests.factories import NOON
from tickets import trail
from tickets.clocks import Clock
from tickets.models import SlaProfile, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def p():
    return crew()


# --- exactly once -------------------------------------------------------------------------------------


def test_a_second_look_adds_nothing(p):
    ticket = make.in_hand(p)

    first, second = sweep(120), sweep(120)

    assert (first.fired, second.fired) == (1, 0)
    assert fired(ticket, "RESPONSE") == [("warn", 120), ("L1", 120)]
    assert ticket.events.filter(name="escalate").count() == 1


def test_a_clock_that_was_set_back_by_mistake_does_not_fire_again(p):
    ticket = make.in_hand(p)
    sweep(120)
    notices = Notice.objects.count()
    Clock.objects.filter(ticket=ticket, kind="RESPONSE").update(level=0, next_fire_at=after(90))

    sweep(121)

    assert fired(ticket, "RESPONSE") == [("warn", 120), ("L1", 120)]
    assert Notice.objects.count() == notices


def test_all_rungs_of_a_look_are_one_event_and_the_trail_verifies(p):
    ticket = contacted(p)

    sweep(2000)

    event = ticket.events.get(name="escalate")
    assert event.data == {"rungs": {"COMPLETION#1": ["warn", "warn2", "L1", "L2"]}, "skipped": 3}
    assert (event.is_move, event.by.username, event.at) == (False, "system", after(2000))
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert list(trail.faults_of(ticket, ticket.events.order_by("seq"))) == []


def run_together(count, work):
    barrier, errors = threading.Barrier(count), []

    def run():
        try:
            barrier.wait()
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_eight_looks_at_once_fire_each_rung_once(p):
    tickets = [make.in_hand(p, now=NOON - timedelta(minutes=number)) for number in range(20)]

    run_together(8, lambda: sweep(120, limit=3))
    while sweep(120).tickets:  # what the eight left to each other
        pass

    for ticket in tickets:
        assert [rung for rung, _minute in fired(ticket, "RESPONSE")] == ["warn", "L1"]
        assert ticket.events.filter(name="escalate").count() == 1
        fresh = Ticket.objects.get(pk=ticket.pk)
        assert list(trail.faults_of(fresh, fresh.events.order_by("seq"))) == []
    assert Notice.objects.filter(kind="escalation", channel="inapp").count() == 20


@pytest.mark.django_db(transaction=True)
def test_a_ticket_in_use_is_left_for_the_next_look_and_holds_up_no_other(p):
    busy, free = make.in_hand(p), make.in_hand(p)

    with transaction.atomic():
        Ticket.objects.select_for_update(of=("self",)).get(pk=busy.pk)
        run_together(1, lambda: sweep(120))
    assert (fired(busy, "RESPONSE"), len(fired(free, "RESPONSE"))) == ([], 2)

    sweep(121)
    assert len(fired(busy, "RESPONSE")) == 2


def test_a_look_locks_tickets_and_nothing_beside_them(p):
    make.in_hand(p)

    with CaptureQueriesContext(connection) as queries:
        sweep(120)

    locking = [query["sql"] for query in queries if "SKIP LOCKED" in query["sql"] and "needs_ack" not in query["sql"]]
    assert len(locking) == 2  # the second one finds nothing
    assert all(sql.endswith('FOR NO KEY UPDATE OF "tickets_ticket" SKIP LOCKED') for sql in locking)


# --- after an outage ----------------------------------------------------------------------------------


def test_after_three_hours_of_silence_only_the_highest_rung_tells_people(p):
    ticket = make.in_hand(p)

    done = sweep(120 + 180)

    rows = Escalation.objects.filter(ticket=ticket, kind="RESPONSE").order_by("level")
    assert [(row.rung, row.skipped) for row in rows] == [("warn", True), ("L1", True), ("L2", True), ("L3", False)]
    assert [row.due_at for row in rows] == [after(90), after(120), after(180), after(240)]
    assert {row.fired_at for row in rows} == {after(300)}
    assert (told(ticket, "warn"), told(ticket, "L1"), told(ticket, "L2")) == (set(), set(), set())
    assert told(ticket, "L3") == names(p.dl)
    assert [row.needs_ack for row in rows] == [False, False, False, True]
    assert (done.fired, done.skipped, done.latest) == (1, 3, 210 * 60)


def test_a_backlog_is_worked_off_in_due_order_until_nothing_is_left(p):
    tickets = [make.in_hand(p, now=NOON - timedelta(minutes=number)) for number in range(7)]
    newest_first = [ticket.pk for ticket in tickets]

    done = sweep(120, limit=2, batches=1)
    first = list(Escalation.objects.filter(rung="L1").values_list("ticket", flat=True))
    rest = sweep(120, limit=2)

    assert sorted(first) == sorted(newest_first[-2:])
    assert (done.finished, rest.finished) == (False, True)
    assert Escalation.objects.filter(rung="L1").count() == 7
    assert not Clock.objects.filter(next_fire_at__lte=after(120)).exists()


# --- one bad row --------------------------------------------------------------------------------------


def poisoned(ticket):
    """A ladder that somebody typed wrongly."""
    known = SlaProfile.objects.first()
    broken = SlaProfile.objects.create(code="broken", title="broken", limits=known.limits, valid_from=NOON,
                                       ladders={"RESPONSE": [["warn", 0.75, ["unit_handler"]], ["L1", "soon", []]]})
    Clock.objects.filter(ticket=ticket, kind="RESPONSE").update(profile=broken)
    return broken


def test_a_clock_that_cannot_be_read_is_put_aside_and_the_others_fire(p):
    tickets = [make.in_hand(p) for _ in range(3)]
    broken = poisoned(tickets[1])

    done = sweep(120)

    assert (done.put_aside, done.finished) == (1, True)
    assert [len(fired(ticket, "RESPONSE")) for ticket in tickets] == [2, 0, 2]
    assert Clock.objects.get(ticket=tickets[1], kind="RESPONSE").next_fire_at == after(180)
    assert set(Notice.objects.filter(kind="sweep_failed").values_list("recipient", flat=True)) == {p.dl.pk}

    broken.ladders = {}
    broken.save()
    sweep(180)
    rows = Escalation.objects.filter(ticket=tickets[1], kind="RESPONSE").order_by("level")
    assert [(row.rung, row.due_at) for row in rows] == [("warn", after(90)), ("L1", after(120)), ("L2", after(180))]


def test_the_other_clocks_of_a_poisoned_ticket_still_fire(p):
    ticket = make.in_hand(p)
    poisoned(ticket)

    sweep(1440)

    assert [rung for rung, _minute in fired(ticket, "COMPLETION")] == ["warn", "warn2", "L1"]


# --- signs of life ------------------------------------------------------------------------------------


def test_every_look_leaves_a_sign_of_life(p):
    make.in_hand(p)

    sweep(95)
    row = Heartbeat.objects.get(name="sweep")
    assert (row.last_ok, row.lag_seconds) == (after(95), 300)
    sweep(96)

    row.refresh_from_db()
    assert (row.last_ok, row.lag_seconds) == (after(96), 0)


def test_the_task_looks_with_the_clock_of_the_database(p):
    from dispatch import tasks

    tasks.sweep()
    tasks.sweep_now()

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"sweep", "beat", "loop"}


def statements_of_a_look(minutes):
    with CaptureQueriesContext(connection) as queries:
        sweep(minutes)
    return len(queries)


def test_a_look_costs_the_same_for_one_ticket_as_for_ten(p):
    done = make.in_hand(p, now=NOON)
    alone = statements_of_a_look(120)
    replies.record_contact(done.pk, by=p.hd, now=after(121), method="phone", reached=True)
    for _ in range(10):
        make.in_hand(p, now=after(130))

    assert statements_of_a_look(130 + 120) == alone
    assert statements_of_a_look(251) < 12
