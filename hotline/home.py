"""The data folder (HOTLINE_DATA): secrets made on first use, remembered ports, locks. Standard library only,
because it is read before anything is installed and before Django exists."""
import base64
import contextlib
import fcntl
import json
import os
import secrets
import socket
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


class HomeError(SystemExit):
    """Ends the program with one sentence."""


class Home:
    def __init__(self, path: str | Path | None = None):
        self.path = Path(path or os.environ.get("HOTLINE_DATA") or REPOSITORY / ".data").resolve()
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise HomeError(f"HOTLINE_DATA: the folder {self.path} cannot be made: {error.strerror}.") from None
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise HomeError(f"HOTLINE_DATA: the folder {self.path} cannot be written by this user.")

    @property
    def logs(self) -> Path:
        folder = self.path / "logs"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def secret(self, name: str, make=None) -> str:
        return self._fill("secrets.json", name, make or (lambda: _new_secret(name)))

    def port(self, server: str) -> int:
        """The port a server had last time, or a free one from now on."""
        return self._fill("embedded.json", f"{server}_port", free_port)

    def new_port(self, server: str) -> int:
        return self._fill("embedded.json", f"{server}_port", free_port, replace=True)

    def database_url(self) -> str:
        return f"postgres://hotline:{self.secret('database')}@127.0.0.1:{self.port('postgres')}/hotline"

    def redis_url(self) -> str:
        return f"redis://:{self.secret('valkey')}@127.0.0.1:{self.port('valkey')}/0"

    def open_lock(self, name: str) -> int:
        """Close-on-exec, so that a server started under the lock does not keep it for ever."""
        return os.open(self.path / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextlib.contextmanager
    def locked(self, name: str):
        handle = self.open_lock(name)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _fill(self, filename, key, make, replace=False):
        file = self.path / filename
        with self.locked("values"):
            try:
                values = json.loads(file.read_text())
            except FileNotFoundError:
                values = {}
            except ValueError:
                raise HomeError(f"{file} is damaged: it is not JSON.") from None
            if replace or key not in values:
                values[key] = make()
                _write_private(file, json.dumps(values, indent=1))
            return values[key]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _new_secret(name: str) -> str:
    if name.startswith("field_key"):  # AES-256 wants exactly 32 bytes
        return base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(48)


def _write_private(file: Path, text: str) -> None:
    """Whole or not at all: a program killed half-way must not lose the only copy of a key."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, file)
