"""All lines or none. One transaction holds the tickets, asks everything again and takes each step through its own door."""
from dataclasses import replace
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.models import AuditEntry, User
from dispatch.feedback import lines
from dispatch.feedback.files import Entry
from tickets import steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket
from tickets.steps import STEPS

KIND = "IMPORT"
KEPT_FOR = timedelta(hours=1)  # how long a preview may be confirmed


class TakenBefore(Exception):
    """The very preview that is confirmed was confirmed before."""


class NotTaken(Exception):
    """Something changed since the preview: nothing was written. `lines` say what is wrong now."""

    def __init__(self, found):
        super().__init__()
        self.lines = found


def take(entries: list[Entry], key, *, by, now, request=None):
    """Write the stage feedback of every entry and return how many they were. Raises TakenBefore or NotTaken.

    A ticket that changed but still takes the step is taken: what somebody saw on the road stays true.
    """
    try:
        return _take(entries, key, by=by, now=now, request=request)
    except NotTaken as refusal:  # its transaction is gone, the attempt is not
        first = next(line for line in refusal.lines if line.fault)
        audit.record("DENIED", user=by, now=now, request=request, ticket_no=first.ticket_no, what=lines.STEP,
                     result="NotTaken", reason=first.fault[:200], line=first.line, lines=len(refusal.lines))
        raise


@transaction.atomic
def _take(entries, key, *, by, now, request):
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)  # two windows confirm one after the other
    if AuditEntry.objects.filter(user=by, kind=KIND, at__gt=now - 2 * KEPT_FOR, data__key=key).exists():
        raise TakenBefore
    found = lines.lines_of(entries, by, now, lock=True)
    if any(line.fault for line in found):
        raise NotTaken(found)
    for place, line in enumerate(found):
        fault = _taken(line, by=by, now=now)
        if fault:
            raise NotTaken([*found[:place], replace(line, fault=fault), *found[place + 1:]])
    audit.record(KIND, user=by, now=now, request=request, what=lines.STEP, key=key, rows=len(found),
                 tickets=[line.ticket_no for line in found])
    return len(found)


def _taken(line, *, by, now):
    """Take the step for one line; what a rule still has against it, in words."""
    try:
        steps.take(STEPS[lines.STEP], line.ticket, by=by, body={"text": line.text}, now=now)
    except (AlreadyMoved, PermissionDenied, Refused, steps.Invalid, Ticket.DoesNotExist) as refusal:
        return str(refusal) or type(refusal).__name__
    return ""
