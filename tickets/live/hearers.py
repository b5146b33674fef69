"""Who may hear of a ticket: exactly who `visible_to` shows it to.

Asking the database for every listener would cost a query each. Keys narrow it down first: what a person's roles may
match, and what a ticket offers to match. They decide nothing; who has a key in common is then asked for by `visible_to`.
"""
from django.db.models import Q

from accounts.roles import Role
from tickets.models import Ticket, TicketEvent
from tickets.scope import SEE_ALL

EVERYTHING = "everything"


def keys_of(user):
    """Everything that could make a ticket visible to this person; a superset of what does."""
    keys = set()
    if user.has_role(*SEE_ALL):
        return {EVERYTHING}
    if user.has_role(Role.OP, Role.CB):
        keys.add(("person", user.pk))
    if user.has_role(Role.OPS):
        keys |= {("team", unit) for unit in user.unit_scope(Role.OPS)}
    if user.has_role(Role.LI, Role.UL):
        keys |= {("unit", unit) for unit in user.unit_scope(Role.LI, Role.UL)}
    if user.has_role(Role.HD):
        keys |= {("unit", unit) for unit in user.unit_ids(Role.HD)}
    if user.has_role(Role.CB, Role.QI):
        keys.add(("role", "by state"))
    return keys


def locks_of(ids):
    """{ticket id: (ticket no., keys that fit)}. Three queries for any number of tickets."""
    rows = Ticket.objects.filter(pk__in=ids).values_list(
        "pk", "ticket_no", "registered_by", "registered_team", "unit_ids", "phone_hash")
    locks = {pk: (no, {("person", by), ("team", team), ("role", "by state"), *(("unit", unit) for unit in units)})
             for pk, no, by, team, units, _hash in rows}
    for ticket, person in TicketEvent.objects.filter(ticket__in=ids).values_list("ticket", "by").distinct():
        locks[ticket][1].add(("person", person))
    same = {}
    for pk, _no, _by, _team, _units, phone in rows:
        if phone:
            same.setdefault(phone, []).append(pk)
    callers = Ticket.objects.filter(phone_hash__in=same).values_list("phone_hash", "registered_by").distinct()
    for phone, person in callers:
        for pk in same[phone]:
            locks[pk][1].add(("person", person))
    return locks


def hearers(ids, listeners, locks=None):
    """[(ticket id, ticket no., listeners who may hear of it)]."""
    locks = locks_of(ids) if locks is None else locks
    by_user = {}
    for listener in listeners:
        by_user.setdefault(listener.user.pk, []).append(listener)
    heard = {pk: [] for pk in locks}
    for mine in by_user.values():
        user = mine[0].user
        keys = keys_of(user)
        fitting = set(locks) if EVERYTHING in keys else {pk for pk, (_no, fit) in locks.items() if keys & fit}
        if fitting and EVERYTHING not in keys:
            fitting = set(Ticket.objects.visible_to(user).filter(Q(pk__in=fitting)).values_list("pk", flat=True))
        for pk in fitting:
            heard[pk].extend(mine)
    return [(pk, locks[pk][0], heard[pk]) for pk in locks]
