"""The files of a report, opened again: Chinese words, the figures and charts are in them."""
import io
import re
import zipfile

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import AuditEntry
from insights.reports import fonts
from tests.crowds import signed_in
from tests.factories import NOON
from tests.insights.test_reports import OVER, PAGE, made, some_matters
from tickets.models import Seat


@pytest.fixture
def report(p):
    some_matters(p)
    return made(p)


def opened(p, report, ending):
    answer = signed_in(p.sv).get(f"{PAGE}{report.pk}/file.{ending}")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    return io.BytesIO(answer.content)


def test_a_pdf_says_it_in_chinese_with_the_font_in_it(p, report):
    paper = PdfReader(opened(p, report, "pdf"))

    text = "".join(page.extract_text() for page in paper.pages)
    assert "日报" in text and "受理量" in text and "0.00% (0/4)" in text and report.digest in text
    fonts_of = [font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
                for font in paper.pages[0]["/Resources"]["/Font"].values()]
    assert fonts_of and all("/FontFile2" in font for font in fonts_of), "the font is embedded"
    drawn = b" ".join(page.get_contents().get_data() for page in paper.pages)
    assert len(re.findall(rb"\bre\s+f\b", drawn)) >= 6, "bars are drawn"
    assert len(paper.pages) < 12 and not any(page.images for page in paper.pages)


def test_a_word_file_has_headings_tables_and_pictures(p, report):
    book = Document(opened(p, report, "docx"))

    text = "\n".join(paragraph.text for paragraph in book.paragraphs)
    cells = {cell.text for table in book.tables for row in table.rows for cell in row.cells}
    assert "日报" in text and any("受理" in cell for cell in cells) and "0.00% (0/4)" in cells
    assert len(book.inline_shapes) >= 4
    assert report.digest in book.sections[0].footer.paragraphs[0].text


def test_an_excel_file_has_sheets_numbers_and_charts(p, report):
    file = opened(p, report, "xlsx")
    book = load_workbook(file)

    figures = book.worksheets[1]
    said = {row[0].value: row[1].value for row in figures.iter_rows(min_row=2)}
    assert 4 in said.values() and "0.00% (0/4)" in said.values()
    charts = [name for name in zipfile.ZipFile(file).namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) >= 4 and len(book.worksheets) == len(report.content) + 1


def test_all_kinds_become_files_also_when_nothing_happened(p):
    for kind in ("hourly", "weekly", "monthly", "yearly"):
        report = made(p, kind, now=OVER)
        for ending in ("pdf", "docx", "xlsx"):
            assert opened(p, report, ending).getbuffer().nbytes > 1000


def test_a_file_is_on_record_and_not_taken_home(p, report):
    opened(p, report, "pdf")
    entry = AuditEntry.objects.get(kind="EXPORT_FILE", what=f"report {report.kind}")
    assert (entry.user, entry.data["form"], entry.data["digest"]) == (p.sv, "pdf", report.digest)
    assert signed_in(p.sv).get(f"{PAGE}{report.pk}/file.txt").status_code == 404
    Seat.objects.create(operator=p.sv, extension="8001", place="home", since=NOON, sat_down_at=NOON)

    answer = signed_in(p.sv).get(f"{PAGE}{report.pk}/file.pdf")

    assert answer.status_code == 302 and AuditEntry.objects.filter(kind="EXPORT_FILE").count() == 1


def test_without_any_font_the_page_says_what_to_install(p, report, settings, monkeypatch):
    settings.REPORT_FONTS = {"": "/nowhere", "B": "/nowhere"}
    monkeypatch.setattr(fonts, "SYSTEM", ())

    page = signed_in(p.sv).get(f"{PAGE}{report.pk}/file.pdf", follow=True).content.decode()

    assert "fonts-wqy-microhei" in page
