"""`make run`: everything from a clean clone to a page in the browser, and a clean end on Ctrl-C.

Started twice: first by whatever python3 there is (installs what is missing), then by the one of .venv.
"""
import contextlib
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from hotline import install
from hotline.embedded import Servers
from hotline.home import Home, HomeError, port_is_free

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 12  # seconds a child has to end by itself
LONGEST_PAUSE = 30
WORRYING = ("[warning", "[error", "[critical", "[ERROR]", "[CRITICAL]", "WARNING/", "ERROR/", "CRITICAL/",
            "Traceback (most recent")
PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl


class Stop(BaseException):
    """Raised by SIGINT and SIGTERM, so that every block is left in order."""


@dataclass
class Child:
    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen | None = None
    born: float = 0.0
    pause: float = 1.0
    resume_at: float = 0.0
    shown: int = field(default=0)

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as out:
            self.shown = out.tell()
            # Its own session: Ctrl-C reaches only us, and what it forked can be ended with it.
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                env=dict(os.environ, HOTLINE_PROCESS=self.name, PYTHONUNBUFFERED="1"),
                preexec_fn=_end_with_parent)  # safe: we have no threads
        self.born = time.monotonic()

    def watch(self, now: float) -> None:
        """Starts it again when it has died: at once the first time, then after longer and longer pauses."""
        if self.process is None:
            if now >= self.resume_at:
                self.start()
        elif self.process.poll() is not None:
            self.kill_group()
            if now - self.born > 60:
                self.pause = 1.0
            tell(self.name, f"ended with code {self.process.returncode}; starting again in {self.pause:.0f} s")
            self.resume_at, self.pause = now + self.pause, min(self.pause * 2, LONGEST_PAUSE)
            self.process = None

    def ask_to_end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait_for_end(self, deadline: float) -> None:
        if self.process:
            try:
                self.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                tell(self.name, "did not end in time; killed")
            self.kill_group()
            self.process.wait()

    def kill_group(self) -> None:
        """What a child left behind (a pool process of a killed worker) belongs to the session we made for it."""
        assert self.process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def show_worries(self) -> None:
        """Warnings go to the console, one line each; the whole story is in the log."""
        if self.log.exists() and self.log.stat().st_size > self.shown:
            with self.log.open("rb") as text:
                text.seek(self.shown)
                fresh = text.read(200_000)
            whole, newline, _rest = fresh.rpartition(b"\n")
            self.shown += len(whole) + len(newline)
            for line in whole.decode(errors="replace").splitlines():
                if any(mark in line for mark in WORRYING):
                    tell(self.name, line[:300])


def _end_with_parent() -> None:
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # a supervisor killed with -9 leaves no child either


def tell(who: str, text: str) -> None:
    print(f"[{who}] {text}", flush=True)


def the_port() -> int:
    text = os.environ.get("HOTLINE_PORT", "8000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise HomeError(f"HOTLINE_PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def only_one(home: Home) -> int:
    """A lock for as long as this program lives, released by the kernel even after a kill -9."""
    lock = home.open_lock("run")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = os.pread(lock, 200, 0).decode() or "starting"
        raise HomeError(f"Already running on {home.path} ({where}): stop it first, or choose another folder "
                        "with HOTLINE_DATA.") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"pid {os.getpid()}, http://127.0.0.1:{the_port()}".encode(), 0)
    return lock


def check_port(port: int) -> None:
    if not port_is_free(port):
        raise HomeError(f"Port {port} is taken by another program: choose another one, "
                        f"for example HOTLINE_PORT={port + 1} make run.")


def children(home: Home, port: int) -> list[Child]:
    python = str(install.PYTHON)
    celery = [python, "-m", "celery", "-A", "hotline.celery:app"]
    return [
        Child("web", [python, "-m", "gunicorn", "hotline.wsgi:application", "--bind", f"127.0.0.1:{port}",
                      "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "60",
                      "--graceful-timeout", "8", "--no-control-socket"], home.logs / "web.log"),
        # A backlog of deadlines leaves the processor to people who wait for a page.
        Child("worker", ["nice", "-n", "5", *celery, "worker", "--concurrency", "1", "--loglevel", "WARNING",
                         "--without-gossip", "--without-mingle", "--without-heartbeat"], home.logs / "worker.log"),
        Child("beat", [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""], home.logs / "beat.log"),
    ]


def manage(*arguments: str, capture: bool = False) -> str:
    """Runs a command of manage.py to its end, and ends it in order when we are told to stop meanwhile."""
    process = subprocess.Popen([str(install.PYTHON), "manage.py", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE if capture else None, text=True, start_new_session=True,
                               preexec_fn=_end_with_parent)
    try:
        output, _ = process.communicate()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.returncode:
        raise HomeError(f"`manage.py {' '.join(arguments)}` failed (see above).")
    return output or ""


def demo_logins() -> str:
    """The table of log-ins; nothing outside the demo. The rule is the one of settings, which are not loaded here."""
    wanted = os.environ.get("HOTLINE_DEMO", "0" if os.environ.get("DATABASE_URL") else "1")
    return manage("demo_logins", capture=True) if wanted.lower() in {"1", "true", "yes", "on", "y", "ok"} else ""


def wait_until_ready(port: int, family: list[Child]) -> None:
    """Until a page can be had and the worker has looked at the deadlines once."""
    give_up = time.monotonic() + 90
    while time.monotonic() < give_up:
        for child in family:
            child.watch(time.monotonic())
            child.show_worries()
        if readiness(port) == "ready":
            return
        time.sleep(0.2)
    tell("supervisor", "the site answers, but is not quite ready: see /readyz and the logs")


def readiness(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=8) as answer:
            return json.load(answer)["status"]
    except (OSError, ValueError):  # not listening yet, or 503
        return ""


def look_after(family: list[Child], servers: Servers) -> None:
    while True:
        now = time.monotonic()
        for child in family:
            child.watch(now)
            child.show_worries()
        for name in servers.restart_the_dead():
            tell(name, "had died; started again")
        time.sleep(1)


def end(family: list[Child]) -> None:
    for child in reversed(family):  # beat first: no new work for a worker that is going
        child.ask_to_end()
    deadline = time.monotonic() + PATIENCE
    for child in family:
        child.wait_for_end(deadline)


def run() -> None:
    home, port = Home(), the_port()
    os.environ["HOTLINE_DATA"] = str(home.path)
    lock = only_one(home)
    check_port(port)
    with Servers(home) as servers:
        manage("prepare")
        family = children(home, port)
        try:
            for child in family:
                child.start()
            logins = demo_logins()  # while the others start
            wait_until_ready(port, family)
            print(f"\nready: http://127.0.0.1:{port}\n\n{logins}", flush=True)
            print(f"Logs are in {home.logs}. Ctrl-C stops everything.", flush=True)
            look_after(family, servers)
        finally:
            _ignore_signals()
            end(family)
    os.close(lock)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _stop(*_) -> None:
    _ignore_signals()
    raise Stop


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN or number == signal.SIGTERM:  # nohup stays nohup
            signal.signal(number, _stop)
    try:
        if "--inside" not in sys.argv:
            home = Home()
            os.close(only_one(home))  # refuse before a minute of installing, not after
            check_port(the_port())
            install.install(dev=False)
            os.execv(install.PYTHON, [str(install.PYTHON), "-m", "hotline.supervise", "--inside"])
        run()
    except Stop:
        print("\nstopped", flush=True)


if __name__ == "__main__":
    main()
