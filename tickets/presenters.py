"""Wording and colour: what templates show comes ready from here, so that they hold no rules."""
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from operator import attrgetter

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts import roster
from tickets import calendars, ledger
from tickets.choices import Difficulty, SubjectType, Urgency
from tickets.clocks import PROMISED, UNFINISHED, WINDOWS, Kind, Status
from tickets.ledger import Holder
from tickets.marks import marks_of
from tickets.states import WHOSE_TURN, State
from tickets.taking import questions

STATE_TONE = {
    State.DRAFT: "",
    State.NEED_INFO: "orange",
    State.PENDING_REVIEW: "blue",
    State.PENDING_DISPATCH: "blue",
    State.PENDING_RECEIPT: "yellow",
    State.HANDLING: "blue",
    State.RETURN_REVIEW: "orange",
    State.ARBITRATION: "purple",
    State.SUSPENDED: "dark",
    State.REPLY_REVIEW: "yellow",
    State.PENDING_CALLBACK: "purple",
    State.ADJUDICATION: "red",
    State.CLOSED: "green",
    State.ARCHIVED: "",
    State.REJECTED: "",
    State.TRANSFERRED_OUT: "",
    State.MERGED: "",
    State.CANCELLED: "",
}
STATE_ICON = {
    State.DRAFT: "pencil",
    State.NEED_INFO: "help-circle",
    State.PENDING_REVIEW: "eye-check",
    State.PENDING_DISPATCH: "route",
    State.PENDING_RECEIPT: "mailbox",
    State.HANDLING: "tool",
    State.RETURN_REVIEW: "arrow-back-up",
    State.ARBITRATION: "gavel",
    State.SUSPENDED: "player-pause",
    State.REPLY_REVIEW: "message-search",
    State.PENDING_CALLBACK: "phone-outgoing",
    State.ADJUDICATION: "scale",
    State.CLOSED: "circle-check",
    State.ARCHIVED: "archive",
    State.REJECTED: "circle-x",
    State.TRANSFERRED_OUT: "external-link",
    State.MERGED: "git-merge",
    State.CANCELLED: "ban",
}
URGENCY_TONE = {Urgency.NORMAL: "", Urgency.URGENT: "orange", Urgency.CRITICAL: "red"}
BUTTONS = {"primary": "btn-primary", "danger": "btn-outline-danger", "secondary": ""}
MODES = {
    "act": "",
    "propose": gettext_lazy("a second person must confirm"),
    "confirm": gettext_lazy("a colleague's proposal waits for you"),
}
# Shares of the time that has passed: green, then yellow, then orange; red when late (SPEC 4.4).
YELLOW, ORANGE = 0.75, 0.9
LIGHT_ICON = {"green": "clock", "yellow": "clock-exclamation", "orange": "alarm", "red": "alert-triangle"}
A_WORKING_DAY = (roster.CLOSES.hour - roster.OPENS.hour) * 3600 + (roster.CLOSES.minute - roster.OPENS.minute) * 60
NOBODY_YET = "–"


@dataclass(frozen=True)
class Pill:
    text: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Chip:
    """One clock as a person reads it. `due` is set only while it runs: js/clock.js counts it down."""

    label: str
    text: str
    tone: str
    at: datetime
    due: str = ""
    length: int = 0
    icon: str = "clock"
    when: str = ""  # the due date as people say it: tomorrow 10:40
    working: str = ""  # what is left of office hours, where the clock counts working days
    office: str = ""  # those hours, for the page to count down: see calendars.office_hours
    proof: int = 0  # the clock that explains itself


def state_pill(ticket):
    return pill_of_state(ticket.state, get_language())


@cache
def pill_of_state(name, language):
    """In the language of this thread, which is said so that another one gets its own."""
    state = State(name)
    return Pill(str(state.label), STATE_TONE[state], STATE_ICON[state])


def whose_turn(ticket):
    """Who has to act next, in words; the unit by its name."""
    turn = WHOSE_TURN[State(ticket.state)]
    return ticket.lead_unit.name if ticket.lead_unit and turn == "unit" else turn.label


def pills_of(ticket):
    """Urgency, unless it is the usual one, and the marks."""
    if ticket.urgency != Urgency.NORMAL:
        yield Pill(str(Urgency(ticket.urgency).label), URGENCY_TONE[Urgency(ticket.urgency)], "gauge")
    for text, tone, icon in marks_of(ticket):
        yield Pill(text, tone, icon)


def short(moment):
    """An instant in local time, "2026-11-21 20:05"."""
    return date_format(timezone.localtime(moment), "Y-m-d H:i")


def span(seconds):
    """"2 d 4 h", "1 h 5 min" or "12 min"; the same words as js/clock.js."""
    minutes = int(seconds) // 60
    hours, days = minutes // 60, minutes // 1440
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours % 24}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


def light(clock, now):
    """green, yellow, orange or red of a running clock at this instant."""
    left = (clock.due_at - now).total_seconds()
    if left < 0:
        return "red"
    if left <= clock.length * (1 - ORANGE):
        return "orange"
    return "yellow" if left <= clock.length * (1 - YELLOW) else "green"


def label_of(clock):
    """节假日未维护: a due date that may be too early, since the holidays it runs through were not entered."""
    label = _("Leader's instruction") if clock.by_hand else str(Kind(clock.kind).label)
    if clock.calendar_known or clock.status not in UNFINISHED:
        return label
    return _("%(clock)s (holidays not entered)") % {"clock": label}


def chip_of(clock, now, calendar=None):
    """With a calendar, a clock of working days also says how many office hours are left."""
    text, tone, icon, at = said_of(clock, now)
    chip = Chip(label_of(clock), text, tone, at, icon=icon, when=day_and_time(at, now), proof=clock.pk or 0)
    if clock.status != Status.RUNNING or clock.kind in WINDOWS and clock.due_at < now:
        return chip
    chip = replace(chip, due=clock.due_at.isoformat(), length=clock.length)
    if calendar is None or not isinstance(clock.rule, dict):
        return chip
    hours = calendars.office_hours(now, clock.due_at, calendar, roster.OPENS, roster.CLOSES)
    left = sum((end - start).total_seconds() for start, end in hours)
    office = ",".join(f"{start.timestamp():.0f}-{end.timestamp():.0f}" for start, end in hours)
    return replace(chip, working=working_time(left) if hours else "", office=office)


def said_of(clock, now):
    """(text, tone, icon, instant) of a clock."""
    late = clock.late_at(now)
    if clock.kind in WINDOWS and clock.status == Status.RUNNING and clock.due_at < now:
        return _("over"), "", "door-off", clock.due_at
    if clock.status == Status.RUNNING:
        left = (clock.due_at - now).total_seconds()
        text = (_("late by %(time)s") if left < 0 else _("%(time)s left")) % {"time": span(abs(left))}
        tone = light(clock, now)
        return text, tone, LIGHT_ICON[tone], clock.due_at
    if clock.status == Status.PAUSED:
        return _("paused"), "", "player-pause", clock.due_at
    if clock.status == Status.HELD:
        text = _("answered late, being checked") if late else _("answered, being checked")
        return text, "orange" if late else "blue", "hourglass", clock.due_at
    if clock.status == Status.VOID:
        return _("not applicable"), "", "minus", clock.due_at
    if clock.attempted:
        return _("tried twice, not reached"), "yellow", "phone-x", clock.stopped_at
    return (_("met late"), "red", "alert-triangle", clock.stopped_at) if late else (
        _("met in time"), "green", "check", clock.stopped_at)


def working_time(seconds):
    """What is left of office hours; a working day is one from opening to closing."""
    days, rest = divmod(int(seconds), A_WORKING_DAY)
    if days:
        return _("%(days)d working days %(hours)d h") % {"days": days, "hours": rest // 3600}
    return _("%(time)s working time") % {"time": span(rest)}


def day_and_time(moment, now):
    """An instant as people say it: today 17:30, tomorrow 10:40, Fri 27 Nov 23:59."""
    return f"{day_said(moment, now)} {timezone.localtime(moment):%H:%M}"


def day_said(moment, now):
    local = timezone.localtime(moment)
    apart = (local.date() - timezone.localtime(now).date()).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    return near.get(apart) or date_format(local, _("D j M") if abs(apart) < 300 else _("j M Y"))


def next_clock(clocks):
    """The one that a list shows: the running clock that is due first, else one that is paused or held."""
    running = [clock for clock in clocks if clock.status == Status.RUNNING and clock.kind not in WINDOWS]
    waiting = [clock for clock in clocks if clock.kind in PROMISED]
    return min(running or waiting, key=lambda clock: clock.due_at, default=None)


def clock_chips(clocks, now, calendar=None):
    """(open ones, finished ones) of a ticket for its page: by due date; newest first."""
    going = sorted((c for c in clocks if c.status in UNFINISHED), key=lambda c: (c.status != Status.RUNNING, c.due_at))
    over = sorted((c for c in clocks if c.status not in UNFINISHED), key=lambda c: c.started_at, reverse=True)
    return [chip_of(clock, now, calendar) for clock in going], [chip_of(clock, now) for clock in over]


def promise_of(clocks):
    """What the citizen was promised: (response due, completion due), either may be missing."""
    due = {clock.kind: clock.due_at for clock in clocks}
    return due.get(Kind.RESPONSE), due.get(Kind.COMPLETION)


def facts_of(ticket, reading):
    """(label, value) pairs of the case itself, the empty ones left out; identity comes from disclosure."""
    pairs = [
        (_("Type"), ticket.get_type_display()),
        (_("Category"), str(ticket.category) if ticket.category else ""),
        (_("Urgency"), ticket.get_urgency_display()),
        (_("Place"), ticket.area.name if ticket.area else ""),
        (_("When it happened"), ticket.occurred_at),
        (_("What the citizen asks for"), reading.demand),
        (_("Summary for the unit"), "" if reading.summarises or not ticket.is_confidential else reading.summary),
        (_("Who is it about"), target_of(ticket, reading)),
        *questions.answers_of(ticket, reading),
        (_("Channel"), ticket.get_channel_display()),
        (_("Number at the source"), ticket.source_ref),
        (_("Who speaks"), "" if ticket.subject_type == SubjectType.PERSON else ticket.get_subject_type_display()),
        (_("Lead unit"), ticket.lead_unit.name if ticket.lead_unit else ""),
        (_("Suggested unit"), ticket.proposed_unit.name if ticket.proposed_unit else ""),
        (_("Registered"), ticket.registered_at),
        (_("Registered by"), ticket.registered_by.display_name),
        (_("Accepted at"), ticket.accepted_at),
        (_("Review date"), ticket.review_date),
        (_("Difficulty"), "" if ticket.difficulty == Difficulty.SIMPLE else ticket.get_difficulty_display()),
        (_("Case owner"), ticket.case_owner.display_name if ticket.case_owner else ""),
        (_("How it was closed"), "" if reading.is_blind else ticket.get_closure_kind_display()),
        (_("Callback outcome"), "" if reading.is_blind else ticket.get_callback_outcome_display()),
        (_("Merged into"), ticket.master.ticket_no if ticket.master else ""),
        (_("Passed to"), ticket.told_channel),
    ]
    return [(label, value) for label, value in pairs if value]


def target_of(ticket, reading):
    return " · ".join(filter(None, [reading.text(ticket.target), ticket.target_unit.name if ticket.target_unit else ""]))


def counters_of(ticket):
    """What happened more than once, in words."""
    counted = [
        (ticket.remind_count, ngettext("urged once", "urged %(n)d times", ticket.remind_count)),
        (ticket.return_count, ngettext("returned once", "returned %(n)d times", ticket.return_count)),
        (ticket.extension_count, ngettext("extended once", "extended %(n)d times", ticket.extension_count)),
        (ticket.reopen_count, ngettext("reopened once", "reopened %(n)d times", ticket.reopen_count)),
    ]
    return [text % {"n": count} for count, text in counted if count]


HOLDER_TONE = {Holder.OPERATOR: "azure", Holder.REVIEW: "blue", Holder.DISPATCH: "indigo", Holder.UNIT: "orange",
               Holder.SUPERVISOR: "red", Holder.CALLBACK: "green", Holder.CITIZEN: "teal", Holder.SUSPENDED: "secondary"}


def held_bar(events, now):
    """Who held the ticket, as parts of a bar and as sums in words; `events` by seq."""
    booked = ledger.bookings(events, now)
    return {"parts": [{"left": left, "width": width, "tone": HOLDER_TONE[booking.holder]}
                      for booking, left, width in ledger.strip(booked)],
            "sums": [(holder.label, span(int(seconds)), HOLDER_TONE[holder])
                     for holder, seconds in ledger.totals(booked, key=attrgetter("holder"))]}
