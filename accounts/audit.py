"""The audit log: who did what, when, from where, and whether it was refused."""

from datetime import datetime

import structlog
from django.http import HttpRequest

from accounts.models import AuditEntry, User


def record(
    kind: str,
    *,
    user: User | None,
    now: datetime,
    request: HttpRequest | None = None,
    ticket_no: str = "",
    what: str = "",
    reason: str = "",
    result: str = "ok",
    **data,
) -> AuditEntry:
    """Write one entry in the caller's transaction: no log, no act."""
    return AuditEntry.objects.create(
        at=now,
        user=user if user is not None and user.pk else None,
        kind=kind,
        ticket_no=ticket_no,
        what=what,
        reason=reason,
        result=result,
        ip=request.META.get("REMOTE_ADDR") or None if request is not None else None,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        data=data,
    )
