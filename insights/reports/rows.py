"""A report: the figures of a period as they were counted once, the words that people put to them, and who answers for it.

What the database holds to, whoever writes: figures are written once, words change only in a draft, a step is not skipped,
and an issued report never changes. A correction is a new version of the same period, under the same number.
"""
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ISSUED_STAYS = """
    IF OLD.status = 'issued' THEN
        RAISE EXCEPTION 'report %: issued, a correction is a new version', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.kind, NEW.since, NEW.until, NEW.version, NEW.asked_by_id, NEW.at)
       IS DISTINCT FROM (OLD.kind, OLD.since, OLD.until, OLD.version, OLD.asked_by_id, OLD.at) THEN
        RAISE EXCEPTION 'report %: what it is of stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.content IS NOT NULL AND (NEW.content, NEW.digest, NEW.made_at)
       IS DISTINCT FROM (OLD.content, OLD.digest, OLD.made_at) THEN
        RAISE EXCEPTION 'report %: its figures were counted once', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status IN ('approved', 'issued') AND (NEW.heading, NEW.comment, NEW.sent_to, NEW.edited_by_id)
       IS DISTINCT FROM (OLD.heading, OLD.comment, OLD.sent_to, OLD.edited_by_id) THEN
        RAISE EXCEPTION 'report %: its words were approved', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (('queued', 'making'), ('making', 'draft'),
       ('making', 'failed'), ('failed', 'queued'), ('draft', 'approved'), ('approved', 'draft'), ('approved', 'issued')) THEN
        RAISE EXCEPTION 'report %: not from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Report(models.Model):
    class Kind(models.TextChoices):
        HOURLY = "hourly", _("Hourly briefing")
        DAILY = "daily", _("Daily report")
        WEEKLY = "weekly", _("Weekly report")
        MONTHLY = "monthly", _("Monthly report")
        QUARTERLY = "quarterly", _("Quarterly report")
        YEARLY = "yearly", _("Yearly report")
        CATEGORY = "category", _("Daily report of urgent and sensitive matters")
        HOLIDAY = "holiday", _("Holiday report")

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("report", "Waits for its turn")
        MAKING = "making", pgettext_lazy("report", "Being made")
        FAILED = "failed", pgettext_lazy("report", "Could not be made")
        DRAFT = "draft", pgettext_lazy("report", "Draft")
        APPROVED = "approved", pgettext_lazy("report", "Approved")
        ISSUED = "issued", pgettext_lazy("report", "Issued")

    UNMADE = (Status.QUEUED, Status.MAKING, Status.FAILED)

    kind = models.CharField(max_length=10, choices=Kind)
    since = models.DateTimeField()
    until = models.DateTimeField()
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")  # None: it was its time
    at = models.DateTimeField()

    done = models.PositiveSmallIntegerField(default=0)  # sections counted
    total = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)  # the last sign of life of who counts

    content = models.JSONField(null=True)  # [section], see parts.py
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the canonical JSON of `content`
    made_at = models.DateTimeField(null=True)

    heading = models.CharField(max_length=80, blank=True)
    comment = models.TextField(max_length=4000, blank=True)  # 点评
    sent_to = models.CharField(max_length=300, blank=True)
    edited_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField(null=True)

    approved_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)  # 第 N 期 of its kind and year

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "since", "until", "version"], name="report_version_once"),
            models.UniqueConstraint(fields=["kind", "year", "number", "version"], name="report_number_once"),
            models.UniqueConstraint(fields=["kind", "since", "until"], condition=~Q(status="issued"), name="report_one_open"),
            models.CheckConstraint(name="report_ends_after_it_begins", condition=Q(since__lt=F("until"))),
            models.CheckConstraint(name="report_made_with_figures", condition=Q(
                status__in=("queued", "making", "failed"), content=None, made_at=None) | Q(
                status__in=("draft", "approved", "issued"), content__isnull=False, made_at__isnull=False, digest__gt="")),
            models.CheckConstraint(name="report_by_two", condition=Q(approved_by=None) | (
                (Q(edited_by=None) | ~Q(approved_by=F("edited_by"))) & (Q(asked_by=None) | ~Q(approved_by=F("asked_by"))))),
            models.CheckConstraint(name="report_issued_by_two", condition=Q(issued_by=None) | Q(
                edited_by__isnull=False) | Q(asked_by__isnull=False) | ~Q(issued_by=F("approved_by"))),
            models.CheckConstraint(name="report_approved_together", condition=Q(
                status__in=("approved", "issued"), approved_by__isnull=False, approved_at__isnull=False) | Q(
                ~Q(status__in=("approved", "issued")), approved_by=None, approved_at=None)),
            models.CheckConstraint(name="report_issued_together", condition=Q(
                status="issued", issued_by__isnull=False, issued_at__isnull=False, year__isnull=False,
                number__isnull=False) | Q(
                ~Q(status="issued"), issued_by=None, issued_at=None, year=None, number=None)),
        ]
        indexes = [models.Index(fields=["-until", "-id"], name="report_newest"),
                   models.Index(fields=["kind", "-until"], name="report_of_kind"),
                   models.Index(fields=["at"], name="report_to_make", condition=Q(status__in=("queued", "making")))]
        triggers = [
            pgtrigger.Trigger(name="report_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=ISSUED_STAYS),
            pgtrigger.Protect(name="report_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.kind} {self.since:%Y-%m-%d %H:%M} v{self.version}"

    @property
    def is_made(self):
        return self.status not in self.UNMADE


class ReportCounter(models.Model):
    """The last number of a kind and year. Its row lock makes numbers gapless: an issue that fails gives its number back."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="report_counter_once")]
