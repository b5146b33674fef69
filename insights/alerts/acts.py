"""What people decide about a warning. Each act says so on the warning; a second click finds that it was done."""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import Role
from accounts.roster import people
from insights.models import Alert
from notices.actions import tell
from tickets.actions import Refused
from tickets.models import Ticket
from tickets.states import State
from tickets.steps import STEPS

READERS = (Role.SV, Role.ZH, Role.DL, Role.DP, Role.RV)  # all of them see every ticket; reviewers merge them (T39)
ACTORS = (Role.SV, Role.ZH, Role.DL)
MERGERS = (Role.RV,)
Status = Alert.Status
OPEN = (Status.OPEN, Status.TAKEN_UP)


def locked(alert_id, *statuses, by):
    if not by.has_role(*ACTORS):
        raise PermissionDenied
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert_id)
    if alert.status not in statuses:
        raise Refused(_("Not possible any more: this warning is “%(status)s”.") % {"status": alert.get_status_display()})
    return alert


@transaction.atomic
def take_up(alert_id, *, by, now):
    alert = locked(alert_id, Status.OPEN, by=by)
    return put(alert, status=Status.TAKEN_UP, taken_up_by=by, taken_up_at=now)


@transaction.atomic
def false_alarm(alert_id, *, by, now, reason):
    """What is found of the same while it goes on is not warned of again."""
    return put(locked(alert_id, *OPEN, by=by), status=Status.FALSE_ALARM, ended_by=by, ended_at=now, reason=reason)


@transaction.atomic
def end(alert_id, *, by, now, reason=""):
    return put(locked(alert_id, *OPEN, by=by), status=Status.OVER, ended_by=by, ended_at=now, reason=reason)


@transaction.atomic
def ask_to_merge(alert_id, *, by, now):
    """Merging is the reviewers' step: they are led to the preview of it."""
    alert = locked(alert_id, Status.TAKEN_UP, by=by)
    if alert.merge_asked_at:
        raise Refused(_("The reviewers were asked already."))
    tell(people("reviewer", unit=None, now=now), kind="merge_asked", cause=f"alert:{alert.pk}:merge", now=now,
         params={"count": alert.links.filter(is_out=False).count(), "matter": alert.matter or "–"})
    return put(alert, merge_asked_by=by, merge_asked_at=now)


@transaction.atomic
def write_briefing(alert_id, *, by, now, text):
    return put(locked(alert_id, *Status, by=by), briefing=text)


def put(alert, **fields):
    for name, value in fields.items():
        setattr(alert, name, value)
    alert.save(update_fields=list(fields))
    return alert


# --- one master matter --------------------------------------------------------------------------------------------------------


def master_of(tickets, *, since):
    """Which of these tickets the others would go on in: the one that is furthest on its way, then the oldest of the window
    that was warned of. What is older was only added to it."""
    way = (State.HANDLING, State.PENDING_RECEIPT, State.PENDING_DISPATCH, State.PENDING_REVIEW, State.NEED_INFO)
    fitting = [ticket for ticket in tickets if ticket.is_open and ticket.state in way]
    return min(fitting, key=lambda ticket: (
        way.index(ticket.state), ticket.registered_at < since, ticket.registered_at, ticket.pk), default=None)


def may_join(ticket, master):
    """Worth a look in the preview, which says of each why not: a step of the ticket leads there at all."""
    return ticket.pk != master.pk and STEPS["merge_into"].fits(ticket) is not None


def seen_of(alert, user):
    """The tickets of a warning that this user may read, the oldest first; without those that were left out."""
    return found_of(alert, user).filter(pk__in=alert.links.filter(is_out=False).values("ticket"))


def found_of(alert, user):
    """With those that were left out."""
    rows = Ticket.objects.visible_to(user).filter(pk__in=alert.links.values("ticket"), is_confidential=False)
    return rows.for_list().order_by("registered_at", "pk")
