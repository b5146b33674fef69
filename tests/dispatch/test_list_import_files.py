"""Files that are no list of stage feedback: each is refused with a sentence, whatever it was made to do."""
import io
import random
import zipfile
import zlib

import pytest

from dispatch.feedback import files, forms, lines
from tests import factories
from tests.crowds import signed_in
from tests.dispatch.test_list_import import PAGE, SAID, of, seal_of, uploaded, workbook


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def changed(content, name, change):
    """A workbook with one of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        parts = {info.filename: given.read(info) for info in given.infolist()}
    parts[name] = change(parts[name])
    return zipped(**parts)


def lying(size):
    """A part that unpacks to much more than the head of the archive says, with the right sum of what it claims."""
    content, honest = b" " * 50_000_000, b" " * size
    plain = bytearray(zipped(**{"xl/workbook.xml": content}))
    for place, (offset, length) in enumerate(((14, 4), (16, 4))):  # local head, then the directory
        start = 0 if place == 0 else plain.rfind(b"PK\x01\x02")
        plain[start + offset:start + offset + length] = zlib.crc32(honest).to_bytes(4, "little")
        plain[start + offset + 8:start + offset + 12] = size.to_bytes(4, "little")
    return bytes(plain)


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "empty": lambda: b"",
    "a text": lambda: b"ticket,text\n1,2\n",
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
    "half a workbook": lambda: workbook(("1", "", SAID))[:-300],
    "a zip of something": lambda: zipped(**{"a.txt": "x"}),
    "a zip with a workbook that is none": lambda: zipped(**{"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}),
    "too large": lambda: b"PK" + random.Random(1).randbytes(files.LARGEST),
    "a bomb": lambda: changed(workbook(("1", "", SAID)), SHEET, lambda part: part + b" " * 60_000_000),
    "a bomb that lies": lambda: lying(1000),
    "a thousand parts": lambda: zipped(**{f"xl/{number}.xml": "<x/>" for number in range(1000)}),
    "entities": lambda: changed(workbook(("1", "", SAID)), SHEET, lambda part: LAUGHS + part.partition(b"?>")[2]),
    "entities in two bytes": lambda: changed(workbook(("1", "", SAID)), SHEET, lambda part: (
        LAUGHS.decode() + part.decode().partition("?>")[2]).encode("utf-16")),
    "no heads": lambda: workbook(("1", "", SAID), heads=("a", "b", "c")),
    "one head": lambda: workbook(("1", "", SAID), heads=("工单号", "b", "c")),
    "no lines": lambda: workbook(),
    "too many lines": lambda: workbook(*[(str(number), "", SAID) for number in range(lines.MOST + 1)]),
    "far down": lambda: changed(workbook(("1", "", SAID)), SHEET, lambda part: part.replace(b'r="2"', b'r="99999999999"')),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_is_none_is_refused_with_a_sentence(p, kind):
    page = uploaded(p.li, HOSTILE[kind](), status=422)

    assert "invalid-feedback" in page and seal_of(page) is None


def test_a_name_that_lies_does_no_harm(p):
    ticket = factories.in_hand(p)

    assert seal_of(uploaded(p.li, of((ticket, SAID)), name="../../etc/passwd.exe"))


def test_a_file_without_a_file_is_refused(p):
    assert signed_in(p.li).post(PAGE, {}).status_code == 422
    assert signed_in(p.li).post(PAGE, {"file": "x"}).status_code == 422


def test_what_no_part_may_be_unpacked_to_counts_for_all_parts_together():
    half = b"<x>" + b" " * (files.UNPACKED // 2) + b"</x>"

    with pytest.raises(files.BadFile, match="."):
        files.checked_copy(io.BytesIO(zipped(**{"a.xml": half, "b.xml": half, "c.xml": half})))


def test_the_fullest_file_fits_into_the_form_that_confirms_it(p, settings):
    dice = random.Random(3)
    full = [files.Entry(line, "1" * 13, "".join(chr(dice.randrange(0x4E00, 0x9FFF)) for _sign in range(1000)))
            for line in range(lines.MOST)]

    seal = forms.sealed(full, p.li)

    assert len(seal) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 0.9
    form = forms.ConfirmForm({"sealed": seal}, user=p.li)
    assert form.is_valid() and form.entries == full
