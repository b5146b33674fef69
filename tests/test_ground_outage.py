"""PostgreSQL gone: an answer within six seconds, and recovery without anybody's help. The queue gone: no difference."""
import json
import os
import shutil
import subprocess
import sys
import time

import pytest

from hotline.embedded import Servers
from hotline.home import Home, free_port
from tests.production import ROOT, with_environment

pytestmark = pytest.mark.faults
NAMESPACE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


SEARCHED = {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}  # ordinary users do not have tc in theirs


def can_cut() -> bool:
    if not all(shutil.which(program, path=SEARCHED["PATH"]) for program in ("unshare", "ip", "tc")):
        return False
    probe = "ip link set lo up && tc qdisc add dev lo root blackhole"
    return subprocess.run([*NAMESPACE, "sh", "-c", probe], env=SEARCHED, capture_output=True).returncode == 0


@pytest.mark.skipif(not can_cut(), reason="this machine lets nobody make a network namespace")
def test_packets_to_the_database_vanish_and_every_request_is_answered_in_six_seconds(tmp_path):
    done = subprocess.run([*NAMESPACE, sys.executable, "-m", "tests.cut_network", str(tmp_path)], cwd=ROOT,
                          env=with_environment(SEARCHED), capture_output=True, text=True, timeout=600)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert all(status in (200, 302, 404) for status, _seconds in found["before"] + found["after"]), found
    for status, seconds in found["cut"] + found["still_cut"]:
        assert status == 503, found
        assert seconds <= 6, found
    assert found["recovered_after"] <= 10, found


def test_a_worker_that_starts_while_the_queue_is_down_looks_at_the_deadlines_all_the_same(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    home = Home(tmp_path / "data")
    environment = with_environment({"HOTLINE_DATA": str(home.path), "HOTLINE_DEMO": "0",
                                    "REDIS_URL": f"redis://:x@127.0.0.1:{free_port()}/0"})
    with Servers(home) as servers:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
        worker = subprocess.Popen([sys.executable, "-m", "celery", "-A", "hotline.celery:app", "worker", "--concurrency",
                                   "1", "--loglevel", "CRITICAL"], cwd=ROOT, env=environment | {"HOTLINE_PROCESS": "worker"},
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert look_of(servers.all[0], worker)
        finally:
            worker.kill()  # its pool of one ends with it
            worker.wait()


def look_of(postgres, worker, seconds: float = 60):
    """The time of the sweep's last look, once there is one."""
    connection = postgres.connect("hotline")
    connection.autocommit = True
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up and worker.poll() is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT last_ok FROM dispatch_heartbeat WHERE name = 'sweep'")
            if row := cursor.fetchone():
                return row[0]
        time.sleep(0.3)
    return None
