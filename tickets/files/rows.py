"""What came with a matter: a row that nobody changes once it belongs to a ticket, and the file itself beside it (ADR 0009)."""
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

STAYS = """
    IF TG_OP = 'UPDATE' AND (NEW.by_id, NEW.key, NEW.at, NEW.name, NEW.kind, NEW.size, NEW.sha256) IS DISTINCT FROM
       (OLD.by_id, OLD.key, OLD.at, OLD.name, OLD.kind, OLD.size, OLD.sha256) OR OLD.ticket_id IS NOT NULL THEN
        RAISE EXCEPTION 'attachment %: it belongs to a ticket', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
"""


class FileKind(models.TextChoices):
    JPG = "jpg", _("Picture")
    PNG = "png", _("Picture (PNG)")
    PDF = "pdf", _("PDF document")
    DOCX = "docx", _("Word document")
    MP3 = "mp3", _("Sound")
    MP4 = "mp4", _("Video")


class Attachment(models.Model):
    """`key` is that of the intake form; without a ticket the form is not finished, and a day later the file is gone."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, related_name="attachments")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    at = models.DateTimeField()
    name = models.CharField(max_length=100)  # as people call it; the ending is that of its kind
    kind = models.CharField(max_length=4, choices=FileKind)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)  # of what is given out

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "key", "sha256"], name="attachment_once_a_form")]
        indexes = [models.Index(fields=["at"], name="attachment_unfinished", condition=Q(ticket=None))]
        triggers = [pgtrigger.Trigger(name="attachment_stays", when=pgtrigger.Before, func=STAYS,
                                      operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return self.name


class AttachmentFile(models.Model):
    attachment = models.OneToOneField(Attachment, models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()  # encrypted, bound to its row

    class Meta:
        triggers = [pgtrigger.Protect(name="attachment_file_stays", operation=pgtrigger.Update)]
