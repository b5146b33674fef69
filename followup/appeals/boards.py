"""Appeals as work lists: for who reviews them, and for the unit that raised them."""
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from followup.appeals.models import Appeal, AppealReview
from followup.appeals.rules import WINDOW
from tickets.choices import ClosureKind
from tickets.queues import Desk, WorkList, seen
from tickets.states import State

Status = Appeal.Status


def appealed(tickets, appeals):
    """Tickets with such an appeal in their round, found from the appeals."""
    first = appeals.filter(ticket=OuterRef("pk"), round=OuterRef("round"))
    return tickets.filter(pk__in=appeals.values("ticket")).annotate(
        appeal_due=Subquery(first.values("due_at")[:1]), appeal_at=Subquery(first.values("at")[:1]),
        grounds=Subquery(first.values("grounds")[:1]), appeal_unit=Subquery(first.values("unit__name")[:1]),
        decision=Subquery(last_decision(first))).filter(appeal_at__isnull=False)


def last_decision(appeals):
    return appeals.order_by("-reviews__is_final").values("reviews__decision")[:1]


def of_status(*statuses):
    return lambda user, now: appealed(seen(user), Appeal.objects.filter(status__in=statuses))


def late(user, now):
    return appealed(seen(user), Appeal.objects.filter(status__in=Appeal.OPEN, due_at__lte=now))


def mine(*statuses):
    return lambda user, now: appealed(seen(user), Appeal.objects.filter(
        status__in=statuses, unit__in=user.unit_scope(Role.UL)))


def still_possible(user, now):
    """Closed less than three days ago, led by a unit of mine, and not appealed yet."""
    led = seen(user).filter(lead_unit__in=user.unit_scope(Role.UL), state=State.CLOSED, closed_at__gt=now - WINDOW)
    return led.exclude(closure_kind=ClosureKind.DIRECT).exclude(
        Exists(Appeal.objects.filter(ticket=OuterRef("pk"), round=OuterRef("round"))))


def said(ticket):
    words = {"unit": ticket.appeal_unit, "grounds": Appeal.Grounds(ticket.grounds).label,
             "decision": AppealReview.Decision(ticket.decision).label if ticket.decision else ""}
    if ticket.decision:
        return gettext("%(unit)s: %(grounds)s · %(decision)s") % words
    return gettext("%(unit)s: %(grounds)s") % words


def closed_as(ticket):
    return ticket.get_callback_outcome_display()


DECIDING = {"order": "appeal_due", "remark": said}
OVER = {"order": "-appeal_at", "remark": said, "counted": False}
APPEALS = Desk("appeals", _("Appeals"), (Role.SV, Role.ZH, Role.DL), (
    WorkList("first", _("First review"), _("No appeal waits for its first review."), of_status(Status.FIRST), edge="orange",
             **DECIDING),
    WorkList("final", _("Final review"), _("No appeal waits for its final review."), of_status(Status.SECOND), edge="purple",
             **DECIDING),
    WorkList("late", _("Late reviews"), _("No review is late."), late, edge="red", **DECIDING),
    WorkList("decided", _("Decided"), _("No appeal was decided yet."),
             of_status(Status.DECIDED, Status.FINAL, Status.OVERTAKEN), **OVER),
), app="followup")
OF_UNIT = Desk("unit-appeals", _("Our appeals"), (Role.UL,), (
    WorkList("possible", _("May be appealed"), _("No ticket was closed in the last three days."), still_possible,
             order="closed_at", remark=closed_as, edge="blue"),
    WorkList("open", _("Under review"), _("None of our appeals is under review."), mine(*Appeal.OPEN), order="appeal_due",
             remark=said, edge="orange"),
    WorkList("objectable", _("Decided once"), _("No first decision waits for your answer."), mine(Status.DECIDED),
             edge="yellow", order="appeal_due", remark=said),
    WorkList("over", _("Decided"), _("No appeal was decided yet."), mine(Status.DECIDED, Status.FINAL, Status.OVERTAKEN),
             **OVER),
), app="followup")
