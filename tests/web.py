"""The web server of `make run` as a process of its own, on the rows of a test."""
import contextlib
import http.client
import os
import time
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from django.db import connection

from hotline import supervise
from hotline.home import Home, free_port


@contextlib.contextmanager
def server(log, settings="tests.served"):
    """(port, process) of a server on the database of this test run; `settings` is a module."""
    port = free_port()
    [web] = [child for child in supervise.children(Home(), port) if child.name == "web"]
    web.log = log
    with mock.patch.dict(os.environ, DJANGO_SETTINGS_MODULE=settings, SERVED_DATABASE=connection.settings_dict["NAME"]):
        web.start()
    try:
        give_up = time.monotonic() + 60
        while not answers(port):
            assert time.monotonic() < give_up and web.process.poll() is None, log.read_text()[-3000:]
            time.sleep(0.1)
        warm(port)
        yield port, web.process
    finally:
        web.ask_to_end()
        web.wait_for_end(time.monotonic() + 20)


def warm(port):
    """The first request of a process imports the product; what is measured comes after that."""
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda _: answers(port, "/login/"), range(36)))


def answers(port, path="/healthz"):
    with contextlib.suppress(OSError, http.client.HTTPException):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        line.request("GET", path)
        return line.getresponse().status == 200
    return False


def nothing_is_under_way(patience=10):
    """Waits until no other session is in a transaction; False when one stays."""
    give_up = time.monotonic() + patience
    with connection.cursor() as cursor:
        while time.monotonic() < give_up:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL "
                           "AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
            if cursor.fetchone() is None:
                return True
            time.sleep(0.01)
    return False
