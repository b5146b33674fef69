"""Clocks run out while worker, beat and queue are killed: every rung is written once, nothing is told twice."""
import os
import signal
import time
from datetime import UTC, datetime

import pytest

from tests.faults.site import result_of

pytestmark = pytest.mark.faults
TICKETS = 120
IN_A_LOOK = """SELECT count(*) FROM pg_stat_activity
               WHERE application_name = 'hotline-worker' AND xact_start IS NOT NULL"""


class Storm:
    """Worker and two beats as `make run` starts them, and what is done to them while tickets fall due."""

    def __init__(self, site):
        self.site, self.watch = site, site.postgres.connect("hotline", owner=True)
        self.watch.autocommit = True
        self.began = datetime.now(UTC).isoformat()
        self.worker = site.start(site.child("worker"))
        self.beats = [site.start(site.child("beat", "--schedule", str(site.home.path / f"beat-{name}"), label=f"beat-{name}"))
                      for name in ("one", "two")]
        self.done = {"worker killed": 0, "in mid-look": 0, "worker stopped": 0, "beat killed": 0, "Valkey killed": 0,
                     "PostgreSQL killed": 0}

    def is_looking(self) -> bool:
        with self.watch.cursor() as cursor:
            cursor.execute(IN_A_LOOK)
            return cursor.fetchone()[0] > 0

    def wait_for_a_look(self, seconds: float) -> bool:
        """True as soon as the worker is in the middle of a transaction."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if self.is_looking():
                return True
            time.sleep(0.002)
        return False

    def kill_worker(self, seconds: float = 5.0) -> None:
        self.done["in mid-look"] += self.wait_for_a_look(seconds)
        self.site.kill(self.worker)
        self.done["worker killed"] += 1
        self.site.start(self.worker)

    def stop_worker(self) -> None:
        """It holds what it has locked, and goes on seconds later as if nothing had been."""
        self.wait_for_a_look(5.0)
        os.kill(self.worker.process.pid, signal.SIGSTOP)
        self.site.play("look", times=2)
        os.kill(self.worker.process.pid, signal.SIGCONT)
        self.done["worker stopped"] += 1

    def kill_beat(self, number: int) -> None:
        self.site.kill(self.beats[number])
        self.done["beat killed"] += 1
        self.site.start(self.beats[number])

    def kill_valkey(self, seconds: float) -> None:
        self.site.kill_server(self.site.valkey)
        self.done["Valkey killed"] += 1
        time.sleep(seconds)
        self.site.start_server(self.site.valkey)

    def kill_everything(self) -> None:
        self.watch.close()
        for child in (self.worker, *self.beats):
            self.site.kill(child)
        self.site.kill_server(self.site.valkey)
        self.site.kill_server(self.site.postgres)
        for server in (self.site.postgres, self.site.valkey):
            self.site.start_server(server)
        self.site.check_pids()
        for name, times in (("worker killed", 1), ("beat killed", 2), ("Valkey killed", 1), ("PostgreSQL killed", 1)):
            self.done[name] += times


@pytest.fixture(scope="module")
def storm(site):
    """The whole story, once; each test asks about one side of how it ended."""
    storm = Storm(site)
    poison, maker = site.scene("poison"), site.scene("lapse", count=TICKETS)
    storm.kill_worker()
    storm.kill_beat(0)
    storm.kill_worker()
    storm.kill_valkey(3)
    storm.kill_worker()
    looks = site.scene("look", times=8, pause=1.0)
    storm.stop_worker()
    storm.kill_beat(1)
    storm.kill_worker()
    storm.kill_valkey(1)
    storm.kill_worker()
    made, broken = result_of(maker), result_of(poison)
    result_of(looks)
    time.sleep(made["seconds_left"])
    storm.kill_everything()
    found = site.play("recount", since=storm.began, broken=broken)
    print(f"\nescalation under kills: {storm.done}, {made['acted']} tickets taken up in the last second, {found}")
    return found | {"done": storm.done, "broken": broken}


def test_every_rung_that_was_reached_is_written_exactly_once_and_told_exactly_once(storm):
    assert storm["faults"] == []
    assert storm["rungs"] > TICKETS
    assert storm["done"]["worker killed"] >= 5 and storm["done"]["in mid-look"] >= 1


def test_what_follows_from_a_rung_follows_once(storm):
    assert storm["deemed_signed"] == TICKETS // 10
    assert storm["orders"] == TICKETS // 5


def test_a_broken_ladder_is_put_aside_and_reported_and_stops_no_other_clock(site, storm):
    assert storm["put_aside"] == len(storm["broken"])
    rows = site.ask("""SELECT c.kind, c.status, c.next_fire_at > now() + interval '50 minutes',
                              (SELECT count(*) FROM dispatch_escalation e WHERE e.clock_id = c.id)
                       FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
                       WHERE t.ticket_no = ANY(%s) AND c.kind = 'RESPONSE'""", [storm["broken"]])
    assert rows == [("RESPONSE", "running", True, 0)] * len(storm["broken"])


def test_trail_and_audit_find_nothing_wrong_afterwards(site, storm):
    assert site.play("complaints", commands=["verify_trail", "audit"]) == []
