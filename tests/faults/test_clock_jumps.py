"""The database's clock jumps by an hour under a running worker and beat: nothing is fired that has not happened."""
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.jumping import JumpingClock
from tests.faults.site import until
from tests.faults.tally import WHOLE

pytestmark = pytest.mark.faults
HOUR = timedelta(hours=1)
JUMPS = [HOUR, -HOUR] * (10 if WHOLE else 1)
TICKETS = 20
STOPPED = "SELECT data ? 'stopped_at' FROM dispatch_heartbeat WHERE name = 'sweep'"
RUNGS = "SELECT count(*), count(DISTINCT (clock_id, level)) FROM dispatch_escalation"
ALARMS = "SELECT count(DISTINCT cause) FROM notices_notice WHERE kind = 'clock_jumped'"
LOOKED_AGAIN = "SELECT data ? 'readings' FROM dispatch_heartbeat WHERE name = 'sweep'"


@pytest.fixture(scope="module")
def jumps(site):
    """Each jump: rungs before and after it, alarms it raised, whether escalation stopped and went on again."""
    began, clock = datetime.now(UTC).isoformat(), JumpingClock(site)
    site.play("lapse", count=TICKETS, together_after=50 * 60)  # reached within the hour that the clock skips
    site.start(site.child("worker"))
    site.start(site.child("beat"))
    site.play("look", times=2)
    found = [one_jump(site, clock, by) for by in JUMPS]
    clock.close()
    made = site.play("lapse", count=TICKETS, earliest=1, latest=2)
    assert made["made"] == TICKETS
    return {"jumps": found, "recount": site.play("recount", since=began)}


def one_jump(site, clock, by):
    before, alarms = site.ask(RUNGS)[0], site.ask(ALARMS)[0][0]
    clock.jump(by)
    site.play("look", times=2)
    stopped = site.ask(STOPPED)[0][0]
    clock.jump(timedelta(0))
    site.play("look", times=1)
    still = site.ask(STOPPED)[0][0]
    told = site.manage("resume_sweep", "--by", "ad")
    assert told.returncode == 0, told.stderr
    until(lambda: site.ask(LOOKED_AGAIN)[0][0], seconds=90)  # before that, the next jump has nothing to be told from
    return {"by": by, "before": before, "after": site.ask(RUNGS)[0], "alarms": site.ask(ALARMS)[0][0] - alarms,
            "stopped": stopped, "still": still}


def test_each_jump_stops_escalation_before_anything_false_is_written_and_is_told_once(jumps, tally):
    for sign, name in ((1, "forward"), (-1, "back")):
        of = [jump for jump in jumps["jumps"] if jump["by"] * sign > timedelta(0)]
        tally(f"database clock jumps an hour {name}", len(of), doubled=sum(jump["after"][0] - jump["before"][0] for jump in of))

    assert [jump["by"] for jump in jumps["jumps"] if jump["after"] != jump["before"]] == []
    assert {(jump["stopped"], jump["still"], jump["alarms"]) for jump in jumps["jumps"]} == {(True, True, 1)}


def test_once_the_clock_is_right_and_somebody_has_looked_escalation_goes_on_as_if_it_had_never_jumped(jumps):
    assert jumps["recount"]["faults"] == []
    assert jumps["recount"]["rungs"] >= 2 * TICKETS


def test_trail_and_audit_find_nothing_wrong_afterwards(site, jumps):
    assert site.play("complaints", commands=["verify_trail", "audit"]) == []
