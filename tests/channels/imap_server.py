"""A small IMAP4rev1 server on loopback: what is needed to read one folder, over TLS or after STARTTLS, and to be cut off."""
import re
import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "hotline@example.cn", 'se"cret'
RANGE = re.compile(rb"<0\.([0-9]+)>")


@dataclass
class Folder:
    """Letters by UID; `cut_after` bytes that were sent the line breaks, `cut_at` the first command of this name."""

    letters: dict = field(default_factory=dict)
    seen: set = field(default_factory=set)
    validity: int = 7
    received: str = "02-Mar-2026 11:30:00 +0800"
    cut_after: int = -1
    cut_at: str = ""
    commands: list = field(default_factory=list)
    greeting: bytes = b"* OK ready"

    def add(self, raw, uid=None):
        self.letters[uid or max(self.letters, default=0) + 1] = raw


class Cut(Exception):
    pass


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        self.folder, self.left = self.server.folder, self.server.folder.cut_after
        if self.server.implicit:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.lines = self.request.makefile("rb")
        try:
            self.say(self.folder.greeting)
            while line := self.lines.readline():
                self.answer(line)
        except (Cut, OSError):
            pass
        finally:
            self.request.close()

    def say(self, line):
        self.send(line + b"\r\n")

    def send(self, content):
        if 0 <= self.left < len(content):
            self.request.sendall(content[:self.left])
            raise Cut
        self.left -= len(content) if self.left >= 0 else 0
        self.request.sendall(content)

    def answer(self, line):
        tag, name, *rest = line.decode().strip().split(" ", 2)
        words = rest[0] if rest else ""
        if name.upper() == "UID":
            name, _space, words = words.partition(" ")
        self.folder.commands.append(f"{name.upper()} {words}".strip())
        if self.folder.cut_at and name.upper() == self.folder.cut_at:
            raise Cut
        said = getattr(self, f"do_{name.lower()}", lambda words: "BAD")(words) or "OK"
        self.say(f"{tag} {said} done".encode())
        if name.upper() == "STARTTLS":
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
            self.lines = self.request.makefile("rb")

    def do_capability(self, words):
        self.say(b"* CAPABILITY IMAP4rev1 STARTTLS")

    def do_starttls(self, words):
        return "OK"

    def do_login(self, words):
        quoted = PASSWORD.replace('"', '\\"')
        return "OK" if words in (f'{USER} "{quoted}"', f'"{USER}" "{quoted}"') else "NO"

    def do_select(self, words):
        if words != '"INBOX"':
            return "NO"
        self.say(b"* FLAGS (\\Seen)")
        self.say(f"* {len(self.folder.letters)} EXISTS".encode())
        self.say(f"* OK [UIDVALIDITY {self.folder.validity}] valid".encode())
        return "OK [READ-WRITE]"

    def do_search(self, words):
        first = int(re.search(r"UID ([0-9]+):\*", words)[1])
        found = [uid for uid in sorted(self.folder.letters) if uid >= first] or sorted(self.folder.letters)[-1:]
        self.say(b"* SEARCH " + " ".join(map(str, found)).encode())

    def do_fetch(self, words):
        uid = int(words.split(" ")[0])
        raw = self.folder.letters.get(uid)
        if raw is None:
            return "OK"
        if "RFC822.SIZE" in words:
            self.say(f'* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE "{self.folder.received}")'.encode())
            return "OK"
        part = RANGE.search(words.encode())
        sent = raw[:int(part[1])] if part else raw
        self.say(f"* 1 FETCH (UID {uid} BODY[] {{{len(sent)}}}".encode())
        self.send(sent)
        self.say(b")")
        return "OK"

    def do_store(self, words):
        self.folder.seen.add(int(words.split(" ")[0]))

    def do_logout(self, words):
        self.say(b"* BYE")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


@contextmanager
def running(folder, certificate, *, implicit=True):
    """(host, port) of a server for this folder."""
    server = Server(("127.0.0.1", 0), Session)
    server.folder, server.implicit = folder, implicit
    server.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.tls.load_cert_chain(certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def make_certificate(path):
    """A key and a certificate of its own authority for 127.0.0.1, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256()))
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                       serialization.NoEncryption()) + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
