"""A site of a test's own: PostgreSQL, Valkey, web, worker and beat in a folder of its own, on ports of its own.

Only what was started here is ever ended, by its pid; `mine` says of a server that the pid that answers is that one.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import redis

from hotline import supervise
from hotline.embedded import Postgres, Servers, Valkey
from hotline.home import Home, port_is_free
from tests.production import ROOT, with_environment

EMPTY = {"HOTLINE_DEMO": "0", "HOTLINE_API_READING": "1000000/min", "HOTLINE_API_WRITING": "1000000/min",
         "HOTLINE_IDLE_MINUTES": "600"}  # sessions of the cast are made once, and the whole of it takes longer than half an hour


class Site:
    def __init__(self, folder: Path, **server_settings: str):
        self.home = Home(folder)
        with self.environment():
            self.servers = Servers(self.home, server_settings)
        self.postgres: Postgres = self.servers.all[0]
        self.valkey: Valkey = self.servers.all[1]
        self.port = port_outside_the_ephemeral_range()
        self.started: list[supervise.Child] = []
        self.scenes: list[subprocess.Popen] = []

    @contextmanager
    def environment(self):
        """For what is started here: nothing of this run's environment leaks in."""
        with mock.patch.dict(os.environ, self.variables(), clear=True):
            yield

    def variables(self) -> dict[str, str]:
        return with_environment(EMPTY | {"HOTLINE_DATA": str(self.home.path)})

    # --- the two servers --------------------------------------------------------------------------------------

    def open(self):
        self.servers.__enter__()
        self.check_pids()
        return self

    def check_pids(self) -> None:
        connection = self.postgres.connect("postgres", owner=True)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_read_file('postmaster.pid')")
            answering = int(cursor.fetchone()[0].split()[0])
        connection.close()
        assert answering == self.postgres.process.pid, "this PostgreSQL is not the one that was started"
        answering = redis.from_url(self.home.redis_url()).info("server")["process_id"]
        assert answering == self.valkey.process.pid, "this Valkey is not the one that was started"

    def kill_server(self, server, how=signal.SIGKILL) -> None:
        assert server.process.poll() is None
        os.kill(server.process.pid, how)
        server.process.wait(30)

    def start_server(self, server) -> float:
        """Seconds until it answered."""
        begun, port = time.monotonic(), self.home.port(server.name)
        server.start()
        assert self.home.port(server.name) == port
        return time.monotonic() - begun

    def backends(self) -> list[int]:
        """The postmaster and everything that it has forked."""
        return [self.postgres.process.pid, *children_of(self.postgres.process.pid)]

    def ask(self, statement: str, parameters=()) -> list[tuple]:
        connection = self.postgres.connect("hotline", owner=True)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall()
        finally:
            connection.close()

    # --- web, worker, beat ------------------------------------------------------------------------------------

    def child(self, name: str, *more: str, label: str = "") -> supervise.Child:
        """As `make run` would start it, with more arguments."""
        child = next(child for child in supervise.children(self.home, self.port) if child.name == name)
        return replace(child, command=[*child.command, *more], log=self.home.logs / f"{label or name}.log")

    def start(self, child: supervise.Child) -> supervise.Child:
        with self.environment():
            child.start()
        if child not in self.started:
            self.started.append(child)
        return child

    def kill(self, child: supervise.Child) -> None:
        """Then what it forked is ended, as the supervisor does before it starts the next one."""
        assert child.process.poll() is None, f"{child.name} had already ended"
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.wait(30)
        child.kill_group()

    def start_web(self) -> supervise.Child:
        web = self.start(self.child("web"))
        listening = until(lambda: listening_pids(self.port))
        family = {web.process.pid, *children_of(web.process.pid)}  # asked second: it may have forked meanwhile
        assert listening <= family, "this web server is not the one that was started"
        return web

    # --- scenes -----------------------------------------------------------------------------------------------

    def scene(self, name: str, **arguments) -> subprocess.Popen:
        """A function of tests/faults/scenes.py in a process of its own, with the product's settings."""
        process = subprocess.Popen([sys.executable, "-m", "tests.faults.scenes", name, json.dumps(arguments)], cwd=ROOT,
                                   env=self.variables(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.scenes.append(process)
        return process

    def play(self, name: str, **arguments):
        return result_of(self.scene(name, **arguments))

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.variables(), text=True,
                              capture_output=True, timeout=600)

    # --- the end ----------------------------------------------------------------------------------------------

    def close(self) -> None:
        for child in self.started:
            if child.process.poll() is None:
                child.process.kill()
            child.process.wait(30)
            child.kill_group()
        for scene in self.scenes:
            if scene.poll() is None:
                scene.kill()
            scene.communicate()
        self.servers.__exit__(None, None, None)
        self.remove()

    def remove(self) -> None:
        for folder in {self.home.path, self.postgres.base}:
            shutil.rmtree(folder, ignore_errors=True)


def result_of(scene: subprocess.Popen, seconds: float = 120):
    output, errors = scene.communicate(timeout=seconds)
    assert scene.returncode == 0, errors[-4000:]
    return json.loads(output.splitlines()[-1])


def copy_of(template: Site, folder: Path) -> Site:
    """The same rows and secrets on other ports. The template's servers must be stopped."""
    folder.mkdir(mode=0o700)
    shutil.copy2(template.home.path / "secrets.json", folder)
    ports = {f"{server}_port": port_outside_the_ephemeral_range() for server in ("postgres", "valkey")}
    (folder / "embedded.json").write_text(json.dumps(ports))
    site = Site(folder)
    subprocess.run(["cp", "-a", str(template.postgres.folder), str(site.postgres.folder)], check=True)
    return site


def port_outside_the_ephemeral_range() -> int:
    """One that no outgoing connection takes while its server is dead."""
    while True:
        port = random.randint(15_000, 32_000)
        if port_is_free(port):
            return port


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


LISTENS, CONNECTED = "0A", "01"


def listening_pids(port: int) -> set[int]:
    """Who holds the socket that listens on this port."""
    return holders_of(port, LISTENS, Path("/proc").glob("[0-9]*/fd/*"))


def holders_of(port: int, state: str, descriptors) -> set[int]:
    """Whose of these /proc/PID/fd/N is a socket of this local port."""
    sockets = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == state and int(fields[1].split(":")[1], 16) == port:
            sockets.add(f"socket:[{fields[9]}]")
    return {int(entry.parent.parent.name) for entry in descriptors if link_of(entry) in sockets}


def link_of(entry: Path) -> str:
    try:
        return os.readlink(entry)
    except OSError:
        return ""


def until(what, seconds: float = 60):
    give_up = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.05)
    return value
