"""What a special rule of its category demands of a ticket (SPEC A7): always reviewed, always called back.

A demand is written on the ticket when it is classified, and the trail keeps the rule behind it. It stays while the
category stays, also when the rule ends: life.py closes the shortcuts by it, and the database its last door.
"""
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import overrides
from tickets.choices import Urgency

LABELS = {overrides.FORCE_REVIEW: gettext_lazy("Always reviewed"), overrides.FORCE_CALLBACK: gettext_lazy("Always called back")}
RULE_OF = {"force_review": overrides.FORCE_REVIEW, "force_callback": overrides.FORCE_CALLBACK}  # field -> what a rule says


def asked(category, moment):
    """{field: the rule that demands it} of this category at an instant."""
    rules = overrides.in_force(category, moment)
    return {field: rules[what] for field, what in RULE_OF.items() if what in rules}


def at_birth(category, now):
    """(fields, what the trail keeps) of a ticket that is registered in this category now."""
    rules = asked(category, now)
    return {field: field in rules for field in RULE_OF}, kept(rules)


def settled(ticket, changes, now):
    """(fields, what the trail keeps) when a step classifies the ticket, with `changes` or as it is."""
    category = changes.get("category", ticket.category)
    rules, stays = asked(category, now), category == ticket.category
    was = {field: stays and getattr(ticket, field) for field in RULE_OF}
    new = {field: rule for field, rule in rules.items() if not was[field]}
    return {field: was[field] or field in rules for field in RULE_OF}, kept(new)


def kept(rules):
    return {"demanded": {field: overrides.told(rule) for field, rule in rules.items()}} if rules else {}


def refusal(rule):
    """Why what is reported in this category cannot be answered on the line."""
    return _("%(category)s cannot be answered on the line since %(since)s: submit it. Because of: %(reason)s (%(owner)s)") % {
        "category": overrides.name_of(rule.category), "since": overrides.since(rule), "reason": rule.reason,
        "owner": rule.owner}


def counting_now(moment):
    """The rules about urgency, review and callback that an operator should know now, in a line; "" without any."""
    rules = overrides.SlaOverride.objects.at(moment).filter(what__in=[overrides.URGENCY, *LABELS]).order_by("category", "what")
    said = [(overrides.name_of(rule.category), LABELS.get(rule.what) or Urgency(rule.value).label) for rule in rules]
    return "; ".join(f"{category}: {what}" for category, what in said)
