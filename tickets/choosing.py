"""What the fields of forms offer while one types: units, areas, categories and colleagues, as "name · code"."""

from accounts.models import Unit, User
from accounts.roles import LONE_ROLES
from tickets.fields import AREA_KINDS
from tickets.models import Category


def lists():
    """(id of the datalist, its options) pairs; three queries."""
    units = list(Unit.objects.filter(is_active=True).order_by("path"))
    categories = Category.objects.active().order_by("code")
    colleagues = (
        User.objects.people().filter(is_active=True, memberships__isnull=False).exclude(memberships__role__in=LONE_ROLES)
    )
    return [
        ("units", [named(unit) for unit in units]),
        ("areas", [named(unit) for unit in units if unit.kind in AREA_KINDS]),
        ("categories", [named(category) for category in categories]),
        ("people", [f"{person.display_name} · {person.username}" for person in colleagues.distinct().order_by("username")]),
    ]


def named(row):
    return f"{row} · {row.code}"
