"""The tracking list of one week, ready to be shown: counts of category × bucket, and the rows of one page."""
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from followup.models import TrackedNote, TrackedRow, TrackingWeek
from followup.tracking import following, listing
from followup.tracking.forms import LogForm
from followup.tracking.rows import Bucket
from tickets import following as persons
from tickets import sla
from tickets.columns import title_of
from tickets.models import Ticket
from tickets.presenters import Pill, pills_of, state_pill
from tickets.redaction import Reading
from tickets.weeks import WEEK, monday_of

PAGE = 25
TONES = {Bucket.DISSATISFIED: "red", Bucket.IN_HAND: "blue", Bucket.UNSOLVED: "orange"}
ICONS = {Bucket.DISSATISFIED: "mood-sad", Bucket.IN_HAND: "tool", Bucket.UNSOLVED: "circle-x"}
JOINED = ("item__ticket__category", "item__ticket__lead_unit", "item__ticket__area", "item__ticket__caller", "item__since")


@dataclass(frozen=True)
class Line:
    ticket: Ticket
    title: str
    state: Pill
    bucket: Pill
    pills: list
    category: str
    unit: str
    owner: str
    since: str  # of what was carried over from an earlier week
    cause: str
    late: Pill | None
    left: str
    notes: list = field(default_factory=list)
    form: Any = None


class Sought:
    """What of the list one user asked for, out of an address; what makes no sense asks for nothing."""

    def __init__(self, query, user, now):
        self.user, self.now, self.newest = user, now, listing.last_week(now)
        self.monday = self.week_of(query.get("week", ""))
        self.bucket = query.get("bucket") if query.get("bucket") in Bucket.values else ""
        group = query.get("category", "")
        self.group = group[:4] if group.isascii() and group.isdigit() else ""
        self.mine = query.get("mine") == "1"
        number = query.get("page", "")
        self.page = min(int(number), 10_000) if number.isascii() and number.isdigit() and len(number) < 6 else 1

    def week_of(self, text):
        try:
            asked = monday_of(parse_date(text) or self.newest)
        except (ValueError, OverflowError):
            return self.newest
        return min(asked, self.newest)

    def address(self, **changes):
        asked = {"week": self.monday.isoformat(), "category": self.group, "bucket": self.bucket,
                 "mine": "1" if self.mine else "", **changes}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    @property
    def here(self):
        return self.address(page=self.page if self.page > 1 else "")

    def rows(self, owners):
        """The rows that were asked for, in their order."""
        rows = TrackedRow.objects.filter(week__monday=self.monday, item__ticket__in=Ticket.objects.visible_to(self.user))
        if self.bucket:
            rows = rows.filter(bucket=self.bucket)
        if self.group:
            rows = rows.filter(item__ticket__category__l2_code=self.group)
        if self.mine:
            rows = rows.filter(item__ticket__category__in=[pk for pk, person in owners.items() if person.pk == self.user.pk])
        return rows.select_related(*JOINED).order_by("item__ticket__category__code", "bucket", "item__pk")


def context(sought, *, bound=None):
    """`bound` is {ticket number: form} of a row that was sent and came back with errors."""
    owners = persons.followers(sought.now)
    first = max(sought.page - 1, 0) * PAGE
    rows = list(sought.rows(owners)[first: first + PAGE + 1])
    counts = counts_of(sought, owners)
    return {
        "sought": sought,
        "week": week_shown(sought.monday),
        "earlier": sought.address(week=(sought.monday - WEEK).isoformat()) if has_earlier(sought) else "",
        "later": sought.address(week=(sought.monday + WEEK).isoformat()) if sought.monday < sought.newest else "",
        "newest": sought.newest,
        "counts": counts,
        "buckets": [Bucket(bucket).label for bucket in Bucket],
        "lines": lines_of(rows[:PAGE], sought, owners, bound or {}),
        "is_narrowed": bool(sought.bucket or sought.group or sought.mine),
        "all_of_it": f"?week={sought.monday.isoformat()}",
        "mine": sought.address(mine="1") if any(person.pk == sought.user.pk for person in owners.values()) else "",
        "before": sought.address(page=sought.page - 1) if sought.page > 1 else "",
        "following": sought.address(page=sought.page + 1) if len(rows) > PAGE else "",
        "here": sought.here,
    }


def has_earlier(sought):
    first = TrackingWeek.objects.aggregate(first=Min("monday"))["first"]
    return first is not None and first < sought.monday


def week_shown(monday: date):
    return f"{date_format(monday, 'Y-m-d')} – {date_format(monday + WEEK - timedelta(days=1), 'm-d')}"


def counts_of(sought, owners):
    """[{label, cells: [(count, address)], total, owner}] of each group of categories; one query."""
    seen = TrackedRow.objects.filter(week__monday=sought.monday, item__ticket__in=Ticket.objects.visible_to(sought.user))
    found = seen.order_by().values("item__ticket__category__l2_code", "item__ticket__category__l2", "bucket").annotate(
        n=Count("pk"))
    groups: dict = {}
    for row in found:
        key = row["item__ticket__category__l2_code"] or "", row["item__ticket__category__l2"] or _("No category")
        groups.setdefault(key, {})[row["bucket"]] = row["n"]
    return [
        {"label": f"{code} {name}".strip(), "total": sum(numbers.values()),
         "url": sought.address(category=code, bucket=""),
         "cells": [(numbers.get(bucket, 0), sought.address(category=code, bucket=bucket)) for bucket in Bucket.values]}
        for (code, name), numbers in sorted(groups.items())
    ]


def lines_of(rows, sought, owners, bound):
    """A Line for each row; one query, for the logs of all of them."""
    logs: dict = {}
    for note in TrackedNote.objects.filter(item__in=[row.item_id for row in rows]).select_related("by").order_by("-pk"):
        logs.setdefault(note.item_id, []).append(note)
    calendar = sla.calendar_shown()
    return [line_of(row, sought, owners, logs.get(row.item_id, []), calendar, bound) for row in rows]


def line_of(row, sought, owners, notes, calendar, bound):
    item, ticket = row.item, row.item.ticket
    ticket._tracked_item = item
    reading, owner = Reading(ticket, sought.user), owners.get(ticket.category_id)
    writes = item.left_at is None and following.may_write(ticket, sought.user, owner)
    form = bound.get(ticket.ticket_no) or (LogForm(ticket=ticket, user=sought.user, now=sought.now) if writes else None)
    if form:
        form.auto_id = f"log-{ticket.ticket_no}-%s"
    return Line(
        ticket=ticket, title=title_of(ticket, sought.user), state=state_pill(ticket), pills=list(pills_of(ticket)),
        bucket=Pill(str(Bucket(row.bucket).label), TONES[Bucket(row.bucket)], ICONS[Bucket(row.bucket)]),
        category=ticket.category.name if ticket.category else _("No category"),
        unit=ticket.lead_unit.name if ticket.lead_unit else "", owner=owner.display_name if owner else "",
        since=week_shown(item.since.monday) if item.since.monday < sought.monday else "",
        cause=item.get_cause_display(), late=late(item, sought.now, calendar), left=left(item),
        notes=[(note.at, note.by.display_name, note.get_cause_display(), reading.text(note.text)) for note in notes], form=form)


def late(item, now, calendar):
    """The mark of a row whose cause nobody has named within one working day."""
    if item.cause or item.left_at:
        return None
    due = following.cause_due(item, calendar)
    if now <= due:
        return Pill(_("No cause yet"), "yellow", "help-circle")
    said = _("Cause missing since %(date)s") % {"date": date_format(timezone.localtime(due), "m-d")}
    return Pill(said, "red", "alert-triangle")


def left(item):
    if not item.left_at:
        return ""
    return f"{item.get_left_how_display()} · {date_format(timezone.localtime(item.left_at), 'm-d')}"
