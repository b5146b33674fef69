"""What the settings insist on. A refusal is one sentence that says what to do."""
import base64
import binascii
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

MAKE_ONE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
MAKE_FIELD_KEY = "make one with: python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'"
WEAK_WORDS = ("django-insecure", "insecure", "change", "secret", "password", "example", "default", "test", "hotline")


class Refused(SystemExit):
    def __init__(self, sentence: str):
        super().__init__(f"Settings: {sentence}")


def check_secrets(secret_key: str, hash_key: str, *, strict: bool) -> None:
    for name, value in (("HOTLINE_SECRET_KEY", secret_key), ("HOTLINE_HASH_KEY", hash_key)):
        if not value:
            raise Refused(f"{name} is not set; {MAKE_ONE}")
        if strict and is_weak(value):
            raise Refused(f"{name} is too weak (at least 40 characters of chance); {MAKE_ONE}")
    if strict and secret_key == hash_key:
        raise Refused("HOTLINE_SECRET_KEY and HOTLINE_HASH_KEY must differ.")


def is_weak(value: str) -> bool:
    lower = value.lower()
    return len(value) < 40 or len(set(value)) < 12 or any(lower.startswith(word) for word in WEAK_WORDS)


def field_keys(text: str) -> dict[str, str]:
    """"k2:BASE64,k1:BASE64" -> {"k2": "BASE64", "k1": "BASE64"}; the first one encrypts, all of them decrypt."""
    if not text.strip():
        raise Refused(f"HOTLINE_FIELD_KEYS is not set (id:key, several by commas); {MAKE_FIELD_KEY}")
    keys = {}
    for part in text.split(","):
        name, colon, key = part.strip().partition(":")
        try:
            size = len(base64.b64decode(key, validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if not colon or not name.isalnum() or size != 32:
            raise Refused(f"HOTLINE_FIELD_KEYS must be id:key with keys of 32 bytes in base64; {MAKE_FIELD_KEY}")
        if name in keys:
            raise Refused(f"HOTLINE_FIELD_KEYS names the key {name} twice.")
        if len(set(base64.b64decode(key))) < 8:
            raise Refused(f"HOTLINE_FIELD_KEYS: the key {name} is not random; {MAKE_FIELD_KEY}")
        keys[name] = key
    return keys


def check_addresses(database_url: str, redis_url: str, hosts: list[str], *, strict: bool) -> None:
    if not redis_url:
        raise Refused("REDIS_URL is not set (redis://:password@host:6379/0).")
    if not strict:
        return
    if not urlsplit(database_url).password:
        raise Refused("DATABASE_URL has no password in it.")
    if not urlsplit(redis_url).password:
        raise Refused("REDIS_URL has no password in it: anyone who reaches the queue could give orders to the worker.")
    if not hosts or "*" in hosts:
        raise Refused("HOTLINE_HOSTS must list the names this site is called by, separated by commas.")


def public_url(text: str, hosts: list[str], *, port: int) -> str:
    """Where a citizen opens what a text message leads to: "https://12345.example.gov.cn", without a slash at the end."""
    url = text or (f"https://{hosts[0].lstrip('.')}" if hosts else f"http://127.0.0.1:{port}")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        raise Refused("HOTLINE_PUBLIC_URL must be an address like https://12345.example.gov.cn.")
    return url.rstrip("/")


def check_telephony_secret(secret: str) -> None:
    """Whoever knows it can write into the ledger of calls; without one nobody can."""
    if secret and is_weak(secret):
        raise Refused(f"HOTLINE_TELEPHONY_SECRET is too weak (at least 40 characters of chance); {MAKE_ONE}")


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise Refused(f"{name} must be one of {', '.join(known)}.")
    return value


def share(name: str, text: str) -> Decimal:
    """A number from 0 to 1, exact: what is counted with it adds up."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not 0 <= value <= 1:
        raise Refused(f"{name} must be numbers from 0 to 1.")
    return value


def shares(name: str, texts: list[str]) -> tuple[Decimal, ...]:
    """Three weights that make up the whole."""
    found = tuple(share(name, text.strip()) for text in texts)
    if len(found) != 3 or sum(found) != 1:
        raise Refused(f"{name} must be three numbers that add up to 1, as in 0.1,0.5,0.4.")
    return found


def pairs(name: str, values: list[str]) -> tuple[tuple[int, int], ...]:
    """"60:4" as (60, 4); both at least 2."""
    found = tuple(tuple(int(part) if part.isdecimal() else 0 for part in value.split(":")) for value in values)
    if not found or any(len(pair) != 2 or min(pair) < 2 for pair in found):
        raise Refused(f"{name} must be pairs of two numbers like 60:4, with commas between them.")
    return found  # type: ignore[return-value]


def number_in(name: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise Refused(f"{name} must be a number from {least} to {most}.")
    return value
