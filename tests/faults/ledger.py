"""Operators who never give up: each registers and submits calls under a key of its own, repeats what got no answer,
and writes down what was acknowledged. At the end the rows must say the same."""
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.client import MATTER, Client

AGAIN = {0, 500, 502, 503}  # whether it was done is unknown: the same request once more
AT_ONCE = 6


@dataclass
class Ledger:
    """What was acknowledged: {key: ticket number}, and the numbers whose submission was."""

    name: str
    registered: dict = field(default_factory=dict)
    submitted: set = field(default_factory=set)
    wrong: list = field(default_factory=list)
    answers: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    unheard: int = 0  # committed, but the answer got lost: without a key the repetition would have been a second ticket
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, key, number, is_new):
        with self.lock:
            self.unheard += not is_new and key not in self.registered
            if self.registered.setdefault(key, number) != number:
                self.wrong.append(f"{key}: acknowledged as {self.registered[key]} and as {number}")

    def said(self) -> dict:
        return {"registered": self.registered, "submitted": sorted(self.submitted)}


class Operators:
    """A block during which several operators work without a pause; left when each has finished what he began."""

    def __init__(self, client: Client, ledger: Ledger):
        self.client, self.ledger, self.over = client, ledger, threading.Event()
        self.threads = [threading.Thread(target=self.work, args=[number]) for number in range(AT_ONCE)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(90)
        assert not any(thread.is_alive() for thread in self.threads), "somebody never got an answer"

    def work(self, number):
        serial = 0
        while not self.over.is_set():
            serial += 1
            key = f"{self.ledger.name}-{number}-{serial}"
            ticket_no = self.register(key)
            if ticket_no:
                self.submit(ticket_no)
                if serial % 5 == 0:
                    self.register(key)  # an answer that was lost on the way: asked again later

    def register(self, key):
        body = MATTER | {"content": f"{MATTER['content']} {key}"}
        answer = self.insist("/tickets/", body, {200, 201}, **{"Idempotency-Key": key})
        if answer is None:
            return None
        self.ledger.keep(key, answer.json["ticket_no"], answer.status == 201)
        return answer.json["ticket_no"]

    def submit(self, ticket_no):
        """409 after a repetition: the first one was done, only its answer was lost."""
        if self.insist(f"/tickets/{ticket_no}/submit/", {"duplicate_checked": True}, {200, 409}):
            with self.ledger.lock:
                self.ledger.submitted.add(ticket_no)

    def insist(self, path, body, good, **headers):
        for _ in range(400):
            answer = self.client.call("POST", path, "op", body, **headers)
            with self.ledger.lock:
                self.ledger.answers[answer.status] += 1
                self.ledger.slowest = max(self.ledger.slowest, answer.seconds)
            if answer.status in good:
                return answer
            if answer.status not in AGAIN:
                self.ledger.wrong.append(f"{path}: {answer.status} {answer.text[:300]}")
                return None
            time.sleep(0.1)
        self.ledger.wrong.append(f"{path}: no answer")
        return None
