"""What a unit brings to show that it did what it says: a row that nobody changes, and the file itself beside it.

The content lives in the database, encrypted: it is kept, backed up and lost together with the ticket that it belongs to,
and it can be purged while the row still says that it was there and what its SHA-256 is.
"""
import pgtrigger
from django.db import models

from tickets.files.rows import FileKind


class Evidence(models.Model):
    Kind = FileKind

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="evidence")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=100)  # as people call it; the ending is that of its kind
    kind = models.CharField(max_length=4, choices=FileKind)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)  # of what is given out

    class Meta:
        triggers = [pgtrigger.Protect(name="evidence_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return self.name


class EvidenceFile(models.Model):
    evidence = models.OneToOneField(Evidence, models.PROTECT, primary_key=True, related_name="file")
    content = models.BinaryField()  # encrypted, bound to its row

    class Meta:
        triggers = [pgtrigger.Protect(name="evidence_file_stays", operation=pgtrigger.Update)]
