"""Signs of life of the loops, and the guard that stops escalation when the database's clock jumps.

A jump forward would write escalations that never happened, and nobody could take them back. So each look leaves a
reading of the machine's own clock beside the database's, per machine and boot; when the two part by more than two
minutes until the next look, firing stops for everybody until an operator has looked (manage.py resume_sweep).
"""
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from accounts.roster import people
from dispatch.models import Heartbeat
from notices.actions import tell

log = structlog.get_logger(__name__)
LARGEST_DRIFT = 120  # seconds
READINGS_KEPT = 8  # machines and boots


def beat(name, *, now, lag=0.0):
    row = Heartbeat(name=name, last_ok=now, lag_seconds=lag)
    Heartbeat.objects.bulk_create([row], update_conflicts=True, unique_fields=["name"],
                                  update_fields=["last_ok", "lag_seconds"])


@dataclass(frozen=True)
class ClockGuard:
    """One reading of the machine's clock, taken together with `now`."""

    boot: str
    seconds: float

    @classmethod
    def read(cls):
        """CLOCK_BOOTTIME goes on while a machine sleeps, as the database's clock does."""
        clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        boot = Path("/proc/sys/kernel/random/boot_id")
        return cls(boot.read_text().strip() if boot.exists() else "this machine", time.clock_gettime(clock))

    @transaction.atomic
    def allows(self, now):
        """False while firing is stopped; stops it, once and for everybody, when the clocks have parted."""
        row, _created = Heartbeat.objects.select_for_update(of=("self",)).get_or_create(
            name="sweep", defaults={"last_ok": now})
        if "stopped_at" in row.data:
            log.warning("sweep_is_stopped", since=row.data["stopped_at"], drift=row.data["drift"])
            return False
        drift = self.drift(row.data.get("readings", {}), now)
        if abs(drift) > LARGEST_DRIFT:
            row.data = {"stopped_at": now.isoformat(), "drift": round(drift)}
            raise_alarm(now, drift)
        else:
            row.data["readings"] = self.added(row.data.get("readings", {}), now)
        row.save(update_fields=["data"])
        return "stopped_at" not in row.data

    def drift(self, readings, now):
        """Seconds by which the database's clock ran ahead of this machine's since the last look from here."""
        if self.boot not in readings:
            return 0.0
        seconds, at = readings[self.boot]
        return (now - datetime.fromisoformat(at)).total_seconds() - (self.seconds - seconds)

    def added(self, readings, now):
        others = [(boot, reading) for boot, reading in readings.items() if boot != self.boot]
        others.sort(key=lambda pair: pair[1][1], reverse=True)
        return dict(others[:READINGS_KEPT - 1]) | {self.boot: [self.seconds, now.isoformat()]}


def raise_alarm(now, drift):
    log.error("clock_jumped", seconds=round(drift))
    administrators = User.objects.filter(is_active=True, memberships__role=Role.AD).distinct()
    tell([*people("duty_leader", unit=None, now=now), *administrators], cause=f"clock_jumped:{now.isoformat()}",
         kind="clock_jumped", params={"seconds": round(drift)}, channels=("inapp", "sms"), now=now)


@transaction.atomic
def resume(*, now):
    """Forget the jump and the old readings. Returns what was stopped, or None when nothing was."""
    row = Heartbeat.objects.select_for_update(of=("self",)).filter(name="sweep").first()
    if row is None or "stopped_at" not in row.data:
        return None
    stopped, row.data = row.data, {}
    row.save(update_fields=["data"])
    log.warning("sweep_resumed", at=now.isoformat(), since=stopped["stopped_at"])
    return stopped
