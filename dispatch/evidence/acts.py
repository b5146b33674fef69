"""Bringing evidence to a ticket, and who may."""
import hashlib

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.privacy import decrypt_bytes, encrypt_bytes
from accounts.roles import UNIT_ROLES
from dispatch import replies
from dispatch.models import Assignment, Evidence, EvidenceFile
from tickets.actions import AlreadyMoved, Refused, lock, record_locked
from tickets.files.pieces import MOST, name_of  # nine a round
from tickets.states import State

STATES = (State.PENDING_RECEIPT, State.HANDLING, State.SUSPENDED)


def unit_of(ticket, user):
    """The unit for which this user may bring evidence: the lead, or another one with a live part; None for all others."""
    lead = ticket.lead_unit
    if lead and user.covers(lead, *UNIT_ROLES):
        return lead
    return next((part.unit for part in replies.parts_of(ticket)
                 if part.status in Assignment.LIVE and user.covers(part.unit, *UNIT_ROLES)), None)


def takes(ticket, user):
    """Whether the page offers it."""
    return ticket.state in STATES and user.has_role(*UNIT_ROLES) and unit_of(ticket, user) is not None


@transaction.atomic
def add(ticket_id, *, pieces, by, now):
    """Keep some `Piece`s; returns the ticket. The trail keeps names and hashes, so that nothing can be exchanged later.

    Raises Ticket.DoesNotExist, AlreadyMoved, PermissionDenied, and Refused when there would be more than nine.
    """
    ticket = lock(ticket_id, by=by)
    if ticket.state not in STATES:
        raise AlreadyMoved(ticket)
    unit = unit_of(ticket, by)
    if unit is None:
        raise PermissionDenied("add_evidence")
    there = set(Evidence.objects.filter(ticket=ticket, round=ticket.round).values_list("sha256", flat=True))
    made = [row_of(ticket, piece, unit, by, now) for piece in pieces]
    fresh = list({row.sha256: (row, piece) for row, piece in zip(made, pieces, strict=True)
                  if row.sha256 not in there}.values())
    if not fresh:
        raise Refused(_("These files are there already."))
    if len(there) + len(fresh) > MOST:
        raise Refused(_("At most %(most)d files, and %(there)d are there already.") % {"most": MOST, "there": len(there)})
    for row, piece in fresh:
        row.save()
        EvidenceFile.objects.create(evidence=row, content=encrypt_bytes(piece.content, context=binding(row)))
    files = [{"name": row.name, "size": row.size, "sha256": row.sha256} for row, _piece in fresh]
    return record_locked(ticket, "add_evidence", by=by, now=now, data={"unit": unit.code, "files": files})


def row_of(ticket, piece, unit, by, now):
    return Evidence(ticket=ticket, round=ticket.round, unit=unit, by=by, at=now, kind=piece.kind, size=len(piece.content),
                    name=name_of(piece, _("Evidence")), sha256=hashlib.sha256(piece.content).hexdigest())


def binding(row):
    """Ciphertext that is moved to another row does not open."""
    return f"dispatch.evidencefile.{row.pk}"


def content_of(row):
    """The bytes, checked against the hash that the trail keeps."""
    content = decrypt_bytes(bytes(row.file.content), context=binding(row))
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise ValueError(f"Evidence {row.pk} is not what was brought.")
    return content
