"""Workers and two beats as `make run` starts them, and what is done to them while clocks run out."""
import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import redis

from tests.faults.site import CONNECTED, Site, children_of, holders_of

AT_WORK = """SELECT client_port FROM pg_stat_activity
             WHERE application_name = 'hotline-worker' AND xact_start IS NOT NULL AND client_port IS NOT NULL"""

IN_MID_LOOK, BY_ITSELF = "in mid-look", "ended by itself"  # no injections


class Storm:
    def __init__(self, site: Site, workers: int):
        self.site, self.done = site, Counter()
        self.random = random.Random(12345)
        self.began = datetime.now(UTC).isoformat()
        self.workers = [site.start(site.child("worker", label=f"worker-{number}")) for number in range(workers)]
        self.beats = [site.start(site.child("beat", "--schedule", str(site.home.path / f"beat-{name}"), label=f"beat-{name}"))
                      for name in ("one", "two")]
        self.open_watch()

    def open_watch(self) -> None:
        self.watch = self.site.postgres.connect("hotline", owner=True)
        self.watch.autocommit = True

    # --- who is at work ---------------------------------------------------------------------------------------

    def worker_at_work(self):
        """The worker that holds a transaction open, or None."""
        with self.watch.cursor() as cursor:
            cursor.execute(AT_WORK)
            ports = [port for (port,) in cursor.fetchall()]
        for worker in self.workers:
            family = [worker.process.pid, *children_of(worker.process.pid)]
            descriptors = [entry for pid in family for entry in descriptors_of(pid)]
            if any(holders_of(port, CONNECTED, descriptors) for port in ports):
                return worker
        return None

    def wait_for_work(self, seconds: float = 5.0):
        """The worker that is in mid-look, as soon as one is; after some seconds any."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if worker := self.worker_at_work():
                self.done[IN_MID_LOOK] += 1
                return worker
            time.sleep(0.002)
        return self.random.choice(self.workers)

    # --- what is done to them ---------------------------------------------------------------------------------

    def kill_worker(self) -> None:
        self.restart(self.wait_for_work(), "worker killed")

    def restart(self, child, as_what: str) -> None:
        """As the supervisor does, also for one that ended by itself."""
        self.kill(child, as_what)
        self.site.start(child)

    def kill(self, child, as_what: str) -> None:
        if child.process.poll() is None:
            self.site.kill(child)
            self.done[as_what] += 1
        else:
            child.kill_group()
            self.done[BY_ITSELF] += 1

    def stop_worker(self) -> None:
        """It holds what it has locked, and goes on seconds later as if nothing had been."""
        worker = self.wait_for_work()
        os.kill(worker.process.pid, signal.SIGSTOP)
        self.site.play("look", times=2)
        os.kill(worker.process.pid, signal.SIGCONT)
        self.done["worker stopped"] += 1

    def kill_beat(self) -> None:
        self.restart(self.random.choice(self.beats), "beat killed")

    def kill_valkey(self) -> None:
        self.site.kill_server(self.site.valkey)
        self.done["Valkey killed"] += 1
        time.sleep(self.random.uniform(0.5, 3))
        self.site.start_server(self.site.valkey)

    def flush_valkey(self) -> None:
        redis.from_url(self.site.home.redis_url()).flushall()
        self.done["Valkey flushed"] += 1

    def fill_valkey(self) -> None:
        """It answers, and takes nothing more."""
        line = redis.from_url(self.site.home.redis_url())
        line.config_set("maxmemory", "1")
        time.sleep(2)
        line.config_set("maxmemory", "256mb")
        self.done["Valkey full"] += 1

    def lock_valkey(self) -> None:
        """Whoever connects has the wrong password."""
        line = redis.from_url(self.site.home.redis_url())
        line.config_set("requirepass", "another one")
        line.client_kill_filter(_type="normal", skipme=True)
        time.sleep(2)
        line.config_set("requirepass", self.site.home.secret("valkey"))
        self.done["Valkey password changed"] += 1

    def kill_postgres(self) -> None:
        self.watch.close()
        self.site.kill_server(self.site.postgres)
        self.done["PostgreSQL killed"] += 1
        self.site.start_server(self.site.postgres)
        self.site.check_pids()
        self.open_watch()

    def end(self) -> None:
        """Everything dies at once; what is found afterwards is what was on the disk. The servers come back."""
        self.watch.close()
        for child in (*self.workers, *self.beats):
            self.kill(child, f"{child.name} killed")
        self.site.kill_server(self.site.valkey)
        self.site.kill_server(self.site.postgres)
        for server in (self.site.postgres, self.site.valkey):
            self.site.start_server(server)
        self.site.check_pids()
        self.done += Counter({"Valkey killed": 1, "PostgreSQL killed": 1})

    def rage(self, goes_on, acts, pause: float = 0.0) -> None:
        """One of these acts after the other, by chance, as long as it goes on."""
        while goes_on():
            for child in (*self.workers, *self.beats):
                if child.process.poll() is not None:
                    self.restart(child, "")
            with suppress(psycopg2.OperationalError, redis.ConnectionError):  # asked a server that is still coming up
                self.random.choice(acts)()
            time.sleep(self.random.uniform(0, pause))


def descriptors_of(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # it ended meanwhile
        return []
