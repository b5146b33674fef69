"""Beat is dead for good, everything was dead for hours, a worker sleeps on what it has locked: workers catch up alone."""
import os
import signal
import time
from datetime import UTC, datetime

import pytest

from tests.faults.site import until
from tests.faults.tally import WHOLE

pytestmark = pytest.mark.faults
MISSED = 40
TICKETS = 30
LATEST = 60  # seconds
JUMPS_OF_BEAT = 3  # at least so many while clocks run out
OVERDUE = "SELECT count(*) FROM tickets_clock WHERE next_fire_at < clock_timestamp()"
# What was reached during the outage, or until the first look after it; a rung that is reached later tells people again.
TELLING = """SELECT count(*) FILTER (WHERE told = 1), count(*) FILTER (WHERE told <> 1), sum(skipped) FROM (
                 SELECT clock_id, count(*) FILTER (WHERE NOT skipped) told, count(*) FILTER (WHERE skipped) skipped
                 FROM (SELECT *, min(fired_at) OVER (PARTITION BY clock_id) first_look
                       FROM dispatch_escalation WHERE fired_at >= %(back)s) rungs
                 WHERE due_at < %(back)s OR fired_at = first_look GROUP BY clock_id) clocks"""
DIGESTS = """SELECT recipient_id, channel, count(*) FROM notices_notice WHERE kind = 'digest' AND created_at >= %s
             GROUP BY recipient_id, channel"""
WAITS = """SELECT pid FROM pg_stat_activity WHERE application_name = 'hotline-worker' AND wait_event_type = 'Lock'"""
IDLE = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
HELD = """WITH free AS MATERIALIZED (SELECT id FROM tickets_ticket FOR UPDATE SKIP LOCKED)
          SELECT id FROM tickets_ticket WHERE id NOT IN (SELECT id FROM free)"""
FIRED = "SELECT count(*) FROM dispatch_escalation WHERE ticket_id = ANY(%s) AND fired_at >= %s"
LOOKED = "SELECT count(*) FROM dispatch_heartbeat WHERE name = 'loop' AND last_ok > %s"


@pytest.fixture(scope="module")
def outage(site):
    """Everything was dead while rungs of three hours were reached; then the servers and a worker start, and no beat."""
    site.play("missed", count=MISSED, hours=3)
    for server in site.servers.all:
        site.kill_server(server)
    for server in site.servers.all:
        site.start_server(server)
    back, begun = datetime.now(UTC), time.monotonic()
    worker = site.start(site.child("worker"))
    until(lambda: site.ask(OVERDUE)[0][0] == 0, seconds=120)
    return {"back": back, "seconds": time.monotonic() - begun, "worker": worker}


def test_after_three_hours_every_missed_rung_is_recorded_and_one_of_each_clock_tells_people(site, outage, tally):
    found = site.play("recount", since=outage["back"].isoformat())
    telling, otherwise, skipped = site.ask(TELLING, {"back": outage["back"]})[0]
    digests = site.ask(DIGESTS, [outage["back"]])
    tally("outage of three hours", 1, lost=len(found["faults"]), doubled=otherwise)
    print(f"\nafter an outage: {telling} clocks told of once, {skipped} lower rungs recorded, {len(digests)} digests, "
          f"caught up in {outage['seconds']:.1f} s")

    assert found["faults"] == []
    assert (telling >= MISSED, otherwise, skipped >= MISSED) == (True, 0, True)
    assert digests and {count for _person, _channel, count in digests} == {1}
    assert outage["seconds"] <= LATEST


def lateness(site):
    """What recount finds of clocks that run out now, with nothing left to be done."""
    began = datetime.now(UTC)
    made = site.play("lapse", count=TICKETS, earliest=1, latest=15)
    time.sleep(made["seconds_left"])
    until(lambda: site.ask(OVERDUE)[0][0] == 0, seconds=LATEST + 5)
    return site.play("recount", since=began.isoformat())


def check_lateness(found):
    assert found["faults"] == []
    assert found["lateness"]["rungs"] >= TICKETS // 2
    assert found["lateness"]["max"] <= LATEST


def test_with_beat_dead_for_good_no_rung_is_later_than_a_minute(site, outage, tally):
    beat = site.start(site.child("beat"))
    time.sleep(2)
    site.kill(beat)
    found = lateness(site)
    tally("beat dead for good", 1, lost=len(found["faults"]))
    print(f"\nbeat dead for good: {found['lateness']}")

    check_lateness(found)


@pytest.mark.skipif(not WHOLE, reason="part of make faults")
def test_with_a_beat_whose_clock_jumps_every_few_seconds_no_rung_is_later_than_a_minute(site, outage, tally):
    beat = site.child("beat", label="jumping-beat")
    beat.command = [*beat.command[:2], "tests.faults.scenes", "jumping_beat", '{"every": 5}']
    site.start(beat)
    found = lateness(site)
    tally("clock of beat jumps an hour", JUMPS_OF_BEAT, lost=len(found["faults"]))
    print(f"\nbeat's clock jumps: {found['lateness']}")
    site.kill(beat)

    check_lateness(found)


def test_a_worker_that_sleeps_on_what_it_has_locked_loses_it_and_nothing_is_doubled(site, outage, tally):
    made = site.play("lapse", count=10, together_after=20)
    blocked, worker, began = site.postgres.connect("hotline", owner=True), outage["worker"].process, datetime.now(UTC)
    assert made["seconds_left"] > 0
    with blocked.cursor() as cursor:  # nobody can write a rung: the look waits in its transaction, its tickets locked
        cursor.execute("LOCK TABLE dispatch_escalation IN SHARE MODE")
        asleep = until(lambda: site.ask(WAITS), seconds=60)[0][0]
        os.kill(worker.pid, signal.SIGSTOP)
    blocked.rollback()
    blocked.close()
    held = [ticket for ticket, in site.ask(HELD)]
    site.play("look", times=1)
    meanwhile = site.ask(FIRED, [held, began])[0][0]
    until(lambda: site.ask(IDLE, [asleep])[0][0] == 0, seconds=60)  # idle_in_transaction_session_timeout
    site.play("look", times=1)
    fired = site.ask(FIRED, [held, began])[0][0]
    awake = datetime.now(UTC)
    os.kill(worker.pid, signal.SIGCONT)
    until(lambda: site.ask(LOOKED, [awake])[0][0], seconds=60)
    found = site.play("recount", since=began.isoformat())
    tally("worker stopped with rows locked", 1, lost=len(found["faults"]))

    assert held
    assert (meanwhile, fired >= len(held)) == (0, True)
    assert "look_failed" in outage["worker"].log.read_text()
    assert found["faults"] == []


def test_trail_and_audit_find_nothing_wrong_afterwards(site, outage):
    assert site.play("complaints", commands=["verify_trail", "audit"]) == []
