"""The sixteen roles of the hotline, and which of them one person may not hold together."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OP = "OP", _("Operator")
    OPS = "OPS", _("Shift leader")
    RV = "RV", _("Reviewer")
    DP = "DP", _("Dispatcher")
    LI = "LI", _("Unit liaison")
    HD = "HD", _("Unit handler")
    UL = "UL", _("Unit leader")
    CB = "CB", _("Callback agent")
    SV = "SV", _("Supervisor")
    ZH = "ZH", _("Coordination group")
    DL = "DL", _("Duty leader")
    QL = "QL", _("District leader")
    KE = "KE", _("Knowledge editor")
    QI = "QI", _("Quality inspector")
    AD = "AD", _("System administrator")
    AU = "AU", _("Auditor")


UNIT_ROLES = (Role.LI, Role.HD, Role.UL)
DISTRICT = (Role.SV, Role.DL, Role.ZH, Role.QL)  # who watches over all units together

# Configuration must not be the way to read cases, and an auditor must not audit himself:
# whoever holds one of these holds nothing else.
LONE_ROLES = frozenset({Role.AD, Role.AU})


def conflict(roles: Iterable[str]) -> str | None:
    """The role that forbids the others in this set, or None when one person may hold them all."""
    held = set(roles)
    if len(held) < 2:
        return None
    return next((role.value for role in (Role.AU, Role.AD) if role.value in held), None)
