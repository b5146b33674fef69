"""People, units, the roles people hold in units, duty shifts, API tokens and the audit log."""

from accounts.models.duty import DutyKind, DutyShift, DutyShiftQuerySet
from accounts.models.memberships import Membership
from accounts.models.records import AuditEntry, ExpiringToken, ExpiringTokenQuerySet
from accounts.models.units import OutOfHoursMode, Unit, UnitKind, UnitQuerySet
from accounts.models.users import SYSTEM_USERNAME, User, UserManager, normalise_username

__all__ = [
    "SYSTEM_USERNAME",
    "AuditEntry",
    "DutyKind",
    "DutyShift",
    "DutyShiftQuerySet",
    "ExpiringToken",
    "ExpiringTokenQuerySet",
    "Membership",
    "OutOfHoursMode",
    "Unit",
    "UnitKind",
    "UnitQuerySet",
    "User",
    "UserManager",
    "normalise_username",
]
