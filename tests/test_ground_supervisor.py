"""`make run`: one sentence when it cannot start, children that die come back, and a clean end."""
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline.embedded import Postgres, Servers, Valkey
from hotline.home import Home, free_port
from tests.production import ROOT, with_environment

pytestmark = pytest.mark.faults


def _as_in_a_terminal():
    """Tests that run in the background were told to ignore Ctrl-C, and their children would be, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Site:
    """A `make run` of the test's own, found again through its data folder: every child inherits HOTLINE_DATA."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.environment = with_environment(
            {"HOTLINE_DATA": str(folder), "HOTLINE_PORT": str(self.port), "HOTLINE_DEMO": "0"})
        self.process: subprocess.Popen | None = None
        self.took = 0.0  # s, of the last start

    def start(self) -> str:
        self.process = subprocess.Popen([sys.executable, "-m", "hotline.supervise", "--inside"], cwd=ROOT, text=True,
                                        env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        preexec_fn=_as_in_a_terminal)
        printed, begun = "", time.monotonic()
        while "Ctrl-C stops everything" not in printed:
            line = self.process.stdout.readline()
            assert line, printed
            printed += line
        self.took = time.monotonic() - begun
        return printed

    def stop(self, how=signal.SIGTERM) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=180)
        return self.process.returncode

    def get(self, path: str, timeout: float = 10) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={
            "Cookie": "sessionid=" + "a" * 32})  # makes even a stranger's request ask the database
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return 0

    def processes(self, word: str = "") -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and f"HOTLINE_DATA={self.folder}".encode() in \
                        (entry / "environ").read_bytes().split(b"\0") and word in (entry / "cmdline").read_text():
                    found.append(int(entry.name))
            except OSError:
                continue
        return sorted(found)

    def second(self, **environment) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", "hotline.supervise", "--inside"], cwd=ROOT, text=True,
                              env=self.environment | environment, capture_output=True, timeout=180)


def until(what, seconds: float = 40):
    give_up = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.2)
    return value


@contextmanager
def running(folder: Path):
    site = Site(folder)
    site.printed = site.start()
    try:
        yield site
    finally:
        if site.process.poll() is None:
            site.stop()
        Servers(Home(folder)).stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    before = {name: os.environ.pop(name, None) for name in ("DATABASE_URL", "REDIS_URL")}
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site
    os.environ.update({name: value for name, value in before.items() if value is not None})


def test_it_says_where_it_is_ready_and_it_is(site):
    assert f"ready: http://127.0.0.1:{site.port}" in site.printed
    assert site.get("/healthz") == 200
    assert site.get("/readyz") == 200


def test_a_second_one_on_the_same_folder_is_refused_with_one_sentence(site):
    done = site.second(HOTLINE_PORT=str(free_port()))

    assert done.returncode == 1
    assert re.fullmatch(r"Already running on .*: stop it first, or choose another folder with HOTLINE_DATA\.\n",
                        done.stderr)


def test_a_busy_port_is_one_sentence(site, tmp_path):
    done = site.second(HOTLINE_DATA=str(tmp_path / "other"))

    assert done.returncode == 1
    assert re.fullmatch(rf"Port {site.port} is taken by another program: .*HOTLINE_PORT=\d+ make run\.\n", done.stderr)


def test_a_port_that_is_no_number_is_one_sentence(site):
    assert "HOTLINE_PORT must be a number" in site.second(HOTLINE_PORT="http").stderr


def test_a_child_killed_comes_back_and_leaves_nothing_of_its_own(site):
    old = site.processes("celery")
    os.kill(old[0], signal.SIGKILL)
    web = site.processes("gunicorn")
    os.kill(web[0], signal.SIGKILL)

    until(lambda: site.get("/healthz") == 200 and site.processes("gunicorn") and site.processes("gunicorn") != web)
    until(lambda: len(site.processes("celery")) >= len(old) and not set(old[:1]) & set(site.processes("celery")))


def test_postgres_killed_is_answered_with_503_in_time_and_comes_back(site):
    os.kill(Postgres(Home(site.folder)).pid(), signal.SIGKILL)

    begun, answers = time.monotonic(), []
    while time.monotonic() - begun < 40:
        asked = time.monotonic()
        answers.append(site.get("/"))
        assert time.monotonic() - asked < 6
        if answers[-1] not in (0, 503) and 503 in answers:
            break
    assert 503 in answers
    assert answers[-1] in (200, 302, 404)
    assert set(answers) <= {200, 302, 404, 503}
    until(lambda: site.get("/readyz") == 200)


def test_valkey_killed_is_started_again_and_pages_do_not_notice(site):
    os.kill(Valkey(Home(site.folder)).pid(), signal.SIGKILL)

    assert site.get("/") in (200, 302, 404)
    until(lambda: Valkey(Home(site.folder)).answers())
    until(lambda: site.get("/readyz") == 200)


def test_sigterm_and_ctrl_c_leave_no_process_and_a_second_start_is_quicker_and_keeps_the_data(tmp_path):
    with running(tmp_path / "data") as site:
        connection = Postgres(Home(site.folder)).connect("hotline")
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 1 AS one")
        connection.close()

        assert site.stop(signal.SIGTERM) == 0
        assert site.processes() == []

        first = site.took
        site.start()
        assert site.took < first, "nothing is installed, created or loaded again"
        connection = Postgres(Home(site.folder)).connect("hotline")
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT one FROM kept")
            assert cursor.fetchone() == (1,)
        connection.close()

        assert site.stop(signal.SIGINT) == 0
        assert site.processes() == []


def test_a_supervisor_killed_with_9_leaves_no_child_and_the_next_one_starts(tmp_path):
    with running(tmp_path / "data") as site:
        os.kill(site.process.pid, signal.SIGKILL)
        site.process.communicate()

        until(lambda: not site.processes("gunicorn") and not site.processes("celery"))

        site.start()
        assert site.get("/readyz") == 200
