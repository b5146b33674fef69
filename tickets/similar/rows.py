"""What stays of recognising a matter, and what is to be heeded when a number calls."""
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.privacy import EncryptedTextField
from tickets.overrides import POINT
from tickets.timed import rows as timed
from tickets.timed.rows import TimedQuerySet, TimedRule


class Recognition(models.Model):
    """An operator took the caller's matter for that of an earlier ticket, and what became of the call.

    It is also why he may read that ticket from then on (tickets.scope): he put somebody's words to it.
    """

    class How(models.TextChoices):
        JOIN = "join", _("Joined as another reporter")
        URGE = "urge", _("The unit was urged")
        ADD = "add", _("Added to the matter")
        FOLLOW_UP = "follow_up", _("Followed up by a new ticket")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="recognitions")
    how = models.CharField(max_length=9, choices=How)
    fresh = models.OneToOneField("tickets.Ticket", models.PROTECT, null=True, related_name="recognised")  # made of the call
    call = models.ForeignKey("tickets.Call", models.PROTECT, null=True, related_name="recognitions")  # where somebody called
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    key = models.CharField(max_length=100, blank=True)  # of the form, so that a call that is sent twice counts once

    class Meta:
        triggers = [pgtrigger.Protect(name="recognition_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [
            models.UniqueConstraint(fields=["by", "key"], condition=~Q(key=""), name="recognition_once_a_form"),
            models.CheckConstraint(name="recognition_has_its_call", condition=(
                Q(how__in=("join", "follow_up"), fresh__isnull=False, call=None) | Q(how__in=("urge", "add"), fresh=None))),
        ]
        indexes = [models.Index(fields=["by", "ticket"], name="recognition_reader")]


class CallerNote(TimedRule):
    """特别关注: something to heed when this number calls, until a day. The number itself is nowhere, only its keyed hash."""

    class Kind(models.TextChoices):
        ATTENTION = "attention", _("Special attention")
        LANGUAGE = "language", _("Language")
        VULNERABLE = "vulnerable", _("Vulnerable person")

    number_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind)
    who = EncryptedTextField(blank=True)  # by what name the keepers of the list know him
    words = models.CharField(max_length=100)  # what the operator reads

    objects = TimedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(name="caller_note_one_at_a_time", expressions=[
                (Func(F("number_hash"), F("kind"), arg_joiner=" || ':' || ", template=POINT), RangeOperators.OVERLAPS),
                (Func(F("valid_from"), F("valid_to"), function="tstzrange"), RangeOperators.OVERLAPS),
            ]),
            models.CheckConstraint(name="caller_note_ends", condition=Q(valid_to__isnull=False)),
            models.CheckConstraint(name="caller_note_of_a_number", condition=~Q(number_hash="")),
            *timed.constraints("caller_note"),
        ]

    @property
    def fingerprint(self):
        """Tells two numbers of the list apart without saying either."""
        return self.number_hash[:8]

    @property
    def str_in_log(self):
        return f"caller note {self.fingerprint}"
