"""Running the product as another process with production's environment; nothing of this run's environment leaks in."""
import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ("HOTLINE_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "PYTEST_")

GOOD = {
    "DATABASE_URL": "postgres://hotline:Xq7-long-and-random@127.0.0.1:1/hotline",
    "REDIS_URL": "redis://:Yp3-long-and-random@127.0.0.1:1/0",
    "HOTLINE_SECRET_KEY": secrets.token_urlsafe(48),
    "HOTLINE_HASH_KEY": secrets.token_urlsafe(48),
    "HOTLINE_FIELD_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    "HOTLINE_HOSTS": "12345.example.gov.cn",
}


def with_environment(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | environment


def python(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=with_environment(environment),
                          capture_output=True, text=True, timeout=60)
