"""市级回访: what the city's own callback brought, as it was imported; the third layer beside unit and district (SPEC 7.5)."""
import pgtrigger
from django.db import models
from django.db.models import Q

from followup.ratings import Satisfied, Solved
from tickets.choices import Outcome

RESULTS = (Outcome.POSITIVE, Outcome.NEUTRAL, Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.NEGATIVE)
WHAT = "city_callback"  # of the event in the trail of its ticket


class CityCallback(models.Model):
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="city_callbacks")
    at = models.DateTimeField()  # when the city called
    result = models.CharField(max_length=12, choices=[(result.value, result.label) for result in RESULTS])
    solved = models.CharField(max_length=12, choices=Solved, blank=True)
    satisfied = models.CharField(max_length=12, choices=Satisfied, blank=True)
    note = models.CharField(max_length=500, blank=True)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "at"], name="city_callback_once"),
            models.CheckConstraint(name="city_callback_result_known", condition=Q(result__in=[str(one) for one in RESULTS])),
            models.CheckConstraint(name="city_callback_not_before_it_was_made", condition=Q(at__lte=models.F("imported_at"))),
        ]
        indexes = [models.Index(fields=["ticket"], name="city_callback_bad", condition=Q(result="negative"))]
        triggers = [pgtrigger.Protect(name="city_callback_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
