"""How long a request waits for a database that keeps its connections open and says nothing.

The server's own time limits end nothing when the server is frozen (a paused machine, a disk that hangs), and those of
TCP neither, because its kernel goes on acknowledging. So the web process waits by itself, and its waiting has an end:
every request is answered within six seconds, and no thread stays behind.
"""
import select
import threading
import time
from collections.abc import Callable

import psycopg2
from psycopg2 import extensions

CONNECTING = 3.0
GREETING = 1.5  # the first statement of a request on an old connection: Django asks whether it still lives
STATEMENT = 5.5  # the server gives up after 5 (settings), and says so
IN_ALL = 5.5  # silence that one request bears, over all its attempts
FOR_EVER = 1_000_000.0
LEAST = 0.2  # enough to find out that the database is back
KNOWN = 2.0  # so long after somebody waited in vain nobody else waits: who stands behind him in line is served in time too
CONNECTED = (extensions.STATUS_READY, extensions.STATUS_BEGIN, extensions.STATUS_PREPARED)
EVENTS = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}


class Patience(threading.local):
    """Of the request that this thread works on."""

    left: float | None = None  # None: no request, and nobody who waits for an answer
    is_fresh = False  # it has not asked the database anything yet


class Silence:
    """What this process knows of the database."""

    until = 0.0


patience, silence = Patience(), Silence()


def limited(application: Callable) -> Callable:
    """The WSGI application, every request of which begins with all its patience."""
    extensions.set_wait_callback(wait)

    def patient(environ, start_response):
        patience.left, patience.is_fresh = IN_ALL, True
        return application(environ, start_response)

    return patient


def wait(connection) -> None:
    """Called by psycopg2 instead of blocking; when this raises, psycopg2 closes the connection."""
    begun = time.monotonic()
    give_up = begun + limit(connection, begun)
    while (state := connection.poll()) != extensions.POLL_OK:
        seconds = give_up - time.monotonic()
        if seconds <= 0:
            waited_in_vain(begun)
            raise psycopg2.OperationalError("the database keeps silent")
        ready = select.poll()  # select() cannot do file numbers above 1023
        ready.register(connection.fileno(), EVENTS[state])
        ready.poll(seconds * 1000)


def limit(connection, now: float) -> float:
    is_first, patience.is_fresh = patience.is_fresh, False
    is_connected = connection.status in CONNECTED
    if patience.left is None:
        return FOR_EVER if is_connected else CONNECTING
    if is_connected and not is_first:
        longest = STATEMENT
    elif now < silence.until:
        longest = LEAST
    else:
        longest = GREETING if is_connected else CONNECTING
    return max(LEAST, min(longest, patience.left))


def waited_in_vain(begun: float) -> None:
    now = time.monotonic()
    if patience.left is not None:
        patience.left -= now - begun
    if now - begun >= CONNECTING:  # not for one old connection that is dead
        silence.until = now + KNOWN
