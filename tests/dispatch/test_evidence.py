"""Evidence: what a unit brings is looked at by its content, kept as it was, and given out only with the ticket."""
import hashlib
import io
import zipfile

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from PIL import Image

from accounts.privacy import DecryptionFailed
from dispatch import replies
from dispatch.evidence import acts
from dispatch.models import Evidence, EvidenceFile
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.dispatch.ladders import after
from tickets.actions import AlreadyMoved, Refused
from tickets.files import kinds, pieces
from tickets.models import Sighting, Ticket

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def photo(form="JPEG", size=(60, 40), colour="red", **more):
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, form, **more)
    return written.getvalue()


def docx(*more, kind=kinds.WORD):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b'<Types><Override ContentType="' + kind + b'"/></Types>')
        archive.writestr("word/document.xml", "<document/>")
        for name, content in more:
            archive.writestr(name, content)
    return written.getvalue()


def piece(content=PDF, name="勘查记录.pdf", kind="pdf"):
    return pieces.Piece(name, kind, content)


def upload(ticket, person, *files):
    given = [SimpleUploadedFile(name, content) for name, content in files]
    return signed_in(person).post(reverse("dispatch:evidence", args=[ticket.ticket_no]), {"evidence": given})


def address(ticket, row):
    return reverse("dispatch:evidence-file", args=[ticket.ticket_no, row.pk])


# --- by the content --------------------------------------------------------------------------------------------------


RIGHT = {
    "photo": (photo(), "jpg"), "drawing": (photo("PNG"), "png"), "pdf": (PDF, "pdf"), "word": (docx(), "docx"),
    "tagged sound": (b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\x64" * 50, "mp3"), "sound": (b"\xff\xfb\x90\x64" * 50, "mp3"),
    "video": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08moov", "mp4")}
WRONG = {
    "empty": b"", "program": b"MZ\x90\0", "page": b"<html><script>alert(1)</script>", "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "gif": b"GIF89a/*<script>*/", "pdf cut off": b"%PDF-1.7 cut off",
    "pdf with a script": PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
    "pdf with a file": PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFile 3 0 R>>"),
    "photo cut off": photo()[:200], "drawing of nothing": b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    "word with macros": docx(("word/vbaProject.bin", b"x")), "word with an object": docx(("word/embeddings/oleObject1.bin", b"x")),
    "another archive": docx(kind=b"application/zip"), "word cut off": docx()[:100], "archive of nothing": b"PK\x03\x04" + b"\0" * 40,
    "tag without sound": b"ID3 no frames", "video without boxes": b"\0\0\0\x18ftypmp42no boxes",
    "video of another brand": b"\0\0\0\x18ftypexe \0\0moov"}


@pytest.mark.parametrize(("content", "kind"), RIGHT.values(), ids=RIGHT)
def test_what_a_file_is_stands_in_its_content(content, kind):
    assert kinds.recognised(content)[0] == kind


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_what_is_none_of_them_is_not_taken(content):
    with pytest.raises(kinds.BadFile):
        kinds.recognised(content)


def test_a_document_that_unpacks_without_end_is_left_alone(monkeypatch):
    monkeypatch.setattr(kinds, "UNPACKED", 500_000)

    with pytest.raises(kinds.BadFile, match=str(kinds._("It unpacks to more than a document can be."))):
        kinds.recognised(docx(("word/media/zero.bin", b"\0" * 1_000_000)))


def test_a_picture_of_too_many_pixels_is_not_even_decoded(monkeypatch):
    monkeypatch.setattr(kinds, "MOST_PIXELS", 100)

    with pytest.raises(kinds.BadFile):
        kinds.recognised(photo(size=(20, 20)))


def test_a_picture_does_not_say_where_it_was_taken_nor_carry_anything_else():
    exif = Image.Exif()
    exif[0x010E], exif[0x9286] = "江畔小区3栋 彭先生家", "secret comment"
    _kind, kept = kinds.recognised(photo(exif=exif.tobytes()) + b"<?php system($_GET[0]); ?>")

    assert b"secret comment" not in kept
    assert b"<?php" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.size, dict(image.getexif())) == ((60, 40), {})


def test_a_file_that_is_too_large_is_not_taken(monkeypatch):
    monkeypatch.setattr(kinds, "LARGEST", 50)

    with pytest.raises(kinds.BadFile):
        kinds.recognised(PDF)


# --- the rows --------------------------------------------------------------------------------------------------------


def test_it_is_kept_encrypted_and_given_back_as_it_was(p):
    ticket = make.in_hand(p)
    acts.add(ticket.pk, pieces=[piece()], by=p.li, now=after(5))

    row = Evidence.objects.get(ticket=ticket)
    assert (row.name, row.unit, row.sha256) == ("勘查记录.pdf", ticket.lead_unit, hashlib.sha256(PDF).hexdigest())
    assert b"Catalog" not in bytes(row.file.content)
    assert acts.content_of(row) == PDF
    event = ticket.events.get(name="add_evidence")
    assert event.data["files"] == [{"name": row.name, "size": len(PDF), "sha256": row.sha256}]


def test_nobody_changes_or_exchanges_it(p):
    ticket = make.in_hand(p)
    acts.add(ticket.pk, pieces=[piece(), piece(photo(), "a.jpg", "jpg")], by=p.li, now=after(5))
    first, second = Evidence.objects.order_by("pk")

    for attempt in (lambda: Evidence.objects.update(name="b.pdf"), lambda: Evidence.objects.filter(pk=first.pk).delete(),
                    lambda: EvidenceFile.objects.update(content=b"")):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    with pgtrigger.ignore("dispatch.EvidenceFile:evidence_file_stays"):  # somebody exchanges two files in the database
        EvidenceFile.objects.filter(evidence=first).update(content=second.file.content)
    with pytest.raises(DecryptionFailed):
        acts.content_of(Evidence.objects.get(pk=first.pk))


@pytest.mark.parametrize(("given", "kept"), [
    ("../../etc/passwd.pdf", "passwd.pdf"), ("C:\\x\\y.pdf", "y.pdf"), ("a\u202egpj.exe", "agpj.pdf"), ("..pdf", "证据.pdf"),
    ("长" * 300 + ".pdf", "长" * 80 + ".pdf"), ("现场 1.PDF", "现场 1.pdf"), ("", "证据.pdf")])
def test_a_name_holds_neither_folders_nor_tricks(p, given, kept):
    assert pieces.name_of(piece(name=given), "证据") == kept


def test_the_same_file_is_there_once_and_nine_are_enough(p):
    ticket = make.in_hand(p)
    acts.add(ticket.pk, pieces=[piece(PDF + bytes([number])) for number in range(8)], by=p.li, now=after(5))

    with pytest.raises(Refused):
        acts.add(ticket.pk, pieces=[piece(PDF + b"\0")], by=p.hd, now=after(6))
    with pytest.raises(Refused):
        acts.add(ticket.pk, pieces=[piece(PDF + b"x"), piece(PDF + b"y")], by=p.hd, now=after(6))
    acts.add(ticket.pk, pieces=[piece(PDF + b"x"), piece(PDF + b"x"), piece(PDF + b"\0")], by=p.hd, now=after(6))

    assert Evidence.objects.filter(ticket=ticket).count() == 9


def test_who_brings_it_and_when(p):
    ticket = make.in_hand(p)
    stranger = make.make_user("LI", "CG")
    with pytest.raises(Ticket.DoesNotExist):
        acts.add(ticket.pk, pieces=[piece()], by=stranger, now=after(5))
    with pytest.raises(PermissionDenied):
        acts.add(ticket.pk, pieces=[piece()], by=p.sv, now=after(5))
    with pytest.raises(AlreadyMoved):
        acts.add(make.replied(p).pk, pieces=[piece()], by=p.li, now=after(5))

    replies.add_co_unit(ticket.pk, by=p.dp, now=after(6), co_units=[make.unit("CG")], opinion="请配合")
    acts.add(ticket.pk, pieces=[piece()], by=stranger, now=after(7))
    assert Evidence.objects.get(ticket=ticket).unit.code == "CG"


# --- pages -----------------------------------------------------------------------------------------------------------


def test_files_are_brought_seen_and_opened_on_pages(p):
    ticket = make.in_hand(p)
    answer = upload(ticket, p.hd, ("修缮后.jpg", photo()), ("验收单.pdf", PDF))
    assert answer.status_code == 302
    row = Evidence.objects.get(kind="pdf")

    reviewer = signed_in(p.rv)
    assert "2 个文件" in reviewer.get(f"/tickets/{ticket.ticket_no}/").content.decode()
    shown = reviewer.get(reverse("dispatch:evidence", args=[ticket.ticket_no])).content.decode()
    assert "修缮后.jpg" in shown
    assert 'type="file"' not in shown
    seen = Sighting.objects.count()
    file = reviewer.get(address(ticket, row))

    assert b"".join(file.streaming_content) == PDF
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"].startswith("attachment;")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file["Content-Security-Policy"]
    assert Sighting.objects.count() == seen + 1


def test_one_bad_file_and_none_is_kept_and_each_says_why(p):
    ticket = make.in_hand(p)

    answer = upload(ticket, p.hd, ("ok.pdf", PDF), ("bad.pdf", b"<html>"), ("empty.pdf", b""))

    assert answer.status_code == 422
    assert Evidence.objects.count() == 0
    answer = upload(ticket, p.hd, ("ok.pdf", PDF), ("bad.pdf", b"<html>"))
    assert "bad.pdf: " in answer.content.decode()
    assert upload(ticket, p.hd).status_code == 422


def test_to_strangers_neither_page_nor_file_is_there(p):
    ticket, other = make.in_hand(p), make.in_hand(p)
    upload(ticket, p.hd, ("ok.pdf", PDF))
    row, stranger = Evidence.objects.get(), signed_in(make.make_user("LI", "CG"))

    assert stranger.get(reverse("dispatch:evidence", args=[ticket.ticket_no])).status_code == 404
    assert stranger.get(address(ticket, row)).status_code == 404
    assert upload(ticket, make.make_user("HD", "CG"), ("x.pdf", PDF)).status_code == 404
    assert signed_in(p.li).get(address(other, row)).status_code == 404  # of another ticket
    assert upload(ticket, p.sv, ("x.pdf", PDF)).status_code == 403
    assert upload(make.replied(p), p.li, ("x.pdf", PDF)).status_code == 409


def test_the_page_costs_the_same_for_one_and_for_nine(p):
    ticket = make.in_hand(p)
    upload(ticket, p.hd, ("1.pdf", PDF))
    page = reverse("dispatch:evidence", args=[ticket.ticket_no])
    few = cost(signed_in(p.rv), page)
    upload(ticket, p.hd, *((f"{number}.pdf", PDF + bytes([number])) for number in range(2, 10)))

    assert cost(signed_in(p.rv), page) == few <= 10
