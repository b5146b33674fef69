"""What people write on the tracking list: the cause, and what they did. Both at once, because a cause without a word about
it helps nobody; each entry stays, also when two supervisors write at the same time."""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Length, Now
from django.utils.translation import gettext as _

from accounts.roles import Role
from followup.models import TrackedItem, TrackedNote
from tickets import following as persons
from tickets.actions import Refused, lock, record_locked
from tickets.calendars import end_of_workday

READERS = (Role.SV, Role.ZH, Role.DL, Role.QL)
EVENT = "log_tracking"


def may_write(ticket, user, owner):
    """Supervisors, and the person whom a rule names for the category (SPEC A5)."""
    return user.has_role(Role.SV) or owner is not None and owner.pk == user.pk


def owner_of(ticket, moment):
    """The named person of the ticket's category, whatever its urgency; None where no rule names one, or he has left."""
    if ticket.category is None:
        return None
    rules = persons.rules_at(moment).of(ticket.category.code).select_related("person")
    rule = rules.order_by(-Length("category")).first()
    return rule.person if rule and persons.fit().filter(pk=rule.person_id).exists() else None


def may_log(ticket, user):
    """The same without an instant, for the steps on offer: a rule counts by the clock of the database."""
    if user.has_role(Role.SV) or not user.has_role(*READERS):
        return user.has_role(Role.SV)
    return item_of(ticket) is not None and may_write(ticket, user, owner_of(ticket, Now()))


def item_of(ticket):
    """The open item of a ticket, asked once per instance; None when it is not on the list."""
    if not hasattr(ticket, "_tracked_item"):
        ticket._tracked_item = TrackedItem.objects.filter(ticket=ticket, left_at=None).select_related("since").first()
    return ticket._tracked_item


def is_listed(ticket, user):
    """For Step.ready."""
    return "" if item_of(ticket) else _("This ticket is not on the tracking list.")


@transaction.atomic
def log(ticket_id, *, by, now, cause, text, was=None):
    """`was` is the cause that the writer saw: who saw an older one than stands there is told, and overwrites nothing."""
    ticket = lock(ticket_id, by=by)
    if not may_write(ticket, by, owner_of(ticket, now)):
        raise PermissionDenied(EVENT)
    item = TrackedItem.objects.select_for_update(of=("self",), no_key=True).filter(ticket=ticket, left_at=None).first()
    if item is None:
        raise Refused(_("This ticket is not on the tracking list."))
    if was is not None and item.cause not in (was, cause):
        raise Refused(overtaken(item))
    note = TrackedNote.objects.create(item=item, by=by, at=now, cause=cause, text=text)
    if item.cause != cause:
        item.cause = cause
        item.save(update_fields=["cause"])
    return record_locked(ticket, EVENT, by=by, now=now, data={"tracked": item.pk, "entry": note.pk})


def overtaken(item):
    last = item.notes.select_related("by").latest("pk")
    return _("%(who)s set the cause to “%(cause)s” meanwhile: look again.") % {
        "who": last.by.display_name, "cause": item.get_cause_display()}


def cause_due(item, calendar):
    """By when the cause has to be named: the end of the first working day after the item came."""
    return end_of_workday(item.at, 1, calendar)
