"""What people do with reports: ask for one, put words to it, approve it, issue it, begin a corrected version."""
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.roles import Role
from insights.models import Report, ReportCounter
from insights.reports import making
from insights.reports.kinds import KINDS
from notices.actions import Waker
from tickets.actions import Refused
from tickets.calendars import local_date

READERS = (Role.SV, Role.ZH, Role.DL, Role.QL)
MAKE = (Role.SV, Role.ZH)
APPROVE = (Role.ZH, Role.DL)
ISSUE = (Role.ZH,)
Status = Report.Status


def allowed(by, roles):
    if not by.has_role(*roles):
        raise PermissionDenied


def send_hint():
    from insights.tasks import make_reports

    make_reports.apply_async(retry=False, expires=25)


waker = Waker(send_hint)


def hint():
    """A request never waits for the queue; what is lost is found by the next look."""
    if settings.PROCESS == "web":
        transaction.on_commit(waker.wake)


@transaction.atomic
def ask(kind, moment, *, by, now):
    """The report of the period that holds an instant: the one that is there, or a row that a worker fills."""
    allowed(by, MAKE)
    found = KINDS[kind].around(moment)
    if found is None:
        raise Refused(_("The table of holidays knows none before this day."))
    since, until = found
    if until > now:
        raise Refused(_("This period is not over yet."))
    there = Report.objects.filter(kind=kind, since=since, until=until).order_by("-version").first()
    return there or begin(kind, since, until, by=by, now=now, version=1)


def begin(kind, since, until, *, by, now, version):
    try:
        with transaction.atomic():
            report = making.fresh(kind, since, until, now=now, by=by, version=version)
            report.save()
    except IntegrityError:  # somebody was quicker
        return Report.objects.filter(kind=kind, since=since, until=until).order_by("-version")[0]
    hint()
    return report


@transaction.atomic
def correct(report_id, *, by, now):
    """A new version of an issued report, counted anew; the issued one stays as it is."""
    allowed(by, MAKE)
    report = locked(report_id)
    if report.status != Status.ISSUED:
        raise Refused(_("Only an issued report is corrected; a draft can be changed."))
    last = Report.objects.filter(kind=report.kind, since=report.since, until=report.until).order_by("-version")[0]
    if last.status != Status.ISSUED:
        return last
    return begin(report.kind, report.since, report.until, by=by, now=now, version=last.version + 1)


@transaction.atomic
def again(report_id, *, by, now):
    """Once more what could not be made."""
    allowed(by, MAKE)
    report = locked(report_id)
    if report.status != Status.FAILED:
        raise Refused(_("It is not the case any more."))
    report.status, report.tries = Status.QUEUED, 0
    report.save(update_fields=["status", "tries"])
    hint()
    return report


@transaction.atomic
def edit(report_id, *, by, now, heading, comment, sent_to, seen=""):
    """`seen`: when it was changed last, as the form showed it: nobody writes over what he has not read."""
    allowed(by, MAKE)
    report = locked(report_id)
    if report.status != Status.DRAFT:
        raise Refused(_("It is not a draft any more."))
    if seen != stamp(report):
        raise Refused(_("Somebody else has changed it meanwhile. Your words are still in the form."))
    report.heading, report.comment, report.sent_to, report.edited_by, report.edited_at = heading, comment, sent_to, by, now
    report.save(update_fields=["heading", "comment", "sent_to", "edited_by", "edited_at"])
    return report


def stamp(report):
    return report.edited_at.isoformat() if report.edited_at else ""


def may_approve(report, user):
    """Whoever asked for it or wrote in it is not the second person."""
    mine = user.pk in (report.edited_by_id, report.asked_by_id)
    return report.status == Status.DRAFT and user.has_role(*APPROVE) and not mine


@transaction.atomic
def approve(report_id, *, by, now):
    allowed(by, APPROVE)
    report = locked(report_id)
    if report.status != Status.DRAFT:
        raise Refused(_("It was decided already."))
    if not may_approve(report, by):
        raise Refused(_("Somebody else has to approve what you asked for or wrote."))
    report.status, report.approved_by, report.approved_at = Status.APPROVED, by, now
    report.save(update_fields=["status", "approved_by", "approved_at"])
    return report


@transaction.atomic
def send_back(report_id, *, by, now):
    """From approved to a draft again, as long as it is not issued."""
    allowed(by, APPROVE)
    report = locked(report_id)
    if report.status != Status.APPROVED:
        raise Refused(_("It is not the case any more."))
    report.status, report.approved_by, report.approved_at = Status.DRAFT, None, None
    report.save(update_fields=["status", "approved_by", "approved_at"])
    return report


def may_issue(report, user):
    """Two persons answer for it: what nobody asked for or wrote in is issued by another one than who approved it."""
    second = report.edited_by_id or report.asked_by_id or report.approved_by_id != user.pk
    return report.status == Status.APPROVED and user.has_role(*ISSUE) and bool(second)


@transaction.atomic
def issue(report_id, *, by, now):
    """For good, and under a number without gaps; a corrected version keeps the number of the first one."""
    allowed(by, ISSUE)
    report = locked(report_id)
    if report.status != Status.APPROVED:
        raise Refused(_("Only an approved report is issued, and only once."))
    if not may_issue(report, by):
        raise Refused(_("You alone have approved it, and nobody has written in it: somebody else has to issue it."))
    report.status, report.issued_by, report.issued_at = Status.ISSUED, by, now
    report.year, report.number = number_of(report, local_date(now).year)
    report.save(update_fields=["status", "issued_by", "issued_at", "year", "number"])
    audit.record("CONFIG", user=by, now=now, what=f"report {report.kind}", digest=report.digest,
                 reason=f"{report.year}-{report.number} v{report.version}")
    return report


def number_of(report, year):
    earlier = Report.objects.filter(kind=report.kind, since=report.since, until=report.until, status=Status.ISSUED).first()
    if earlier:
        return earlier.year, earlier.number
    ReportCounter.objects.bulk_create([ReportCounter(kind=report.kind, year=year)], ignore_conflicts=True)
    counter = ReportCounter.objects.select_for_update().get(kind=report.kind, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return year, counter.last


def locked(report_id):
    return Report.objects.select_for_update(of=("self",)).get(pk=report_id)
