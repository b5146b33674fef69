"""Who may look up whom. Citizens are no colleagues: they are found through their tickets, masked, or not at all."""

from django.db.models import Q

from accounts.models import UnitKind, User
from accounts.roles import LONE_ROLES, UNIT_ROLES
from accounts.roster import paths_upwards

HOTLINE = (UnitKind.HOTLINE, UnitKind.HOTLINE_TEAM)


def of(user):
    """The people this user works with: the hotline knows everybody; a unit knows its own line and the hotline.

    Administrators and auditors are no addressees of cases: only their own kind finds them.
    """
    people = User.objects.people().filter(is_active=True, memberships__isnull=False)
    if user.roles & LONE_ROLES:
        return people.distinct()
    people = people.exclude(memberships__role__in=LONE_ROLES)
    if user.roles.difference(UNIT_ROLES):
        return people.distinct()
    known = Q(pk__in=[])
    for membership in user.membership_list:
        known |= Q(memberships__unit__path__startswith=membership.unit.path)
        known |= Q(memberships__unit__path__in=paths_upwards(membership.unit))
    return people.filter(known | Q(memberships__unit__kind__in=HOTLINE) if user.roles else known).distinct()


def saying(words):
    """By name, log-in name or unit."""
    return Q(display_name__icontains=words) | Q(username__istartswith=words) | Q(memberships__unit__name__icontains=words)
