"""专人 (SPEC A5): the person whom a special rule names to follow the urgent tickets of a category until they end.

Who that is is asked anew each time, so that a new person takes over what is open. One who left, or who has no such post
any more, follows nothing: the roster hears of these tickets, as of all others.
"""
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left, Length

from accounts.models import User
from accounts.roles import Role
from tickets import overrides
from tickets.catalogue import Category
from tickets.choices import URGENT_OR_WORSE
from tickets.overrides import PERSON, SlaOverride
from tickets.states import OPEN

FOLLOWERS = (Role.SV, Role.ZH, Role.DL)  # they see every ticket and have a board


def fit():
    """Everybody who may be named."""
    return User.objects.filter(is_active=True, memberships__role__in=FOLLOWERS).distinct()


def rules_at(now):
    return SlaOverride.objects.at(now).filter(what=PERSON)


def followed_by(rows, user, now):
    """Those of the tickets `rows` that a rule of this instant gives to this user; part of the caller's query."""
    of_category = rules_at(now).filter(category__in=[Left(OuterRef("code"), 2), Left(OuterRef("code"), 4), OuterRef("code")])
    most_exact = of_category.order_by(-Length("category")).values("person")[:1]
    his = Category.objects.annotate(follower=Subquery(most_exact)).filter(follower=user.pk)
    return rows.filter(category__in=his.values("pk"), urgency__in=URGENT_OR_WORSE, state__in=OPEN)


def followers(now):
    """{category id: the person who follows its urgent tickets now}; one query where no rule names anybody."""
    rules = list(rules_at(now).select_related("person"))
    if not rules:
        return {}
    there = set(fit().filter(pk__in=[rule.person_id for rule in rules]).values_list("pk", flat=True))
    named = {pk: overrides.counting(rules, code, now).get(PERSON) for pk, code in Category.objects.values_list("pk", "code")}
    return {pk: rule.person for pk, rule in named.items() if rule and rule.person_id in there}


def rule_for(ticket, now):
    """The rule that names who follows this ticket now, or None."""
    if ticket.state not in OPEN or ticket.urgency not in URGENT_OR_WORSE or not ticket.category:
        return None
    rule = overrides.in_force(ticket.category, now).get(PERSON)
    return rule if rule and fit().filter(pk=rule.person_id).exists() else None
