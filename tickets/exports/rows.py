"""A file that was asked for, and its content once it is made."""
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LOST = timedelta(seconds=60)  # without a sign of life a worker counts as lost, and another one begins anew
TRIES = 3
KEPT, KEPT_IN_FULL = timedelta(days=3), timedelta(days=1)  # how long the file can be fetched


class Export(models.Model):
    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for approval")
        REFUSED = "refused", _("Not approved")
        QUEUED = "queued", _("Waits for its turn")
        RUNNING = "running", pgettext_lazy("file", "Being written")
        DONE = "done", pgettext_lazy("file", "Ready")
        FAILED = "failed", pgettext_lazy("file", "Failed")
        REMOVED = "removed", _("Removed")

    class Form(models.TextChoices):
        XLSX = "xlsx", _("Excel workbook")
        CSV = "csv", _("CSV text")

    UNDER_WAY = (Status.QUEUED, Status.RUNNING)
    ACTIVE = (Status.WAITING, *UNDER_WAY)

    owner = models.ForeignKey("accounts.User", models.PROTECT, related_name="exports")
    at = models.DateTimeField()
    source = models.CharField(max_length=60)  # "tickets:review.cases", "calls"
    query = models.TextField(blank=True)  # as it stood in the address; may hold a name that was searched for
    title = models.CharField(max_length=120)
    filters = models.TextField(blank=True)  # in words and masked, for who approves
    reason = models.CharField(max_length=200)
    form = models.CharField(max_length=4, choices=Form)
    in_full = models.BooleanField(default=False)  # names and phones are not masked
    needs_second = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=Status)
    total = models.PositiveIntegerField()  # rows, when it was asked for
    done = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)  # last sign of life of who writes it
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True)
    kept_until = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="export_in_full_by_two", condition=Q(in_full=False) | Q(needs_second=True)),
            models.CheckConstraint(
                name="export_approved_by_another",
                condition=Q(needs_second=False) | Q(status__in=("waiting", "refused"))
                | Q(status="removed", sha256="")
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("owner"))),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="export_own"),
            models.Index(fields=["at"], name="export_active", condition=Q(status__in=("waiting", "queued", "running"))),
            models.Index(fields=["kept_until"], name="export_kept", condition=Q(status="done")),
        ]

    @property
    def is_active(self):
        return self.status in self.ACTIVE

    @property
    def tone(self):
        tones = {"done": "green", "failed": "red", "refused": "orange", "waiting": "blue", "running": "blue"}
        return tones.get(self.status, "")

    @property
    def binding(self):
        """Ciphertext that is moved to another row does not open."""
        return f"tickets.export.{self.pk}"


class ExportPart(models.Model):
    """A piece of the finished file, encrypted: files are written in one process and fetched from another."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts")
    place = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "place"], name="export_part_once")]
