"""A connection that is read line by line or by length, with an end to waiting."""
import select
import socket
from datetime import UTC, datetime

CONNECT, ANSWER = 3.0, 5.0  # seconds
LONGEST = 256 * 1024  # of one message; more is no message


class Unreachable(Exception):
    """The telephone system does not answer, hung up, refused the log-in, or speaks something else."""


class Line:
    def __init__(self, address: str, *, patience: float = ANSWER):
        host, _colon, port = address.rpartition(":")
        if not host or not port.isascii() or not port.isdigit():
            raise Unreachable(f"{address!r} is no host:port")
        try:
            self.socket = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT)
        except (OSError, OverflowError) as error:
            raise Unreachable(str(error)) from error
        self.socket.settimeout(patience)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()

    def send(self, text: str) -> None:
        try:
            self.socket.sendall(text.encode())
        except OSError as error:
            raise Unreachable(str(error)) from error

    def until(self, end: bytes) -> str:
        """What comes before `end`, which is taken away too."""
        while end not in self.buffer:
            self._more()
        found, _end, self.buffer = self.buffer.partition(end)
        return found.decode("utf-8", "replace")

    def exactly(self, length: int) -> str:
        if not 0 <= length <= LONGEST:
            raise Unreachable("a message has no sensible length")
        while len(self.buffer) < length:
            self._more()
        found, self.buffer = self.buffer[:length], self.buffer[length:]
        return found.decode("utf-8", "replace")

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing came for so long; a message that has begun is then read to its end."""
        return not self.buffer and not select.select([self.socket], [], [], seconds)[0]

    def _more(self) -> None:
        if len(self.buffer) > LONGEST:
            raise Unreachable("a message is too long")
        try:
            data = self.socket.recv(65536)
        except OSError as error:
            raise Unreachable(str(error) or "no answer in time") from error
        if not data:
            raise Unreachable("the telephone system hung up")
        self.buffer += data


def headers(text: str) -> dict[str, str]:
    """`Name: value` lines; the last one of a name counts, what is no such line is nothing."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def instant(seconds: str, otherwise: datetime) -> datetime:
    """Epoch seconds out of a message; nonsense becomes `otherwise`."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def one_line(text: str) -> str:
    """What is put into a command: no line break may begin another one."""
    if not text or any(character in text for character in "\r\n\0{}[],'\" "):
        raise Unreachable("this cannot be dialled")
    return text
