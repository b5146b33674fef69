"""Citizens who call at a steady rate: intakes over the API, each at its planned instant, however slow the last one was."""
import http.client
import queue
import statistics
import threading
import time
from dataclasses import dataclass, field

from bench import rows

CLIENTS = 8


@dataclass
class Arrivals:
    """Seconds from the planned instant of each intake to its answer: whoever waits in line waits, too."""

    port: int
    headers: dict
    per_second: float
    taken: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    planned: queue.Queue = field(default_factory=queue.Queue)

    def __enter__(self):
        self.threads = [threading.Thread(target=self.call, daemon=True) for _ in range(CLIENTS)]
        self.clock = threading.Thread(target=self.plan, daemon=True)
        for thread in (*self.threads, self.clock):
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.clock.join()
        for _ in self.threads:
            self.planned.put(None)
        for thread in self.threads:
            thread.join()
        if self.failed:
            raise SystemExit(f"{len(self.failed)} intakes failed, the first with {self.failed[0]}")

    def plan(self):
        due = time.perf_counter()
        while not self.over.is_set():
            self.planned.put(due)
            due += 1 / self.per_second
            self.over.wait(max(0.0, due - time.perf_counter()))

    def call(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while (due := self.planned.get()) is not None:
            connection.request("POST", "/api/v1/tickets/", body=rows.body(), headers=self.headers)
            answer = connection.getresponse()
            said = answer.read()
            self.taken.append(time.perf_counter() - due)
            if answer.status != 201:
                self.failed.append((answer.status, said[:200]))

    def percentile(self, share):
        """Milliseconds."""
        return statistics.quantiles(self.taken, n=100, method="inclusive")[share - 1] * 1000
