"""The audit: what must always be true of all rows together, asked of the database in one query per rule.

A check is a function `check(now)` that returns the tickets (or names) that break its rule; its docstring is the rule.
Checks stand in `invariants.py` (SPEC 3.7) and `consistency.py` (rows that say the same thing twice); they are listed
here in the order in which they are printed.
"""
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Role
from accounts.roster import people
from insights import consistency, invariants
from notices.actions import tell

SHOWN = 5  # ticket numbers that a finding names
CHECKS: dict[str, Callable] = invariants.CHECKS | consistency.CHECKS


@dataclass(frozen=True)
class Finding:
    """What one check found. `examples` are ticket numbers, or names of whatever the rule is about."""

    code: str
    rule: str
    count: int
    examples: tuple[str, ...] = ()

    @property
    def is_broken(self) -> bool:
        return self.count > 0


def run(*, now, codes=()):
    """All checks, or those with these codes, on one state of the database. Writes nothing."""
    wanted = {code: CHECKS[code] for code in codes or CHECKS}
    with transaction.atomic():
        _hold_one_view()
        return [_ask(code, check, now) for code, check in wanted.items()]


def _hold_one_view():
    """Every check sees the same instant, although people work on. Inside a caller's transaction that is his choice."""
    if len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")  # a worker's statements may last a minute; history may not fit in


def _ask(code, check, now):
    found = check(now)
    if isinstance(found, QuerySet):
        count = found.count()
        examples = found.order_by("pk").values_list("ticket_no", flat=True)[:SHOWN] if count else ()
    else:
        found = list(found)
        count, examples = len(found), found[:SHOWN]  # type: ignore[assignment]
    return Finding(code, rule_of(check), count, tuple(examples))


def rule_of(check):
    """The first sentence of its docstring, without the code in front of it."""
    return " ".join(check.__doc__.split("\n\n")[0].split()).partition(" ")[2]


def broken(findings):
    return [finding for finding in findings if finding.is_broken]


def raise_alarm(findings, *, now):
    """Tell supervisors and administrators, once a day, which rules are broken; returns whom it told."""
    administrators = User.objects.filter(is_active=True, memberships__role=Role.AD).distinct()
    recipients = [*people("supervisor", unit=None, now=now), *administrators]
    tell(recipients, cause=f"audit:{now:%Y%m%d}", kind="audit_broken", now=now,
         params={"rules": ", ".join(finding.code for finding in findings),
                 "count": sum(finding.count for finding in findings)})
    return recipients
