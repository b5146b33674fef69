"""Adding and ending a category's special rule. Each leaves an entry in the audit log; what was decided stays."""
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import audit
from tickets import following, story
from tickets.demands import LABELS, RULE_OF
from tickets.models import SlaOverride
from tickets.overrides import name_of, told


def because(said):
    return _("%(category)s, since %(since)s: %(reason)s (%(owner)s)") % {
        **said, "category": name_of(said["category"]), "since": said["since"][:10]}


def demanded(said):
    """{"force_review": rule} as "Always reviewed: 0704 药品与配药, since …"."""
    return "; ".join(f"{LABELS[RULE_OF[field]]}: {because(rule)}" for field, rule in said.items())


def facts_of(ticket, events, now):
    """(label, the rule behind it) of what a rule demands of this ticket, and who follows it; `events` are its trail."""
    said = {field: rule for event in events for field, rule in event.data.get("demanded", {}).items()}
    for field, what in RULE_OF.items():
        if getattr(ticket, field):
            yield LABELS[what], because(said[field]) if field in said else _("Because of a merged ticket")
    if rule := following.rule_for(ticket, now):
        yield _("Followed by"), f"{rule.person.display_name} · {because(told(rule))}"


story.register(words={}, decoders={"because": (_("Because of"), because), "demanded": (_("Special rule"), demanded)})


class Overlaps(Exception):
    """Category and clock have a rule in that time already."""


class OverAlready(Exception):
    """The rule ended before the instant at which it should end now."""


@transaction.atomic
def add(*, category, what, value, valid_from, valid_to, owner, reason, by, now, person=None, request=None):
    """A rule from `valid_from` (never before now) to `valid_to` (None: until it is ended). Raises Overlaps."""
    begins = max(valid_from, now)
    there = SlaOverride.objects.filter(Q(valid_to=None) | Q(valid_to__gt=begins), category=category, what=what)
    if (there.filter(valid_from__lt=valid_to) if valid_to else there).exists():
        raise Overlaps
    try:
        with transaction.atomic():
            rule = SlaOverride.objects.create(category=category, what=what, value=value, valid_from=begins, valid_to=valid_to,
                                              owner=owner, reason=reason, person=person, by=by, at=now)
    except IntegrityError as error:  # somebody else was faster; the constraint has seen it
        raise Overlaps from error
    audit.record("CONFIG", user=by, now=now, request=request, what=f"special rule {category} {what}", reason=reason,
                 value=value, valid_from=begins.isoformat(), valid_to=valid_to.isoformat() if valid_to else None, owner=owner)
    return rule


@transaction.atomic
def end(rule_id, *, at, by, now, request=None):
    """Let a rule end at `at` (never before now); one that has not begun by then is taken back. Raises OverAlready."""
    rule = SlaOverride.objects.select_for_update(no_key=True).get(pk=rule_id)
    ends = max(at, now)
    if rule.valid_to is not None and rule.valid_to <= ends:
        raise OverAlready
    audit.record("CONFIG", user=by, now=now, request=request, what=f"special rule {rule.category} {rule.what}", reason="ended",
                 ends=ends.isoformat())
    if rule.valid_from >= ends:
        rule.delete()
        return None
    rule.valid_to, rule.ended_by, rule.ended_at = ends, by, now
    rule.save(update_fields=["valid_to", "ended_by", "ended_at"])
    return rule
