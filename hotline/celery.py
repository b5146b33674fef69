"""The queue's application, and the loop that makes escalation independent of beat and of the queue itself."""
import os
import threading
import time

import structlog
from celery import Celery, bootsteps
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")

app = Celery("hotline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()

log = structlog.get_logger(__name__)
LOOP_SECONDS = 15


def look_once() -> None:
    """One look at the database by each half. A failure is reported and tried again at the next look."""
    from django.db import close_old_connections

    from dispatch.tasks import sweep_now
    from notices.tasks import relay_now
    for look in (sweep_now, relay_now):
        try:
            close_old_connections()
            look()
        except Exception:
            log.exception("look_failed", look=look.__name__)


def loop() -> None:
    while True:
        begun = time.monotonic()
        try:
            look_once()
            (settings.HOTLINE_DATA / "worker.alive").touch()  # read by the container's health check
        except Exception:  # a full disk, say: the loop must outlive it
            log.exception("loop_failed")
        time.sleep(max(1.0, LOOP_SECONDS - (time.monotonic() - begun)))


class Loop(bootsteps.StartStopStep):
    """Started with the worker's pool, before the worker looks for the queue: a worker that starts while the queue is
    down waits for it for ever, and would escalate nothing meanwhile if this hung on its being ready."""
    requires = {"celery.worker.components:Pool"}

    def start(self, worker):
        threading.Thread(target=loop, name="hotline-loop", daemon=True).start()


app.steps["worker"].add(Loop)
