"""What a ticket may be about: the category tree, 2+2+2 digits, with its default units."""
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.choices import Urgency


class CategoryQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)


class Category(models.Model):
    """A leaf (L3) of the tree. Its ancestors are columns, so that lists and reports need no recursion."""

    code = models.CharField(_("code"), max_length=6, unique=True)
    l1_code = models.CharField(max_length=2)
    l1 = models.CharField(max_length=40)
    l2_code = models.CharField(max_length=4, db_index=True)
    l2 = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    lead_is_territory = models.BooleanField(default=False)  # 属地: the street or town of the incident
    lead_unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    co_unit_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)  # may hold "@TERR"
    default_urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.NORMAL)
    is_active = models.BooleanField(default=True)

    objects = CategoryQuerySet.as_manager()

    def __str__(self):
        return f"{self.l2} / {self.name}"
