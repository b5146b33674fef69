"""The clocks of a ticket, played again from its trail: why a deadline is what it is, and whether the rows still say so.

Nothing is read from the clock rows. The ticket's fields are wound back to its birth by what the trail says was
changed, then every event turns the same hands as it did then, by the same table (`winding.CLOCKS`).
"""
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime

from accounts.models import Unit
from tickets import by_hand, calendars, overrides, sla, winding
from tickets.catalogue import Category
from tickets.clocks import PROMISED, Clock, Face, Kind, Status
from tickets.models import Ticket

FIELDS = ("urgency", "type", "channel", "round", "lead_unit_id", "accepted_at", "first_contact_at", "tries_failed_at",
          "sla_profile_id", "category_id", "received_at")
SHOWN = ("status", "due_at", "rule", "kept", "attempted", "stopped_at")
SAME = ("status", "started_at", "due_at", "length", "rule", "kept", "attempted", "stopped_at")
COUNTED_AGAIN = ("apply_calendar", "apply_profile")


@dataclass(frozen=True)
class Turn:
    """What one event did to one clock: the values of SHOWN before (None: it was started) and after."""

    event: Any
    clock: Clock
    before: dict | None
    after: dict

    @property
    def what(self):
        """started, paused, resumed, held, released, met, void or moved."""
        if self.before is None:
            return "started"
        was, is_now = self.before["status"], self.after["status"]
        if was == is_now:
            return "moved"
        if is_now == Status.RUNNING:
            return "resumed" if was == Status.PAUSED else "released"
        return str(is_now)


@dataclass
class Replay:
    """All clocks in the order of their start, and everything that happened to them in the order of the trail."""

    clocks: list
    turns: list

    def of(self, clock):
        return [turn for turn in self.turns if turn.clock is clock]


@dataclass(frozen=True)
class Known:
    """What all tickets share: read once, for one ticket or a hundred thousand."""

    calendar: calendars.WorkCalendar  # that counts now
    profiles: dict
    units: dict
    versions: list  # (since when, calendar) of every version of the holiday table, the newest first
    rules: list  # special rules of categories, those that ended too
    codes: dict  # category -> code

    @classmethod
    def read(cls):
        versions = [(version.at, version.calendar) for version in sla.CalendarVersion.objects.order_by("-number")]
        return cls(versions[0][1] if versions else calendars.NO_CALENDAR, sla.SlaProfile.objects.in_bulk(),
                   Unit.objects.in_bulk(), versions, list(overrides.SlaOverride.objects.all()),
                   dict(Category.objects.values_list("pk", "code")))

    def calendar_at(self, moment):
        """The version of the holiday table that counted then."""
        return next((calendar for since, calendar in self.versions if since <= moment), calendars.NO_CALENDAR)

    def overrides_of(self, category_id, moment):
        return overrides.counting(self.rules, self.codes[category_id], moment) if category_id else {}


def play(ticket, events, known, until=None):
    """Play `events`, all of the ticket by seq, or those before an instant. No query."""
    ghost = born(ticket, events)
    face = Face(ticket=ghost, now=ticket.registered_at, clocks=[])
    played, orders = Replay(face.clocks, []), {}
    for event in events:
        if until and event.at >= until:
            break
        for field, (_old, new) in relevant(event):
            setattr(ghost, field, value_of(field, new))
        ghost.lead_unit = known.units.get(ghost.lead_unit_id)
        ghost.sla_profile = known.profiles[ghost.sla_profile_id]
        face.now, face.calendar = event.at, known.calendar_at(event.at)
        face.overrides = known.overrides_of(ghost.category_id, event.at)
        was = {id(clock): shown(clock) for clock in face.clocks}
        wind(face, event, orders)
        played.turns += [Turn(event, clock, was.get(id(clock)), shown(clock)) for clock in face.clocks
                         if was.get(id(clock)) != shown(clock)]
    return played


def born(ticket, events):
    """The ticket as it was before its first event: every recorded change taken back."""
    fields = {field: getattr(ticket, field) for field in FIELDS}
    for event in reversed(events):
        fields |= {field: value_of(field, old) for field, (old, _new) in relevant(event)}
    return Ticket(pk=ticket.pk, ticket_no=ticket.ticket_no, **fields)


def relevant(event):
    return [(field, pair) for field, pair in event.data.get("changed", {}).items() if field in FIELDS]


def value_of(field, value):
    return parse_datetime(value) if field.endswith("_at") and isinstance(value, str) else value


def shown(clock):
    return {field: getattr(clock, field) for field in SHOWN}


def wind(face, event, orders):
    """Turn the hands as this event did. `orders` keeps the open supervision orders: kind -> (unit, set by hand?)."""
    urgency = dict(relevant(event)).get("urgency")
    if urgency:
        winding.change_urgency(face, urgency[1], event.target)
    for turn in winding.CLOCKS.get(event.name, ()) if event.is_move else ():
        turn(face)
    if event.name in OPERATIONS:
        OPERATIONS[event.name](face, event, orders)
    if event.data.get("rewound"):  # counted again after a change of the table or of the limits
        for kind, (_old, new) in event.data.get("due", {}).items():
            move(face, [kind], parse_datetime(new), is_longer=event.name in COUNTED_AGAIN)
        for kind, rule in event.data.get("rules", {}).items():
            for clock in counted(face, [kind]):
                clock.rule = rule


def move(face, kinds, due, *, is_longer=False):
    for clock in counted(face, kinds):
        if is_longer:  # or shorter: the shares of its ladder are shares of another length
            clock.length = max(clock.length + int((due - clock.due_at).total_seconds()), 1)
        clock.due_at = due


def counted(face, kinds):
    """Running clocks whose due date a table counts."""
    return [clock for clock in face.pick(kinds, Status.RUNNING) if not clock.by_hand]


def ask_for_extension(face, event, orders):
    orders["extension"] = event.data["amount"]


def extend(face, event, orders):
    amount = orders.pop("extension")
    if event.data["approved"]:
        for clock in face.pick(PROMISED, Status.RUNNING):
            move(face, [clock.kind], calendars.extended_due(clock.due_at, amount, face.calendar))


def post_review(face, event, orders):
    face.stop([Kind.REVIEW])


def issue_supervision(face, event, orders):
    orders[event.data["kind"]] = event.unit_id, False
    if not by_hand.of_unit(face, event.unit_id, by_hand=False):
        face.start(Kind.SUPERVISION)


def instruct(face, event, orders):
    orders[event.data["kind"]] = event.unit_id, True
    by_hand.start(face, Kind.SUPERVISION, parse_datetime(event.data["due_at"]))


def progress(face, event, orders):
    if event.data.get("lead"):
        winding.fed_back(face, event.target)


def close_supervision(face, event, orders):
    unit_id, own = order = orders.pop(event.data["kind"])
    if order not in orders.values():
        for clock in by_hand.of_unit(face, unit_id, by_hand=own):
            clock.finish(Status.MET, event.at)


OPERATIONS = {
    "request_extension": ask_for_extension,
    "decide_extension": extend,
    "post_review": post_review,
    "progress": progress,
    "issue_supervision": issue_supervision,
    "instruct": instruct,
    "close_supervision": close_supervision,
}


# --- against the rows ------------------------------------------------------------------------------------------


def paired(rows, played):
    """[(row, played clock or None)] and the played ones without a row: same kind, round and holder, in their order."""
    waiting = defaultdict(list)
    for clock in played.clocks:
        waiting[clock.kind, clock.round, clock.holder_id, clock.by_hand].append(clock)
    pairs = []
    for row in rows:
        queue = waiting[row.kind, row.round, row.holder_id, row.by_hand]
        pairs.append((row, queue.pop(0) if queue else None))
    return pairs, [clock for queue in waiting.values() for clock in queue]


def differences(rows, played):
    """Sentences about every row that does not say what the trail says; empty when all agree."""
    pairs, missing = paired(rows, played)
    for row, clock in pairs:
        if clock is None:
            yield f"{row}: the trail never started it"
            continue
        for field in SAME:
            if (theirs := getattr(row, field)) != (ours := getattr(clock, field)):
                yield f"{row}: {field} is {theirs}, the trail says {ours}"
    for clock in missing:
        yield f"{clock}: the trail started it, and there is no row"

