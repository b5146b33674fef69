"""Texts that a unit keeps for its replies."""
import pgtrigger
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import UNIT_ROLES
from accounts.roster import paths_upwards

LONGEST_TITLE, LONGEST_TEXT = 40, 2000
MOST = 100  # of one unit; a longer list helps nobody


class ReplyPresetQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(ended_at=None)

    def readable_by(self, user):
        """Those of one's own units and of the units above them."""
        mine = [membership.unit for membership in user.membership_list if membership.role in UNIT_ROLES]
        return self.filter(unit__path__in={path for unit in mine for path in paths_upwards(unit)})

    def fitting(self, ticket):
        """For the reply to a ticket: of its lead unit or one above, for its category or for any."""
        if ticket.lead_unit is None:
            return self.none()
        codes = [ticket.category.code[:length] for length in (2, 4, 6)] if ticket.category else []
        fits = self.in_force().filter(category__in=["", *codes], unit__path__in=paths_upwards(ticket.lead_unit))
        return fits.order_by("-category", "title", "pk")  # the most exact category first

    def counted(self):
        """With the replies that were written from each."""
        return self.annotate(uses=Count("replies"))


class ReplyPreset(models.Model):
    """A text of a unit, for a category or for all of them. It is ended, never deleted nor changed: replies name it."""

    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    category = models.CharField(max_length=6, blank=True)  # two, four or six digits; "": any
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    text = models.TextField(max_length=LONGEST_TEXT)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = ReplyPresetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "title"], condition=Q(ended_at=None), name="preset_title_once"),
            models.CheckConstraint(name="preset_ended_at_and_by", condition=Q(ended_at=None, ended_by=None)
                                   | Q(ended_at__isnull=False, ended_by__isnull=False)),
        ]
        triggers = [pgtrigger.Protect(name="preset_never_deleted", operation=pgtrigger.Delete)]

    def __str__(self):
        return self.title
