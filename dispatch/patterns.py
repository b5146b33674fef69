"""Matters that come back (SPEC E19): several citizens about one place or target, or one citizen again and again.

A look every ten minutes marks the open tickets of such a matter for key supervision, and orders the unit of the oldest
one to answer. Idempotent: what is marked is not marked again, and of a kind a ticket gets one order in its life.
"""
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from dispatch import supervision
from dispatch.models import SupervisionOrder
from tickets.actions import AlreadyMoved, Refused, lock, record_locked
from tickets.models import Ticket
from tickets.states import OPEN, State

log = structlog.get_logger(__name__)
Kind = SupervisionOrder.Kind
WINDOW = timedelta(days=7)
REPORTERS = 3  # distinct citizens
TIMES = 3  # of one citizen
NO_MATTER = (State.CANCELLED, State.REJECTED, State.TRANSFERRED_OUT)  # merged ones are somebody's report all the same
PATTERNS = (  # (kind of order, what makes it one matter, what is counted, from how many on)
    (Kind.CLUSTER, ("category_id", "area_id", "address"), Count("phone_hash", distinct=True), REPORTERS),
    (Kind.CLUSTER, ("category_id", "target"), Count("phone_hash", distinct=True), REPORTERS),
    (Kind.REPEATED, ("category_id", "phone_hash"), Count("pk"), TIMES),
)


@dataclass(frozen=True)
class Matter:
    kind: str
    same: dict
    count: int


def scan(*, now):
    """Look once; returns how many tickets were marked."""
    return sum(take_up(matter, now=now) for matter in matters(now))


def matters(now):
    """What came back within the window, in three queries."""
    for kind, same, count, enough in PATTERNS:
        groups = recent(now).exclude(Q(**{same[-1]: ""}) | Q(category=None)).values(*same).annotate(n=count)
        for group in groups.filter(n__gte=enough).order_by(*same):
            yield Matter(kind, {field: group[field] for field in same}, group["n"])


def recent(now):
    return Ticket.objects.filter(registered_at__gt=now - WINDOW, registered_at__lte=now, split_into=None).exclude(
        Q(phone_hash="") | Q(state__in=NO_MATTER)).order_by()


def take_up(matter, *, now):
    marked, is_ordered = 0, False
    for ticket_id in recent(now).filter(state__in=OPEN, **matter.same).order_by("pk").values_list("pk", flat=True):
        try:
            was_marked, ordered = see_to(ticket_id, matter, order=not is_ordered, now=now)
        except (AlreadyMoved, Refused, Ticket.DoesNotExist):
            continue
        except Exception:
            log.exception("pattern_failed", ticket=ticket_id)  # one bad row must not hide the other matters
            continue
        marked, is_ordered = marked + was_marked, is_ordered or ordered
    return marked


@transaction.atomic
def see_to(ticket_id, matter, *, order, now):
    """(marked now?, does an order of this kind stand or did one stand?)"""
    system = User.objects.system()
    ticket = lock(ticket_id, by=system)
    is_new = not ticket.key_supervision
    if is_new:
        record_locked(ticket, "mark_key_supervision", by=system, now=now, key_supervision=True,
                      data={"kind": str(matter.kind), "times": matter.count})
    if SupervisionOrder.objects.filter(ticket=ticket, kind=matter.kind).exists():
        return is_new, True
    if order and ticket.lead_unit_id:
        supervision.issue(ticket_id, kind=matter.kind, by=system, now=now)
        return is_new, True
    return is_new, False
