"""What differs between two versions, field by field, as pieces that a template marks."""
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS = {
    "title": _("Title"), "question": _("As citizens ask it"), "answer": _("Answer"), "keywords": _("Keywords"),
    "source": _("Source"), "legal_basis": _("Legal basis"), "owner": _("Unit that answers for it"), "area": _("Counts in"),
    "audience": _("For whom"), "valid_from": _("Valid from"), "valid_to": _("Valid to"), "review_on": _("Review on"),
    "ivr_text": _("Text for the telephone menu"), "ivr_key": _("Key of the telephone menu"),
}


@dataclass(frozen=True)
class Piece:
    """`how` is "same", "gone" or "new"."""

    how: str
    text: str


@dataclass(frozen=True)
class Change:
    label: Any  # a lazy translation
    pieces: list


def between(older, newer):
    """The fields that are not the same, in the order of the form."""
    pairs = ((label, worded(older, name), worded(newer, name)) for name, label in LABELS.items())
    return [Change(label, pieces(old, new)) for label, old, new in pairs if old != new]


def worded(version, name):
    if name == "audience":
        return version.get_audience_display()
    value = getattr(version, name)
    return str(value) if value is not None else ""


def pieces(old, new):
    """Sign by sign, because Chinese has no spaces; single signs that happen to stay are not worth showing."""
    found = []
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            found.append(Piece("same", old[a:b]))
            continue
        if b > a:
            found.append(Piece("gone", old[a:b]))
        if d > c:
            found.append(Piece("new", new[c:d]))
    return found
