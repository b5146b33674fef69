"""Rules of a category that hold for a time instead of the usual ones (SPEC 4.1): "medicine counts as urgent from 14 March".

A rule names a category by its code or the beginning of it, and either the least urgency of what is reported in it, the
limit of one clock, that it is always reviewed or always called back (demands.py), or who follows its urgent tickets
(following.py). The longest code wins. It counts when a matter is taken in or reviewed and when a clock starts; what was
decided before stays as it was. Only who follows a ticket is asked anew each time: people change while tickets are open.
"""
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.catalogue import Category
from tickets.choices import Urgency
from tickets.timed import rows as timed
from tickets.timed.rows import TimedQuerySet, TimedRule

POINT = "int8range(hashtextextended(%(expressions)s, 0), hashtextextended(%(expressions)s, 0), '[]')"
# Beside the kinds of clocks:
URGENCY, FORCE_REVIEW, FORCE_CALLBACK, PERSON = "URGENCY", "FORCE_REVIEW", "FORCE_CALLBACK", "PERSON"
NEVER_BEFORE = gettext_lazy("There is a rule for this category and clock in that time already; end it first.")


class SlaOverrideQuerySet(TimedQuerySet):
    def of(self, code):
        """Of this category or of what it belongs to."""
        return self.filter(category__in=[code[:length] for length in (2, 4, 6)])


class SlaOverride(TimedRule):
    category = models.CharField(max_length=6)  # two, four or six digits
    what = models.CharField(max_length=16)  # one of the above, or the kind of a clock
    value = models.JSONField()  # an urgency; minutes or {"wd": n}; true for a demand; a log-in name
    person = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")  # 专人

    objects = SlaOverrideQuerySet.as_manager()

    class Meta:
        constraints = [
            # An integer range of one point stands for category and clock: equality without an extension of PostgreSQL.
            ExclusionConstraint(name="override_one_at_a_time", violation_error_message=NEVER_BEFORE, expressions=[
                (Func(F("category"), F("what"), arg_joiner=" || ':' || ", template=POINT),
                 RangeOperators.OVERLAPS),
                (Func(F("valid_from"), F("valid_to"), function="tstzrange"), RangeOperators.OVERLAPS),
            ]),
            models.CheckConstraint(name="override_names_a_person",
                                   condition=Q(what=PERSON, person__isnull=False) | ~Q(what=PERSON) & Q(person=None)),
            *timed.constraints("override"),
        ]

    def __str__(self):
        return f"{self.category} {self.what} from {self.valid_from:%Y-%m-%d}"

    @property
    def str_in_log(self):
        return f"special rule {self.category} {self.what}"


def in_force(category, moment):
    """{what: the rule} for a category (or None) at an instant; one query for the same row of a category, however often."""
    if category is None:
        return {}
    asked = category.__dict__.setdefault("_in_force", {})
    if moment not in asked:
        rules = SlaOverride.objects.at(moment).of(category.code).select_related("person")
        asked[moment] = counting(rules, category.code, moment)
    return asked[moment]


def counting(rules, code, moment):
    """{what: the rule} out of `rules` for a category's code at an instant; the most exact one wins. No query."""
    fitting = [rule for rule in rules if code.startswith(rule.category) and rule.valid_from <= moment
               and (rule.valid_to is None or moment < rule.valid_to)]
    return {rule.what: rule for rule in sorted(fitting, key=lambda rule: len(rule.category))}


def rank(urgency):
    return Urgency.values.index(urgency)


def least_urgency(category, moment):
    """(urgency, the rule behind it) below which a matter of this category is not taken in; (None, None) usually."""
    rule = in_force(category, moment).get(URGENCY)
    return (rule.value, rule) if rule else (None, None)


def because_of(category, urgency, moment):
    """What the trail keeps of the rule that made a matter as urgent as it is; {} when none did."""
    least, rule = least_urgency(category, moment)
    return {"because": told(rule)} if rule and urgency == least != category.default_urgency else {}


def sentence(rule):
    """"0704 药品与配药 is at least urgent since 14 March, because …" for whoever chose less."""
    return _("%(category)s: at least %(urgency)s since %(since)s, because of: %(reason)s (%(owner)s)") % {
        "category": name_of(rule.category), "urgency": Urgency(rule.value).label, "since": since(rule), "reason": rule.reason,
        "owner": rule.owner}


def since(rule):
    return date_format(timezone.localtime(rule.valid_from), "Y-m-d")


def name_of(code):
    """"0704 药品与配药"; a code that no category has stands for itself."""
    level = {2: ("l1_code", "l1"), 4: ("l2_code", "l2")}.get(len(code), ("code", "name"))
    name = Category.objects.filter(**{level[0]: code}).values_list(level[1], flat=True).first()
    return f"{code} {name}" if name else code


def told(rule):
    """A rule for the trail: who asked for it, why, and since when."""
    return {"category": rule.category, "owner": rule.owner, "reason": rule.reason, "since": rule.valid_from.isoformat()}
