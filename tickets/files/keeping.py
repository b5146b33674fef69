"""The files of an intake form: kept as soon as they are chosen, so that no mistake in the form and no crash loses them; they
belong to the ticket from the moment it is registered, in the same transaction."""
import hashlib
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.privacy import decrypt_bytes, encrypt_bytes
from accounts.turns import take_turn
from tickets import story
from tickets.files import pieces
from tickets.models import Attachment, AttachmentFile, IdempotencyKey, IntakeDraft

KEPT_FOR = timedelta(hours=24)  # as an unfinished form is


def pending(by, key):
    return Attachment.objects.filter(by=by, key=key, ticket=None).order_by("pk") if key else Attachment.objects.none()


@transaction.atomic
def keep(files, *, by, key, now):
    """All of these uploaded files, or none; raises ValidationError. The same file once more is there already."""
    given = pieces.checked(files)
    take_turn(f"files {by.pk} {key}")
    if IdempotencyKey.objects.filter(user=by, key=key).exists():
        raise ValidationError(_("This form is a ticket already."))
    there = set(pending(by, key).values_list("sha256", flat=True))
    fresh = {hashlib.sha256(piece.content).hexdigest(): piece for piece in given}
    fresh = {sha256: piece for sha256, piece in fresh.items() if sha256 not in there}
    if len(there) + len(fresh) > pieces.MOST:
        raise ValidationError(_("At most %(most)d files, and %(there)d are there already.") % {
            "most": pieces.MOST, "there": len(there)})
    for sha256, piece in fresh.items():
        row = Attachment.objects.create(by=by, key=key, at=now, name=pieces.name_of(piece, _("Attachment")), kind=piece.kind,
                                        size=len(piece.content), sha256=sha256)
        AttachmentFile.objects.create(attachment=row, content=encrypt_bytes(piece.content, context=binding(row)))


def drop(number, *, by, key):
    pending(by, key).filter(pk=number).delete()


def told(rows):
    """What the trail keeps of them: no name, which may be that of a person."""
    return {"attachments": [{"kind": row.kind, "size": row.size, "sha256": row.sha256} for row in rows]} if rows else {}


def attach(rows, ticket):
    if rows:
        Attachment.objects.filter(pk__in=[row.pk for row in rows], ticket=None).update(ticket=ticket)


def expire(*, now):
    """Throw away what no ticket was made of for a day and no draft is kept of; the number of rows."""
    drafted = IntakeDraft.objects.filter(owner=OuterRef("by"), key=OuterRef("key"))
    return Attachment.objects.filter(~Exists(drafted), ticket=None, at__lte=now - KEPT_FOR).delete()[0]


def binding(row):
    """Ciphertext that is moved to another row does not open."""
    return f"tickets.attachmentfile.{row.pk}"


def content_of(row):
    """The bytes, checked against the hash that the trail keeps."""
    content = decrypt_bytes(bytes(row.file.content), context=binding(row))
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise ValueError(f"Attachment {row.pk} is not what was brought.")
    return content


def readable(ticket, reading):
    return ticket.attachments.none() if reading.hides_files else ticket.attachments.order_by("pk")


story.register(words={"add_files": story.Word(gettext_lazy("%(who)s added files of the caller"), "blue")},
               decoders={"attachments": (gettext_lazy("Files of the caller"), lambda files: str(len(files)))})
