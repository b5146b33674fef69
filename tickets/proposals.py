"""A step that needs two persons: the first one's proposal, kept until the second decides."""
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Proposal(models.Model):
    class Status(models.TextChoices):
        OPEN = "open", _("Waiting for the second person")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")
        OVERTAKEN = "overtaken", _("Overtaken by events")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="proposals")
    step = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "step"], condition=Q(status="open"), name="proposal_one_open"),
            models.CheckConstraint(name="proposal_two_persons",
                                   condition=~Q(status="confirmed") | Q(decided_by__isnull=False) & ~Q(decided_by=F("by"))),
            models.CheckConstraint(name="proposal_decided_at_and_by",
                                   condition=Q(status="open", decided_at=None)
                                   | ~Q(status="open") & Q(decided_at__isnull=False)),
        ]
