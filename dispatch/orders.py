"""Supervision orders as the ticket page meets them: "the" order of a ticket is the oldest that waits for this user."""
from django.utils.translation import gettext as _

from dispatch import supervision
from dispatch.models import SupervisionOrder

Status = SupervisionOrder.Status


def open_of(ticket):
    """Open orders, read once per ticket instance: several steps ask on one page."""
    if not hasattr(ticket, "_open_orders"):
        ticket._open_orders = list(supervision.orders(ticket, *supervision.NOT_CLOSED))
    return ticket._open_orders


def to_answer(ticket, user):
    return next((o for o in open_of(ticket) if o.status in supervision.UNANSWERED and supervision.may_answer(o, user)), None)


def to_judge(ticket, user):
    return next((o for o in open_of(ticket) if supervision.may_judge(o, user)), None)


def to_send_back(ticket, user):
    return next((o for o in open_of(ticket) if o.status == Status.FED_BACK and supervision.may_judge(o, user)), None)


def waits(find):
    """For Step.ready."""
    return lambda ticket, user: "" if find(ticket, user) else _("No supervision order waits for you.")


def issue(ticket_id, *, by, now, kind, text):
    return supervision.issue(ticket_id, kind=kind, text=text, by=by, now=now)


def instruct(ticket_id, *, by, now, text, due_at):
    return supervision.instruct(ticket_id, text=text, due_at=due_at, by=by, now=now)


def takes_instruction(ticket, user):
    if ticket.lead_unit_id is None:
        return supervision.NO_UNIT
    is_there = any(order.kind == SupervisionOrder.Kind.LEADER for order in open_of(ticket))
    return _("An order of this kind is open already.") if is_there else ""


def answer(ticket_id, *, by, now, text):
    return supervision.feed_back(ticket_id, by=by, now=now, text=text)


def send_back(ticket_id, *, by, now, reason):
    return supervision.send_back(ticket_id, by=by, now=now, note=reason)


def close(ticket_id, *, by, now, note=""):
    return supervision.close(ticket_id, by=by, now=now, note=note)
