"""Where a ticket that was merged by mistake goes on: in a new ticket, because a merged one is at its end (SPEC 3.3)."""
import pgtrigger
from django.db import models


class Split(models.Model):
    """The link in both directions. Whoever counts the tickets that were merged into another leaves these out."""

    merged = models.OneToOneField("tickets.Ticket", models.PROTECT, related_name="split_into")
    ticket = models.OneToOneField("tickets.Ticket", models.PROTECT, related_name="split_from")  # in which it goes on
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="split_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
