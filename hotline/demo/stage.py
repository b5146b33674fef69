"""Simulated time: what people do is played in its order, and the machine's own loops look in between as they would have.

Everything that happens goes through the product's actions with `now` set to the simulated instant. A case is a list of
beats: who does what how long after the last beat. The stage knows nothing of what a beat does.
"""
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count

import structlog
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from followup import schedule
from tickets.actions import AlreadyMoved, Refused
from tickets.calendars import LOCAL, ONE_DAY
from tickets.steps import Invalid

log = structlog.get_logger(__name__)
ANY, UNIT, CALLBACK, RETRY = "any hour", "hours of a unit", "hours of the callback desk", "the rule of the next try"
UNIT_HOURS = (time(7, 40), time(22))
REFUSALS = (AlreadyMoved, Refused, PermissionDenied, Invalid, ObjectDoesNotExist)


@dataclass(frozen=True)
class Beat:
    wait: timedelta
    act: Callable  # act(case, now)
    case: object
    hours: str = ANY


def instants(beats, start):
    """When each beat happens if the first one's wait begins at `start`."""
    at, tries = start, []
    for beat in beats:
        at = opening(at + beat.wait, beat.hours, tries)
        if beat.hours in (CALLBACK, RETRY):
            tries.append(at)
        yield at, beat


def opening(at, hours, tries):
    """The first instant from `at` on when such work is done."""
    if hours == RETRY:
        return schedule.next_attempt(tries, at)
    if hours == CALLBACK:
        return next(schedule.openings(at))[0]
    if hours == UNIT:
        local = at.astimezone(LOCAL)
        start, end = (datetime.combine(local.date(), clock, LOCAL) for clock in UNIT_HOURS)
        if local < start:
            return start + (at - start) % timedelta(minutes=35)
        if local >= end:
            return start + ONE_DAY + (at - end) % timedelta(minutes=35)
    return at


def ending_by(beats, latest):
    """The instants of these beats, set back until the last one lies at `latest` or a little before it."""
    start = latest - sum((beat.wait for beat in beats), timedelta())
    while True:
        planned = list(instants(beats, start))
        over = planned[-1][0] - latest
        if over <= timedelta():
            return planned
        start -= over


@dataclass
class Stage:
    machines: object
    opens: datetime
    ends: datetime
    progress: Callable = lambda: None
    queue: list = field(default_factory=list)
    derailed: list = field(default_factory=list)
    serial: count = field(default_factory=count)

    def plan(self, at, act, case=None):
        heapq.heappush(self.queue, (at, next(self.serial), act, case))

    def plan_case(self, planned):
        for at, beat in planned:
            if at <= self.ends:
                self.plan(at, beat.act, beat.case)

    def play(self):
        """Until the end; what is planned after it never happens."""
        while self.queue and self.queue[0][0] <= self.ends:
            at, _serial, act, case = heapq.heappop(self.queue)
            self.machines.look_until(at, self)  # type: ignore[attr-defined]
            self.perform(act, case, at)
            self.progress()
        self.machines.look_until(self.ends, self)  # type: ignore[attr-defined]

    def perform(self, act, case, at):
        """A refused act ends its case here: better a case that stays where it is than no demo at all."""
        if case is not None and case.is_over:
            return
        try:
            act(at) if case is None else act(case, at)
        except REFUSALS as refusal:
            name = getattr(act, "__name__", None) or act.func.__name__
            plot = case.plot if case else "machines"
            if case:
                case.is_over = True
            self.derailed.append(f"{plot}: {name}: {type(refusal).__name__} {refusal}")
            log.info("demo_case_derailed", plot=plot, act=name, refusal=str(refusal))
