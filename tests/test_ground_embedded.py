"""The embedded servers: they start, survive a kill -9, keep their data, are shared and leave nothing behind."""
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
import redis

from hotline.embedded import Postgres, Servers, Valkey, processes_in
from hotline.home import Home
from tests.production import ROOT, with_environment

pytestmark = pytest.mark.faults


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    home = Home(tmp_path / "data")
    yield home
    servers = Servers(home)
    servers.stop()
    if servers.all[0].base != home.path:  # a copy made for nobody
        shutil.rmtree(servers.all[0].base)


def rows(home, statement, fetch=True):
    connection = Postgres(home).connect("hotline")
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall() if fetch else None
    connection.close()
    return found


def everything_running_on(home) -> list[int]:
    return [pid for server in Servers(home).all for pid in processes_in(server.folder, server.program)]


def restart_all(servers):
    """As the supervisor does, every moment. The kernel takes a moment itself to end what was killed."""
    started = set()
    while started != {server.name for server in servers.all}:
        started.update(servers.restart_the_dead())
        time.sleep(0.05)


def manage(home, *arguments):
    return subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=with_environment({"HOTLINE_DATA": str(home.path)}))


def test_both_start_keep_their_data_over_a_restart_and_leave_no_process(home):
    with Servers(home):
        rows(home, "CREATE TABLE kept AS SELECT 1 AS one", fetch=False)
        redis.from_url(home.redis_url()).set("kept", "yes")

    assert everything_running_on(home) == []

    with Servers(home):
        assert rows(home, "SELECT one FROM kept") == [(1,)]
        assert redis.from_url(home.redis_url()).get("kept") == b"yes"


def test_a_kill_9_of_everything_loses_no_acknowledged_row_and_the_next_start_succeeds(home):
    with Servers(home) as servers:
        rows(home, "CREATE TABLE kept (n int)", fetch=False)
        rows(home, "INSERT INTO kept SELECT generate_series(1, 1000)", fetch=False)
        postgres, valkey = servers.all
        idle = postgres.connect("hotline")  # a backend that outlives its master for a moment
        os.kill(postgres.pid(), signal.SIGKILL)
        os.kill(valkey.pid(), signal.SIGKILL)
        begun = time.monotonic()

        restart_all(servers)

        assert time.monotonic() - begun < 30
        assert rows(home, "SELECT count(*) FROM kept") == [(1000,)]
        assert redis.from_url(home.redis_url()).ping()
        idle.close()


def test_a_pid_file_that_names_a_living_stranger_does_not_block_the_start(home):
    with Servers(home):
        pass
    stranger = subprocess.Popen(["sleep", "60"])
    (home.path / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{home.path}/postgres\n0\n1\n\n\n\nready\n")

    with Servers(home):
        assert rows(home, "SELECT 1") == [(1,)]

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_wrong_password_is_refused_and_nothing_listens_outside(home):
    with Servers(home) as servers:
        for user in ("hotline", "postgres"):
            with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
                psycopg2.connect(host="127.0.0.1", port=home.port("postgres"), user=user, dbname="hotline",
                                 password="wrong")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=home.port("valkey"), password="wrong").ping()
        listening = {port: address for address, port in _listening()}
        assert listening[home.port("postgres")] == listening[home.port("valkey")] == "127.0.0.1"
        secrets = {home.secret(name) for name in ("database", "database_owner", "valkey")}
        for pid in everything_running_on(home):
            assert not any(secret in Path(f"/proc/{pid}/cmdline").read_text() for secret in secrets)
        assert servers.all


def _listening():
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, _remote, state = line.split()[1:4]
        if state == "0A":
            address, port = local.split(":")
            yield ".".join(str(byte) for byte in reversed(bytes.fromhex(address))), int(port, 16)


def test_the_product_is_no_superuser_and_the_queue_keeps_what_it_was_given(home):
    with Servers(home):
        assert rows(home, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
        queue = redis.from_url(home.redis_url())
        assert queue.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert queue.config_get("append*")["appendfsync"] == "everysec"
        assert queue.config_get("appendonly") == {"appendonly": "yes"}


def test_a_port_taken_meanwhile_is_changed(home):
    import socket
    with Servers(home):
        old = home.port("postgres")
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what was connected to it may still be remembered
        squatter.bind(("127.0.0.1", old))
        squatter.listen(1)

        with Servers(home):
            assert home.port("postgres") != old
            assert rows(home, "SELECT 1") == [(1,)]


def test_a_command_uses_running_servers_and_leaves_them_running(home):
    with Servers(home):
        before = everything_running_on(home)

        command = manage(home, "shell", "-c", "from django.db import connection as c; print(c.ensure_connection())")
        output, errors = command.communicate(timeout=60)

        assert command.returncode == 0, errors
        assert set(everything_running_on(home)) >= set(before[:1])
        assert rows(home, "SELECT 1") == [(1,)]
    assert everything_running_on(home) == []


def test_a_command_alone_starts_them_and_stops_them_even_when_it_is_ended(home):
    command = manage(home, "shell", "-c", "import time; print('up', flush=True); time.sleep(60)")
    while "up" not in command.stdout.readline():
        pass
    assert everything_running_on(home)

    command.terminate()

    assert command.wait(30) == 143
    command.communicate()
    assert everything_running_on(home) == []


def test_who_leaves_first_does_not_stop_the_servers_of_who_stays(home):
    staying = manage(home, "shell", "-c", "import time; print('up', flush=True); time.sleep(60)")
    while "up" not in staying.stdout.readline():
        pass

    passing = manage(home, "shell", "-c", "pass")
    passing.communicate(timeout=60)

    assert rows(home, "SELECT 1") == [(1,)]
    staying.terminate()
    staying.communicate(timeout=30)
    assert everything_running_on(home) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs to become somebody else")
def test_as_root_without_user_namespaces_it_runs_as_nobody(home, monkeypatch):
    monkeypatch.setenv("HOTLINE_NO_USERNS", "1")
    with Servers(home) as servers:
        postgres = servers.all[0]
        assert Path(f"/proc/{postgres.pid()}").stat().st_uid == 65534
        assert rows(home, "SELECT 1") == [(1,)]
        os.kill(postgres.pid(), signal.SIGKILL)
        while postgres.name not in servers.restart_the_dead():
            time.sleep(0.05)
        assert rows(home, "SELECT 1") == [(1,)]
    assert everything_running_on(home) == []


@pytest.mark.parametrize("is_blind", [False, True])
def test_valkey_is_found_by_its_folder_not_by_its_name(home, tmp_path, monkeypatch, is_blind):
    """Also by somebody who is not shown the working folders of others: a process of the same name is a stranger's."""
    def hidden(path):
        raise PermissionError(path)

    other = Home(tmp_path / "other")
    with Servers(home) as ours, Servers(other) as theirs:
        if is_blind:
            monkeypatch.setattr(os, "readlink", hidden)
        assert Valkey(home).pid() == ours.all[1].process.pid
        assert Valkey(other).pid() == theirs.all[1].process.pid
