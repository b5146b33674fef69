"""Who is calling, when proxies of ours stand in front. Everything after this reads REMOTE_ADDR and nothing else."""
import ipaddress

from django.conf import settings

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED",
             "HTTP_X_REAL_IP")


class TrustedProxyMiddleware:
    """Takes the address that our outermost proxy saw: the HOTLINE_PROXIES-th entry of X-Forwarded-For from the right.
    What stands further left was written by the caller. Without proxies all these headers are the caller's own."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.count = settings.HOTLINE_PROXIES

    def __call__(self, request):
        if self.count:
            entries = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            if len(entries) >= self.count and _is_address(entries[-self.count]):
                request.META["REMOTE_ADDR"] = entries[-self.count]
        else:
            for header in FORWARDED:
                request.META.pop(header, None)
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
