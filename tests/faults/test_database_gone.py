"""PostgreSQL is killed or frozen, web is killed: everybody is answered, it comes back by itself, nothing is lost."""
import json
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.faults.client import MATTER, Client
from tests.faults.ledger import Ledger, Operators
from tests.faults.site import children_of, until
from tests.faults.tally import WHOLE

pytestmark = pytest.mark.faults
PAGES = (("/tickets/", "dl"), ("/tickets/new/", "op"), ("/desk/dispatch/", "dp"), ("/notices/", "li"))
LONGEST = 6  # seconds until somebody must have been answered
WELL = 10  # seconds after it is back until everybody is served again
KILLS = 50 if WHOLE else 5


@pytest.fixture(scope="module")
def web(site):
    return site.start_web()


@pytest.fixture(scope="module")
def client(site, web, cast):
    client = Client(site, cast)
    warm(client)
    return client


def ask_all(client):
    """Pages and API at once, twice as many as the two web processes have threads: [(is of the API, answer)]."""
    with ThreadPoolExecutor(16) as threads:
        pages = [threads.submit(client.page, path, role) for path, role in PAGES * 2]
        calls = [threads.submit(client.call, "GET", "/tickets/", role) for role in ("dl", "op") * 2]
        calls += [threads.submit(client.call, "POST", "/tickets/", "op", MATTER) for _ in range(4)]
        return [(False, page.result()) for page in pages] + [(True, call.result()) for call in calls]


def warm(client):
    """Every thread of web has a connection to lose. What the outage left unfinished may hold a lock for some seconds."""
    for _ in range(3):
        until(lambda: all(answer.status in (200, 201) for _api, answer in ask_all(client)), seconds=WELL)


def says_so_kindly(is_api, answer):
    kind = answer.headers["Content-Type"]
    if is_api:
        return kind == "application/problem+json" and answer.json["status"] == 503 and answer.json["detail"]
    return kind.startswith("text/html") and "数据库暂时连接不上" in answer.text and "try again" in answer.text


def check_outage(answers):
    assert [answer.status for _api, answer in answers] == [503] * len(answers)
    assert all(says_so_kindly(is_api, answer) for is_api, answer in answers)
    assert max(answer.seconds for _api, answer in answers) <= LONGEST
    assert all(answer.headers["Retry-After"] for _api, answer in answers)


def seconds_until_well(client):
    begun = time.monotonic()
    until(lambda: client.page(*PAGES[0]).status == 200, seconds=30)
    return time.monotonic() - begun


def test_with_postgres_dead_everybody_is_told_so_and_it_recovers_without_a_restart_of_web(site, web, client, tally):
    tally("PostgreSQL killed, pages asked", 1)
    family = children_of(web.process.pid)
    site.kill_server(site.postgres)
    first, then = ask_all(client), ask_all(client)
    site.start_server(site.postgres)
    tell("dead", first, then, seconds_until_well(client))

    check_outage(first)
    check_outage(then)
    warm(client)
    assert children_of(web.process.pid) == family


def tell(what, first, then, recovered):
    slowest = [max(answer.seconds for _api, answer in answers) for answers in (first, then)]
    print(f"\nPostgreSQL {what}: slowest 503 {slowest[0]:.2f} s, then {slowest[1]:.2f} s; well {recovered:.2f} s after that")


@contextmanager
def frozen(site):
    """Every process of PostgreSQL stops where it is: connections stay open, the kernel acknowledges, nothing answers."""
    stopped = site.backends()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(stopped):
            os.kill(pid, signal.SIGCONT)


def test_with_postgres_frozen_everybody_is_told_so_in_time_and_it_recovers_without_a_restart_of_web(site, web, client, tally):
    tally("PostgreSQL frozen, pages asked", 1)
    family = children_of(web.process.pid)
    with frozen(site):
        first, then = ask_all(client), ask_all(client)
    tell("frozen", first, then, seconds_until_well(client))

    check_outage(first)
    check_outage(then)
    warm(client)
    assert children_of(web.process.pid) == family


# --- nothing is lost ----------------------------------------------------------------------------------------------


def check_ledger(site, ledger, what, tally, fault, injections):
    said = site.home.path / f"{ledger.name}.json"
    said.write_text(json.dumps(ledger.said()))
    found = site.play("compare", said=str(said))
    print(f"\n{what}: {len(ledger.registered)} calls acknowledged, {ledger.unheard} committed without an answer, "
          f"answers {dict(ledger.answers)}, slowest {ledger.slowest:.1f} s, {found}")
    tally(f"{fault}, calls taken", injections, lost=len(found["faults"]), doubled=len(ledger.wrong))
    assert ledger.wrong == []
    assert found["faults"] == []


def test_no_acknowledged_call_is_lost_or_doubled_while_postgres_is_killed_again_and_again(site, client, tally):
    ledger, recoveries = Ledger("postgres"), []
    with Operators(client, ledger):
        for _ in range(KILLS):
            time.sleep(random.uniform(0.5, 1.5))
            site.kill_server(site.postgres)
            site.start_server(site.postgres)
            site.check_pids()
            recoveries.append(seconds_until_well(client))

    check_ledger(site, ledger, f"{KILLS} kill -9 of PostgreSQL, well again {max(recoveries):.2f} s after it answered", tally,
                 "PostgreSQL killed", KILLS)
    assert len(ledger.registered) > KILLS and ledger.answers[503]


def test_no_acknowledged_call_is_lost_or_doubled_while_postgres_freezes_in_mid_request(site, client, tally):
    ledger = Ledger("frozen")
    with Operators(client, ledger):
        until(lambda: len(ledger.registered) >= 5)
        with frozen(site):
            time.sleep(LONGEST + 1)
        until(lambda: len(ledger.registered) >= 20)

    check_ledger(site, ledger, "PostgreSQL frozen under load", tally, "PostgreSQL frozen", 1)
    assert ledger.answers[503] and not ledger.answers[0]


def test_no_acknowledged_call_is_lost_or_doubled_while_web_processes_are_killed_in_mid_request(site, web, client, tally):
    ledger = Ledger("web")
    with Operators(client, ledger):
        for kill in range(1, KILLS + 1):
            until(lambda: len(ledger.registered) >= kill * 5)  # noqa: B023  (asked in this very turn)
            os.kill(children_of(web.process.pid)[0], signal.SIGKILL)  # the oldest, which surely serves somebody
        until(lambda: len(ledger.registered) >= (KILLS + 1) * 5)

    check_ledger(site, ledger, f"{KILLS} kill -9 of web processes", tally, "web process killed", KILLS)
    assert ledger.answers[0]


def test_trail_and_audit_find_nothing_wrong_afterwards(site):
    assert site.play("complaints", commands=["verify_trail", "audit"]) == []
