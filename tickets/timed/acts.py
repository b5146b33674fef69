"""Writing and ending a rule that holds for a time. It is never edited: it is ended and written anew; both are in the
audit log, and what was decided by it stays."""
from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.turns import take_turn


class Overlaps(Exception):
    """A rule for the same holds in that time already."""


class OverAlready(Exception):
    """The rule ended before the instant at which it should end now."""


@transaction.atomic
def write(model, *, same, logged, valid_from, valid_to, by, now, reason, owner, request=None, **said):
    """A rule from `valid_from` (never before now) to `valid_to` (None: until it is ended). Raises Overlaps when there is
    one with the same values of `same` in that time. `logged(rule)` is what the audit log keeps beside reason and time."""
    begins = max(valid_from, now)
    take_turn(model._meta.label)  # two that wait for each other at the constraint would be a deadlock
    there = model.objects.filter(Q(valid_to=None) | Q(valid_to__gt=begins), **same)
    if (there.filter(valid_from__lt=valid_to) if valid_to else there).exists():
        raise Overlaps
    rule = model.objects.create(**same, **said, valid_from=begins, valid_to=valid_to, owner=owner, reason=reason, by=by, at=now)
    audit.record("CONFIG", user=by, now=now, request=request, what=rule.str_in_log, reason=reason, owner=owner,
                 valid_from=begins.isoformat(), valid_to=valid_to.isoformat() if valid_to else None, **logged(rule))
    return rule


@transaction.atomic
def end(model, rule_id, *, at, by, now, request=None):
    """Let a rule end at `at` (never before now); one that has not begun by then is taken back. Raises OverAlready."""
    rule = model.objects.select_for_update(no_key=True).get(pk=rule_id)
    ends = max(at, now)
    if rule.valid_to is not None and rule.valid_to <= ends:
        raise OverAlready
    audit.record("CONFIG", user=by, now=now, request=request, what=rule.str_in_log, reason="ended", ends=ends.isoformat())
    if rule.valid_from >= ends:
        rule.delete()
        return None
    rule.valid_to, rule.ended_by, rule.ended_at = ends, by, now
    rule.save(update_fields=["valid_to", "ended_by", "ended_at"])
    return rule
