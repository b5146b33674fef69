"""One open connection to a browser, in the format of server-sent events.

A thread of the web server answers the request like any other and is free again at once: the connection itself is taken
over. What the server still holds is a pipe that leads nowhere, into which it may write its own answer (ADR 0006).
"""
import contextlib
import json
import os
import socket

HEAD = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\n"
        b"X-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\nConnection: close\r\n\r\nretry: 1000\n\n")


def server_socket(meta) -> socket.socket | None:
    """The connection of this WSGI request (its META), where the server tells it (gunicorn does)."""
    return meta.get("gunicorn.socket")


class Wire:
    """Never blocks: who reads slower than 64 KiB of hints behind is cut, comes back, and is told to look at everything."""

    def __init__(self, ours: socket.socket, far: socket.socket | None = None):
        self.ours, self.far = ours, far
        self.ours.setblocking(False)
        self.is_open = True

    @classmethod
    def taken_from(cls, server: socket.socket) -> "Wire":
        ours = server.dup()
        near, far = socket.socketpair()
        far.shutdown(socket.SHUT_WR)  # so that the server, when it closes its end in good order, need not wait for us
        os.dup2(near.fileno(), server.fileno(), inheritable=False)
        near.close()
        wire = cls(ours, far)
        wire.put(HEAD)
        return wire

    def fileno(self) -> int:
        return self.ours.fileno()

    def tell(self, event: str, data, at: str = "") -> None:
        """One event; `at` comes back as Last-Event-ID when the browser reconnects."""
        mark = f"id: {at}\n" if at else ""
        self.put(f"event: {event}\n{mark}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode())

    def put(self, text: bytes) -> None:
        try:
            if self.is_open and self.ours.send(text) < len(text):
                self.is_open = False  # half an event is worse than none
        except OSError:  # gone, or its buffer is full
            self.is_open = False

    def is_gone(self) -> bool:
        """Called when there is something to read; a browser says nothing here, so it is the end."""
        try:
            self.is_open = self.is_open and bool(self.ours.recv(4096))
        except BlockingIOError:
            pass
        except OSError:
            self.is_open = False
        return not self.is_open

    def close(self) -> None:
        self.is_open = False
        with contextlib.suppress(OSError):  # the other side was quicker
            self.ours.shutdown(socket.SHUT_RDWR)
        for end in (self.ours, self.far):
            if end is not None:
                end.close()
