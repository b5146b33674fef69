"""A report from the wish to the paper: it is made while its page waits, worded, approved and issued by two others, taken away."""
import io
from datetime import timedelta
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import expect
from pypdf import PdfReader

from accounts.instant import database_now
from insights.models import Report
from insights.reports import making
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "昨日受理平稳，老城区停水诉求集中，已转供水公司处置。"


def taken(page, name):
    with page.expect_download() as download:
        page.get_by_role("link", name=name, exact=True).click()
    return io.BytesIO(Path(download.value.path()).read_bytes())


def test_a_report_is_made_worded_approved_issued_and_taken_away(people, seat):
    make.in_dispatch(people, database_now() - timedelta(days=1))

    writer = seat(people.sv).opens("/desk/reports/").page
    writer.select_option("[name=kind]", "daily")
    writer.get_by_role("button", name="Make it").click()
    expect(writer.locator("#making")).to_contain_text("It waits for a worker")
    making.make_all(database_now)
    writer.fill("[name=comment]", WORDS, timeout=10_000)  # the page has found out that it is there
    writer.keyboard.press("Control+Enter")
    expect(writer.locator(".toasts")).to_contain_text("Your words are kept.")
    writer.set_viewport_size({"width": 390, "height": 844})
    assert writer.evaluate("document.documentElement.scrollWidth") <= 390, "a phone shows the form whole"
    path = f"/desk/reports/{Report.objects.get().pk}/"

    approver = seat(people.dl).opens(path).page
    approver.keyboard.press("Alt+a")
    expect(approver.locator("main")).to_contain_text("It can be issued now.")
    issuer = seat(people.zh).opens(path).page
    issuer.keyboard.press("Alt+i")
    expect(issuer.locator(".toasts")).to_contain_text("Issued:")

    reader = seat(people.ql).opens(path).page
    expect(reader.locator("main")).to_contain_text(WORDS)
    paper = PdfReader(taken(reader, "PDF"))
    assert WORDS[:8] in "".join(leaf.extract_text() for leaf in paper.pages)
    letter = Document(taken(reader, "Word"))
    assert any(WORDS in paragraph.text for paragraph in letter.paragraphs) and len(letter.inline_shapes) > 0
    sheets = load_workbook(taken(reader, "Excel")).worksheets
    assert len(sheets) == len(Report.objects.get().content) + 1
    report = Report.objects.get()
    assert (report.edited_by, report.approved_by, report.issued_by, report.number) == (people.sv, people.dl, people.zh, 1)
