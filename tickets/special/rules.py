"""Adding a category's special rule, and how the story of a ticket tells of those that counted for it."""
from django.utils.translation import gettext_lazy as _

from tickets import following, story
from tickets.demands import LABELS, RULE_OF
from tickets.models import SlaOverride
from tickets.overrides import name_of, told
from tickets.timed import acts


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


def add(*, category, what, value, person=None, **said):
    """A rule as tickets.timed.acts.write() takes it; `value` is what it says of `what`. Raises Overlaps."""
    return acts.write(SlaOverride, same={"category": category, "what": what}, value=value, person=person,
                      logged=lambda rule: {"value": value}, **said)
