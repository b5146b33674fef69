"""Annotations and what became of each: append-only, in the database too."""
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST = 1000

WRITTEN_ONCE = """
    IF OLD.done_at IS NOT NULL OR NEW.ticket_id <> OLD.ticket_id OR NEW.by_id <> OLD.by_id OR NEW.at <> OLD.at
       OR NEW.text <> OLD.text OR NEW.unit_id IS DISTINCT FROM OLD.unit_id THEN
        RAISE EXCEPTION 'annotation %: it is finished or moved, never rewritten', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class AnnotationQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done_at=None)


class Annotation(models.Model):
    """Keep an eye on the ticket until `due_at`, half past eight of the date that was named."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="annotations")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")  # null: of the hotline
    at = models.DateTimeField()
    text = models.TextField(max_length=LONGEST)
    due_at = models.DateTimeField()
    next_reminder_at = models.DateTimeField(null=True)  # null: it is done
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="annotation_reminds_until_done",
                                   condition=Q(done_at=None, done_by=None, next_reminder_at__isnull=False)
                                   | Q(done_at__isnull=False, done_by__isnull=False, next_reminder_at=None)),
            models.CheckConstraint(name="annotation_due_later", condition=Q(due_at__gt=models.F("at"))),
        ]
        indexes = [
            models.Index(fields=["next_reminder_at"], name="annotation_to_remind", condition=Q(done_at=None)),
            models.Index(fields=["by", "due_at"], name="annotation_of_person", condition=Q(done_at=None)),
        ]
        triggers = [
            pgtrigger.Trigger(name="annotation_written_once", when=pgtrigger.Before, operation=pgtrigger.Update,
                              func=WRITTEN_ONCE),
            pgtrigger.Protect(name="annotation_never_deleted", operation=pgtrigger.Delete),
        ]


class AnnotationEntry(models.Model):
    """What became of an annotation: moved to another date, or done."""

    class Kind(models.TextChoices):
        MOVED = "moved", _("Moved")
        DONE = "done", _("Done")

    annotation = models.ForeignKey(Annotation, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=5, choices=Kind)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    was_due_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # the new date of one that was moved
    note = models.CharField(max_length=LONGEST)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["annotation"], name="annotation_done_once", condition=Q(kind="done")),
            models.CheckConstraint(name="annotation_moved_to_a_date", condition=Q(kind="moved", due_at__isnull=False)
                                   | Q(kind="done", due_at=None)),
        ]
        triggers = [pgtrigger.Protect(name="annotation_entry_stays", operation=pgtrigger.Update | pgtrigger.Delete)]
