"""Asking for a long file, or for one with names and phones; approving it; taking it away; removing it.

What is short and masked needs none of this (tickets/excel.py). Names in full, and more rows than one may take away by
himself, are approved by a duty leader who is not the one that asks (SPEC 5.2).
"""
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Role
from notices.actions import tell
from tickets import excel
from tickets.actions import Refused
from tickets.disclosure import IN_FULL
from tickets.exports.rows import Export, ExportPart
from tickets.telephony.models import Seat

APPROVE = (Role.DL,)
MOST_ROWS = 1_000_000
MOST_ACTIVE = 3  # of one person, under way at once
A_DAY = timedelta(days=1)
Status = Export.Status


def check_place(user):
    """A13: whoever works from home takes no files there."""
    if Seat.objects.filter(operator=user, left_at=None, place=Seat.Place.HOME).exists():
        raise Refused(_("Files are not taken away from a seat at home."))


class DecidedAlready(Exception):
    """Somebody else was quicker."""


@transaction.atomic
def ask(source, *, query, reason, form, in_full, request, now):
    """An Export that waits for its turn, or for approval. Refused when it is too much."""
    user = source.user
    check_place(user)
    if in_full and not user.has_role(*IN_FULL):
        raise PermissionDenied("export_in_full")
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)  # two clicks at once count as two
    excel.check_allowance(user, now)
    if Export.objects.filter(owner=user, status__in=Export.ACTIVE).count() >= MOST_ACTIVE:
        raise Refused(_("%(n)d of your files are under way: wait until one of them is ready.") % {"n": MOST_ACTIVE})
    total = source.count(MOST_ROWS + 1)
    if total > MOST_ROWS:
        raise Refused(_("The list has more than %(n)d rows. Filter it.") % {"n": MOST_ROWS})
    second = in_full or total > excel.MOST_ROWS and not user.has_role(*excel.MAY_TAKE_ALL)
    export = Export.objects.create(
        owner=user, at=now, source=source.name, query=query, title=source.title[:120], filters=source.shown_filters,
        reason=reason, form=form, in_full=in_full, needs_second=second,
        status=Status.WAITING if second else Status.QUEUED, total=total)
    log(export, "asked", by=user, now=now, request=request, reason=reason, filters=source.filters)
    if second:
        leaders = User.objects.filter(is_active=True, memberships__role__in=APPROVE).exclude(pk=user.pk).distinct()
        tell(leaders, cause=f"export:{export.pk}:asked", kind="export_asked", params={"rows": total}, now=now)
    return export


def log(export, what, *, by, now, request=None, reason="", **more):
    return audit.record("EXPORT_FILE", user=by, now=now, request=request, what=export.source, reason=reason, result=what,
                        export=export.pk, rows=export.total, in_full=export.in_full, form=export.form, **more)


def waiting_for(user):
    """What this user may decide on: never his own."""
    if not user.has_role(*APPROVE):
        return Export.objects.none()
    return Export.objects.filter(status=Status.WAITING).exclude(owner=user).select_related("owner").order_by("at")


@transaction.atomic
def decide(export_id, *, by, now, approved, decision="", request=None):
    """The second person. Raises Export.DoesNotExist, DecidedAlready, PermissionDenied."""
    if not by.has_role(*APPROVE):
        raise PermissionDenied("export_decide")
    export = Export.objects.select_for_update(of=("self",)).select_related("owner").get(pk=export_id)
    if export.owner_id == by.pk:
        raise PermissionDenied("export_decide")
    if export.status != Status.WAITING:
        raise DecidedAlready
    export.status = Status.QUEUED if approved else Status.REFUSED
    export.decided_by, export.decided_at, export.decision = by, now, decision
    export.save(update_fields=["status", "decided_by", "decided_at", "decision"])
    log(export, "approved" if approved else "refused", by=by, now=now, request=request, reason=decision,
        owner=export.owner.username)
    tell([export.owner], cause=f"export:{export.pk}:decided", kind="export_approved" if approved else "export_refused", now=now)
    return export


@transaction.atomic
def drop(export_id, *, by, now, request=None):
    """The owner removes it, also while it is being written."""
    export = Export.objects.select_for_update().get(pk=export_id, owner=by)
    if export.status == Status.REMOVED:
        return export
    remove(export)
    log(export, "removed", by=by, now=now, request=request)
    return export


def remove(export):
    ExportPart.objects.filter(export=export).delete()
    export.status = Status.REMOVED
    export.query = export.filters = ""  # the first may hold a name that was searched for
    export.save(update_fields=["status", "query", "filters"])


@transaction.atomic
def take_away(export_id, *, by, now, request):
    """The finished file of its owner, on record before its first byte leaves. Raises Export.DoesNotExist."""
    check_place(by)
    export = Export.objects.get(pk=export_id, owner=by, status=Status.DONE, kept_until__gt=now)
    if export.in_full and not by.has_role(*IN_FULL):
        raise Export.DoesNotExist
    excel.check_allowance(by, now)
    audit.record("EXPORT", user=by, now=now, request=request, what=export.source, reason=export.reason, rows=export.done,
                 export=export.pk, in_full=export.in_full, sha256=export.sha256)
    return export


def purge(*, now):
    """Remove what was kept long enough. Returns how many files."""
    old = Export.objects.filter(status=Status.DONE, kept_until__lte=now)
    found = list(old.values_list("pk", flat=True)[:100])
    for pk in found:
        with transaction.atomic():
            export = old.select_for_update(skip_locked=True).filter(pk=pk).first()
            if export:
                remove(export)
    return len(found)
