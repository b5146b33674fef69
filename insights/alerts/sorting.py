"""What a look found and a person sees is another matter: left out of a warning, and taken in again.

Left out, a ticket is neither proposed to be merged, nor answered, nor counted in the briefing; it goes on by itself. The next
look knows it and does not add it again. What was done with a ticket already is not denied afterwards.
"""
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from insights.alerts import acts
from insights.models import AlertTicket, BroadcastTo
from tickets.actions import Refused
from tickets.models import Ticket


@transaction.atomic
def leave_out(alert_id, ticket_id, *, by, now):
    """Releasing an answer locks the warning as well: either it is not sent to this ticket, or this is refused."""
    alert, link = locked(alert_id, ticket_id, by=by)
    if not link.is_out and (why := done_with(alert).get(link.ticket_id)):
        raise Refused(why)
    return judged(link, by=by, now=now, is_out=True)


@transaction.atomic
def take_in(alert_id, ticket_id, *, by, now):
    _alert, link = locked(alert_id, ticket_id, by=by)
    return judged(link, by=by, now=now, is_out=False)


def locked(alert_id, ticket_id, *, by):
    """Only of what one may read."""
    alert = acts.locked(alert_id, *acts.OPEN, by=by)
    return alert, alert.links.get(ticket__in=acts.found_of(alert, by).order_by().values("pk"), ticket=ticket_id)


def judged(link, *, by, now, is_out):
    """A second click changes nothing: it stays with who did it first."""
    if link.is_out != is_out:
        link.is_out, link.judged_by, link.judged_at = is_out, by, now
        link.save(update_fields=["is_out", "judged_by", "judged_at"])
    return link


def done_with(alert):
    """{pk of a ticket: why it cannot be left out any more}. Three queries."""
    mine = AlertTicket.objects.filter(alert=alert, is_out=False)
    found = {}
    if alert.merge_asked_at:
        asked = mine.filter(Q(judged_at=None, at__lte=alert.merge_asked_at) | Q(judged_at__lte=alert.merge_asked_at))
        found = dict.fromkeys(asked.values_list("ticket", flat=True), _("The reviewers were asked to merge it already."))
    pairs = Ticket.objects.filter(pk__in=mine.values("ticket"), master__in=mine.values("ticket"))
    found |= dict.fromkeys({pk for pair in pairs.order_by().values_list("pk", "master") for pk in pair},
                           _("It was merged with others of this warning already."))
    answered = BroadcastTo.objects.filter(broadcast__alert=alert).values_list("ticket", flat=True)
    return found | dict.fromkeys(answered, _("The answer to all was released to it already."))


def left_out(alert, user):
    """[(ticket, link)] of what was left out and this user may read, the last one first."""
    links = {link.ticket_id: link for link in alert.links.filter(is_out=True).select_related("judged_by")}
    seen = acts.found_of(alert, user).filter(pk__in=list(links))
    return sorted(((ticket, links[ticket.pk]) for ticket in seen), key=lambda pair: pair[1].judged_at, reverse=True)
