"""Making reports: when one is due or asked for a row waits, and a worker counts its sections one by one.

Who counts gives signs of life and says how far it is. One that was killed gives none: after a while another begins anew, and
the third loss is the last. Any number of schedulers make one report: its kind, period and version are unique.
"""
import hashlib
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from insights.models import Report
from insights.reports import drafts, hourly, sections
from insights.reports.kinds import KINDS, in_use
from insights.reports.sections import Span
from tickets.models import Call, Ticket
from tickets.trail import canonical

log = structlog.get_logger(__name__)
LOST = timedelta(seconds=90)
TRIES = 3
Status = Report.Status


def ask_for_due(now):
    """Rows for what should be there by now. Of a time before the first call or ticket there is nothing to report."""
    for kind in in_use().values():
        if kind.is_due(now):
            since, until = kind.last(now)
            if not Report.objects.filter(kind=kind.name, since=since, until=until).exists() and began_before(until):
                Report.objects.bulk_create([fresh(kind.name, since, until, now=now)], ignore_conflicts=True)


def began_before(until):
    return Ticket.objects.filter(registered_at__lt=until).exists() or Call.objects.filter(started_at__lt=until).exists()


def fresh(kind, since, until, *, now, by=None, version=1):
    return Report(kind=kind, since=since, until=until, version=version, asked_by=by, at=now, total=len(sections_of(kind)))


def sections_of(kind):
    return KINDS[kind].sections


def due(now):
    return Report.objects.filter(Q(status=Status.QUEUED) | Q(status=Status.MAKING, beat_at__lt=now - LOST))


@transaction.atomic
def claim(now):
    """The next one, counted as tried; None when nothing waits."""
    report = due(now).select_for_update(skip_locked=True, of=("self",)).order_by("at", "pk").first()
    if report is None:
        return None
    if report.tries >= TRIES:
        report.status = Status.FAILED
        report.save(update_fields=["status"])
        log.error("report_failed", report=report.pk, tries=report.tries)
        return claim(now)
    report.status, report.tries, report.beat_at, report.done = Status.MAKING, report.tries + 1, now, 0
    report.save(update_fields=["status", "tries", "beat_at", "done"])
    return report


def mine(report):
    return Report.objects.filter(pk=report.pk, status=Status.MAKING, tries=report.tries)


def make_all(clock):
    """Make what waits. `clock` gives the database's instant. Returns how many were begun."""
    begun = 0
    while report := claim(clock()):
        begun += 1
        try:
            make(report, clock)
        except Exception:  # it is tried again after a while, and given up after the third time
            log.exception("report_broken", report=report.pk, attempt=report.tries)
    return begun


def make(report, clock):
    """Count every section as of one instant; kept only if it is still ours."""
    now = clock()
    span = Span(report.kind, report.since, report.until, now)
    content = []
    for done, name in enumerate(sections_of(report.kind), start=1):
        found = (getattr(sections, name, None) or getattr(hourly, name))(span)
        if found is not None:
            content.append(found)
        if not mine(report).update(done=done, beat_at=clock()):
            return
    text = drafts.text_of(report, content)
    mine(report).update(status=Status.DRAFT, content=content, digest=digest(content), made_at=now, **text)


def digest(content):
    return hashlib.sha256(canonical(content).encode()).hexdigest()
