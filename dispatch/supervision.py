"""督办单: a supervisor, or the ladder, orders a unit to answer; the order has a clock of its own.

One SUPERVISION clock runs per unit and round while any of its orders is open: it starts with the first and stops
with the last. A leader's instruction names its own due date and has a clock for itself. Each order keeps its due date.
The actions act on the oldest order that fits, or on `order`, an id.
"""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import UNIT_ROLES, Role
from accounts.roster import people
from dispatch.models import SupervisionOrder
from notices.actions import tell
from tickets import by_hand, clocks
from tickets.actions import AlreadyMoved, Refused, lock, record_locked
from tickets.states import OPEN

Kind, Status = SupervisionOrder.Kind, SupervisionOrder.Status
LEADERS = (Role.DL, Role.QL)
NO_UNIT = gettext_lazy("No unit has the ticket: there is nobody to answer.")
UNANSWERED = (Status.ISSUED, Status.ACKNOWLEDGED, Status.SENT_BACK)  # they wait for the unit
NOT_CLOSED = (*UNANSWERED, Status.FED_BACK)


def may_issue(user, kind):
    if user.is_system or user.has_role(Role.SV, Role.ZH, Role.DL):
        return True
    return user.has_role(Role.QL) and kind == Kind.LEADER


def may_answer(order, user):
    return order.unit is not None and user.covers(order.unit, *UNIT_ROLES)


def may_judge(order, user):
    return user.has_role(Role.SV) or order.by_id == user.pk


def orders(ticket, *statuses):
    found = SupervisionOrder.objects.filter(ticket=ticket, status__in=statuses)
    return found.select_related("unit", "by").order_by("at", "pk")


@transaction.atomic
def instruct(ticket_id, *, by, now, text, due_at):
    """O12 批示: a leader's order with a due date of his own, which the unit that has the ticket must answer."""
    ticket = lock(ticket_id, by=by)
    if not by.has_role(*LEADERS):
        raise PermissionDenied("instruct")
    if ticket.state in OPEN and ticket.lead_unit_id is None:
        raise Refused(NO_UNIT)
    if due_at <= now:
        raise Refused(_("The due date must be in the future."))
    return issue(ticket_id, kind=Kind.LEADER, by=by, now=now, text=text, due_at=due_at)


@transaction.atomic
def issue(ticket_id, *, kind, by, now, text="", due_at=None):
    """O3: at most one open order of a kind. `text` is empty when the ladder issues it; `due_at` is an instruction's."""
    ticket = lock(ticket_id, by=by)
    if not may_issue(by, kind):
        raise PermissionDenied("issue_supervision")
    if ticket.state not in OPEN:
        raise AlreadyMoved(ticket)
    if orders(ticket, *NOT_CLOSED).filter(kind=kind).exists():
        raise Refused(_("An order of this kind is open already."))
    told = {"kind": str(kind)} | ({"due_at": due_at.isoformat()} if due_at else {})
    ticket = record_locked(ticket, "instruct" if due_at else "issue_supervision", by=by, now=now, note=text, data=told)
    order = SupervisionOrder.objects.create(ticket=ticket, kind=kind, unit=ticket.lead_unit, by=by, at=now, text=text,
                                            due_at=_start_clock(ticket, now, due_at), by_hand=bool(due_at))
    _tell_unit(order, "instruction" if due_at else "supervision_issued", now, params={"due": order.due_at.isoformat()},
               channels=("inapp", "sms"))
    return ticket


def issue_by_system(ticket_id, kind, *, now):
    """What the rules demand; the ticket after it, or None when an order of this kind is open already."""
    if orders(ticket_id, *NOT_CLOSED).filter(kind=kind).exists():
        return None
    return issue(ticket_id, kind=kind, by=User.objects.system(), now=now)


@transaction.atomic
def acknowledge(ticket_id, *, by, now, order=None):
    found = _locked(ticket_id, order, Status.ISSUED, may=may_answer, by=by)
    return _turn(found, Status.ACKNOWLEDGED, "acknowledge_supervision", by=by, now=now)


@transaction.atomic
def feed_back(ticket_id, *, by, now, text, order=None):
    """The unit's answer; an order that was sent back is answered again."""
    found = _locked(ticket_id, order, *UNANSWERED, may=may_answer, by=by)
    found.feedback, found.fed_back_by, found.fed_back_at = text, by, now
    ticket = _turn(found, Status.FED_BACK, "feed_back_supervision", by=by, now=now, note=text)
    recipients = people("supervisor", unit=None, now=now) if found.by.is_system else [found.by]
    tell(recipients, cause=_cause(found), kind="supervision_answered", ticket_no=ticket.ticket_no,
         params={"unit": found.unit.name}, now=now)
    return ticket


@transaction.atomic
def send_back(ticket_id, *, by, now, note, order=None):
    found = _locked(ticket_id, order, Status.FED_BACK, may=may_judge, by=by)
    ticket = _turn(found, Status.SENT_BACK, "send_back_supervision", by=by, now=now, note=note)
    _tell_unit(found, "supervision_sent_back", now)
    return ticket


@transaction.atomic
def close(ticket_id, *, by, now, note="", order=None):
    """Usually after an answer; an order that has lost its purpose is closed with a note that says why."""
    found = _locked(ticket_id, order, *NOT_CLOSED, may=may_judge, by=by, first=Status.FED_BACK)
    if found.status != Status.FED_BACK and not note:
        raise Refused(_("The unit has not answered: say why the order is closed."))
    found.closed_by, found.closed_at = by, now
    ticket = _turn(found, Status.CLOSED, "close_supervision", by=by, now=now, note=note)
    _stop_clock(found, now)
    _tell_unit(found, "supervision_closed", now)
    return ticket


def _locked(ticket_id, order_id, *statuses, may, by, first=None):
    """The order under the ticket's lock, the ticket row first, as everywhere."""
    ticket = lock(ticket_id, by=by)
    fitting = [order for order in orders(ticket, *statuses) if order_id in (None, order.pk)]
    if not fitting:
        raise AlreadyMoved(ticket) if order_id else Refused(_("No supervision order is there for this."))
    permitted = [order for order in fitting if may(order, by)]
    if not permitted:
        raise PermissionDenied("supervision")
    order = next((order for order in permitted if order.status == first), permitted[0])
    order.ticket = ticket
    return order


def _turn(order, status, name, *, by, now, note=""):
    order.status = status
    order.save(update_fields=["status", "feedback", "fed_back_by", "fed_back_at", "closed_by", "closed_at"])
    told = {"order": order.pk, "kind": str(order.kind)}  # of a kind at most one is open: a replay knows which one this was
    order.ticket = record_locked(order.ticket, name, by=by, now=now, note=note, data=told)
    return order.ticket


def _cause(order):
    return f"supervision:{order.pk}:{order.ticket.version}"


def _tell_unit(order, kind, now, **told):
    if order.unit:
        recipients = [person for post in ("unit_leader", "unit_liaison")
                      for person in people(post, unit=order.unit, now=now)]
        tell(recipients, cause=_cause(order), kind=kind, ticket_no=order.ticket.ticket_no, now=now, **told)


# --- the clock -------------------------------------------------------------------------------------------


def _start_clock(ticket, now, due_at):
    """Starts it unless it runs for this unit already; returns the due date of an order that is issued now."""
    face = clocks.face(ticket, now)
    if due_at:
        by_hand.start(face, clocks.Kind.SUPERVISION, due_at)
    elif not by_hand.of_unit(face, ticket.lead_unit_id, by_hand=False):
        face.start(clocks.Kind.SUPERVISION)
    _save(face)
    return due_at or by_hand.usual_due(ticket, now, face.calendar_for)


def _stop_clock(order, now):
    if orders(order.ticket, *NOT_CLOSED).filter(unit=order.unit, by_hand=order.by_hand).exists():
        return
    face = clocks.face(order.ticket, now)
    for clock in by_hand.of_unit(face, order.unit_id, by_hand=order.by_hand):
        clock.finish(clocks.Status.MET, now)
    _save(face)


def _save(face):
    face.save()
    face.ticket.save(update_fields=["next_due_at"])
