"""Every act is killed before each of its statements, then asked for again: done exactly once, nothing half-written."""
from datetime import UTC, datetime

import pytest

from tests.faults.site import result_of
from tests.faults.tally import WHOLE

pytestmark = pytest.mark.faults
LOOKS = ("sweep", "relay")


@pytest.fixture(scope="module")
def loop(site):
    began = datetime.now(UTC).isoformat()
    found = result_of(site.scene("crash_loop", whole=WHOLE), seconds=1800)
    print(f"\ncrash loop: {sum(found['injections'].values())} kills, {found}")
    return found | {"began": began}


def test_what_was_killed_at_any_statement_and_asked_again_is_done_exactly_once(loop, tally):
    def of(names):
        return [sum(loop[what].get(name, 0) for name in names) for what in ("injections", "lost", "doubled")]

    people = loop["injections"].keys() - set(LOOKS)
    for look in LOOKS:
        tally(f"killed at each statement: {look}", *of([look]))
    tally(f"killed at each statement: {len(people)} steps of people", *of(people))

    assert loop["faults"] == []
    assert (loop["lost"], loop["doubled"]) == ({}, {})
    assert len(people) >= 25


def test_only_a_text_message_whose_sender_died_before_he_could_say_so_left_twice(loop):
    assert 1 <= loop["sent_again"] < loop["injections"]["relay"] / 3


def test_the_loop_would_notice_what_is_half_written_and_what_is_done_twice(site, loop):
    found = site.play("careless")

    assert any("half-written" in fault for fault in found["in two transactions"]["faults"])
    assert found["twice"]["doubled"] >= 1


def test_rungs_trail_and_audit_are_as_if_nothing_had_happened(site, loop):
    assert site.play("recount", since=loop["began"])["faults"] == []
    assert site.play("complaints", commands=["verify_trail", "audit"]) == []
