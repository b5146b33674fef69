"""Who has read a ticket: for supervisors, and for the auditor, who reads no ticket himself."""
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Q
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import audience
from accounts.models import User
from accounts.roles import Role
from tickets.models import Ticket
from tickets.sightings import WATCHERS

PAGE = 50


def found(user, ticket_no):
    """The auditor asks about any ticket, of which he learns the number alone; others about those that they may read."""
    rows = Ticket.objects.all() if user.has_role(Role.AU) else Ticket.objects.visible_to(user)
    try:
        return rows.only("pk", "ticket_no").get(ticket_no=ticket_no)
    except Ticket.DoesNotExist:
        raise Http404 from None


@audience(*WATCHERS)
@require_safe
def seen(request, ticket_no):
    ticket = found(request.user, ticket_no)
    rows = ticket.sightings.order_by("-pk").select_related("user")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"ticket": ticket, "page": page, "readers": readers(ticket),
               "columns": (_("Person"), _("Unit"), _("Times"), _("In full"), _("First"), _("Last")), "none": _("Nobody yet.")}
    return render(request, "insights/seen.html", context)


def readers(ticket):
    """One row a person, the last reader first."""
    sums = ticket.sightings.values("user").annotate(
        times=Count("pk"), in_full=Count("pk", filter=Q(in_full=True)), first=Min("at"), last=Max("at")).order_by("-last")
    sums = list(sums)
    people = User.objects.prefetch_related("memberships__unit").in_bulk([row["user"] for row in sums])
    return [row | {"person": people[row["user"]], "units": units_of(people[row["user"]])} for row in sums]


def units_of(person):
    return ", ".join(sorted({membership.unit.name for membership in person.memberships.all()}))
