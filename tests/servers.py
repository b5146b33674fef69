"""Servers for one test run: one PostgreSQL and one Valkey for all workers, in a folder that goes away with the run.

With DATABASE_URL set the tests use that server instead, as the product would, with secrets made up here.
"""
import base64
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from hotline.catalogues import compile_all
from hotline.embedded import Servers
from hotline.home import Home

PREFIX = "hotline-tests-"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # a test run outlives no power cut
_running: Servers | None = None


def embedded_is_wanted() -> bool:
    return not os.environ.get("DATABASE_URL")


def prepare() -> None:
    """Chooses the folder (the first process of a run; its xdist workers inherit it) and makes up the secrets."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in the test's own thread
    os.environ["HOTLINE_DEMO"] = "0"
    if "HOTLINE_TEST_RUN" in os.environ:
        return
    os.environ["HOTLINE_TEST_RUN"] = str(os.getpid())
    compile_all()
    if not embedded_is_wanted():
        os.environ.setdefault("HOTLINE_DEBUG", "0")
        os.environ.setdefault("HOTLINE_HOSTS", "127.0.0.1,localhost,testserver")
        os.environ.setdefault("HOTLINE_SECRET_KEY", secrets.token_urlsafe(48))
        os.environ.setdefault("HOTLINE_HASH_KEY", secrets.token_urlsafe(48))
        os.environ.setdefault("HOTLINE_FIELD_KEYS", "k1:" + base64.b64encode(secrets.token_bytes(32)).decode())
        return
    remove_abandoned()
    os.environ["HOTLINE_DATA"] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def start() -> None:
    """Called by every worker that needs a database; the first one starts the servers, the last one stops them."""
    global _running
    if embedded_is_wanted() and _running is None:
        _running = Servers(Home(), FAST)
        _running.__enter__()


def stop() -> None:
    global _running
    if _running is not None:
        _running.__exit__(None, None, None)
        _running = None


def finish() -> None:
    """The process that began the run removes its folder."""
    stop()
    if embedded_is_wanted() and os.environ.get("HOTLINE_TEST_RUN") == str(os.getpid()):
        shutil.rmtree(os.environ["HOTLINE_DATA"], ignore_errors=True)


def remove_abandoned() -> None:
    """A run that was killed leaves its servers behind; the next run ends them, by folder and pid."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        run = folder.name.removeprefix(PREFIX).split("-")[0]
        if folder.stat().st_uid == os.geteuid() and run.isdigit() and not Path("/proc", run).exists():
            servers = Servers(Home(folder))
            servers.stop()
            shutil.rmtree(folder, ignore_errors=True)
