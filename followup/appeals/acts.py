"""An appeal from being raised to the last decision. Each act locks the ticket first."""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import Role
from accounts.roster import people
from followup.appeals import rules
from followup.appeals.models import Appeal, AppealReview
from notices.actions import tell
from tickets.actions import AlreadyMoved, Refused, lock, record_locked
from tickets.models import Proposal
from tickets.states import State
from tickets.who import by_lead_unit, by_role

Status, Decision = Appeal.Status, AppealReview.Decision
STATES = (State.CLOSED,)
of_unit = by_lead_unit(Role.UL)
may_review = by_role(Role.SV, Role.ZH, Role.DL)
TOLD = {Status.FIRST: ("supervisor",), Status.SECOND: ("coordination", "duty_leader")}


def _locked(ticket_id, name, may, *, by):
    ticket = lock(ticket_id, by=by)
    if ticket.state != State.CLOSED:
        raise AlreadyMoved(ticket)
    if not may(ticket, by):
        raise PermissionDenied(name)
    return ticket


@transaction.atomic
def appeal_result(ticket_id, *, by, now, grounds, text, evidence=""):
    """The unit's leader, within three days after closing, once a round."""
    ticket = _locked(ticket_id, "appeal_result", of_unit, by=by)
    if sentence := rules.unmet_appeal(ticket, by):
        raise Refused(sentence)
    if now >= ticket.closed_at + rules.WINDOW:
        raise Refused(_("Three days have passed since closing: the result stands."))
    appeal = Appeal.objects.create(ticket=ticket, round=ticket.round, unit=ticket.lead_unit, by=by, at=now, grounds=grounds,
                                   text=text, evidence=evidence, result=ticket.callback_outcome,
                                   due_at=now + rules.DECIDE_WITHIN)
    ticket._appeal = appeal
    ticket = record_locked(ticket, "appeal_result", by=by, now=now, note=text, data={"grounds": grounds})
    tell_reviewers(appeal, "appeal_raised", now=now)
    return ticket


@transaction.atomic
def object_to_decision(ticket_id, *, by, now, reason):
    """Once more, within a day after the first decision: now others decide for good."""
    ticket = _locked(ticket_id, "object_to_decision", of_unit, by=by)
    appeal = _current(ticket)
    if appeal is None or appeal.status != Status.DECIDED:
        raise Refused(rules.unmet_objection(ticket, by))
    if now >= appeal.decision_in_force().at + rules.OBJECT_WITHIN:
        raise Refused(_("A day has passed since the first decision: it stands."))
    appeal.status, appeal.due_at = Status.SECOND, now + rules.DECIDE_WITHIN
    appeal.objected_at, appeal.objected_by, appeal.objection = now, by, reason
    appeal.save()
    ticket = record_locked(ticket, "object_to_decision", by=by, now=now, note=reason)
    tell_reviewers(appeal, "appeal_objected", now=now)
    return ticket


@transaction.atomic
def decide_appeal(ticket_id, *, by, now, decision, words, result="", proposed_by=None):
    """`proposed_by` is who reviewed it, when an exclusion needs a second person (O7)."""
    ticket = _locked(ticket_id, "decide_appeal", may_review, by=by)
    appeal = _current(ticket)
    if sentence := rules.unmet_review(ticket, by):
        raise Refused(sentence)
    reviewer = proposed_by or by
    if not rules.is_his_turn(ticket, reviewer):
        raise PermissionDenied("decide_appeal")
    if decision == Decision.EXCLUDED and proposed_by in (None, by):
        raise Refused(_("An exclusion needs two persons."))
    was_excluded = any(review.decision == Decision.EXCLUDED for review in appeal.reviews.all())
    if decision == Decision.EXCLUDED and ticket.excluded_from_assessment and not was_excluded:
        raise Refused(_("It is excluded from assessment already."))
    is_final = appeal.status == Status.SECOND
    second_by = by if proposed_by else None
    overtaken = Proposal.objects.filter(ticket=ticket, step="decide_appeal", status=Proposal.Status.OPEN)
    overtaken.update(status=Proposal.Status.OVERTAKEN, decided_at=now)  # he proposed an exclusion, and decided otherwise
    AppealReview.objects.create(appeal=appeal, is_final=is_final, decision=decision, words=words, by=reviewer, at=now,
                                second_by=second_by, result=result if decision == Decision.CHANGED else "")
    appeal.status = Status.FINAL if is_final else Status.DECIDED
    appeal.save(update_fields=["status"])
    flag = {"excluded_from_assessment": True} if decision == Decision.EXCLUDED else (
        {"excluded_from_assessment": False} if was_excluded else {})
    ticket = record_locked(ticket, "decide_appeal", by=by, now=now, note=words, **flag, data={
        "appeal_decision": decision, "appeal_result": result if decision == Decision.CHANGED else "",
        "proposed_by": proposed_by.username if proposed_by else ""})
    tell([appeal.by], cause=f"appeal_decided:{appeal.pk}:{appeal.status}", ticket_no=ticket.ticket_no, now=now,
         kind="appeal_finally_decided" if is_final else "appeal_decided")
    return ticket


def _current(ticket):
    """The appeal of this round as a locked row; what was read before the lock may be old."""
    appeal = Appeal.objects.select_for_update().filter(ticket=ticket, round=ticket.round).first()
    ticket._appeal = appeal
    return appeal


def wait_longer(ticket, *, now):
    """A second callback was ordered: the reviewer gets the same time again from now on."""
    Appeal.objects.filter(ticket=ticket, round=ticket.round, status__in=Appeal.OPEN).update(due_at=now + rules.DECIDE_WITHIN)


def overtake(ticket):
    """The ticket is reopened: the result that was appealed counts no more."""
    Appeal.objects.filter(ticket=ticket, status__in=(*Appeal.OPEN, Status.DECIDED)).update(status=Status.OVERTAKEN)


def tell_reviewers(appeal, kind, *, now):
    recipients = [person for key in TOLD[appeal.status] for person in people(key, unit=None, now=now)]
    tell(recipients, cause=f"{kind}:{appeal.pk}:{appeal.status}", kind=kind, ticket_no=appeal.ticket.ticket_no,
         params={"due": appeal.due_at.isoformat()}, now=now)


def tell_late(*, now):
    """Reviews that are late, to those who have to decide; each of them once. Returns how many are late."""
    late = list(Appeal.objects.filter(status__in=Appeal.OPEN, due_at__lte=now).select_related("ticket"))
    for appeal in late:
        tell_reviewers(appeal, "appeal_late", now=now)
    return len(late)
