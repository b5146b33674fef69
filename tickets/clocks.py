"""Clocks: rows beside the ticket that hold each promise. Which step winds which of them: winding.py."""
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets import calendars, overrides, sla


class Kind(models.TextChoices):
    ACCEPT = "ACCEPT", _("Acceptance")
    REVIEW = "REVIEW", _("Review")
    INFO = "INFO", _("Completion of information")
    DISPATCH = "DISPATCH", _("Dispatch")
    RECEIPT = "RECEIPT", _("Receipt")
    RESPONSE = "RESPONSE", _("Response")
    COMPLETION = "COMPLETION", _("Completion")
    RETURN_WINDOW = "RETURN_WINDOW", _("Return window")
    RETURN_DECISION = "RETURN_DECISION", _("Return decision")
    ARBITRATION = "ARBITRATION", _("Ruling")
    REPLY_REVIEW = "REPLY_REVIEW", _("Reply review")
    CALLBACK_FIRST = "CALLBACK_FIRST", _("First callback")
    CALLBACK_ALL = "CALLBACK_ALL", _("Callback complete")
    REDO = "REDO", _("Redo")
    ADJUDICATION = "ADJUDICATION", _("Adjudication")
    SUPERVISION = "SUPERVISION", _("Supervision")
    PROGRESS = "PROGRESS", _("Stage feedback")
    MONTHLY = "MONTHLY", _("Feedback while suspended")


OF_UNIT = (Kind.RECEIPT, Kind.RETURN_WINDOW, Kind.SUPERVISION, Kind.PROGRESS, Kind.MONTHLY)
PROMISED = (Kind.COMPLETION, Kind.REDO)  # the citizen's completion clock of a round
RETIMED = [kind for kind in Kind if kind != Kind.PROGRESS]  # the next feedback is due when it was asked for
FEEDBACK = (Kind.PROGRESS, Kind.MONTHLY)  # what a unit owes the hotline meanwhile; older versions of the limits know none
COUNTED = (Kind.RECEIPT, Kind.RESPONSE, Kind.COMPLETION)  # by the figures, besides CALLBACK_ALL
WINDOWS = (Kind.RETURN_WINDOW,)  # closes a door when it ends; nobody is late by it


class Status(models.TextChoices):
    RUNNING = "running", _("Running")
    HELD = "held", _("Held")  # answered, approval pending: met at stopped_at unless released
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    VOID = "void", _("Void")


UNFINISHED = (Status.RUNNING, Status.HELD, Status.PAUSED)


class Clock(models.Model):
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="clocks")
    kind = models.CharField(max_length=16, choices=Kind)
    round = models.PositiveSmallIntegerField()
    holder = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")  # null: hotline or citizen
    profile = models.ForeignKey("tickets.SlaProfile", models.PROTECT, db_index=False, related_name="+")  # few, for many clocks
    rule = models.JSONField()  # the limit it started with: minutes or {"wd": n}
    status = models.CharField(max_length=8, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    length = models.PositiveIntegerField()  # seconds from start to the first due date; shares of the ladder refer to it
    kept = models.JSONField(null=True, blank=True)  # while paused: {"s": seconds} or {"wd": days}
    stopped_at = models.DateTimeField(null=True, blank=True)  # the act's own time, not the time of a look
    attempted = models.BooleanField(default=False)  # RESPONSE stopped by two failed tries, counted apart
    calendar_known = models.BooleanField(default=True)  # False: 节假日未维护
    calendar_version = models.PositiveIntegerField(null=True, blank=True)  # that counted the due date; null: minutes
    override = models.ForeignKey("tickets.SlaOverride", models.PROTECT, null=True, blank=True, db_index=False,
                                 related_name="+")
    by_hand = models.BooleanField(default=False)  # somebody set the due date (by_hand.py); no table and no urgency moves it
    level = models.PositiveSmallIntegerField(default=0)  # rungs already dealt with
    next_fire_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "round", "holder", "by_hand"], condition=Q(status__in=UNFINISHED),
                                    nulls_distinct=False, name="clock_one_open"),
            models.CheckConstraint(name="clock_fires_only_while_running",
                                   condition=Q(next_fire_at=None) | Q(status=Status.RUNNING)),
            models.CheckConstraint(name="clock_pause_keeps_the_rest",
                                   condition=Q(status=Status.PAUSED, kept__isnull=False) | ~Q(status=Status.PAUSED)),
            models.CheckConstraint(name="clock_stopped_when_over",
                                   condition=~Q(status__in=[Status.MET, Status.VOID, Status.HELD])
                                   | Q(stopped_at__isnull=False)),
        ]
        indexes = [
            models.Index(fields=["next_fire_at"], name="clock_fire", condition=Q(next_fire_at__isnull=False)),
            models.Index(fields=["due_at"], name="clock_due", condition=Q(status=Status.RUNNING)),
            models.Index(fields=["due_at"], name="clock_callback_due", condition=Q(kind=Kind.CALLBACK_ALL)),  # for the figures
            models.Index(fields=["due_at"], name="clock_promise_due", condition=Q(kind__in=COUNTED)),
        ]

    def __str__(self):
        return f"{self.kind}#{self.round} {self.status} due {self.due_at}"

    def late_at(self, now):
        """Late is a comparison, never a stored flag: the act's own time, or now while it runs."""
        if self.status in (Status.VOID, Status.PAUSED) or self.kind in WINDOWS:
            return False
        return (self.stopped_at or now) > self.due_at

    def fire_at(self, rung):
        """When a rung of the ladder is reached: [name, share of the time or minutes after due, recipients]."""
        when = rung[1]
        if isinstance(when, str):
            return self.due_at + timedelta(minutes=int(when.rstrip("m")))
        return self.due_at + timedelta(seconds=round((when - 1) * self.length))

    def plan_fire(self):
        ladder = self.profile.ladder(self.kind)
        running = self.status == Status.RUNNING and self.level < len(ladder)
        self.next_fire_at = self.fire_at(ladder[self.level]) if running else None

    def finish(self, status, now):
        self.status, self.next_fire_at = status, None
        self.stopped_at = self.stopped_at if status == Status.MET and self.stopped_at else now


CHANGING = ["status", "rule", "due_at", "length", "kept", "stopped_at", "attempted", "next_fire_at", "level",
            "calendar_known", "calendar_version"]


@dataclass
class Face:
    """The unfinished clocks of one locked ticket while a step winds them; writes back what changed."""

    ticket: Any  # tickets.models.Ticket, which imports this module
    now: datetime
    clocks: list

    @cached_property
    def calendar(self):
        return sla.calendar_in_force()

    def calendar_for(self, rule):
        return self.calendar if isinstance(rule, dict) else calendars.NO_CALENDAR

    @cached_property
    def overrides(self):
        return overrides.in_force(self.ticket.category, self.now)

    def note_calendar(self, clock, since, *, was_known=True):
        """Which version of the holiday table counted, and whether it knew the years from `since` to the due date."""
        first, last = calendars.local_date(since), calendars.local_date(clock.due_at)
        clock.calendar_version, clock.calendar_known = self.calendar.number, was_known and self.calendar.knows(first, last)

    def pick(self, kinds, *statuses):
        return [c for c in self.clocks if c.kind in kinds and c.status in (statuses or UNFINISHED)]

    def start(self, kind, *, status=Status.RUNNING, rule=None, at=None):
        ticket, at = self.ticket, at or self.now
        override = None if rule else self.overrides.get(kind)
        rule = rule or (override.value if override else
                        ticket.sla_profile.rule(kind, urgency=ticket.urgency, type_=ticket.type))
        calendar = self.calendar_for(rule)
        due = calendars.due_at(at, rule, calendar)
        clock = Clock(
            ticket=ticket, kind=kind, round=ticket.round, holder=ticket.lead_unit if kind in OF_UNIT else None,
            profile=ticket.sla_profile, rule=rule, started_at=at, due_at=due, status=status, override=override,
            length=int((due - at).total_seconds()),
        )
        if isinstance(rule, dict):
            self.note_calendar(clock, at)
        if status == Status.PAUSED:
            clock.kept = calendars.remaining(at, due, rule, calendar)
        clock.plan_fire()
        self.clocks.append(clock)

    def stop(self, kinds, status=Status.MET):
        for clock in self.pick(kinds):
            clock.finish(status, self.now)

    def hold(self, kinds):
        for clock in self.pick(kinds, Status.RUNNING):
            clock.status, clock.stopped_at, clock.next_fire_at = Status.HELD, self.now, None

    def release(self, kinds):
        for clock in self.pick(kinds, Status.HELD):
            clock.status, clock.stopped_at = Status.RUNNING, None
            clock.plan_fire()

    def pause(self, kinds):
        for clock in self.pick(kinds, Status.RUNNING):
            clock.kept = calendars.remaining(self.now, clock.due_at, clock.rule, self.calendar_for(clock.rule))
            clock.status, clock.next_fire_at = Status.PAUSED, None

    def resume(self, kinds, *, at_least_a_day):
        for clock in self.pick(kinds, Status.PAUSED):
            if at_least_a_day or "wd" in clock.kept:
                clock.due_at = calendars.resumed_due(self.now, clock.kept, self.calendar_for(clock.rule))
                if "wd" in clock.kept:
                    self.note_calendar(clock, self.now)
            else:
                clock.due_at = self.now + timedelta(seconds=clock.kept["s"])
            clock.status, clock.kept = Status.RUNNING, None
            clock.plan_fire()

    def retime(self, urgency):
        """A change of urgency never gives more time: min(old due date, new due date) (SPEC O2)."""
        for clock in [clock for clock in self.pick(RETIMED, Status.RUNNING) if not clock.by_hand]:
            rule = clock.rule if clock.override_id else clock.profile.rule(clock.kind, urgency=urgency, type_=self.ticket.type)
            due = min(clock.due_at, calendars.due_at(clock.started_at, rule, self.calendar_for(rule)))
            if due != clock.due_at:
                clock.rule, clock.due_at, clock.length = rule, due, int((due - clock.started_at).total_seconds())
                if isinstance(rule, dict):
                    self.note_calendar(clock, clock.started_at)
                else:
                    clock.calendar_version, clock.calendar_known = None, True
                clock.plan_fire()

    def save(self):
        """Write back what changed; returns the due dates that moved, for the trail (I10): {kind: [old, new]}."""
        new = [c for c in self.clocks if c.pk is None]
        old = [c for c in self.clocks if c.pk is not None and c._was != snapshot(c)]
        if old:  # first: one that is over makes room for the next of its kind
            Clock.objects.bulk_update(old, CHANGING)
        Clock.objects.bulk_create(new)
        running = [c.due_at for c in self.clocks if c.status == Status.RUNNING and c.kind not in WINDOWS]
        self.ticket.next_due_at = min(running, default=None)
        return {str(c.kind): [c._was["due_at"].isoformat(), c.due_at.isoformat()] for c in old if c.due_at != c._was["due_at"]}


def snapshot(clock):
    return {field: getattr(clock, field) for field in CHANGING}


def face(ticket, now):
    """What was only registered (version 1) has a clock if one is due, and need not be asked for any."""
    has_some = ticket.version > 1 or ticket.version == 1 and ticket.next_due_at
    clocks = list(ticket.clocks.filter(status__in=UNFINISHED).select_related("profile")) if has_some else []
    for clock in clocks:
        clock._was = snapshot(clock)
    return Face(ticket=ticket, now=now, clocks=clocks)


def stop(ticket, kinds, now):
    """Stop clocks of a locked ticket outside a step."""
    wound = face(ticket, now)
    wound.stop(kinds)
    wound.save()


def extend(ticket, by, now):
    """Move the running completion clock to its old due date plus `by`; returns {kind: [old, new due date]}."""
    wound = face(ticket, now)
    (clock,) = wound.pick(PROMISED, Status.RUNNING)
    old = clock.due_at
    clock.due_at = calendars.extended_due(old, by, wound.calendar if "wd" in by else calendars.NO_CALENDAR)
    if "wd" in by:
        wound.note_calendar(clock, old, was_known=clock.calendar_known)
    clock.plan_fire()
    return wound.save()
