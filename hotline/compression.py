"""Fewer bytes on the line. Pages are compressed as they are answered; static files once, when the process starts."""
import gzip
import hashlib
import os
import threading
from pathlib import Path
from wsgiref.headers import Headers

from django.conf import settings
from django.middleware.gzip import GZipMiddleware
from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

TEXTS = ("text/html", "application/json", "application/problem+json")
WORTHWHILE = 500  # bytes; below, a packet is a packet


class CompressPagesMiddleware(GZipMiddleware):
    """Whole pages, never streams: a live event must not wait in a compressor.

    BREACH reads a secret out of the length of compressed pages that repeat what the attacker chose. Against it stand:
    session cookies are SameSite=Lax, so no other site can have a page fetched again and again in somebody's name; the
    CSRF token is masked anew in every answer; and GZipMiddleware makes each length random by up to 100 bytes.
    """

    def process_response(self, request, response):
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in TEXTS:
            return response
        return super().process_response(request, response)


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """An image carries compressed files from collectstatic. The embedded mode skips that step, so compressed copies of
    the files that the finders find are kept in the data folder."""

    def get_static_file(self, path, url, stat_cache=None):
        copy = compressed_copy(Path(path)) if self.use_finders else None
        if copy is None:
            return super().get_static_file(path, url, stat_cache)
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": str(copy)})


def compressed_copy(source: Path) -> Path | None:
    """A gzip file of the same age as its source, or None when it would not pay."""
    ending = source.suffix.lstrip(".").lower()
    if ending in Compressor.SKIP_COMPRESS_EXTENSIONS or not source.is_file() or source.stat().st_size < WORTHWHILE:
        return None
    folder = settings.HOTLINE_DATA / "static"
    folder.mkdir(exist_ok=True, mode=0o700)
    copy = folder / f"{hashlib.sha256(str(source).encode()).hexdigest()[:24]}.{ending}.gz"
    age = source.stat().st_mtime_ns
    if not copy.exists() or copy.stat().st_mtime_ns != age:
        fresh = copy.with_suffix(f".{os.getpid()}-{threading.get_ident()}")  # several start at once
        fresh.write_bytes(gzip.compress(source.read_bytes(), 6, mtime=0))
        os.utime(fresh, ns=(age, age))
        fresh.replace(copy)
    return copy
