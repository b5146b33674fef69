"""The one door through which pages and API let a user take a step; what is refused is kept as DENIED."""
from django.core.exceptions import PermissionDenied

from accounts import audit
from tickets import steps
from tickets.actions import AlreadyMoved, Refused


def attempt(request, ticket, step, *, body, now, version=None):
    """Take a step; a refusal goes to the audit log (its own transaction) and is raised again."""
    try:
        return steps.take(step, ticket, by=request.user, body=body, now=now, version=version)
    except (PermissionDenied, AlreadyMoved, Refused) as refusal:
        audit.record("DENIED", user=request.user, now=now, request=request, ticket_no=ticket.ticket_no, what=step.name,
                     result=type(refusal).__name__, reason=str(refusal)[:200])
        refusal.is_on_record = True  # type: ignore[union-attr]
        raise
