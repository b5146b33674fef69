"""What the intake screen keeps beside tickets: unfinished forms, and what a category asks and says."""
import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from accounts.privacy import EncryptedTextField

MOST = 12  # unfinished forms of one person: more calls than that nobody has in mind
LONGEST_TEMPLATE = 1000
LONGEST_STORED = 120_000  # of the ciphertext: what drafts.LONGEST characters can become


class IntakeDraft(models.Model):
    """A form that somebody is filling in, as it was last saved. Nobody but its owner ever reads it.

    `place` holds the limit in the database: a person has as many places as he may have drafts.
    """

    owner = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)  # the idempotency key of the form: the ticket will have the same
    place = models.PositiveSmallIntegerField()
    data = EncryptedTextField()  # JSON, {name of a field: what stands in it}
    version = models.PositiveIntegerField(default=1)
    page = models.CharField(max_length=40, blank=True)  # the window that saved it last …
    seq = models.PositiveIntegerField(default=0)  # … and that window's own count, since answers get lost and overtake
    is_left = models.BooleanField(default=False)  # its page was closed in peace: it is offered, but not opened by itself
    began_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_index=True)
    discarded_at = models.DateTimeField(null=True, blank=True)  # may be taken back for a while

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="intake_draft_once"),
            models.UniqueConstraint(fields=["owner", "place"], name="intake_draft_has_its_place"),
            models.CheckConstraint(condition=Q(place__lt=MOST), name="intake_draft_not_too_many"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("data"), LONGEST_STORED), name="intake_draft_not_too_long"),
            models.CheckConstraint(condition=~Q(key=""), name="intake_draft_has_a_key"),
        ]

    def __str__(self):
        return f"intake draft {self.pk}"


class CategoryQuestions(models.Model):
    """附加项: what is asked besides when a matter is about this category, and how its text may begin.

    `code` has two, four or six digits; what the groups above a category ask is asked as well (see questions.of). One version;
    it is never changed, and the newest counts.
    """

    code = models.CharField(max_length=6)
    number = models.PositiveIntegerField(default=1)
    asks = models.JSONField(default=list)  # [{"name", "label", "kind", …}]: see questions.Ask
    template = models.TextField(max_length=LONGEST_TEMPLATE, blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")  # None: came with the product
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="questions_version_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^([0-9]{2}){1,3}$"), name="questions_of_a_category"),
            models.CheckConstraint(condition=Q(by=None, at=None) | Q(by__isnull=False, at__isnull=False),
                                   name="questions_written_by_somebody"),
        ]
        triggers = [pgtrigger.Protect(name="questions_versions_stay", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.code} {self.number}"
