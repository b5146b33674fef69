"""How a telephone system shows who it is: HMAC-SHA-256 over the time and the body, with a secret that both know."""
import hashlib
import hmac
import re

TIMESTAMP, SIGNATURE = "X-Hotline-Timestamp", "X-Hotline-Signature"
WINDOW = 300  # seconds, either way
SECONDS = re.compile(r"[0-9]{1,12}\Z")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the hex digest of "timestamp.body"."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def headers(secret: str, body: bytes, *, now) -> dict[str, str]:
    timestamp = str(int(now.timestamp()))
    return {TIMESTAMP: timestamp, SIGNATURE: signature(secret, timestamp, body), "Content-Type": "application/json"}


def is_signed(secret: str, given, body: bytes) -> bool:
    """`given` are the headers of a request. Whether the body is from who knows the secret, whenever it was signed."""
    timestamp, theirs = given.get(TIMESTAMP, ""), given.get(SIGNATURE, "")
    if not SECONDS.match(timestamp):
        return False
    return hmac.compare_digest(signature(secret, timestamp, body).encode(), theirs.encode("utf-8", "replace"))


def is_fresh(given, *, now) -> bool:
    """Asked after is_signed: a request that somebody recorded is worth nothing after five minutes."""
    return abs(int(given[TIMESTAMP]) - now.timestamp()) <= WINDOW
