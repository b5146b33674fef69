"""Is it alive, and can it do its work? Asked by the container engine, the proxy and the operator's dead-man switch."""
import time

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import JsonResponse
from django.views.decorators.http import require_safe
from kombu import Connection

from accounts.access import public
from accounts.instant import database_now

log = structlog.get_logger(__name__)
LATE_SECONDS = 60  # the promise: after this long without a look, escalation counts as dead
STARTED = time.monotonic()


@public
@require_safe
def healthz(request):
    """Liveness: this process answers. Asks nobody else, so that a database outage does not get web restarted."""
    return JsonResponse({"status": "alive"})


@public
@require_safe
def readyz(request):
    """200 when work can be done (even without the queue: it is only slower), 503 otherwise."""
    parts, warned = {"queue": queue()}, []
    try:
        now = database_now()
        parts |= {"database": {"status": "up"}, "sweep": sweep(now), "deadlines": deadlines(now)}
        warned = warnings(now)
    except (DatabaseError, InterfaceError) as error:
        log.error("readyz_database", error=type(error).__name__)
        parts["database"] = {"status": "down"}
    dead = parts["database"]["status"] == "down" or any(
        parts[name]["status"] == "late" for name in ("sweep", "deadlines") if name in parts)
    degraded = any(part["status"] != "up" for part in parts.values())
    status = "unavailable" if dead else "degraded" if degraded else "ready"
    return JsonResponse({"status": status, **parts, "warnings": warned}, status=503 if dead else 200)


def queue() -> dict:
    """A ping with the time limits of settings: 2 seconds, not the minutes of a default socket."""
    begun = time.monotonic()
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=2,
                        transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
            connection.default_channel.client.ping()
    except Exception as error:  # whatever a broker raises: the answer is "down", never a broken health page
        log.warning("readyz_queue", error=type(error).__name__)
        return {"status": "down"}
    return {"status": "up", "milliseconds": round((time.monotonic() - begun) * 1000)}


def sweep(now) -> dict:
    """When anybody (beat, a worker's loop, a command) last looked for late tickets."""
    from dispatch.models import Heartbeat
    last = Heartbeat.objects.filter(name="sweep").values_list("last_ok", flat=True).first()
    if last is None:  # a new system, whose first worker is about to look
        return {"status": "never"}
    age = (now - last).total_seconds()
    return {"status": "late" if age > LATE_SECONDS else "up", "seconds": round(age, 1)}


def deadlines(now) -> dict:
    """The age of the oldest promise whose escalation is due and not yet written."""
    from tickets.clocks import Clock
    oldest = Clock.objects.filter(next_fire_at__lt=now).order_by("next_fire_at") \
        .values_list("next_fire_at", flat=True).first()
    age = (now - oldest).total_seconds() if oldest else 0.0
    return {"status": "late" if age > LATE_SECONDS else "up", "oldest_unfired_seconds": round(age, 1)}


def warnings(now) -> list:
    """What somebody should see to before it hurts; nothing is out of order yet."""
    from tickets.holidays import check
    return check.warnings(now)
