"""A demo district that lives as long as a run, and how a browser waits for its pages."""
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path

from hotline.home import REPOSITORY, free_port

PASSWORD = "Pictures-of-a-district-1"  # noqa: S105 (of a district that is thrown away)
BACKGROUND = {"eventsource", "websocket", "ping"}  # requests that are never over


@contextmanager
def demo_district(kept=None, **environment):
    """(address, password, folder) of `make run` in the folder `kept`, or in a temporary one."""
    port = free_port()
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory(prefix="hotline-district-") as folder:
        environment |= {"HOTLINE_DATA": str(folder), "HOTLINE_PORT": str(port), "HOTLINE_DEMO_PASSWORD": PASSWORD}
        log = Path(folder, "run.log")
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("w") as errors:
            run = subprocess.Popen([sys.executable, "-m", "hotline.supervise", "--inside"], cwd=REPOSITORY, text=True,
                                   env=os.environ | environment, stdout=subprocess.PIPE, stderr=errors)
        assert run.stdout
        try:
            if not any(line.startswith("ready:") for line in iter(run.stdout.readline, "")):
                sys.exit("the demo district did not start: " + log.read_text()[-2000:])
            yield f"http://127.0.0.1:{port}", PASSWORD, Path(folder)
        finally:
            run.send_signal(signal.SIGTERM)
            run.communicate()


class Screen:
    """One person in front of a browser."""

    def __init__(self, browser, site, **options):
        self.site = site
        self.context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **options)
        self.context.set_default_timeout(30_000)
        self.page, self.waiting = self.context.new_page(), set()
        self.page.on("request", lambda one: one.resource_type not in BACKGROUND and self.waiting.add(one))
        for over in ("requestfinished", "requestfailed"):
            self.page.on(over, lambda one: self.waiting.discard(one))

    def sign_in(self, login, password):
        self.goto("/login/")
        self.page.fill("[name=username]", login)
        self.page.fill("[name=password]", password)
        self.page.click("form[action*=login] button:not([name])")
        self.page.wait_for_url(lambda url: "/login" not in url)
        self.settle()

    def goto(self, path):
        self.page.goto(self.site + path, wait_until="load")
        self.settle()

    def settle(self):
        """Not `networkidle`: a page that listens for news is never idle."""
        self.page.evaluate("document.fonts.ready")
        for _ in range(200):
            self.page.wait_for_timeout(50)
            if not self.waiting:
                return

    def here(self):
        return self.page.url.removeprefix(self.site)

    def menu(self):
        """The addresses of the bar, from left to right."""
        return self.page.evaluate("[...document.querySelectorAll('header nav a')].map(a => a.getAttribute('href'))")

    def first(self, selector):
        """The address of the first such link, or None."""
        return self.page.evaluate("selector => document.querySelector(selector)?.getAttribute('href')", selector)

    def a_ticket(self):
        """The first ticket of the list that is open, else of all; None for those who read none."""
        found = self.first("main a[href^='/tickets/2']")
        if found is None and self.page.locator("header form[role=search]").count():
            self.goto("/tickets/")
            found = self.first("main a[href^='/tickets/2']")
        return found
