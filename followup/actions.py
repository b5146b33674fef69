"""From the approved reply to the archive, and back again: callback, redo, adjudication (T26, T28-T38, T41-T44)."""
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roster import everyone, people
from dispatch import assignments, replies, requests, supervision
from dispatch.difficulty import NO_LEADER, leaders_of
from dispatch.models import Assignment, Conference, Reply, Request, SupervisionOrder
from dispatch.requests import check_review_date
from followup import callbacks, second
from followup.appeals import acts as appeals
from followup.appeals import rules as appeal_rules
from followup.callbacks import Kind, Result, Speaker
from notices.actions import tell, tell_citizen
from tickets.actions import AlreadyMoved, Refused, check, lock, lock_for, move_locked
from tickets.choices import ClosureKind
from tickets.models import Ticket
from tickets.states import State

REOPEN_WITHIN = timedelta(days=30)


@transaction.atomic
def approve_reply(ticket_id, *, by, now, note=""):
    """T26: the answer stands; now every reporter is asked."""
    ticket = lock_for(ticket_id, Ticket.approve_reply, by=by)
    replies.review(replies.standing_reply(ticket), Reply.Status.APPROVED, by=by, now=now, note=note)
    ticket = move_locked(ticket, Ticket.approve_reply, by=by, now=now, note=note)
    assignments.close_answered(ticket, now=now)
    callbacks.open_tasks(ticket, now=now)
    tell(people("callback_lead", unit=None, now=now), cause=f"callback:{ticket.pk}:{ticket.round}", kind="callback_due",
         ticket_no=ticket.ticket_no, now=now)
    return ticket


@transaction.atomic
def callback_no_answer(ticket_id, *, by, now, result, note="", again_at=None, recording_ref=""):
    """T28: the try is logged; the rule, or the citizen (`again_at`), says when the next one is due."""
    ticket = lock_for(ticket_id, Ticket.callback_no_answer, by=by)
    task = callbacks.no_answer(ticket, result, by=by, now=now, note=note, again_at=again_at, recording_ref=recording_ref)
    ticket = move_locked(ticket, Ticket.callback_no_answer, by=by, now=now, note=note,
                         data={"result": result, "next": task.next_attempt_at.isoformat(), "status": task.status})
    return callbacks.settle(ticket, by=by, now=now)


def record_outcome(ticket_id, *, by, now, speaker=Speaker.HIMSELF, note="", recording_ref="", **answers):
    """The questionnaire, if it is the citizen or who answers for him. With anybody else the call ends: the try is logged, and
    the next one has its time."""
    told = {"by": by, "now": now, "note": note, "recording_ref": recording_ref}
    if speaker == Result.NOT_HIMSELF:
        is_over = Ticket.objects.filter(pk=ticket_id, state=State.CLOSED).exists()  # an appeal, which moves nothing
        note_it = second.second_not_reached if is_over else callback_no_answer
        return note_it(ticket_id, result=Result.NOT_HIMSELF, **told)
    return callbacks.record_outcome(ticket_id, speaker=speaker, **told, **answers)


@transaction.atomic
def close_satisfied(ticket_id, *, by, now):
    return move_locked(lock(ticket_id, by=by), Ticket.close_satisfied, by=by, now=now)


@transaction.atomic
def close_unreachable(ticket_id, *, by, now, proposed_by, note=""):
    return move_locked(lock(ticket_id, by=by), Ticket.close_unreachable, by=by, now=now, note=note, proposed_by=proposed_by,
                       data={"proposed_by": proposed_by.username})


@transaction.atomic
def order_redo(ticket_id, *, by, now, reason, leader=None):
    """T31: the same unit again, under supervision; the outcome of this round stays on file. `leader` (a User) answers for
    the new round by name: if nobody is chosen, the nearest leader of the unit.
    """
    ticket = lock_for(ticket_id, Ticket.order_redo, by=by)
    leaders = leaders_of(ticket.lead_unit)
    if leader and leader.pk not in leaders:
        raise Refused(str(NO_LEADER))
    leader = leader or next((row.user for row in leaders.values()), None)
    ticket = move_locked(ticket, Ticket.order_redo, by=by, now=now, note=reason,
                         data={"leader": leader.username} if leader else {})
    ticket = _hand_back(ticket, leader, by=by, now=now)
    return supervision.issue_by_system(ticket.pk, SupervisionOrder.Kind.UNSATISFIED, now=now) or ticket


def _hand_back(ticket, leader, *, by, now):
    assignments.reopen_lead(ticket, by=by, now=now, leader=leader)
    recipients = everyone("unit_leader", "unit_liaison", unit=ticket.lead_unit, now=now) + ([leader] if leader else [])
    tell(recipients, cause=f"redo:{ticket.pk}:{ticket.round}", kind="redo_ordered", ticket_no=ticket.ticket_no,
         params={"round": ticket.redo_round, "due": ticket.next_due_at.isoformat()}, now=now)
    return ticket


@transaction.atomic
def to_adjudication(ticket_id, *, by, now, reason):
    ticket = move_locked(lock(ticket_id, by=by), Ticket.to_adjudication, by=by, now=now, note=reason)
    tell(people("supervisor", unit=None, now=now), cause=f"adjudication:{ticket.pk}:{ticket.round}", kind="adjudication_asked",
         ticket_no=ticket.ticket_no, now=now)
    return ticket


@transaction.atomic
def adjudicate_redo(ticket_id, *, by, now, case_owner, reason):
    """T33 领导包案: a named leader takes it, once more and no more."""
    ticket = move_locked(lock(ticket_id, by=by), Ticket.adjudicate_redo, by=by, now=now, note=reason, case_owner=case_owner)
    return _hand_back(ticket, case_owner, by=by, now=now)


@transaction.atomic
def adjudicate_redispatch(ticket_id, *, by, now, reason):
    return move_locked(lock(ticket_id, by=by), Ticket.adjudicate_redispatch, by=by, now=now, note=reason)


@transaction.atomic
def adjudicate_suspend(ticket_id, *, by, now, reason, plan, review_date, citizen_told_at, reason_code):
    """T35: like a granted suspension, decided by the duty leader; the clock of the new round waits."""
    check_review_date(review_date, now)
    ticket = lock_for(ticket_id, Ticket.adjudicate_suspend, by=by)
    ticket = move_locked(ticket, Ticket.adjudicate_suspend, by=by, now=now, note=reason, review_date=review_date,
                         data={"plan": plan, "reason": reason_code, "citizen_told_at": citizen_told_at.isoformat()})
    assignments.reopen_lead(ticket, by=by, now=now)
    return ticket


@transaction.atomic
def force_close(ticket_id, *, by, now, reason, explanation, told_at, proposed_by):
    """T36: a supervisor proposes, the duty leader confirms; the negative outcome stays."""
    ticket = move_locked(lock(ticket_id, by=by), Ticket.force_close, by=by, now=now, note=explanation, reason=reason,
                         told_at=told_at, proposed_by=proposed_by, data={"proposed_by": proposed_by.username})
    if ticket.caller.phone:
        tell_citizen(ticket.caller.phone, cause=f"forced:{ticket.pk}:{ticket.round}", kind="force_closed",
                     ticket_no=ticket.ticket_no, now=now)
    return ticket


# --- after the end ----------------------------------------------------------------------------------------


def not_archivable(ticket, now):
    """The sentence that keeps a closed ticket from the archive, or ''."""
    direct = ticket.closure_kind == ClosureKind.DIRECT
    if not direct and now < ticket.closed_at + appeal_rules.WINDOW:
        return _("The unit may still appeal: three days after closing.")
    if ticket.callback_tasks.filter(outcome="").exists():
        return _("A callback is still open.")
    if SupervisionOrder.objects.filter(ticket=ticket, closed_at=None).exists():
        return _("A supervision order is still open.")
    if Request.objects.filter(ticket=ticket, status=Request.Status.PENDING).exists():
        return _("A request is still open.")
    if sentence := appeal_rules.not_archivable(ticket, now):
        return sentence
    if Conference.objects.filter(ticket=ticket, closed_at=None).exists():
        return _("A consultation is still open.")
    return ""


@transaction.atomic
def archive(ticket_id, *, by, now):
    """T37: the ticket is read-only from here on."""
    ticket = lock_for(ticket_id, Ticket.archive, by=by)
    if reason := not_archivable(ticket, now):
        raise Refused(reason)
    return move_locked(ticket, Ticket.archive, by=by, now=now)


def archive_due(*, now, limit=500):
    """Archive what is ripe, oldest first; one that is not ripe stays for the next night. Returns how many moved."""
    system = User.objects.system()
    ripe = Ticket.objects.filter(state=State.CLOSED, closed_at__lte=now).order_by("closed_at", "pk")
    moved, after = 0, None
    while rows := list((ripe.filter(beyond(*after)) if after else ripe).values_list("closed_at", "pk")[:limit]):
        moved += sum(_archived(pk, by=system, now=now) for _closed_at, pk in rows)
        after = rows[-1]
    return moved


def beyond(closed_at, pk):
    """Rows after this one: those that must wait never hide the ones behind them."""
    return Q(closed_at__gt=closed_at) | Q(closed_at=closed_at, pk__gt=pk)


def _archived(ticket_id, *, by, now):
    try:
        archive(ticket_id, by=by, now=now)
    except (Refused, AlreadyMoved):
        return False
    return True


@transaction.atomic
def reopen(ticket_id, *, by, now, reason):
    """T38: within 30 days, on a new fact; a new round with new clocks, the old rounds stay."""
    ticket = lock_for(ticket_id, Ticket.reopen, by=by)
    if ticket.closed_at and now > ticket.closed_at + REOPEN_WITHIN:
        raise Refused(_("More than thirty days have passed: register a new ticket."))
    second.drop(ticket, now=now)
    appeals.overtake(ticket)
    ticket = move_locked(ticket, Ticket.reopen, by=by, now=now, note=reason)
    if ticket.caller.phone:
        tell_citizen(ticket.caller.phone, cause=f"reopened:{ticket.pk}:{ticket.round}", kind="reopened",
                     ticket_no=ticket.ticket_no, now=now)
    return ticket


# --- withdrawing and merging --------------------------------------------------------------------------------


@transaction.atomic
def request_withdraw(ticket_id, *, by, now, reason):
    """T42: "the citizen withdrew" is only a claim until the callback desk has asked him."""
    ticket = move_locked(lock(ticket_id, by=by), Ticket.request_withdraw, by=by, now=now, note=reason)
    requests.expire(ticket, now=now)
    if not ticket.lead_unit_id:
        assignments.close_live(ticket, Assignment.Status.RECALLED, now=now)
    callbacks.open_tasks(ticket, now=now, kind=Kind.WITHDRAW_CHECK)
    return ticket


@transaction.atomic
def withdraw_late(ticket_id, *, by, now, proposed_by, note=""):
    ticket = move_locked(lock(ticket_id, by=by), Ticket.withdraw_late, by=by, now=now, note=note, reason="citizen",
                         proposed_by=proposed_by, data={"proposed_by": proposed_by.username})
    requests.expire(ticket, now=now, kinds=Request.Kind)
    return assignments.close_live(ticket, Assignment.Status.RECALLED, now=now)


@transaction.atomic
def withdraw_denied(ticket_id, *, by, now, note=""):
    return move_locked(lock(ticket_id, by=by), Ticket.withdraw_denied, by=by, now=now, note=note)


@transaction.atomic
def withdraw_denied_redispatch(ticket_id, *, by, now, note=""):
    return move_locked(lock(ticket_id, by=by), Ticket.withdraw_denied_redispatch, by=by, now=now, note=note)


@transaction.atomic
def merge_into(ticket_id, *, by, now, master, note=""):
    """T39: the same matter twice. The master carries the count, and its callback asks this reporter too."""
    first, second = sorted([ticket_id, master.pk])
    rows = {pk: lock(pk, by=by) for pk in (first, second)}  # one order for everybody
    ticket, master = rows[ticket_id], rows[master.pk]
    check(ticket, "merge_into", by)
    _check_mergeable(ticket, master)
    requests.expire(ticket, now=now, kinds=Request.Kind)
    assignments.close_live(ticket, Assignment.Status.RECALLED, now=now)
    ticket = move_locked(ticket, Ticket.merge_into, by=by, now=now, note=note, master=master,
                         data={"master": master.ticket_no})
    same_caller = ticket.phone_hash and ticket.phone_hash == master.phone_hash
    callbacks.join(master, ticket, by=by, now=now, new_reporter=not same_caller)
    if ticket.caller.phone and not same_caller:
        tell_citizen(ticket.caller.phone, cause=f"merged:{ticket.pk}", kind="merged", ticket_no=ticket.ticket_no,
                     params={"master_no": master.ticket_no}, now=now)
    return ticket


def _check_mergeable(ticket, master):
    if master.pk == ticket.pk or not master.is_open:
        raise Refused(_("The other ticket is not open any more."))
    if master.withdraw_from:
        raise Refused(_("The citizen may be withdrawing the other ticket: wait for his answer."))
    same_caller = bool(ticket.phone_hash) and ticket.phone_hash == master.phone_hash
    same_matter = ticket.area_id == master.area_id and ticket.category_id == master.category_id and ticket.category_id
    if not (same_caller or same_matter):
        raise Refused(_("Not the same matter: neither the same caller nor the same place and category."))
    if ticket.is_confidential and not master.is_confidential:
        raise Refused(_("A confidential ticket is not merged into one that is not."))
