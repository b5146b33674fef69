"""Who may appeal, object and review, and when. A supervisor reviews first; when the unit objects once more within a day,
the coordination group or the duty leader decides for good. Natural days, not working days (O13).
"""
from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.roles import Role
from followup.appeals.models import Appeal
from followup.models import CallbackTask
from tickets.choices import ClosureKind
from tickets.who import callbacks_of_round, is_of_handling_unit

WINDOW = timedelta(days=3)  # after closing
OBJECT_WITHIN = timedelta(days=1)  # after the first decision
DECIDE_WITHIN = timedelta(days=3)  # each review; a second callback gives as much again
REVIEWERS = {Appeal.Status.FIRST: (Role.SV,), Appeal.Status.SECOND: (Role.ZH, Role.DL)}
Status = Appeal.Status


def appeal_of(ticket):
    """Of this round, with its reviews; read once per ticket instance: several steps ask on one page."""
    if not hasattr(ticket, "_appeal"):
        rows = Appeal.objects.filter(ticket=ticket, round=ticket.round).select_related("unit", "by")
        ticket._appeal = rows.prefetch_related("reviews__by").first()
    return ticket._appeal


def unmet_appeal(ticket, user):
    if ticket.closure_kind == ClosureKind.DIRECT:
        return _("What was answered on the line has no result to appeal.")
    return _("This result was appealed already.") if appeal_of(ticket) else ""


def unmet_objection(ticket, user):
    appeal = appeal_of(ticket)
    return "" if appeal and appeal.status == Status.DECIDED else _("There is no first decision to object to.")


def reviewer_is_neutral(ticket, user):
    """Neither of the unit nor one of those who asked the citizen."""
    asked = any(task.outcome_by_id == user.pk for task in callbacks_of_round(ticket))
    return not is_of_handling_unit(ticket, user) and not asked


def is_his_turn(ticket, user):
    """Whether this user may decide what is open now."""
    appeal = appeal_of(ticket)
    if appeal is None or not user.has_role(*REVIEWERS.get(appeal.status, ())):
        return False
    earlier = {person for review in appeal.reviews.all() for person in (review.by_id, review.second_by_id)}
    return user.pk not in earlier and reviewer_is_neutral(ticket, user)


def may_second(ticket, user):
    """Who may confirm an exclusion that the reviewer proposes."""
    return user.has_role(*REVIEWERS[Status.SECOND]) and reviewer_is_neutral(ticket, user)


def unmet_review(ticket, user):
    appeal = appeal_of(ticket)
    if appeal is None or not appeal.is_open:
        return _("No appeal about the result is open.")
    if not reviewer_is_neutral(ticket, user):
        return _("Who asked the citizen, or belongs to the unit, does not review.")
    return unmet_second_callback(ticket)


def unmet_second_callback(ticket):
    waits = any(task.kind == CallbackTask.Kind.RE_CALLBACK and not task.outcome for task in callbacks_of_round(ticket))
    return _("Wait for the second callback.") if waits else ""


def not_archivable(ticket, now):
    """The sentence that keeps the ticket from the archive, or ''."""
    appeal = appeal_of(ticket)
    if appeal is None:
        return ""
    if appeal.is_open:
        return _("An appeal about the result is open.")
    review = appeal.decision_in_force()
    if appeal.status == Status.DECIDED and now < review.at + OBJECT_WITHIN:
        return _("The unit may still object: one day after the first decision.")
    return ""
