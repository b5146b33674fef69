"""Writing a routing rule, and the ones that come with the product."""
from datetime import UTC, datetime

from django.db import transaction

from accounts.models import User
from dispatch.models import RoutingRule
from tickets.timed import acts

CONDITIONS = ("category", "area", "hours", "marks")
SHIPPED = ("0101", "0105", "1105", "1204")  # where the territory leads unless somebody decides otherwise (SPEC 8)
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def write(**said):
    """A rule as tickets.timed.acts.write() takes it, with its conditions and who leads. Raises Overlaps."""
    same = {name: said.pop(name) for name in CONDITIONS}
    return acts.write(RoutingRule, same=same, logged=logged, **said)


def logged(rule):
    return {"category": rule.category, "area": rule.area and rule.area.code, "hours": rule.hours, "marks": rule.marks,
            "lead": rule.lead.code if rule.lead else "territory", "co_units": rule.co_unit_codes}


@transaction.atomic
def load(*, now):
    """The rules that come with the product, where nobody wrote any; returns how many."""
    if RoutingRule.objects.exists():
        return 0
    system = User.objects.system()
    RoutingRule.objects.bulk_create(
        RoutingRule(category=code, lead_is_territory=True, valid_from=SINCE, owner="12345", reason="属地主办", by=system,
                    at=now)
        for code in SHIPPED)
    return len(SHIPPED)
