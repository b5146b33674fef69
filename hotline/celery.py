"""The queue's application, and the loops that make escalation independent of beat and of the queue itself."""
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
LOOP_SECONDS = 5  # a look with nothing due costs milliseconds; half of this is how late a rung is written on average


def look_once(look) -> None:
    """One look at the database. A failure is reported and tried again at the next one."""
    from django.db import close_old_connections

    try:
        close_old_connections()
        look()
    except Exception:
        log.exception("look_failed", look=look.__name__)


def loop(look, sign_of_life=None) -> None:
    while True:
        begun = time.monotonic()
        try:
            look_once(look)
            if sign_of_life:
                sign_of_life.touch()
        except Exception:  # a full disk, say: the loop must outlive it
            log.exception("loop_failed")
        time.sleep(max(1.0, LOOP_SECONDS - (time.monotonic() - begun)))


def start_looking() -> None:
    """A thread for each: a gateway that takes seconds for a text message must not hold up a deadline, nor a long file."""
    from dispatch.tasks import sweep_now
    from notices.tasks import relay_now
    from tickets.tasks import exports_now

    alive = settings.HOTLINE_DATA / "worker.alive"  # read by the container's health check
    looks = (("hotline-sweep", (sweep_now, alive)), ("hotline-relay", (relay_now,)), ("hotline-exports", (exports_now,)))
    for name, arguments in looks:
        threading.Thread(target=loop, args=arguments, name=name, daemon=True).start()


class Loop(bootsteps.StartStopStep):
    """Started with the worker's pool, before the worker looks for the queue: a worker that starts while the queue is
    down waits for it for ever, and would escalate nothing meanwhile if this hung on its being ready."""
    requires = {"celery.worker.components:Pool"}

    def start(self, worker):
        start_looking()


app.steps["worker"].add(Loop)
