"""The proof of a clock as the API gives it."""
from datetime import date, datetime
from typing import TypedDict

from tickets.api_shapes import Coded
from tickets.clocks import Kind, Status


class ClockTurn(TypedDict):
    at: datetime
    what: str
    because: str
    due_at: datetime


class CountedInterval(TypedDict):
    start: datetime
    end: datetime  # not included
    seconds: int


class CalendarDay(TypedDict):
    day: date
    counts: int  # number of the working day; 0: it does not count
    why: str


class LadderRung(TypedDict):
    name: str
    reached_at: datetime
    raised_at: datetime | None
    skipped: bool
    acknowledged_at: datetime | None


class ClockProof(TypedDict):
    id: int
    kind: Kind
    status: Status
    round: int
    holder: Coded | None
    rule: str
    profile: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    calendar_known: bool
    counted_seconds: int
    turns: list[ClockTurn]
    intervals: list[CountedInterval]
    days: list[CalendarDay]
    rungs: list[LadderRung]
    differences: list[str]


SHAPES = {shape.__name__: shape for shape in (ClockTurn, CountedInterval, CalendarDay, LadderRung, ClockProof)}


def shape(proof) -> ClockProof:
    clock = proof.clock
    return {
        "id": clock.pk, "kind": clock.kind, "status": clock.status, "round": clock.round,
        "holder": clock.holder and {"code": clock.holder.code, "name": clock.holder.name},
        "rule": proof.rule, "profile": proof.profile,
        "started_at": clock.started_at, "due_at": clock.due_at, "stopped_at": clock.stopped_at,
        "calendar_known": clock.calendar_known, "counted_seconds": proof.counted,
        "turns": [{"at": line.at, "what": line.what, "because": line.because, "due_at": line.due_at} for line in proof.lines],
        "intervals": [{"start": one.start, "end": one.end, "seconds": one.seconds} for one in proof.intervals],
        "days": [{"day": one.day, "counts": one.counts, "why": one.why} for one in proof.days],
        "rungs": [{"name": one.name, "reached_at": one.reached_at, "raised_at": one.fired_at, "skipped": one.skipped,
                   "acknowledged_at": one.acknowledged_at} for one in proof.rungs],
        "differences": proof.differences,
    }
