"""Uploaded files as pieces that can be kept, and the field by which they come."""
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from django import forms
from django.utils.translation import gettext as _

from tickets.files import kinds

MOST = 9
AT_ONCE = 40 * 1024 * 1024  # bytes; the proxy takes a little more
ACCEPTED = ".jpg,.jpeg,.png,.pdf,.docx,.mp3,.mp4"
UNSPOKEN = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Piece:
    name: str
    kind: str
    content: bytes


def name_of(piece, otherwise):
    """The name without folders and signs that a disk or a reader stumbles over, and with the ending of its kind."""
    stem = PurePosixPath(unicodedata.normalize("NFC", piece.name).replace("\\", "/")).stem
    return f"{UNSPOKEN.sub('', stem).strip(' .')[:80] or otherwise}.{piece.kind}"


def recognised(files):
    """([Piece], [(name, why not)]) of uploaded files."""
    good, bad = [], []
    for file in files:
        try:
            if file.size > kinds.LARGEST:
                raise kinds.BadFile(_("It is larger than 20 MB."))
            kind, content = kinds.recognised(file.read())
        except kinds.BadFile as why:
            bad.append((file.name, str(why)))
        else:
            good.append(Piece(file.name, kind, content))
    return good, bad


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    widget = ManyFiles

    def clean(self, data, initial=None):
        return [super(FilesField, self).clean(one, initial) for one in data or [None]]


def checked(files):
    """[Piece] of all of them or none: each file that is not taken says why."""
    if len(files) > MOST:
        raise forms.ValidationError(_("At most %(most)d files at once.") % {"most": MOST})
    if sum(file.size for file in files) > AT_ONCE:
        raise forms.ValidationError(_("At most 40 MB at once: bring them one after the other."))
    pieces, bad = recognised(files)
    if bad:
        raise forms.ValidationError([f"{name}: {why}" for name, why in bad])
    return pieces
