"""Small rows for the tests of this app."""

from datetime import UTC, datetime

from accounts.models import Membership, Unit, UnitKind, User

MONDAY_NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
MONDAY_NIGHT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
PASSWORD = "a-long-and-private-word-92"


def unit(code="ZJ", *, parent=None, kind=UnitKind.DEPARTMENT, **fields):
    return Unit.objects.create(code=code, name=fields.pop("name", code), kind=kind, parent=parent, **fields)


def person(username="zhang.wei", *roles, at=None, **fields):
    """A person with these roles, all in the unit `at`."""
    user = User.objects.create_user(username, PASSWORD, **{"display_name": username.title(), **fields})
    if roles:
        at = at or Unit.objects.filter(code="QF").first() or unit("QF", kind=UnitKind.DISTRICT)
        Membership.objects.bulk_create(Membership(user=user, unit=at, role=role) for role in roles)
    return user
