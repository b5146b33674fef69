"""Somebody who asks the site over HTTP, as a person with a session and as a program with a token."""
import http.client
import json
import re
import time
import urllib.parse
from dataclasses import dataclass, field

FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
MATTER = {
    "channel": "phone", "caller_name": "彭某", "contact_phone": "13800138000", "type": "complaint", "area": "WJJD",
    "address": "江畔小区3栋", "content": "家中屋顶漏水已经两周,物业一直没有派人来修。", "demand": "希望尽快维修",
    "target": "物业公司", "category": "010201", "urgency": "normal", "need_reply": True,
    "duplicate_checked": True,  # the same matter again and again
}


@dataclass(frozen=True)
class Answer:
    status: int  # 0: the connection broke
    headers: dict
    text: str
    seconds: float
    cookies: list = field(default_factory=list)  # a page may set several: a session is renewed once a minute

    @property
    def json(self):
        return json.loads(self.text)


class Client:
    def __init__(self, site, cast, timeout=30.0):
        self.port, self.cast, self.timeout = site.port, cast, timeout

    def ask(self, method, path, *, body=None, headers=None) -> Answer:
        """One connection a request: a server that was killed breaks this one and no other."""
        begun, line = time.monotonic(), http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            line.request(method, path, body=body, headers=headers or {})
            answer = line.getresponse()
            text = answer.read().decode()
            return Answer(answer.status, dict(answer.getheaders()), text, time.monotonic() - begun,
                          [one.split(";")[0] for one in answer.headers.get_all("Set-Cookie", [])])
        except (OSError, http.client.HTTPException):
            return Answer(0, {}, "", time.monotonic() - begun)
        finally:
            line.close()

    def page(self, path, role, **headers) -> Answer:
        return self.ask("GET", path, headers={"Cookie": f"sessionid={self.cast['sessions'][role]}", **headers})

    def call(self, method, path, role, body=None, **headers) -> Answer:
        said = {"Authorization": f"Token {self.cast['tokens'][role]}", "Content-Type": "application/json", **headers}
        return self.ask(method, f"/api/v1{path}", body=None if body is None else json.dumps(body), headers=said)

    def send_form(self, path, role, fields) -> Answer:
        """Opens the page, and sends its form back as a browser would."""
        opened = self.page(path, role)
        assert opened.status == 200, opened
        fields = {"csrfmiddlewaretoken": FORM_TOKEN.search(opened.text)[1], **fields}
        cookies = "; ".join([f"sessionid={self.cast['sessions'][role]}", *opened.cookies])
        return self.ask("POST", path, body=urllib.parse.urlencode(fields), headers={
            "Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"})
