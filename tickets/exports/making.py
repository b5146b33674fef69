"""Writing the files that were asked for, one after the other, in a process of its own.

A file belongs to who gives signs of life for it. A process that was killed gives none: after a minute another one begins
the file anew, and the third loss is the last, which its owner is told. Who finds that a file is no longer his (it was
removed, or somebody else writes it) stops.
"""
import hashlib
import tempfile

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.privacy import decrypt_bytes, encrypt_bytes
from notices.actions import tell
from tickets.exports import asking
from tickets.exports.files import WRITERS
from tickets.exports.rows import KEPT, KEPT_IN_FULL, LOST, TRIES, Export, ExportPart
from tickets.exports.sources import Gone, open_source
from tickets.presenters import short

log = structlog.get_logger(__name__)
Status = Export.Status
PART = 1024 * 1024  # bytes
BEAT = 1.0  # seconds between two signs of life


class Overtaken(Exception):
    """The file is not ours any more."""


def due(now):
    """What waits for somebody to write it, and what was lost."""
    return Export.objects.filter(Q(status=Status.QUEUED) | Q(status=Status.RUNNING, beat_at__lt=now - LOST))


@transaction.atomic
def claim(now):
    """The next file, counted as tried; None when nothing waits."""
    export = due(now).select_for_update(skip_locked=True, of=("self",)).select_related("owner").order_by("at").first()
    if export is None:
        return None
    if export.tries >= TRIES:
        fail(export, now)
        return claim(now)
    export.status, export.tries, export.beat_at, export.done = Status.RUNNING, export.tries + 1, now, 0
    export.save(update_fields=["status", "tries", "beat_at", "done"])
    return export


def fail(export, now):
    export.status, export.finished_at = Status.FAILED, now
    export.save(update_fields=["status", "finished_at"])
    asking.log(export, "failed", by=export.owner, now=now)
    tell([export.owner], cause=f"export:{export.pk}:failed", kind="export_failed", now=now)
    log.error("export_failed", export=export.pk, tries=export.tries)


def mine(export):
    return Export.objects.filter(pk=export.pk, status=Status.RUNNING, tries=export.tries)


def make_all(desks, clock):
    """Write what waits. `clock` gives the database's instant. Returns how many files were begun."""
    begun = 0
    while export := claim(clock()):
        begun += 1
        try:
            make(export, desks, clock)
        except Overtaken:
            log.info("export_overtaken", export=export.pk)
        except Gone:
            _give_up(export, clock())
        except Exception:  # it is tried again after a minute, and told after the third time
            log.exception("export_broken", export=export.pk, attempt=export.tries)
    return begun


@transaction.atomic
def _give_up(export, now):
    row = mine(export).select_for_update(of=("self",)).select_related("owner").first()
    if row:
        fail(row, now)


def make(export, desks, clock):
    with override(export.owner.language or None), tempfile.TemporaryFile(prefix="hotline-") as file:
        write(export, desks, clock, file)
        keep(export, file, clock)


def write(export, desks, clock, file):
    begun = clock()
    source = open_source(export.source, desks, user=export.owner, query=export.query, now=begun, in_full=export.in_full)
    writer, count, last = WRITERS[export.form](file, str(source.sheet), source.heads), 0, begun
    for lines in source.rows():
        for values in lines:
            writer.add(values)
        count += len(lines)
        now = clock()
        if (now - last).total_seconds() >= BEAT:
            beat(export, now, count)
            last = now
    beat(export, clock(), count)
    export.done = count
    owner = f"{export.owner.display_name} ({export.owner.username})"
    writer.close([*source.about, (_("Rows"), count), (_("Downloaded by"), owner), (_("At"), short(begun)),
                  (_("What the file is for"), export.reason)])


def beat(export, now, count):
    if not mine(export).update(beat_at=now, done=count):
        raise Overtaken


def keep(export, file, clock):
    """Into the database, piece by piece, each encrypted; all of them or none."""
    digest, size, place = hashlib.sha256(), 0, 0
    file.seek(0)
    with transaction.atomic():
        now = clock()
        if not mine(export).update(beat_at=now):
            raise Overtaken
        while piece := file.read(PART):
            digest.update(piece)
            sealed = encrypt_bytes(piece, context=f"{export.binding}.{place}")
            ExportPart.objects.create(export=export, place=place, content=sealed)
            size, place = size + len(piece), place + 1
        kept = KEPT_IN_FULL if export.in_full else KEPT
        mine(export).update(status=Status.DONE, done=export.done, finished_at=now, kept_until=now + kept, size=size,
                            sha256=digest.hexdigest())
        tell([export.owner], cause=f"export:{export.pk}:done", kind="export_ready", params={"rows": export.done}, now=now)


def content_of(export):
    """The bytes of the file, piece by piece."""
    places = ExportPart.objects.filter(export=export).order_by("place").values_list("place", flat=True)
    for place in list(places):
        stored = ExportPart.objects.values_list("content", flat=True).get(export=export, place=place)
        yield decrypt_bytes(bytes(stored), context=f"{export.binding}.{place}")
