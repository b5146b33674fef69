"""Rules that say which unit a matter belongs to (SPEC 8): "illegal building in 望江街道, out of hours: the 街道 leads".

A rule names its conditions - category or the beginning of its code, territory, hours, urgency - and who leads: a unit
(专业直派), or the territory of the incident (属地主办, which is what SPEC calls TERRITORY_FIRST). Every condition may be
open. What was written is never changed: a rule is ended and written anew, so that any day's suggestions can be told.
"""
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.choices import URGENT_OR_WORSE
from tickets.overrides import POINT
from tickets.timed import rows as timed
from tickets.timed.rows import TimedQuerySet, TimedRule

TERRITORY = "@TERR"  # among codes of units: the street or town of the incident, whichever that is
NEVER_TWICE = gettext_lazy("There is a rule with exactly these conditions in that time already; end it first.")


class Hours(models.TextChoices):
    WORKING = "in", gettext_lazy("In working hours")
    OTHER = "out", gettext_lazy("Out of working hours")


class Marks(models.TextChoices):
    URGENT = "urgent", gettext_lazy("Urgent or critical")


class RoutingRule(TimedRule):
    category = models.CharField(max_length=6, blank=True)  # two, four or six digits; "" is any
    area = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+")  # a street or town
    hours = models.CharField(max_length=3, choices=Hours, blank=True)
    marks = models.CharField(max_length=8, choices=Marks, blank=True)
    lead = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    lead_is_territory = models.BooleanField(default=False)
    co_unit_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)  # empty: as the category says

    objects = TimedQuerySet.as_manager()

    class Meta:
        constraints = [
            # An integer range of one point stands for the conditions: equality without an extension of PostgreSQL.
            ExclusionConstraint(name="routing_one_at_a_time", violation_error_message=NEVER_TWICE, expressions=[
                (Func(F("category"), Func(F("area"), template="coalesce(%(expressions)s::text, '')"), F("hours"), F("marks"),
                      arg_joiner=" || ':' || ", template=POINT), RangeOperators.OVERLAPS),
                (Func(F("valid_from"), F("valid_to"), function="tstzrange"), RangeOperators.OVERLAPS),
            ]),
            models.CheckConstraint(name="routing_one_lead",
                                   condition=Q(lead=None, lead_is_territory=True)
                                   | Q(lead__isnull=False, lead_is_territory=False)),
            models.CheckConstraint(name="routing_category_is_a_code", condition=Q(category__regex=r"^([0-9]{2}){0,3}$")),
            *timed.constraints("routing"),
        ]
        triggers = [pgtrigger.ReadOnly(name="routing_stays_as_written", exclude=["valid_to", "ended_by", "ended_at"])]

    def __str__(self):
        return f"{self.category or '*'} from {self.valid_from:%Y-%m-%d}"

    @property
    def str_in_log(self):
        return f"routing rule {self.pk}"

    def fits(self, ticket, here, *, working):
        """Whether it speaks of this matter; `here` is the territory of the incident, `working` the hours it is in."""
        code = ticket.category.code if ticket.category else ""
        return (code.startswith(self.category)
                and (self.area_id is None or here is not None and self.area_id == here.pk)
                and self.hours in ("", Hours.WORKING if working else Hours.OTHER)
                and (not self.marks or ticket.urgency in URGENT_OR_WORSE))

    @property
    def exactness(self):
        """The longer code wins, then who names the territory, the hours, the urgency; then what was written last."""
        return len(self.category), self.area_id is not None, bool(self.hours), bool(self.marks), self.valid_from, self.pk or 0

    @property
    def said(self):
        """The rule as the reason of a suggestion."""
        day = date_format(timezone.localtime(self.valid_from), "Y-m-d")
        return _("rule of %(day)s: %(reason)s (%(owner)s)") % {"day": day, "reason": self.reason, "owner": self.owner}


def best(rules, ticket, here, *, working):
    """The most exact rule that names a unit, then the most exact one that names the territory; one or none of each."""
    fitting = sorted((rule for rule in rules if rule.fits(ticket, here, working=working)), key=lambda rule: rule.exactness)
    return [kind[-1] for kind in ([rule for rule in fitting if not rule.lead_is_territory],
                                  [rule for rule in fitting if rule.lead_is_territory]) if kind]
