"""What a file is, by its content: its name and what the browser says of it are not believed (SECURITY S30).

Pictures are decoded and written anew, which leaves out where they were taken and whatever else was hidden in them.
"""
import io
import re

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from tickets.files.rows import FileKind as Kind
from tickets.unpacking import Archive, TooMuch

LARGEST = 20 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000
UNPACKED, MOST_MEMBERS = 80 * 1024 * 1024, 2000  # of a document
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")  # a PDF that does something by itself
WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
FRAME = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")
BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"3gp4", b"3gp5")
TYPES = {Kind.JPG: "image/jpeg", Kind.PNG: "image/png", Kind.PDF: "application/pdf", Kind.MP3: "audio/mpeg",
         Kind.MP4: "video/mp4", Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


class BadFile(Exception):
    """This file is not taken; the message says why."""


def recognised(content: bytes) -> tuple[Kind, bytes]:
    """(kind, the content to keep). Raises BadFile."""
    if len(content) > LARGEST:
        raise BadFile(_("It is larger than 20 MB."))
    for starts, check in LOOKS:
        if starts(content):
            return check(content)
    raise BadFile(_("Only pictures (jpg, png), PDF, Word (docx), sound (mp3) and video (mp4) are taken."))


def picture(content):
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise BadFile(_("The picture has more than 40 million pixels."))
            form = str(opened.format)
            clear = form == "PNG" and opened.mode in ("RGBA", "LA", "P")
            upright = ImageOps.exif_transpose(opened).convert("RGBA" if clear else "RGB")
            clean = Image.new(upright.mode, upright.size)  # a new picture has no other chunks
            clean.paste(upright)
    except BadFile:
        raise
    except Exception as error:  # each broken picture fails in its own way
        raise damaged() from error
    written = io.BytesIO()
    clean.save(written, form, **({"quality": 88} if form == "JPEG" else {"optimize": False}))
    return (Kind.JPG if form == "JPEG" else Kind.PNG), written.getvalue()


def pdf(content):
    if b"%%EOF" not in content[-2048:]:
        raise damaged()
    if ACTIVE.search(content):
        raise BadFile(_("The PDF holds a program or another file: print it into a plain PDF first."))
    return Kind.PDF, content


def document(content):
    try:
        with Archive(io.BytesIO(content), members=MOST_MEMBERS, room=UNPACKED) as archive:
            archive.measure()
            names, kinds = archive.zip.namelist(), archive.zip.read("[Content_Types].xml")
    except TooMuch:
        raise BadFile(_("It unpacks to more than a document can be.")) from None
    except Exception as error:
        raise damaged() from error
    if WORD not in kinds or b"<!" in kinds:
        raise BadFile(_("Of packed files only Word documents (docx) are taken."))
    if any("vbaproject" in name.lower() or "/embeddings/" in name.lower() for name in names):
        raise BadFile(_("The document holds a program or another file: save it as a plain docx first."))
    return Kind.DOCX, content


def sound(content):
    if not FRAME.search(content):
        raise damaged()
    return Kind.MP3, content


def video(content):
    if b"moov" not in content and b"moof" not in content:
        raise damaged()
    return Kind.MP4, content


def damaged():
    return BadFile(_("The file is damaged, or not what it seems to be."))


LOOKS = (
    (lambda content: content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")), picture),
    (lambda content: content.startswith(b"%PDF-"), pdf),
    (lambda content: content.startswith(b"PK\x03\x04"), document),
    (lambda content: content.startswith(b"ID3") or FRAME.match(content), sound),
    (lambda content: content[4:8] == b"ftyp" and content[8:12] in BRANDS, video),
)
