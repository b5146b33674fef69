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
GREETING = 2.0  # the first statement of a request on an old connection: Django asks whether it still lives
STATEMENT = 5.5  # the server gives up after 5 (settings), and says so
IN_ALL = 5.5  # silence that one request bears, over all its attempts
LEAST = 0.2  # for an attempt after that: enough to find out that the database is back
CONNECTED = (extensions.STATUS_READY, extensions.STATUS_BEGIN, extensions.STATUS_PREPARED)
EVENTS = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}


class Patience(threading.local):
    """Of the request that this thread works on."""

    left = IN_ALL
    is_fresh = False  # it has not asked the database anything yet


patience = Patience()


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
    give_up = begun + max(LEAST, min(limit(connection), patience.left))
    while (state := connection.poll()) != extensions.POLL_OK:
        seconds = give_up - time.monotonic()
        if seconds <= 0:
            patience.left -= time.monotonic() - begun
            raise psycopg2.OperationalError("the database keeps silent")
        ready = select.poll()  # select() cannot do file numbers above 1023
        ready.register(connection.fileno(), EVENTS[state])
        ready.poll(seconds * 1000)


def limit(connection) -> float:
    is_first, patience.is_fresh = patience.is_fresh, False
    if connection.status not in CONNECTED:
        return CONNECTING
    return GREETING if is_first else STATEMENT
