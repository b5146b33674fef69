"""Who may take a step: truth functions of (ticket, user), named beside the transitions in life.py."""
from django.db.models import Q

from accounts.roles import UNIT_ROLES, Role


def system(ticket, user):
    return user.is_system


def nobody(ticket, user):
    return False


def any_of(*rules):
    return lambda ticket, user: any(rule(ticket, user) for rule in rules)


def by_role(*roles):
    def permitted(ticket, user):
        return user.has_role(*roles)

    return permitted


def by_lead_unit(*roles):
    """A person of the unit that leads the case, or of a unit above it, in one of these roles.

    A named handler (HD) acts only on what was given to him or to nobody in particular.
    """

    def permitted(ticket, user):
        if not ticket.lead_unit_id or not user.covers(ticket.lead_unit, *roles):
            return False
        others = [role for role in roles if role != Role.HD]
        if others and user.covers(ticket.lead_unit, *others):
            return True
        return not ticket.handler_ids or user.pk in ticket.handler_ids

    return permitted


def registering_operator(ticket, user):
    """An operator finishes his own drafts; the shift leader those of his team. A reviewer and a supervisor have none but
    what they took out of a merged ticket."""
    if user.has_role(Role.OPS):
        return True
    return user.has_role(Role.OP, Role.RV, Role.SV) and ticket.registered_by_id == user.pk


def registrar_before_demanded_review(ticket, user):
    """Where a rule demands a review, a submitted ticket is the reviewer's alone."""
    return registering_operator(ticket, user) and not (ticket.force_review and ticket.state == "pending_review")


def reviewer_not_registrar(ticket, user):
    """Four eyes (I13): who registered a ticket never decides its refusal."""
    return user.has_role(Role.RV, Role.OPS, Role.DL) and ticket.registered_by_id != user.pk


def neutral_callback_agent(ticket, user):
    """I18: nobody of a unit that handled the case rates its work."""
    return user.has_role(Role.CB) and not is_of_handling_unit(ticket, user)


def neutral_to(user):
    """The same of many tickets at once, as a filter."""
    if not user.has_role(*UNIT_ROLES):
        return Q()
    return ~Q(lead_unit__in=user.unit_scope(*UNIT_ROLES)) & ~Q(unit_ids__overlap=user.unit_ids(*UNIT_ROLES))


def is_of_handling_unit(ticket, user):
    if ticket.lead_unit_id and user.covers(ticket.lead_unit, *UNIT_ROLES):
        return True
    return bool(set(ticket.unit_ids) & set(user.unit_ids(*UNIT_ROLES)))


def may_call_again(ticket, user):
    """A second callback is open, and this agent may be the one who makes it: until then he knows nothing of the first."""
    if not user.has_role(Role.CB):
        return False
    asked = callbacks_of_round(ticket)
    return any(task.kind == "re_callback" and not task.outcome for task in asked) and not any(
        task.kind == "result" and task.outcome_by_id == user.pk for task in asked)


def callbacks_of_round(ticket):
    """Asked for once where a page has read all callbacks of the ticket already: followup.story leaves them with it."""
    known = getattr(ticket, "_callbacks", None)
    rows = ticket.callback_tasks.filter(round=ticket.round) if known is None else known
    return [task for task in rows if task.round == ticket.round]


def merger(ticket, user):
    if ticket.state == "draft":
        return registering_operator(ticket, user)
    return user.has_role(Role.RV)
