"""会商 (SPEC O11): the rows of a consultation. What somebody said in it is never changed, and neither is how it ended."""
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role

ENDS_ONCE = """
    IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL OR NEW.ticket_id <> OLD.ticket_id OR NEW.by_id <> OLD.by_id
       OR NEW.at <> OLD.at OR NEW.question <> OLD.question OR NEW.units <> OLD.units OR NEW.desks <> OLD.desks THEN
        RAISE EXCEPTION 'consultation %: nothing is changed but that it is closed, once', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Conference(models.Model):
    """One question about a ticket, put to units that have a part in it and to desks of the hotline."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="conferences")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    question = models.TextField(max_length=1000)
    units = ArrayField(models.CharField(max_length=30), default=list)  # codes of the units that are asked
    desks = ArrayField(models.CharField(max_length=3, choices=Role), default=list)
    minutes = models.TextField(max_length=4000, blank=True)
    decision = models.TextField(max_length=1000, blank=True)
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(closed_at=None), name="conference_one_open"),
            models.CheckConstraint(name="conference_ends_with_minutes_and_decision",
                                   condition=Q(closed_at=None, closed_by=None, minutes="", decision="")
                                   | Q(closed_at__isnull=False, closed_by__isnull=False, minutes__gt="", decision__gt="")),
            models.CheckConstraint(name="conference_asks_somebody", condition=Q(units__len__gt=0) | Q(desks__len__gt=0)),
        ]
        triggers = [
            pgtrigger.Trigger(name="conference_ends_once", when=pgtrigger.Before, operation=pgtrigger.Update, func=ENDS_ONCE),
            pgtrigger.Protect(name="conference_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.ticket_id}: {self.get_state()}"

    def get_state(self):
        return _("Decided") if self.closed_at else _("Under way")


class Contribution(models.Model):
    """What one participant said."""

    conference = models.ForeignKey(Conference, models.PROTECT, related_name="contributions")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")  # for which he spoke; null: a desk
    at = models.DateTimeField()
    text = models.TextField(max_length=2000)

    class Meta:
        triggers = [pgtrigger.Protect(name="contribution_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
