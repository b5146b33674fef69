"""What a ranking keeps: points given and taken by two persons, the ranking as it was published, and what the last ones do."""
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

DECIDED_STAYS = """
    IF OLD.status <> 'open' OR (NEW.unit_id, NEW.month, NEW.points, NEW.reason, NEW.basis, NEW.by_id, NEW.at)
       IS DISTINCT FROM (OLD.unit_id, OLD.month, OLD.points, OLD.reason, OLD.basis, OLD.by_id, OLD.at) THEN
        RAISE EXCEPTION 'points %: what was asked and decided stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
PUBLISHED_STAYS = """
    IF OLD.status <> 'open' OR (NEW.month, NEW.version, NEW.groups, NEW.digest, NEW.by_id, NEW.at)
       IS DISTINCT FROM (OLD.month, OLD.version, OLD.groups, OLD.digest, OLD.by_id, OLD.at) THEN
        RAISE EXCEPTION 'ranking %: never changed, a correction is a new version', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Decided(models.Model):
    """Asked by one person and decided by another."""

    class Status(models.TextChoices):
        OPEN = "open", _("Awaiting decision")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def rules(cls, name):
        return [
            models.CheckConstraint(name=f"{name}_by_two", condition=Q(decided_by=None) | ~Q(decided_by=F("by"))),
            models.CheckConstraint(name=f"{name}_decided_together",
                                   condition=Q(status="open", decided_by=None, decided_at=None)
                                   | ~Q(status="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
        ]


class ScoreAdjustment(Decided):
    """加分/扣分 (O8): points of a unit in one month, beside its score."""

    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    points = models.DecimalField(max_digits=5, decimal_places=2)
    reason = models.CharField(max_length=500)
    basis = models.CharField(max_length=200, blank=True)  # the paper that it rests on

    class Meta:
        constraints = [*Decided.rules("points"),
                       models.CheckConstraint(name="points_are_some",
                                              condition=~Q(points=0) & Q(points__gte=-20, points__lte=20))]
        indexes = [models.Index(fields=["month"], name="points_month")]
        triggers = [
            pgtrigger.Trigger(name="points_stay", when=pgtrigger.Before, operation=pgtrigger.Update, func=DECIDED_STAYS),
            pgtrigger.Protect(name="points_never_deleted", operation=pgtrigger.Delete),
        ]


class Ranking(Decided):
    """A month's ranking as it was laid before the second person, who publishes just that."""

    month = models.DateField()
    version = models.PositiveSmallIntegerField()
    groups = models.JSONField()  # [{"code", "rows": [...]}] as standing.py makes them
    digest = models.CharField(max_length=64)  # SHA-256 of the canonical JSON of `groups`

    class Meta:
        constraints = [*Decided.rules("ranking"),
                       models.UniqueConstraint(fields=["month", "version"], name="ranking_version_once"),
                       models.UniqueConstraint(fields=["month"], condition=Q(status="open"), name="ranking_one_open")]
        triggers = [
            pgtrigger.Trigger(name="ranking_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=PUBLISHED_STAYS),
            pgtrigger.Protect(name="ranking_never_deleted", operation=pgtrigger.Delete),
        ]


class Rectification(models.Model):
    """整改: what a unit at the end of its group does about it, within five working days."""

    ranking = models.ForeignKey(Ranking, models.PROTECT, related_name="rectifications")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    cause = models.CharField(max_length=1000, blank=True)
    measures = models.CharField(max_length=1000, blank=True)
    done_by = models.DateField(null=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ranking", "unit"], name="rectification_once"),
            models.CheckConstraint(name="rectification_said_together", condition=Q(
                by=None, at=None, cause="", measures="", done_by=None) | Q(
                by__isnull=False, at__isnull=False, cause__gt="", measures__gt="", done_by__isnull=False)),
        ]
        triggers = [pgtrigger.Protect(name="rectification_never_deleted", operation=pgtrigger.Delete)]
