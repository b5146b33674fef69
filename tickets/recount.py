"""What a changed table or profile does to clocks that run: looked at before, and done in one audited action.

Only running clocks are counted again. One that is paused or waits for an approval keeps what it was promised: its act
was judged by the rule of its day. A due date moves with an event on its ticket that carries the old and the new one.
"""
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from tickets import calendars, sla, story, trail
from tickets.clocks import WINDOWS, Clock, Kind, Status
from tickets.models import Ticket, TicketEvent

BATCH = 500  # tickets locked and written at a time, all in the caller's transaction
MOST_AFFECTED = 10
COUNTED = ["rule", "due_at", "length", "level", "next_fire_at", "profile", "calendar_known", "calendar_version"]

story.register(
    words={
        "apply_calendar": story.Word(_("%(who)s changed the holiday table: open deadlines were counted again"), "orange"),
        "apply_profile": story.Word(_("%(who)s changed the limits: open deadlines were counted again"), "orange"),
    },
    decoders={"calendar": (_("Version of the holiday table"), None), "profile": (_("Version of the limits"), None)},
)


@dataclass(frozen=True)
class Shift:
    """One running clock before and after; `rule` is the one it gets."""

    clock: Clock
    old: datetime
    new: datetime
    rule: int | dict
    profile: Any
    calendar: calendars.WorkCalendar

    @property
    def moved(self):
        return self.new != self.old

    @property
    def known(self):
        return calendars.is_known(self.clock.started_at, self.new, self.rule, self.calendar)


@dataclass
class Impact:
    """What a change would do to the clocks that run now."""

    shifts: list
    now: datetime

    @property
    def moved(self):
        return sorted((shift for shift in self.shifts if shift.moved), key=lambda shift: (shift.new, shift.clock.pk))

    @property
    def most_affected(self):
        return sorted(self.moved, key=lambda shift: (-abs(shift.new - shift.old), shift.clock.pk))[:MOST_AFFECTED]

    @property
    def late_at_once(self):
        """Clocks in time now that the change makes late this very moment."""
        return sum(shift.new < self.now <= shift.old and shift.clock.kind not in WINDOWS for shift in self.shifts)

    @property
    def by_kind(self):
        """[(label, sooner, later, same)] in the order of a ticket's life."""
        counts: defaultdict = defaultdict(Counter)
        for shift in self.shifts:
            counts[shift.clock.kind][(shift.new > shift.old) - (shift.new < shift.old)] += 1
        return [(kind.label, counts[kind][-1], counts[kind][1], counts[kind][0]) for kind in Kind if kind in counts]


class NewCalendar:
    """Counts running workday clocks with another table."""

    name = "apply_calendar"

    def __init__(self, calendar):
        self.calendar, self.old = calendar, sla.calendars_by_number()

    def clocks(self):
        return Clock.objects.filter(status=Status.RUNNING, rule__has_key="wd")

    def shift(self, clock, ticket):
        if not isinstance(clock.rule, dict):
            return None
        was = calendar_of(clock, self.old)
        due = calendars.recounted_due(clock.started_at, clock.due_at, clock.rule, was, clock.rule, self.calendar)
        return Shift(clock, clock.due_at, due, clock.rule, clock.profile, self.calendar)


class NewProfile:
    """Gives running clocks another version's limit. One whose limit came from elsewhere keeps it: a special rule of its
    category, a leader's instruction, the review afterwards, or an urgency that was lowered and may not give more time."""

    name = "apply_profile"

    def __init__(self, profile):
        self.profile, self.calendar, self.old = profile, sla.calendar_in_force(), sla.calendars_by_number()

    def clocks(self):
        running = Clock.objects.filter(status=Status.RUNNING, override=None, by_hand=False)
        return running if self.profile.is_default else running.filter(profile__code=self.profile.code)

    def shift(self, clock, ticket):
        if not (self.profile.is_default or clock.profile.code == self.profile.code):
            return None
        said = {"urgency": ticket.urgency, "type_": ticket.type}
        if clock.override_id or clock.by_hand or clock.profile.rule(clock.kind, **said) != clock.rule:
            return None
        rule = self.profile.rule(clock.kind, **said)
        if rule is None:  # the new version knows no such duty: this one is still owed
            return None
        was = calendar_of(clock, self.old)
        due = clock.due_at if rule == clock.rule else calendars.recounted_due(
            clock.started_at, clock.due_at, clock.rule, was, rule, self.calendar)
        return Shift(clock, clock.due_at, due, rule, self.profile, self.calendar if rule != clock.rule else was)


def calendar_of(clock, by_number):
    """The version of the table that counted this due date."""
    return by_number.get(clock.calendar_version, calendars.NO_CALENDAR)


def impact(change, now):
    """What `change` would do, without doing it: one pass over the running clocks."""
    profiles, shifts = sla.SlaProfile.objects.in_bulk(), []
    said = {name: F(f"ticket__{name}") for name in ("ticket_no", "urgency", "type")}
    for clock in change.clocks().annotate(**said).order_by("pk").iterator(chunk_size=2000):
        clock.profile = profiles[clock.profile_id]
        shifts.append(change.shift(clock, clock))
    return Impact([shift for shift in shifts if shift], now)


def apply(change, *, by, now, note, data):
    """Count again, under the lock of each ticket, within the caller's transaction. Returns how many due dates moved."""
    ids = list(change.clocks().order_by("ticket").values_list("ticket", flat=True).distinct())
    moved = 0
    for start in range(0, len(ids), BATCH):
        moved += _apply_batch(change, ids[start:start + BATCH], by=by, now=now, note=note, data=data)
    return moved


def _apply_batch(change, ids, *, by, now, note, data):
    tickets = list(Ticket.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True))
    running = defaultdict(list)
    for clock in Clock.objects.filter(ticket__in=ids, status=Status.RUNNING).select_related("profile").order_by("pk"):
        running[clock.ticket_id].append(clock)
    written, touched, events = [], [], []
    for ticket in tickets:
        shifts = [shift for shift in (change.shift(clock, ticket) for clock in running[ticket.pk]) if shift]
        said = {**turn(shifts), **switch_profile(ticket, shifts)}
        written += [shift.clock for shift in shifts]
        if said:
            dues = [clock.due_at for clock in running[ticket.pk] if clock.kind not in WINDOWS]
            ticket.next_due_at = min(dues, default=None)
            touched.append(ticket)
            events.append(trail.compose(ticket, change.name, by=by, now=now, source=ticket.state, is_move=False, note=note,
                                        data={**said, **data, "rewound": True}))
    TicketEvent.objects.bulk_create(events)
    Clock.objects.bulk_update(written, COUNTED, batch_size=BATCH)
    Ticket.objects.bulk_update(touched, ["version", "trail_hash", "next_due_at", "sla_profile"],
                               batch_size=BATCH)
    return sum(len(event.data.get("due", {})) for event in events)


def turn(shifts):
    """Set the hands; what the trail says of it: {"due": {kind: [old, new]}, "rules": {kind: limit}}."""
    due, rules = {}, {}
    for shift in shifts:
        clock = shift.clock
        if shift.moved:
            due[str(clock.kind)] = [shift.old.isoformat(), shift.new.isoformat()]
        if shift.rule != clock.rule:
            rules[str(clock.kind)] = shift.rule
        clock.length = max(clock.length + int((shift.new - shift.old).total_seconds()), 1)
        clock.level = level_in(shift.profile.ladder(clock.kind), clock)
        clock.rule, clock.due_at, clock.profile = shift.rule, shift.new, shift.profile
        is_workday = isinstance(shift.rule, dict)
        clock.calendar_version = shift.calendar.number if is_workday else None
        clock.calendar_known = shift.known
        clock.plan_fire()
    return {name: said for name, said in (("due", due), ("rules", rules)) if said}


def switch_profile(ticket, shifts):
    """The clocks that this ticket starts later follow the profile that its running ones got."""
    new = next((shift.profile.pk for shift in shifts), ticket.sla_profile_id)
    if new == ticket.sla_profile_id:
        return {}
    changed = {"sla_profile_id": [ticket.sla_profile_id, new]}
    ticket.sla_profile_id = new
    return {"changed": changed}


def level_in(ladder, clock):
    """Where a clock stands on another ladder: above the last rung that it has behind it, and never lower than before."""
    behind = {rung[0] for rung in clock.profile.ladder(clock.kind)[:clock.level]}
    return max([clock.level, *(place for place, rung in enumerate(ladder, start=1) if rung[0] in behind)])


def clear_flags(calendar, old):
    """节假日未维护, after the table changed: a flag goes where the years are known now and the count stays the same.

    A clock whose due date the new table would move keeps its flag until it is counted again. Returns how many cleared.
    """
    flagged = Clock.objects.filter(status=Status.RUNNING, calendar_known=False, rule__has_key="wd")
    cleared = []
    for clock in flagged.iterator(chunk_size=2000):
        due = calendars.recounted_due(clock.started_at, clock.due_at, clock.rule, calendar_of(clock, old), clock.rule, calendar)
        if due == clock.due_at and calendars.is_known(clock.started_at, due, clock.rule, calendar):
            cleared.append(clock.pk)
    return Clock.objects.filter(pk__in=cleared).update(calendar_known=True, calendar_version=calendar.number)
