"""Why this deadline: a clock explained from the trail alone, for the page and the API.

The clock is played again (tickets/replay.py); what is shown are the hands' turns, the time that counted, the rungs
of its ladder, and whether the stored row says the same.
"""
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dispatch.models import Escalation
from tickets import presenters, replay, story
from tickets.calendars import ONE_DAY, local_date
from tickets.clocks import WINDOWS, Clock, Status
from tickets.models import CalendarVersion, HolidayDay
from tickets.sla import rung_label

COUNTING = (Status.RUNNING, Status.HELD)
LONGEST_LIST = timedelta(days=120)  # of days that are listed one by one

WHAT = {
    "started": gettext_lazy("The clock starts"),
    "paused": gettext_lazy("The clock is paused; the rest is kept"),
    "resumed": gettext_lazy("The clock goes on with the rest that was kept"),
    "held": gettext_lazy("The answer is in: the clock is held while it is checked"),
    "released": gettext_lazy("The answer was sent back: the clock goes on from its first due date"),
    "met": gettext_lazy("The promise was kept or done: the clock stops"),
    "void": gettext_lazy("The clock applies no more"),
    "moved": gettext_lazy("The due date is moved"),
}


@dataclass(frozen=True)
class Line:
    """One turn: when, what it did, because of which event, and the due date from then on."""

    at: datetime
    what: str
    because: str
    due_at: datetime
    was_due_at: datetime | None


@dataclass(frozen=True)
class Interval:
    """Half-open [start, end) in which time counted; `seconds` of natural time."""

    start: datetime
    end: datetime

    @property
    def seconds(self):
        return int((self.end - self.start).total_seconds())

    @property
    def words(self):
        return presenters.span(self.seconds)


@dataclass(frozen=True)
class Day:
    """One day of a workday clock: whether it counts, and why."""

    day: date
    counts: int  # 1, 2, 3 … of the working days; 0 when it does not count
    why: str


@dataclass(frozen=True)
class Rung:
    name: str
    reached_at: datetime
    fired_at: datetime | None
    skipped: bool
    acknowledged_at: datetime | None

    @property
    def label(self):
        return rung_label(self.name)


@dataclass
class Proof:
    clock: Clock
    rule: str
    profile: str
    lines: list
    intervals: list
    days: list
    rungs: list
    differences: list = field(default_factory=list)

    @property
    def counted(self):
        """Seconds of natural time that counted so far."""
        return sum(interval.seconds for interval in self.intervals)


def prove(ticket, clock, *, now):
    """The proof of one stored clock. Raises LookupError when the trail never started it."""
    events = list(ticket.events.select_related("by").order_by("seq"))
    rows = list(ticket.clocks.select_related("profile", "holder", "override").order_by("id"))
    played = replay.play(ticket, events, replay.Known.read())
    pairs, _missing = replay.paired(rows, played)
    row, ghost = next((row, ghost) for row, ghost in pairs if row.pk == clock.pk)
    if ghost is None:
        raise LookupError(clock.pk)
    turns = played.of(ghost)
    return Proof(
        clock=row, rule=rule_words(row.rule, row.by_hand), profile=str(row.profile), lines=[line(turn) for turn in turns],
        intervals=intervals(turns, min(now, row.due_at) if row.kind in WINDOWS else now), days=days(row), rungs=rungs(row),
        differences=[text for text in replay.differences(rows, played) if text.startswith(f"{row}:")],
    )


def rule_words(rule, by_hand=False):
    if by_hand:
        return _("the due date that a leader set")
    if isinstance(rule, dict):
        return ngettext("%(n)d working day; the day of the start does not count, the last one counts to its end",
                        "%(n)d working days; the day of the start does not count, the last one counts to its end",
                        rule["wd"]) % {"n": rule["wd"]}
    return _("%(time)s of natural time, nights and holidays included") % {"time": presenters.span(rule * 60)}


def line(turn):
    word = story.WORDS.get(turn.event.name)
    who = _("The system") if turn.event.by.is_system else turn.event.by.display_name
    because = word.sentence % {"who": who} if word else turn.event.name
    was = turn.before["due_at"] if turn.before else None
    return Line(turn.event.at, str(WHAT[turn.what]), because, turn.after["due_at"], was)


def intervals(turns, until):
    """The time that counted, from the turns: running or held counts, paused does not; a window only until it closes."""
    found, since = [], None
    for turn in turns:
        counts = turn.after["status"] in COUNTING
        if counts and since is None:
            since = turn.event.at
        elif not counts and since is not None:
            end = turn.after["stopped_at"] or turn.event.at  # met at the act's own time, although approved later
            found.append(Interval(since, max(since, end)))
            since = None
    return [*found, Interval(since, max(since, until))] if since is not None else found


def days(clock):
    """Day by day from the start to the due date, for a workday rule that was neither paused nor extended out of sight."""
    if not isinstance(clock.rule, dict) or clock.due_at - clock.started_at > LONGEST_LIST:
        return []
    first, last = local_date(clock.started_at), local_date(clock.due_at)
    table = CalendarVersion.objects.filter(number=clock.calendar_version).first()
    known = table.days if table else {}
    found, counted, day = [Day(first, 0, _("day of the start"))], 0, first
    while day < last:
        day += ONE_DAY
        counts, why = kind_of(day, known.get(day.isoformat()))
        counted += counts
        found.append(Day(day, counted if counts else 0, why))
    return found


def kind_of(day, special):
    """`special` is what the table of holidays says of it: [kind, name], or None."""
    if special is not None:
        kind, name = HolidayDay.Kind(special[0]), special[1]
        return kind == HolidayDay.Kind.WORK, f"{kind.label} {name}".strip()
    return day.weekday() < 5, _("working day") if day.weekday() < 5 else _("weekend")


def rungs(clock):
    """The ladder with what was fired; rungs that lie ahead are planned, and none is once the clock has stopped."""
    fired = {row.level: row for row in Escalation.objects.filter(clock=clock)}
    shown = []
    for level, rung in enumerate(clock.profile.ladder(clock.kind)):
        row = fired.get(level)
        if row is None and clock.status != Status.RUNNING:
            continue
        shown.append(Rung(rung[0], row.due_at if row else clock.fire_at(rung), row and row.fired_at,
                          bool(row and row.skipped), row and row.acknowledged_at))
    return shown
