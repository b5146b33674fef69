"""Everybody who listens to this web process, and the two threads that serve them: one looks for news in the database,
the other minds the connections. The second never waits for the database, so that a stream stays open and says so while
it is gone.
"""
import select
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, connections

from accounts.instant import machine_now
from notices.live import seats
from notices.live.wire import Wire

log = structlog.get_logger(__name__)
PERIOD = 0.5  # seconds between two looks: with the refresh that follows, new work is on the screen within two
URGENT = 0.15  # seconds between two looks of a source that says of itself that it is urgent: a telephone that rings
BEAT = 15.0
CHECK = 30.0  # how long an ended session may still hear hints
LONGEST = 100.0  # the proxy ends every answer after 120 s; the browser comes back by itself
LINGER = 30.0  # goes on looking so long after the last one left: he is only changing the page
PER_USER, IN_ALL = 8, 400


@dataclass(eq=False)
class Listener:
    """One open page. `since` is the instant (epoch seconds) up to which the page knows everything."""

    user: Any  # accounts.User; replaced by a fresh one with every check
    session_key: str
    wire: Wire
    since: float | None = None
    place: int | None = None  # the ticket that the page shows
    born: float = field(default_factory=time.monotonic)
    is_new: bool = True  # its sources have not greeted it yet


def mark() -> str:
    """Up to now the page has been told everything: what it says when it comes back."""
    return f"{machine_now().timestamp():.3f}"


class Hub:
    """`sources` look(listeners, now=) for (listener, event, data) to tell; those that want to know have gone(listener).

    A source that was not asked for a while has to notice it by `now` (monotonic): nobody looks while nobody listens. One
    that `is_urgent` is asked more often.
    """

    def __init__(self, *sources, per_user=PER_USER, in_all=IN_ALL):
        self.sources, self.per_user, self.in_all = sources, per_user, in_all
        self.lock = threading.Lock()
        self.listeners: list[Listener] = []
        self.running: set[str] = set()  # names of the threads
        self.is_well = True
        self.checked = self.beaten = 0.0
        self.left = float("-inf")

    # --- who listens ------------------------------------------------------------------------------------------

    def has_room(self, user) -> bool:
        with self.lock:
            mine = Counter(one.user.pk for one in self.listeners)
            return len(self.listeners) < self.in_all and mine[user.pk] < self.per_user

    def join(self, listener: Listener) -> None:
        listener.wire.tell("beat", {"well": self.is_well})  # at once, so that the page knows that streams get through
        with self.lock:
            self.listeners.append(listener)
            for name, work in (("live-look", self.look_on), ("live-mind", self.mind_on)):
                if name not in self.running:
                    self.running.add(name)
                    threading.Thread(target=work, name=name, daemon=True).start()

    def leave(self, listener: Listener) -> None:
        with self.lock:
            if listener not in self.listeners:
                return
            self.listeners.remove(listener)
            self.left = time.monotonic()
        listener.wire.close()
        for source in self.sources:
            if hasattr(source, "gone"):
                source.gone(listener)

    def goes_on(self, name: str) -> bool:
        """Asked by a thread; once it has been told no, the next one who joins starts another."""
        with self.lock:
            if self.listeners or time.monotonic() - self.left < LINGER:
                return True
            self.running.discard(name)
            return False

    # --- the database -----------------------------------------------------------------------------------------

    def look_on(self) -> None:
        """Its own connection, only while somebody listens."""
        urgent = [source for source in self.sources if getattr(source, "is_urgent", False)]
        while self.goes_on("live-look"):
            begun = time.monotonic()
            self.look(begun)
            while (left := begun + PERIOD - time.monotonic()) > 0:
                time.sleep(min(left, URGENT) if urgent else left)
                if urgent:
                    self.look(time.monotonic(), urgent)
        connections.close_all()

    def look(self, now: float, sources=None) -> None:
        """One round; a database that is gone is asked again in the next one, and nothing is missed by it.

        Between two rounds the urgent `sources` are asked alone: what they tell says nothing about the others, so it carries
        no mark, and whoever has just come waits for the round that greets him.
        """
        with self.lock:
            listeners = [one for one in self.listeners if sources is None or not one.is_new]
        try:
            if now - self.checked >= CHECK:
                self.checked = now
                for listener in seats.check(listeners, now=machine_now()):
                    listener.wire.tell("bye", {})
                    listener.wire.is_open = False
            for source in sources or self.sources:
                for listener, event, data in source.look(listeners, now=now):
                    listener.wire.tell(event, data, at="" if sources else mark())
            for listener in listeners:
                listener.is_new = False
            self.is_well = True
        except (DatabaseError, InterfaceError) as error:
            if self.is_well:
                log.warning("live_database_gone", error=type(error).__name__)
            self.is_well = False
            connections.close_all()
        except Exception:  # a mistake in one round must not silence everybody for ever
            log.exception("live_look_failed")
            connections.close_all()

    # --- the connections --------------------------------------------------------------------------------------

    def mind_on(self) -> None:
        while self.goes_on("live-mind"):
            try:
                self.mind(time.monotonic(), wait=0.5)
            except Exception:
                log.exception("live_mind_failed")

    def mind(self, now: float, *, wait: float = 0.0) -> None:
        """Lets go of who has hung up or listened for long enough; every now and then a sign of life for the others."""
        with self.lock:
            listeners = list(self.listeners)
        ends = {one.wire.fileno(): one for one in listeners if one.wire.is_open}
        poll = select.poll()
        for end in ends:
            poll.register(end, select.POLLIN | select.POLLHUP | select.POLLERR)
        for end, _what in poll.poll(wait * 1000):
            ends[end].wire.is_gone()
        if now - self.beaten >= BEAT:
            self.beaten = now
            for one in listeners:
                one.wire.tell("beat", {"well": self.is_well}, at=mark() if self.is_well else "")
        for one in listeners:
            if not one.wire.is_open or now - one.born > LONGEST:
                self.leave(one)
