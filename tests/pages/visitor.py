"""A person in front of the browser, and everything the browser has to complain about while he looks at pages."""
from pathlib import Path

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
WATCH = Path(__file__).with_name("watch.js").read_text()
BACKGROUND = {"eventsource", "websocket", "ping"}  # requests that are never over


class Visitor:
    def __init__(self, browser, site, name="", session=""):
        self.site, self.name = site, name or "nobody"
        self.context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=DESK, reduced_motion="reduce")
        self.context.set_default_timeout(15_000)
        self.context.add_init_script(WATCH)
        if session:
            self.cookie("sessionid", session)
        self.page = self.context.new_page()
        self.noise, self.open_requests, self.is_dark = [], set(), False
        self.documents, self.status = set(), 0  # pages that were opened, and how the last one was answered
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.noise.append(("", f"page error: {error}")))
        self.page.on("request", self.note_request)
        self.page.on("response", self.note_answer)
        self.page.on("requestfinished", lambda request: self.open_requests.discard(request))
        self.page.on("requestfailed", lambda request: self.open_requests.discard(request))
        self.page.on("websocket", lambda socket: self.note_address(socket.url.replace("ws", "http", 1)))

    def cookie(self, name, value):
        self.context.add_cookies([{"name": name, "value": value, "url": self.site}])

    def speak(self, language):
        self.cookie("django_language", language)

    # --- what the browser says ----------------------------------------------------------------------------------

    def hear(self, message):
        if message.type in ("error", "warning"):
            self.noise.append((message.location.get("url", ""), f"console {message.type}: {message.text[:300]}"))

    def note_answer(self, answer):
        if answer.request.is_navigation_request():
            self.documents.add(answer.url)
            self.status = answer.status

    def note_request(self, request):
        self.note_address(request.url)
        if request.resource_type not in BACKGROUND:
            self.open_requests.add(request)

    def note_address(self, url):
        if not url.startswith((self.site, "data:", "blob:", "about:")):
            self.noise.append((url, f"request to another origin: {url[:200]}"))

    def heard(self):
        """Everything since one last asked; that a page was refused to somebody is no fault of the page."""
        noise, self.noise[:] = list(self.noise), []
        return [text for url, text in noise if not (url in self.documents and "responded with a status of" in text)
                ] + self.page.evaluate("watch.refused()")

    # --- moving about ---------------------------------------------------------------------------------------------

    def goto(self, path):
        """Open a page and wait until it has fetched what it fetches."""
        self.page.goto(self.site + path, wait_until="load")
        self.settle()

    def rest(self):
        """Leave the screen: a page that nobody looks at would go on asking for news."""
        self.page.goto("about:blank")
        self.noise.clear()

    def settle(self, seconds=10):
        """Not `networkidle`: a page that listens for news is never idle."""
        for _ in range(int(seconds * 50)):
            self.page.wait_for_timeout(20)
            if not self.open_requests:
                return
        raise AssertionError(f"{self.page.url} still waits for {[request.url for request in self.open_requests]}")

    def show(self, size, dark):
        if self.page.viewport_size != size:
            self.page.set_viewport_size(size)
        if self.is_dark != dark:
            self.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
            self.is_dark = dark
        self.page.evaluate("on => watch.dark(on)", dark)
