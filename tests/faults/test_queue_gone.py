"""Without the queue every page still answers and a call still gets from the operator to the unit."""
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.faults.client import MATTER, Client

pytestmark = pytest.mark.faults
FINE = {200, 204, 302, 403, 404, 405}
UNREADY = {"/readyz"}  # may say 503: no worker runs here
CALLS = 7


@pytest.fixture(scope="module")
def client(site, cast):
    site.start_web()
    return Client(site, cast)


@pytest.fixture(scope="module")
def found(site):
    return site.play("addresses")


@pytest.fixture(scope="module")
def dead(site, client):
    """A block during which the queue has been killed with -9."""
    @contextmanager
    def killed():
        site.kill_server(site.valkey)
        try:
            yield
        finally:
            site.start_server(site.valkey)

    return killed


@pytest.fixture(scope="module")
def visits(client, cast, found, dead):
    """((path, role), answer) of every page by every role with the queue dead; addresses that only take forms by a few."""
    few = ("dl", "op", "ad")
    with dead(), ThreadPoolExecutor(8) as threads:
        def ask(paths, roles):
            wanted = [(path, role) for path in paths for role in roles]
            return list(zip(wanted, threads.map(lambda asked: client.page(*asked), wanted), strict=True))

        first = ask(found["pages"], few) + ask(found["steps_of_the_api"], few[:1])
        takes_forms = {path for (path, _role), answer in first if answer.status == 405}
        return first + ask([path for path in found["pages"] if path not in takes_forms], sorted(set(cast["sessions"]) - set(few)))


@pytest.fixture(scope="module")
def normal(client, visits):
    """What each page costs its reader while the queue is up, and what a call costs."""
    readers = {path: role for (path, role), answer in visits if answer.status == 200 and path not in UNREADY}
    return {"readers": readers, "pages": times(client, readers), "calls": calls(client)}


def times(client, readers):
    """{path: seconds} of each page asked by somebody who may read it."""
    answers = {path: client.page(path, role) for path, role in readers.items()}
    assert {path: answer.status for path, answer in answers.items() if answer.status != 200} == {}
    return {path: answer.seconds for path, answer in answers.items()}


def calls(client):
    """Seconds of the intake form and of the dispatch, for some calls from the operator to the unit."""
    spent = {"intake": [], "dispatch": []}
    for _ in range(CALLS):
        taken = client.send_form("/tickets/new/", "op", {**MATTER, "need_reply": "true", "act": "submit"})
        assert taken.status == 302, taken.text[:2000]
        number = taken.headers["Location"].split("/")[2]
        assert client.call("POST", f"/tickets/{number}/approve/", "rv", {}).status == 200
        sent = client.call("POST", f"/tickets/{number}/dispatch/", "dp", {"lead_unit": "ZJ"})
        assert (sent.status, sent.json["state"]) == (200, "pending_receipt"), sent
        spent["intake"].append(taken.seconds)
        spent["dispatch"].append(sent.seconds)
    return spent


def middle(values):
    return f"{sorted(values)[len(values) // 2] * 1000:.0f}/{max(values) * 1000:.0f}"


def compare(name, normal, pages, spent):
    pairs = {"pages": (normal["pages"].values(), pages.values())} | {act: (normal["calls"][act], spent[act]) for act in spent}
    said = "; ".join(f"{what} {middle(up)} | {middle(without)}" for what, (up, without) in pairs.items())
    print(f"\nms p50/max with the queue up | {name}: {said}")


def slower(normal, spent):
    """By how many seconds the middle one of each act is slower than with the queue up."""
    return {act: sorted(spent[act])[CALLS // 2] - sorted(normal["calls"][act])[CALLS // 2] for act in spent}


def test_with_the_queue_dead_every_page_answers_every_role(found, visits, tally):
    tally("Valkey killed, every page asked", 1)
    assert [(asked, answer.status) for asked, answer in visits if answer.status not in FINE and asked[0] not in UNREADY] == []
    read = {path for (path, _role), answer in visits if answer.status == 200}
    assert len(read) >= 30
    print(f"\nqueue dead: {len(visits)} requests, {len(read)} of {len(found['pages'])} pages read, the others only take forms; "
          f"slowest {max(answer.seconds for _asked, answer in visits):.1f} s")


def test_with_the_queue_dead_a_call_gets_to_the_unit_as_fast_as_ever(client, normal, dead, tally):
    tally("Valkey killed, calls taken", 1)
    with dead():
        pages, spent = times(client, normal["readers"]), calls(client)

    compare("dead", normal, pages, spent)
    assert max(slower(normal, spent).values()) < 1  # a wait for the queue would be 2 seconds


@contextmanager
def silent(port):
    """It takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", port), backlog=128):
        yield


@contextmanager
def dropping(port):
    """Nobody takes connections and no more fit into the line: the system drops each further packet without a word."""
    with socket.create_server(("127.0.0.1", port), backlog=0), socket.create_connection(("127.0.0.1", port)):
        with socket.socket() as another:
            another.settimeout(1)
            with pytest.raises(TimeoutError):
                another.connect(("127.0.0.1", port))
        yield


@pytest.mark.parametrize("name, instead", [("never answers", silent), ("packets dropped", dropping)])
def test_with_a_queue_that_never_answers_a_call_gets_to_the_unit_as_fast_as_ever(site, client, normal, dead, tally, name, instead):
    tally(f"Valkey {name}, calls taken", 1)
    with dead(), instead(site.home.port("valkey")):
        pages, spent = times(client, normal["readers"]), calls(client)
        ready = client.ask("GET", "/readyz")

    compare(name, normal, pages, spent)
    assert max(slower(normal, spent).values()) < 1
    assert ready.json["queue"] == {"status": "down"}
    assert ready.seconds < 10
