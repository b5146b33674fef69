"""An Excel file as entries: ticket number and text, each with its line.

A file comes from outside. It is unpacked here, piece by piece and only so far, and openpyxl reads the copy: a zip whose
head lies about its size, or a document that defines entities, never reaches it.
"""
import io
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import openpyxl
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from tickets.unpacking import Archive, TooMuch

LARGEST = 2 * 1024 * 1024  # bytes as they arrive
UNPACKED = 12 * 1024 * 1024  # ten times what 500 full lines need
MOST_MEMBERS = 500
WIDEST, LOWEST = 60, 1_048_576  # columns that are looked at; the last line of Excel
MOST_ROWS = 10_000  # that say anything at all; how many may be taken is said in lines.py
READABLE = (".xml", ".rels")
NUMBER_HEAD, TEXT_HEAD = gettext_lazy("Ticket no."), gettext_lazy("Stage feedback")
ALSO_NUMBER = ("工单编号", "工单号码", "Ticket", "Ticket number")
ALSO_TEXT = ("阶段反馈", "办理进展", "Progress", "Report progress")


class BadFile(Exception):
    """Nothing of the file can be taken; the message says why."""


@dataclass(frozen=True)
class Entry:
    line: int
    number: str
    text: str
    fault: str = ""


def read(file):
    """The entries of the first sheet. Raises BadFile."""
    if file.size > LARGEST:
        raise BadFile(too_large())
    return list(entries(checked_copy(file)))


def checked_copy(file):
    """The parts of a workbook that are read, unpacked and packed again."""
    copy = io.BytesIO()
    try:
        with Archive(file, members=MOST_MEMBERS, room=UNPACKED) as given, \
                zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as taken:
            for info in [info for info in given.members() if info.filename.endswith(READABLE)]:
                taken.writestr(info.filename, without_document_type(given.content(info)))
    except TooMuch:
        raise BadFile(too_much()) from None
    except BadFile:
        raise
    except Exception as error:  # each way of packing fails in its own way
        raise BadFile(no_workbook()) from error
    copy.seek(0)
    return copy


def without_document_type(content):
    if b"<!" in content.replace(b"\0", b"").replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise BadFile(no_workbook())  # a document type: no spreadsheet writes one
    return content


def no_workbook():
    return _("This is no Excel workbook (.xlsx), or it is damaged.")


def too_large():
    return _("The file is larger than 2 MB.")


def too_much():
    return _("The file unpacks to more than a list of tickets can be.")


def entries(file) -> Iterator[Entry]:
    for line, (number, text) in lines_of_sheet(file, [(NUMBER_HEAD, ALSO_NUMBER), (TEXT_HEAD, ALSO_TEXT)]):
        yield entry(line, number, text)


def lines_of_sheet(file, wanted, *, least=None):
    """(line, cells in the order of `wanted`) of each line of the first sheet that says anything in one of the columns.

    `wanted` are (head, what else people call it); of them the first `least` must be there, and all if that is not said.
    """
    try:
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
        rows = book.worksheets[0].iter_rows(max_col=WIDEST, max_row=LOWEST)
        columns = places(next(rows, ()), wanted, least)
        found = 0
        for line, row in enumerate(rows, start=2):
            cells = [None if place is None else row[place] for place in columns]
            if any(said(cell) for cell in cells):
                found += 1
                if found > MOST_ROWS:
                    raise BadFile(_("The file has more than %(count)d lines.") % {"count": MOST_ROWS})
                yield line, cells
    except BadFile:
        raise
    except Exception as error:  # openpyxl fails in many ways on a workbook that was made to
        raise BadFile(no_workbook()) from error


def places(heads, wanted, least):
    """Where the columns are, by the words in the first line; None for one that may be missing and is."""
    words = [folded(said(cell)) for cell in heads]
    found = [next((place for place, word in enumerate(words) if word in names_of(*one)), None) for one in wanted]
    for place, (head, _also) in list(zip(found, wanted, strict=True))[:least]:
        if place is None:
            raise BadFile(_("The first line has no column “%(head)s”.") % {"head": head})
    return found


def names_of(head, also):
    """A head in every language of the house, and what else people call it."""
    known = set(also)
    for language, _name in settings.LANGUAGES:
        with override(language):
            known.add(str(head))
    return {folded(name) for name in known}


def folded(text):
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(".*:")


def entry(line, number, text):
    if calculated(number, text):
        return Entry(line, number_in(number), "", no_formula())
    return Entry(line, number_in(number), said(text))


def calculated(*cells):
    return any(getattr(cell, "data_type", "") in ("f", "e") for cell in cells)


def no_formula():
    return _("A formula is not taken: write the text itself.")


def said(cell):
    """What stands in a cell as a text; a cell that a line does not reach has none."""
    value = getattr(cell, "value", None)
    return "" if value is None else str(value).strip()


def number_in(cell):
    """Excel likes to keep a ticket number as a number."""
    value = getattr(cell, "value", None)
    if isinstance(value, float) and value.is_integer() and 0 <= value < 1e15:
        return str(int(value))
    return unicodedata.normalize("NFKC", said(cell))[:40]
