"""The hotline's mailbox, read over IMAP: each letter is kept here and committed before the server hears that it was read.

A UID is a watermark: what lies below it is here. It moves in the transaction that keeps the letter, so a crash or a cut
line at any point leaves the letter either here or to be read again; and the Message-ID makes sure that it comes in once.
"""
import imaplib
import re
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import structlog
from django.conf import settings
from django.db import transaction

from accounts.models import User
from tickets.channels import mime
from tickets.channels.arrival import AnotherText, receive
from tickets.channels.models import Mailbox
from tickets.choices import Channel

log = structlog.get_logger(__name__)
PATIENCE = 10  # seconds for each answer of the server
LONGEST_LOOK = 60  # seconds; the next one goes on
MOST = 200  # letters in one look
LARGEST = 12 * 1024 * 1024  # bytes; of a larger one the beginning is read
BEGINNING = 256 * 1024
INTERNAL_DATE = re.compile(rb'INTERNALDATE "([^"]{10,40})"')
SIZE = re.compile(rb"RFC822\.SIZE ([0-9]{1,12})")
TROUBLE = (imaplib.IMAP4.error, OSError, EOFError)  # abort and readonly are kinds of error


class MailTrouble(Exception):
    """The mailbox cannot be read now; the sentence names no password."""


@dataclass
class Looked:
    new: int = 0
    known: int = 0


def is_configured():
    return bool(settings.MAIL["HOST"] and settings.MAIL["USER"])


def fetch(*, now):
    """Everything that is new in the mailbox; Looked. Raises MailTrouble. Does nothing where no mailbox is configured."""
    done = Looked()
    if not is_configured():
        return done
    line = None
    try:
        line = connected()
        validity = opened(line)
        box = mailbox(validity, now)
        begun = time.monotonic()
        for uid in new_uids(line, box.last_uid)[:MOST]:
            take(line, box, uid, done, now)
            if time.monotonic() - begun > LONGEST_LOOK:
                break
    except TROUBLE as error:
        log.warning("mailbox_trouble", error=type(error).__name__, new=done.new)
        raise MailTrouble(f"The mailbox cannot be read: {type(error).__name__}.") from error
    finally:
        hang_up(line)
    return done


def connected():
    mail = settings.MAIL
    context = ssl.create_default_context(cafile=mail["CA"] or None)
    if mail["TLS"] == "starttls":
        line = imaplib.IMAP4(mail["HOST"], mail["PORT"] or 143, timeout=PATIENCE)
        line.starttls(context)
    else:
        line = imaplib.IMAP4_SSL(mail["HOST"], mail["PORT"] or 993, ssl_context=context, timeout=PATIENCE)
    line.login(mail["USER"], mail["PASSWORD"])
    return line


def hang_up(line):
    if line is not None:
        with suppress(TROUBLE):
            line.logout()


def opened(line):
    """Open the folder; its UIDVALIDITY."""
    folder = settings.MAIL["FOLDER"].replace("\\", "\\\\").replace('"', '\\"')
    answered(line.select(f'"{folder}"'))
    _kind, said = line.response("UIDVALIDITY")
    if not said or not said[0]:
        raise imaplib.IMAP4.error("no UIDVALIDITY")
    return int(said[0])


def mailbox(validity, now):
    """The watermark of this folder. Where the server counts anew it begins at nothing: what is here is recognised."""
    mail = settings.MAIL
    name = f"{mail['USER']}@{mail['HOST']}/{mail['FOLDER']}"[:200]
    box, _new = Mailbox.objects.get_or_create(name=name, defaults={"validity": validity, "polled_at": now})
    if box.validity != validity:
        box.validity, box.last_uid = validity, 0
    box.polled_at = now
    box.save(update_fields=["validity", "last_uid", "polled_at"])
    return box


def new_uids(line, last):
    """Ascending. `n:*` names the last one even when that is older."""
    (found,) = answered(line.uid("SEARCH", f"UID {last + 1}:*"))[:1]
    return sorted(uid for uid in map(int, (found or b"").split()) if uid > last)


def take(line, box, uid, done, now):
    raw, received_at, is_whole = letter(line, uid)
    if raw is not None:  # somebody else may have taken it out of the folder
        mail = mime.parse(raw, is_whole=is_whole)
        with transaction.atomic():
            is_new = keep(mail, received_at=received_at, now=now)
            advance(box, uid)
        done.new, done.known = done.new + is_new, done.known + (not is_new)
        line.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)")  # only now: it is committed
    else:
        advance(box, uid)


def advance(box, uid):
    """Never back, whoever else looks meanwhile."""
    Mailbox.objects.filter(pk=box.pk, validity=box.validity, last_uid__lt=uid).update(last_uid=uid)


def letter(line, uid):
    """(bytes, when the server got it, whether these are all of them), or (None, None, True) when it is gone."""
    head = b" ".join(flat(answered(line.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)"))))
    size = SIZE.search(head)
    if size is None:
        return None, None, True
    is_whole = int(size[1]) <= LARGEST
    wanted = "BODY.PEEK[]" if is_whole else f"BODY.PEEK[]<0.{BEGINNING}>"
    pieces = [piece[1] for piece in answered(line.uid("FETCH", str(uid), f"({wanted})")) if isinstance(piece, tuple)]
    return (pieces[0] if pieces else None), instant(INTERNAL_DATE.search(head)), is_whole


def instant(found) -> datetime | None:
    """"17-Jul-2026 02:44:25 +0800"."""
    try:
        said = parsedate_to_datetime(found[1].decode("ascii").strip()) if found else None
        return said.replace(tzinfo=UTC) if said and said.tzinfo is None else said
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def flat(pieces):
    for piece in pieces:
        yield from (part for part in (piece if isinstance(piece, tuple) else (piece,)) if isinstance(part, bytes))


def answered(answer):
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(f"the server said {kind}")
    return data


def keep(mail, *, received_at, now):
    """True when it is new. Another letter under the same Message-ID is another letter: it gets a number of its own."""
    said = {"subject": mail.subject, "body": mail.body, "sender": mail.sender, "address": mail.address,
            "attachments": mail.attachments, "written_at": mail.written_at}
    given = {"by": User.objects.system(), "now": now, "channel": Channel.EMAIL, "received_at": received_at, **said}
    try:
        return receive(source_ref=mail.reference, **given)[1]
    except AnotherText:
        return receive(source_ref=f"sha256:{mail.raw_hash[:48]}", **given)[1]

