"""What units ask for: return (退单), extension (延期), suspension (挂账). Decided by somebody else (T14-T16, T21-T24)."""
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import UNIT_ROLES
from accounts.roster import everyone, people
from dispatch import assignments
from dispatch.models import Request
from notices.actions import tell, tell_citizen
from tickets import clocks
from tickets.actions import AlreadyMoved, Refused, lock, lock_for, move_locked, record_locked
from tickets.calendars import local_date
from tickets.models import Ticket
from tickets.states import State

log = structlog.get_logger(__name__)
LONGEST_SUSPENSION = timedelta(days=274)  # nine months (SPEC S34)
LONGEST_EXTENSION_DAYS = 10
Kind, Status = Request.Kind, Request.Status


def pending(ticket, kind):
    return Request.objects.filter(ticket=ticket, kind=kind, status=Status.PENDING).select_related("by", "unit").first()


def waiting_kinds(ticket):
    """Kinds of open requests, read once per ticket instance: several steps ask on one page."""
    if not hasattr(ticket, "_waiting_kinds"):
        ticket._waiting_kinds = set(Request.objects.filter(ticket=ticket, status=Status.PENDING).values_list("kind", flat=True))
    return ticket._waiting_kinds


def none_waits(kind):
    """For Step.ready: a sentence while a request of this kind waits."""
    return lambda ticket, user: _("A request of this kind is open already.") if kind in waiting_kinds(ticket) else ""


def one_waits(kind):
    return lambda ticket, user: "" if kind in waiting_kinds(ticket) else _("There is no open request of this kind.")


def _ask(ticket, kind, *, by, now, signed_by=None, **fields):
    if pending(ticket, kind):
        raise Refused(_("A request of this kind is open already."))
    return Request.objects.create(ticket=ticket, kind=kind, unit=ticket.lead_unit, round=ticket.round, by=by, at=now,
                                  signed_by=signed_by, from_state=ticket.state, **fields)


def _decide(ticket, kind, *, by, now, approved, decision):
    """Close the open request; never by who asked, nor by a person of the asking unit."""
    request = pending(ticket, kind)
    if request is None:
        raise AlreadyMoved(ticket)  # the page offers it only while one is open: somebody was quicker
    _close(request, Status.APPROVED if approved else Status.REJECTED, by=by, now=now, decision=decision)
    tell([request.by], cause=f"request:{request.pk}", kind=f"{kind}_{request.status}", ticket_no=ticket.ticket_no,
         params={"decision": decision}, now=now)
    return request


def _close(request, status, *, by, now, decision):
    if by.pk in (request.by_id, request.signed_by_id) or (request.unit and by.covers(request.unit, *UNIT_ROLES)):
        raise Refused(_("Who asked, or belongs to the unit that asked, cannot decide."))
    request.status, request.decided_by, request.decided_at, request.decision = status, by, now, decision
    request.save(update_fields=["status", "decided_by", "decided_at", "decision"])


def expire(ticket, *, now, kinds=(Kind.EXTENSION, Kind.SUSPENSION)):
    """What the unit asked for falls away when the ticket leaves its hands; nobody could decide it any more."""
    Request.objects.filter(ticket=ticket, kind__in=kinds, status=Status.PENDING).update(
        status=Status.EXPIRED, decided_at=now)


# --- return ---------------------------------------------------------------------------------------------


def window_is_open(ticket, now):
    """The unit's return window runs from dispatch; late is late, whatever was signed since."""
    return ticket.clocks.filter(kind="RETURN_WINDOW", status="running", due_at__gte=now).exists()


@transaction.atomic
def request_return(ticket_id, *, by, now, reason_code, reason, legal_basis, suggested_unit, proposed_by=None):
    """T14. `proposed_by` is the liaison whose urgent return the leader signs."""
    ticket = lock_for(ticket_id, Ticket.request_return, by=by)
    if not window_is_open(ticket, now):
        raise Refused(_("The return window is over: the unit keeps the ticket."))
    if suggested_unit == ticket.lead_unit:
        raise Refused(_("Suggest another unit than your own."))
    _ask(ticket, Kind.RETURN, by=proposed_by or by, now=now, signed_by=by if proposed_by else None, reason_code=reason_code,
         reason=reason, legal_basis=legal_basis, suggested_unit=suggested_unit)
    ticket = move_locked(ticket, Ticket.request_return, by=by, now=now, note=reason,
                         data={"reason": reason_code, "suggested_unit": suggested_unit.code})
    tell(people("dispatcher", unit=None, now=now), cause=f"return:{ticket.pk}:{ticket.version}", kind="return_requested",
         ticket_no=ticket.ticket_no, now=now)
    return ticket


@transaction.atomic
def approve_return(ticket_id, *, by, now, decision=""):
    ticket = lock_for(ticket_id, Ticket.approve_return, by=by)
    _decide(ticket, Kind.RETURN, by=by, now=now, approved=True, decision=decision)
    expire(ticket, now=now)
    assignments.close_returned(ticket, now=now)
    return move_locked(ticket, Ticket.approve_return, by=by, now=now, note=decision)


def pass_up(ticket, *, by, now, decision):
    """T17: the return is not decided but ruled on; whatever else the unit asked for falls away with it."""
    request = pending(ticket, Kind.RETURN)
    if request:
        _close(request, Status.EXPIRED, by=by, now=now, decision=decision)
    expire(ticket, now=now)


@transaction.atomic
def reject_return(ticket_id, *, by, now, decision):
    """T16: a rejected return is acceptance."""
    ticket = lock_for(ticket_id, Ticket.reject_return, by=by)
    _decide(ticket, Kind.RETURN, by=by, now=now, approved=False, decision=decision)
    assignments.accept_lead(ticket, now=now)
    return move_locked(ticket, Ticket.reject_return, by=by, now=now, note=decision)


# --- extension ------------------------------------------------------------------------------------------


@transaction.atomic
def request_extension(ticket_id, *, by, now, reason, amount, citizen_told_at, proposed_by=None):
    """T21: asked before the completion clock is due; one by a supervisor, a second only by the duty leader."""
    ticket = lock_for(ticket_id, Ticket.request_extension, by=by)
    clock = _promise(ticket)
    if clock is None or clock.due_at <= now:
        raise Refused(_("The deadline has passed: an extension is asked for before it."))
    if ticket.extension_count >= 2:
        raise Refused(_("Two extensions were granted already."))
    _check_amount(clock, amount)
    _ask(ticket, Kind.EXTENSION, by=proposed_by or by, now=now, signed_by=by if proposed_by else None, reason_code="extension",
         reason=reason, amount=amount, citizen_told_at=citizen_told_at)
    return move_locked(ticket, Ticket.request_extension, by=by, now=now, note=reason, data={"amount": amount})


def _promise(ticket):
    return ticket.clocks.filter(kind__in=clocks.PROMISED, status="running").first()


def _check_amount(clock, amount):
    """N at most the original length, and at most ten working days (SPEC 4.3.7)."""
    asked = timedelta(hours=amount["h"]) if "h" in amount else timedelta(days=amount["wd"])
    longest = timedelta(days=LONGEST_EXTENSION_DAYS)
    if asked > longest or asked > max(timedelta(seconds=clock.length), timedelta(days=1)):
        raise Refused(_("At most the original time, and at most ten working days."))


@transaction.atomic
def decide_extension(ticket_id, *, by, now, approved, decision):
    """T22: an approved one adds to the old due date, never to now."""
    ticket = lock_for(ticket_id, Ticket.decide_extension, by=by)
    request = _decide(ticket, Kind.EXTENSION, by=by, now=now, approved=approved, decision=decision)
    if approved and ticket.extension_count >= 1 and not by.has_role("DL"):
        raise Refused(_("A second extension is the duty leader's to grant."))
    data = {"approved": approved}
    if approved:
        data |= {"due": clocks.extend(ticket, request.amount, now)}
    ticket = move_locked(ticket, Ticket.decide_extension, by=by, now=now, note=decision, data=data, approved=approved)
    if approved:
        _tell_caller(ticket, f"extended:{request.pk}", "extended", now)
    return ticket


# --- suspension -----------------------------------------------------------------------------------------


def check_review_date(review_date, now):
    today = local_date(now)
    if not today < review_date <= today + LONGEST_SUSPENSION:
        raise Refused(_("The review date lies within the next nine months."))


@transaction.atomic
def request_suspension(ticket_id, *, by, now, reason_code, reason, plan, review_date, citizen_told_at, proposed_by=None):
    """Asked by the unit; a supervisor proposes, the duty leader approves (T23)."""
    ticket = lock(ticket_id, by=by)
    check_review_date(review_date, now)
    _ask(ticket, Kind.SUSPENSION, by=proposed_by or by, now=now, signed_by=by if proposed_by else None, reason_code=reason_code,
         reason=reason, plan=plan, review_date=review_date, citizen_told_at=citizen_told_at)
    return record_locked(ticket, "request_suspension", by=by, now=now, note=reason)


@transaction.atomic
def approve_suspension(ticket_id, *, by, now, decision, proposed_by=None):
    ticket = lock_for(ticket_id, Ticket.approve_suspension, by=by)
    request = _decide(ticket, Kind.SUSPENSION, by=by, now=now, approved=True, decision=decision)
    expire(ticket, now=now)
    ticket = move_locked(ticket, Ticket.approve_suspension, by=by, now=now, note=decision, review_date=request.review_date,
                         data={"proposed_by": proposed_by.username if proposed_by else ""})
    _tell_caller(ticket, f"suspended:{request.pk}", "suspended", now, review_date=request.review_date.isoformat())
    return ticket


@transaction.atomic
def reject_suspension(ticket_id, *, by, now, decision):
    ticket = lock(ticket_id, by=by)
    _decide(ticket, Kind.SUSPENSION, by=by, now=now, approved=False, decision=decision)
    return record_locked(ticket, "reject_suspension", by=by, now=now, note=decision)


@transaction.atomic
def resume(ticket_id, *, by, now, note=""):
    """T24: by the unit, or by the system on the review date; the citizen keeps at least a day."""
    ticket = lock(ticket_id, by=by)
    ticket = move_locked(ticket, Ticket.resume, by=by, now=now, note=note)
    tell(everyone("unit_liaison", "unit_handler", unit=ticket.lead_unit, now=now), kind="resumed",
         cause=f"resumed:{ticket.pk}:{ticket.version}", ticket_no=ticket.ticket_no,
         params={"due": ticket.next_due_at.isoformat()}, now=now)
    return ticket


# --- exclusion from assessment ------------------------------------------------------------------------------


@transaction.atomic
def request_exclusion(ticket_id, *, by, now, reason_code, reason):
    """O7: a flag for the assessment only; it never changes the state and never replaces the callback."""
    ticket = lock(ticket_id, by=by)
    _ask(ticket, Kind.EXCLUSION, by=by, now=now, reason_code=reason_code, reason=reason)
    return record_locked(ticket, "request_exclusion", by=by, now=now, note=reason, data={"reason": reason_code})


@transaction.atomic
def decide_exclusion(ticket_id, *, by, now, approved, decision, proposed_by=None):
    ticket = lock(ticket_id, by=by)
    _decide(ticket, Kind.EXCLUSION, by=by, now=now, approved=approved, decision=decision)
    return record_locked(ticket, "decide_exclusion", by=by, now=now, note=decision, excluded_from_assessment=approved,
                         data={"approved": approved, "proposed_by": proposed_by.username if proposed_by else ""})


def resume_due(*, by, now):
    """Bring back every suspension whose review date has come; returns how many."""
    due = Ticket.objects.filter(state=State.SUSPENDED, review_date__lte=local_date(now)).values_list("pk", flat=True)
    resumed = 0
    for ticket_id in list(due):
        try:
            resume(ticket_id, by=by, now=now, note="review date")
            resumed += 1
        except AlreadyMoved:
            continue  # the unit was faster
        except Exception:
            log.exception("resume_failed", ticket=ticket_id)  # one bad row must not keep the others suspended
    return resumed


def _tell_caller(ticket, cause, kind, now, **params):
    if ticket.caller.phone:
        tell_citizen(ticket.caller.phone, cause=cause, kind=kind, ticket_no=ticket.ticket_no, params=params, now=now)
