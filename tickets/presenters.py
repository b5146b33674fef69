"""Wording and colour: what templates show comes ready from here, so that they hold no rules."""
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets.choices import SubjectType, Urgency
from tickets.clocks import PROMISED, UNFINISHED, WINDOWS, Kind, Status
from tickets.marks import marks_of
from tickets.redaction import Reading
from tickets.states import WHOSE_TURN, State

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
URGENCY_TONE = {Urgency.NORMAL: "", Urgency.URGENT: "orange", Urgency.CRITICAL: "red"}
BUTTONS = {"primary": "btn-primary", "danger": "btn-outline-danger", "secondary": ""}
MODES = {
    "act": "",
    "propose": gettext_lazy("a second person must confirm"),
    "confirm": gettext_lazy("a colleague's proposal waits for you"),
}
# Shares of the time that has passed: green, then yellow, then orange; red when late (SPEC 4.4).
YELLOW, ORANGE = 0.75, 0.9
NOBODY_YET = "–"


@dataclass(frozen=True)
class Pill:
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Chip:
    """One clock as a person reads it. `due` is set only while it runs: js/clock.js counts it down."""

    label: str
    text: str
    tone: str
    at: datetime
    due: str = ""
    length: int = 0


@dataclass(frozen=True)
class Row:
    """One line of a work list."""

    ticket: object
    state: Pill
    pills: list
    chip: Chip | None
    type: str
    unit: str
    title: str
    remark: str


def state_pill(ticket):
    return Pill(ticket.get_state_display(), STATE_TONE[State(ticket.state)])


def whose_turn(ticket):
    """Who has to act next, in words; the unit by its name."""
    turn = WHOSE_TURN[State(ticket.state)]
    return ticket.lead_unit.name if ticket.lead_unit and turn == "unit" else turn.label


def pills_of(ticket):
    """Urgency, unless it is the usual one, and the marks."""
    if ticket.urgency != Urgency.NORMAL:
        yield Pill(ticket.get_urgency_display(), URGENCY_TONE[Urgency(ticket.urgency)])
    for text, tone in marks_of(ticket):
        yield Pill(text, tone)


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
    label = clock.get_kind_display()
    if clock.calendar_known or clock.status not in UNFINISHED:
        return label
    return _("%(clock)s (holidays not entered)") % {"clock": label}


def chip_of(clock, now):
    label, late = label_of(clock), clock.late_at(now)
    if clock.kind in WINDOWS and clock.status == Status.RUNNING and clock.due_at < now:
        return Chip(label, _("over"), "", clock.due_at)
    if clock.status == Status.RUNNING:
        left = (clock.due_at - now).total_seconds()
        text = (_("late by %(time)s") if left < 0 else _("%(time)s left")) % {"time": span(abs(left))}
        return Chip(label, text, light(clock, now), clock.due_at, clock.due_at.isoformat(), clock.length)
    if clock.status == Status.PAUSED:
        return Chip(label, _("paused"), "", clock.due_at)
    if clock.status == Status.HELD:
        return Chip(label, _("answered late, being checked") if late else _("answered, being checked"),
                    "orange" if late else "blue", clock.due_at)
    if clock.status == Status.VOID:
        return Chip(label, _("not applicable"), "", clock.due_at)
    if clock.attempted:
        return Chip(label, _("tried twice, not reached"), "yellow", clock.stopped_at)
    return Chip(label, _("met late") if late else _("met in time"), "red" if late else "green", clock.stopped_at)


def next_clock(clocks):
    """The one that a list shows: the running clock that is due first, else one that is paused or held."""
    running = [clock for clock in clocks if clock.status == Status.RUNNING and clock.kind not in WINDOWS]
    waiting = [clock for clock in clocks if clock.kind in PROMISED]
    return min(running or waiting, key=lambda clock: clock.due_at, default=None)


def clock_chips(clocks, now):
    """All clocks of a ticket for its page: the running ones by due date, then the others, newest first."""
    running = sorted((c for c in clocks if c.status == Status.RUNNING), key=lambda c: c.due_at)
    over = sorted((c for c in clocks if c.status != Status.RUNNING), key=lambda c: c.started_at, reverse=True)
    return [chip_of(clock, now) for clock in [*running, *over]]


def row_of(ticket, user, clocks, now, remark=""):
    clock = next_clock(clocks)
    return Row(
        ticket=ticket, state=state_pill(ticket), pills=list(pills_of(ticket)), chip=clock and chip_of(clock, now),
        type=ticket.get_type_display() or NOBODY_YET, unit=ticket.lead_unit.name if ticket.lead_unit else "",
        title=Reading(ticket, user).text(ticket.title) or _("No title yet"), remark=remark,
    )


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
        (_("What the citizen asks for"), reading.text(ticket.demand)),
        (_("Who is it about"), target_of(ticket, reading)),
        (_("Channel"), ticket.get_channel_display()),
        (_("Number at the source"), ticket.source_ref),
        (_("Who speaks"), "" if ticket.subject_type == SubjectType.PERSON else ticket.get_subject_type_display()),
        (_("Lead unit"), ticket.lead_unit.name if ticket.lead_unit else ""),
        (_("Suggested unit"), ticket.proposed_unit.name if ticket.proposed_unit else ""),
        (_("Registered"), ticket.registered_at),
        (_("Registered by"), ticket.registered_by.display_name),
        (_("Accepted at"), ticket.accepted_at),
        (_("Review date"), ticket.review_date),
        (_("Case owner"), ticket.case_owner.display_name if ticket.case_owner else ""),
        (_("How it was closed"), ticket.get_closure_kind_display()),
        (_("Callback outcome"), ticket.get_callback_outcome_display()),
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

