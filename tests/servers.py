"""Servers for one test run: one PostgreSQL and one Valkey for all workers, in a folder that goes away with the run.

With DATABASE_URL or REDIS_URL set the tests use that server instead, as the product would.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hotline.catalogues import compile_all
from hotline.embedded import Servers
from hotline.home import REPOSITORY, Home

PREFIX = "hotline-tests-"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",  # a test run outlives no power cut
        "max_connections": "300"}  # threads of live servers and races keep theirs until they are collected
_running: Servers | None = None


def prepare() -> None:
    """Chooses the folder: the first process of a run does, its xdist workers inherit it."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in the test's own thread
    if "HOTLINE_TEST_RUN" in os.environ:
        return
    compile_all()
    remove_abandoned()
    if os.environ.get("DATABASE_URL"):
        os.environ["HOTLINE_DEBUG"] = "1"  # otherwise it would be taken for production and redirect to https
    os.environ |= {"HOTLINE_TEST_RUN": str(os.getpid()), "HOTLINE_DEMO": "0",
                   "HOTLINE_DATA": tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")}


def start() -> None:
    """Called by every worker that needs a database; the first one starts the servers, the last one stops them."""
    global _running
    if _running is None:
        _running = Servers(Home(), FAST)
        _running.__enter__()
        if not os.environ.get("DATABASE_URL"):
            migrate_once()


def migrate_once() -> None:
    """Workers copy this database (tests/settings.py): one of them migrates it while the others wait."""
    home = Home()
    done = home.path / "migrated"
    with home.locked("migrate"):
        if not done.exists():
            subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=REPOSITORY, check=True,
                           env=os.environ | {"DJANGO_SETTINGS_MODULE": "hotline.settings"})
            done.touch()


def stop() -> None:
    global _running
    if _running is not None:
        _running.__exit__(None, None, None)
        _running = None


def finish() -> None:
    """The process that began the run removes its folder."""
    stop()
    if os.environ.get("HOTLINE_TEST_RUN") == str(os.getpid()):
        shutil.rmtree(os.environ["HOTLINE_DATA"], ignore_errors=True)


def remove_abandoned() -> None:
    """A run that was killed leaves its servers behind; the next run ends them, by folder and pid."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        run = folder.name.removeprefix(PREFIX).split("-")[0]
        if folder.stat().st_uid == os.geteuid() and run.isdigit() and not Path("/proc", run).exists():
            servers = Servers(Home(folder))
            servers.stop()
            shutil.rmtree(folder, ignore_errors=True)
