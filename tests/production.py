"""Running the product as another process with production's environment; nothing of this run's environment leaks in."""
import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ("HOTLINE_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "PYTEST_")


def made_up(name: str, size: int) -> bytes:
    """Looks random, is the same in every worker of a run: test names contain it."""
    return hashlib.shake_256(name.encode()).digest(size)


GOOD = {
    "DATABASE_URL": "postgres://hotline:Xq7-long-and-random@127.0.0.1:1/hotline",
    "REDIS_URL": "redis://:Yp3-long-and-random@127.0.0.1:1/0",
    "HOTLINE_SECRET_KEY": base64.urlsafe_b64encode(made_up("session", 48)).decode(),
    "HOTLINE_HASH_KEY": base64.urlsafe_b64encode(made_up("hash", 48)).decode(),
    "HOTLINE_FIELD_KEYS": "k1:" + base64.b64encode(made_up("field", 32)).decode(),
    "HOTLINE_HOSTS": "12345.example.gov.cn",
}


def with_environment(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | environment


def python(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=with_environment(environment),
                          capture_output=True, text=True, timeout=60)
