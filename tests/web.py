"""The web server of `make run` as a process of its own, on the rows of a test."""
import contextlib
import http.client
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from hotline import supervise
from hotline.home import Home, free_port
from tests.production import ROOT


@contextlib.contextmanager
def server(log, settings="tests.served"):
    """(port, process) of a server on the database of this test run; `settings` is a module."""
    port = free_port()
    [web] = [child for child in supervise.children(Home(), port) if child.name == "web"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings, "SERVED_DATABASE": connection.settings_dict["NAME"]}
    with log.open("wb") as out:
        process = subprocess.Popen(web.command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        give_up = time.monotonic() + 60
        while not answers(port):
            assert time.monotonic() < give_up and process.poll() is None, log.read_text()[-3000:]
            time.sleep(0.1)
        warm(port)
        yield port, process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(20)


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
