"""Clocks run out while workers, beats and servers are killed: every rung is written once, nothing is told twice."""
import time

import pytest

from tests.faults.site import result_of
from tests.faults.storm import BY_ITSELF, IN_MID_LOOK, Storm
from tests.faults.tally import WHOLE

pytestmark = pytest.mark.faults
TICKETS = 120  # each has a clock that runs out in the storm, and others that had run out before
MORE = 2000 if WHOLE else 0  # and as many in `make faults`, half of them while PostgreSQL is killed as well
WORKERS = 4 if WHOLE else 2
SECONDS_FOR_EACH = 0.4  # to make one of them, while everything else is going on


@pytest.fixture(scope="module")
def storm(site):
    """The whole story, once; each test asks about one side of how it ended."""
    storm = Storm(site, WORKERS)
    poison, maker = site.scene("poison"), site.scene("lapse", count=TICKETS)
    told_once_of_each(storm)
    made, broken = result_of(maker), result_of(poison)
    time.sleep(made["seconds_left"])
    if MORE:
        rage_for_long(storm)
    storm.end()
    found = site.play("recount", since=storm.began, broken=broken)
    print(f"\nescalation under kills: {dict(storm.done)}, {made['acted']} tickets taken up in the last second, {found}")
    return found | {"done": storm.done, "broken": broken}


def told_once_of_each(storm):
    for act in (storm.kill_worker, storm.kill_beat, storm.flush_valkey, storm.kill_worker, storm.kill_valkey,
                storm.kill_worker, storm.flush_valkey):
        act()
    looks = storm.site.scene("look", times=8, pause=1.0)
    for act in (storm.stop_worker, storm.kill_beat, storm.kill_worker, storm.flush_valkey, storm.kill_valkey, storm.kill_worker):
        act()
    result_of(looks)


def rage_for_long(storm):
    """First every server but the one that the tickets are being written to, then that one too."""
    half = MORE // 2
    acts = [storm.kill_worker] * 4 + [storm.kill_beat, storm.flush_valkey, storm.kill_valkey, storm.fill_valkey,
                                      storm.lock_valkey, storm.stop_worker]
    maker = storm.site.scene("lapse", count=half)
    storm.rage(lambda: maker.poll() is None, acts, pause=2)
    result_of(maker)
    maker = storm.site.scene("lapse", count=half, together_after=half * SECONDS_FOR_EACH, latest=60)
    storm.rage(lambda: maker.poll() is None, acts, pause=10)
    over = time.monotonic() + result_of(maker)["seconds_left"]
    storm.rage(lambda: time.monotonic() < over, [*acts, *[storm.kill_postgres] * 6], pause=1)


def test_every_rung_that_was_reached_is_written_exactly_once_and_told_exactly_once(storm, tally):
    for what, times in storm["done"].items():
        if what not in (IN_MID_LOOK, BY_ITSELF):
            tally(f"{what}, clocks running out", times, lost=len(storm["faults"]) if what == "worker killed" else 0)

    assert storm["faults"] == []
    assert storm["rungs"] > TICKETS + MORE
    assert storm["done"]["worker killed"] >= 5 and storm["done"][IN_MID_LOOK] >= 1


def test_what_follows_from_a_rung_follows_once(storm):
    assert storm["deemed_signed"] == (TICKETS + MORE) // 10
    assert storm["orders"].pop("repeated", 0) <= 1  # all tickets are of one citizen: a look for patterns, every ten minutes
    assert storm["orders"] == {"overdue": (TICKETS + MORE) // 5}


def test_a_broken_ladder_is_put_aside_and_reported_and_stops_no_other_clock(site, storm, tally):
    tally("ladder that nobody can climb", len(storm["broken"]))

    assert storm["put_aside"] == len(storm["broken"])
    rows = site.ask("""SELECT c.kind, c.status, c.next_fire_at >= n.created_at + interval '1 hour',
                              (SELECT count(*) FROM dispatch_escalation e WHERE e.clock_id = c.id)
                       FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
                       JOIN notices_notice n ON n.cause LIKE 'put_aside:' || c.id || ':%%'
                       WHERE t.ticket_no = ANY(%s) AND c.kind = 'RESPONSE'""", [storm["broken"]])
    assert rows == [("RESPONSE", "running", True, 0)] * len(storm["broken"])


def test_trail_and_audit_find_nothing_wrong_afterwards(site, storm):
    assert site.play("complaints", commands=["verify_trail", "audit"]) == []
