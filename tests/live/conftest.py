"""The site as `make run` starts it, on the rows of the test, and people who sit in front of it."""
import contextlib
import json
import socket
import threading
import time

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests import factories as make

DESK = {"width": 1366, "height": 768}


@pytest.fixture
def people(transactional_db):
    return make.make_people()


def cookie_of(user):
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


LEFT = ("htmx:afterRequest,", "htmx:sendAbort,")  # a request that was under way when its page was left


class Seat:
    """A person in front of a page that is connected."""

    def __init__(self, user, page, site):
        self.user, self.page, self.site = user, page, site
        page.context.add_cookies([{"name": "sessionid", "value": cookie_of(user), "url": site},
                                  {"name": "django_language", "value": "en", "url": site}])
        page.set_default_navigation_timeout(30_000)  # on a busy machine
        self.complaints = []
        page.on("console", lambda said: said.type == "error" and not said.text.startswith(LEFT) and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def opens(self, path, state="live"):
        self.page.goto(self.site + path)
        if state:
            expect(self.page.locator(f"#line[data-state={state}]")).to_be_attached(timeout=15_000)
        return self

    def form(self, step):
        return self.page.locator(f"#work form[action$='/do/{step}/']")

    def types(self, step, **fields):
        for name, value in fields.items():
            self.form(step).locator(f"[name={name}]").fill(value)
        return self


@pytest.fixture
def seat(site, new_page):
    def take(user, address=None, **options):
        return Seat(user, new_page(**{"viewport": DESK} | options), address or site)

    return take


class Stream:
    """What a browser would hear, read without one."""

    def __init__(self, port, user, query="", cookie=None):
        self.line = socket.create_connection(("127.0.0.1", port), timeout=10)
        cookie = cookie or cookie_of(user)
        self.line.sendall(f"GET /live/{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={cookie}\r\n"
                          "Accept: text/event-stream\r\n\r\n".encode())
        self.text, self.is_over = "", False

    def status(self):
        self.read(lambda: "\r\n\r\n" in self.text, seconds=15)
        return int(self.text.split()[1])

    def read(self, until, seconds=4.0):
        give_up = time.monotonic() + seconds
        while not until() and not self.is_over and (left := give_up - time.monotonic()) > 0:
            self.line.settimeout(left)
            with contextlib.suppress(TimeoutError):
                more = self.line.recv(65536)
                self.text, self.is_over = self.text + more.decode(), not more
        return self

    def heard(self, name, seconds=4.0):
        """The data of the first event of this name, or None when none came in time."""
        self.read(lambda: f"event: {name}\n" in self.text and self.text.endswith("\n\n"), seconds)
        for block in self.text.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if fields.get("event") == name:
                return json.loads(fields["data"])
        return None

    def close(self):
        self.line.close()


@pytest.fixture
def listen(web, people):
    streams = []

    def start(user, query="", **options):
        streams.append(Stream(web, user, query, **options))
        return streams[-1]

    yield start
    for stream in streams:
        stream.close()


class Cable:
    """A TCP proxy that can be cut: connections stay open and say nothing, new ones are refused, until it is mended."""

    def __init__(self, port):
        self.port, self.is_cut, self.ends = port, False, []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _where = self.server.accept()
                if self.is_cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.port))
                self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if self.is_cut:
                    return
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def cut(self):
        self.is_cut = True
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends = []

    def mend(self):
        self.is_cut = False

    def close(self):
        self.server.close()
        self.cut()


@pytest.fixture
def cable(web):
    cable = Cable(web)
    yield cable
    cable.close()
