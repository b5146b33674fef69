"""Writing and ending a routing rule. Each leaves an entry in the audit log; what was decided by it stays."""
from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import audit
from accounts.models import User
from dispatch.models import RoutingRule

CONDITIONS = ("category", "area", "hours", "marks")
SHIPPED = ("0101", "0105", "1105", "1204")  # where the territory leads unless somebody decides otherwise (SPEC 8)
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


class Overlaps(Exception):
    """A rule with exactly these conditions holds in that time already."""


class OverAlready(Exception):
    """The rule ended before the instant at which it should end now."""


@transaction.atomic
def write(*, by, now, valid_from, valid_to, owner, reason, request=None, **said):
    """A rule from `valid_from` (never before now) to `valid_to` (None: until it is ended). Raises Overlaps."""
    begins = max(valid_from, now)
    same = {name: said[name] for name in CONDITIONS}
    there = RoutingRule.objects.filter(Q(valid_to=None) | Q(valid_to__gt=begins), **same)
    if (there.filter(valid_from__lt=valid_to) if valid_to else there).exists():
        raise Overlaps
    try:
        with transaction.atomic():
            rule = RoutingRule.objects.create(**said, valid_from=begins, valid_to=valid_to, owner=owner, reason=reason,
                                              by=by, at=now)
    except IntegrityError as error:  # somebody else was faster; the constraint has seen it
        raise Overlaps from error
    audit.record("CONFIG", user=by, now=now, request=request, what=f"routing rule {rule.pk}", reason=reason, owner=owner,
                 category=rule.category, area=rule.area and rule.area.code, hours=rule.hours, marks=rule.marks,
                 lead=rule.lead.code if rule.lead else "territory", co_units=rule.co_unit_codes,
                 valid_from=begins.isoformat(), valid_to=valid_to.isoformat() if valid_to else None)
    return rule


@transaction.atomic
def end(rule_id, *, at, by, now, request=None):
    """Let a rule end at `at` (never before now); one that has not begun by then is taken back. Raises OverAlready."""
    rule = RoutingRule.objects.select_for_update(no_key=True).get(pk=rule_id)
    ends = max(at, now)
    if rule.valid_to is not None and rule.valid_to <= ends:
        raise OverAlready
    audit.record("CONFIG", user=by, now=now, request=request, what=f"routing rule {rule.pk}", reason="ended",
                 ends=ends.isoformat())
    if rule.valid_from >= ends:
        rule.delete()
        return None
    rule.valid_to, rule.ended_by, rule.ended_at = ends, by, now
    rule.save(update_fields=["valid_to", "ended_by", "ended_at"])
    return rule


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
