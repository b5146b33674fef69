"""PostgreSQL gone: an answer within six seconds, whichever way it went, and recovery without anybody's help."""
import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.production import ROOT, with_environment

pytestmark = pytest.mark.faults
NAMESPACE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


def can_cut() -> bool:
    if not (shutil.which("unshare") and shutil.which("ip") and shutil.which("tc")):
        return False
    probe = "ip link set lo up && tc qdisc add dev lo root blackhole"
    return subprocess.run([*NAMESPACE, "sh", "-c", probe], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_cut(), reason="this machine lets nobody make a network namespace")
def test_packets_to_the_database_vanish_and_every_request_is_answered_in_six_seconds(tmp_path):
    done = subprocess.run([*NAMESPACE, sys.executable, "-m", "tests.cut_network", str(tmp_path)], cwd=ROOT,
                          env=with_environment({}), capture_output=True, text=True, timeout=180)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert all(status in (200, 302, 404) for status, _seconds in found["before"] + found["after"]), found
    for status, seconds in found["cut"] + found["still_cut"]:
        assert status == 503, found
        assert seconds <= 6, found
    assert found["recovered_after"] <= 10, found
