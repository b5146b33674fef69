"""How long each step may take: profiles and holidays as versioned data."""
from datetime import date

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.cache import cache
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.calendars import NO_CALENDAR, WorkCalendar

KEPT = "work-calendar"

# Ladders of SPEC 4.4. A rung is [name, when, [recipients]]: a number is a share of the allowed time
# (0.75 = yellow, 1.0 = at due, 2.0 = as late again), "60m" is minutes after due.
HANDLING_LADDER = [
    ["warn", 0.75, ["unit_handler", "unit_liaison"]],
    ["warn2", 0.9, ["unit_leader"]],
    ["L1", "0m", ["unit_leader", "supervisor"]],
    ["L2", "240m", ["supervisor"]],  # and a supervision order is issued
    ["L3", "720m", ["duty_leader"]],
    ["L4", "1440m", ["district_leader"]],
]
DESK_LADDER = [["L1", "0m", ["shift_leader"]], ["L2", "60m", ["duty_leader"]]]
FEEDBACK_LADDER = [
    ["warn", 0.75, ["unit_handler", "unit_liaison"]], ["L1", "0m", ["unit_leader"]], ["L2", "240m", ["supervisor"]]]
RUNG_LABELS = {"warn": _("warning"), "warn2": _("second warning")}
RULING_LADDER = [["warn", 0.75, ["supervisor"]], ["L1", "0m", ["supervisor"]], ["L2", "60m", ["duty_leader"]]]
LADDERS = {
    "ACCEPT": DESK_LADDER,
    "INFO": DESK_LADDER,
    "REVIEW": [["warn", 0.75, ["reviewer"]], ["L1", "0m", ["shift_leader"]], ["L2", "15m", ["duty_leader"]]],
    "DISPATCH": [["warn", 0.75, ["dispatcher"]], ["L1", "0m", ["shift_leader"]], ["L2", "15m", ["duty_leader"]]],
    "RECEIPT": [
        ["warn", 0.75, ["unit_liaison"]],
        ["L1", "0m", ["unit_liaison", "unit_leader"]],
        ["L2", 2.0, ["supervisor"]],  # and the ticket counts as signed (T13)
    ],
    "RESPONSE": [
        ["warn", 0.75, ["unit_handler", "unit_liaison"]],
        ["L1", "0m", ["unit_leader"]],
        ["L2", "60m", ["supervisor"]],
        ["L3", "120m", ["duty_leader"]],
        ["L4", "240m", ["district_leader"]],
    ],
    "COMPLETION": HANDLING_LADDER,
    "REDO": HANDLING_LADDER,
    "RETURN_WINDOW": [],  # its end is no offence: it only closes the door
    "RETURN_DECISION": DESK_LADDER,
    "ARBITRATION": RULING_LADDER,
    "REPLY_REVIEW": DESK_LADDER,
    "CALLBACK_FIRST": [
        ["warn", 0.75, ["callback_agent"]],
        ["L1", "0m", ["callback_lead"]],
        ["L2", "720m", ["supervisor"]],
    ],
    "CALLBACK_ALL": [["L1", "0m", ["callback_lead"]], ["L2", "720m", ["supervisor"]]],
    "ADJUDICATION": RULING_LADDER,
    "SUPERVISION": [["warn", 0.75, ["unit_leader"]], ["L1", "0m", ["supervisor"]], ["L2", "240m", ["duty_leader"]]],
    "PROGRESS": FEEDBACK_LADDER,
    "MONTHLY": FEEDBACK_LADDER,
}


def rung_label(code):
    """L1 to L4 are names already."""
    return str(RUNG_LABELS.get(code, code))


class SlaProfileQuerySet(models.QuerySet):
    def current(self, now):
        """The default profile in force at `now`: the newest version that has begun."""
        return self.filter(is_default=True, valid_from__lte=now).order_by("-valid_from", "-version").first()


class SlaProfile(models.Model):
    """One version of a set of limits and ladders. Never edited: a change is a new version."""

    code = models.CharField(max_length=30)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(_("title"), max_length=80)
    limits = models.JSONField()  # kind -> urgency or type -> minutes or {"wd": n}
    ladders = models.JSONField(default=dict)  # kind -> rungs
    valid_from = models.DateTimeField()
    is_default = models.BooleanField(default=False)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")  # null: shipped
    at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = SlaProfileQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="sla_version")]

    def __str__(self):
        return f"{self.title} v{self.version}"

    def rule(self, kind, *, urgency, type_):
        """The limit of a clock: by urgency, where that says nothing by the type of the demand; None: no such clock."""
        by = self.limits.get(kind, {})
        return by.get(urgency, by.get(type_, by.get("other", by.get("normal"))))

    def ladder(self, kind):
        return self.ladders.get(kind, LADDERS[kind])


class HolidayDay(models.Model):
    """放假 and 调休: days that differ from the plain week. The days of the newest CalendarVersion, written with it."""

    class Kind(models.TextChoices):
        OFF = "off", _("Day off")
        WORK = "work", _("Swapped workday")

    date = models.DateField(unique=True)
    kind = models.CharField(max_length=4, choices=Kind)
    name = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=120, blank=True)


class CalendarVersionQuerySet(models.QuerySet):
    def newest(self):
        return self.order_by("-number").first()

    def at(self, moment):
        """The version that counted at an instant; None before the first one."""
        return self.filter(at__lte=moment).order_by("-number").first()


class CalendarVersion(models.Model):
    """The whole table of holidays after one change of it. Never edited: a change is a new version, the newest counts."""

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    source = models.CharField(max_length=120, blank=True)
    days = models.JSONField()  # "2026-01-01" -> ["off" or "work", name]
    years = ArrayField(models.PositiveSmallIntegerField())  # whose holidays were entered completely
    changes = models.JSONField(default=dict)  # "2026-01-01" -> [old, new], each as in `days` or null
    applied = models.BooleanField(default=False)  # open clocks were counted again with it

    objects = CalendarVersionQuerySet.as_manager()

    class Meta:
        triggers = [pgtrigger.Protect(name="calendar_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"v{self.number}"

    @property
    def calendar(self):
        return WorkCalendar(off=self._dates(HolidayDay.Kind.OFF), work=self._dates(HolidayDay.Kind.WORK),
                            years=frozenset(self.years), number=self.number)

    def _dates(self, wanted):
        return frozenset(date.fromisoformat(day) for day, (kind, _name) in self.days.items() if kind == wanted)


def calendar_in_force():
    """The newest version of the holiday table as a value. Only workday rules need it."""
    version = CalendarVersion.objects.newest()
    return version.calendar if version else NO_CALENDAR


def calendars_by_number():
    """{number: WorkCalendar} of every version: which one counted stands on the clock."""
    return {version.number: version.calendar for version in CalendarVersion.objects.all()}


def calendar_shown():
    """For pages, which only show what is left: a holiday entered just now may be missing for five minutes."""
    return cache.get_or_set(KEPT, calendar_in_force, 300)
