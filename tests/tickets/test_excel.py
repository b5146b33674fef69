"""A list as a file: complete, in its order, never a formula, and never without an entry in the audit log."""
import io
import resource
from datetime import datetime, timedelta

import openpyxl
import pytest
from django.http import QueryDict

from accounts.audit import record
from accounts.instant import database_now
from accounts.models import AuditEntry
from dispatch import requests
from tests import factories
from tests.api import lives
from tests.crowds import signed_in
from tests.factories import NOON
from tickets import excel, list_page, queues
from tickets.models import Export, ListChoice, Ticket

LIST = "/desk/review/?list=cases"
PAYLOADS = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://evil\")", "\t=1", "＝1+1", "＋1", "－1", "＠x",
            "=WEBSERVICE(\"x\")", "'=1", "\"=1", "{=1}", "=\n1", "-2+3", "+cmd", "@x", "%0A=1"]


def export(user, url=LIST, language="zh-hans", **fields):
    return signed_in(user, language).post(url, {"act": "export", "reason": "周例会用", **fields})


def opened(answer):
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == excel.CONTENT_TYPE
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def rows_of(book):
    return list(book.worksheets[0].iter_rows(min_row=2, values_only=True))


def test_the_whole_list_with_its_filters_and_in_its_order(p):
    urgent = [factories.in_review(p, NOON + timedelta(minutes=number), urgency="urgent") for number in range(30)]
    factories.in_review(p)

    book = opened(export(p.rv, LIST + "&urgency=urgent&sort=-registered"))

    assert [row[0] for row in rows_of(book)] == [ticket.ticket_no for ticket in reversed(urgent)]
    registered = rows_of(book)[0][-1]
    assert registered == datetime(2026, 3, 2, 12, 29)  # local time, a date and no text
    about = dict(book.worksheets[1].iter_rows(values_only=True))
    assert 30 in about.values() and "周例会用" in about.values()
    assert any("紧急" in str(value) for value in about.values())


def test_heads_speak_the_readers_language_and_columns_are_ones_own(p):
    ListChoice.objects.create(user=p.rv, name="review.cases", columns=["reporters", "area"])
    factories.in_review(p)

    book = opened(export(p.rv, language="en"))

    assert [cell.value for cell in book.worksheets[0][1]] == ["Ticket no.", "Title", "Marks", "Remark", "Place", "Reporters"]
    assert rows_of(book)[0][-1] == 1


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_title_becomes_a_formula(p, payload):
    ticket = factories.in_review(p)
    Ticket.objects.filter(pk=ticket.pk).update(title=payload)

    book = opened(export(p.rv))

    cell = book.worksheets[0]["B2"]
    assert (cell.data_type, cell.value) == ("s", payload)
    assert cell.quotePrefix or not payload.startswith(excel.FORMULA)


def test_a_reason_that_looks_like_a_formula_is_a_text_too(p):
    book = opened(export(p.rv, reason="=1+1"))

    assert {cell.data_type for row in book.worksheets[1].iter_rows() for cell in row} <= {"s", "n"}


def test_citizens_stay_masked(p):
    ListChoice.objects.create(user=p.li, name="unit.handling", columns=["caller", "phone"])
    factories.in_hand(p, caller_name="欧阳建国", contact_phone="13912345678")
    factories.in_hand(p, caller_name="司马相如", contact_phone="13812345678", is_confidential=True, title="司马相如反映13812345678")

    cells = {cell for row in rows_of(opened(export(p.li, "/desk/unit/?list=handling"))) for cell in row}

    assert {"欧阳先生", "139****5678"} <= cells
    assert not [cell for cell in cells if cell and ("欧阳建国" in str(cell) or "司马" in str(cell) or "13812345678" in str(cell))]


def test_what_was_handed_back_keeps_number_title_and_dates(p):
    now = database_now()
    ticket = factories.dispatched(p, now, urgency="urgent")
    requests.request_return(ticket.pk, by=p.li, now=now, suggested_unit=factories.unit("CG"), **lives.RETURN)
    requests.approve_return(ticket.pk, by=p.dp, now=now, decision="同意")

    book = opened(export(p.li, "/desk/unit/?list=returned"))

    assert [cell.value for cell in book.worksheets[0][1]][4:] == ["诉求类型", "登记时间"]
    assert "待派单" not in str(rows_of(book))
    assert "紧急" not in str(rows_of(book))


def test_every_download_is_on_record_with_filter_and_number(p):
    factories.in_review(p, urgency="urgent")
    factories.in_review(p)

    export(p.rv, LIST + "&urgency=urgent")

    entry = AuditEntry.objects.get(kind="EXPORT")
    assert (entry.user, entry.what, entry.reason) == (p.rv, "review.cases", "周例会用")
    assert entry.data["rows"] == 1
    assert entry.data["filters"] == {"urgency": "urgent"}


def test_without_a_record_there_is_no_file(p, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(excel.audit, "record", fail)

    with pytest.raises(RuntimeError):
        export(p.rv)


@pytest.mark.parametrize("reason", ["", " ", "x", "x" * 201])
def test_without_a_reason_there_is_no_file(p, reason):
    assert export(p.rv, reason=reason).status_code == 422
    assert not AuditEntry.objects.filter(kind="EXPORT").exists()


def test_a_day_has_a_limit(p):
    for _time in range(excel.MOST_A_DAY):
        record("EXPORT", user=p.rv, now=database_now())

    answer = export(p.rv)

    assert answer.status_code == 429
    assert 86_000 < int(answer.headers["Retry-After"]) <= 86_401
    assert str(excel.MOST_A_DAY) in answer.content.decode()
    assert export(p.sv, "/desk/supervision/").status_code == 200


def test_what_is_too_long_to_wait_for_is_written_by_the_worker(p, monkeypatch):
    monkeypatch.setattr(excel, "AT_ONCE", 2)
    for _number in range(3):
        factories.in_review(p)

    answer = export(p.rv)

    assert (answer.status_code, answer.url) == (302, "/exports/")
    assert Export.objects.get().status == "queued"


def test_an_empty_list_is_an_empty_file(p):
    assert rows_of(opened(export(p.rv, LIST + "&q=没有这样的标题"))) == []


def test_opening_an_address_downloads_nothing(p):
    assert b"PK" not in signed_in(p.rv).get(LIST + "&act=export&reason=xx").content[:2]
    assert not AuditEntry.objects.filter(kind="EXPORT").exists()


@pytest.mark.slow
def test_twenty_times_the_rows_need_the_memory_of_one(p, monkeypatch):
    """The same row again and again: what is measured is the writing, which is what grows elsewhere."""
    factories.in_review(p)
    listing = list_page.Listing(queues.REVIEW, p.rv, QueryDict("list=cases"), "/desk/review/", NOON)
    lines_of = excel.columns.lines_of

    def peak(times):
        monkeypatch.setattr(excel.columns, "lines_of", lambda *given: (line for line in lines_of(*given) for _time in range(times)))
        excel.export(listing, request=None, reason="周例会用").close()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = peak(500)

    assert peak(10_000) - before < 8_000  # KB
    assert AuditEntry.objects.filter(kind="EXPORT").latest("pk").data["rows"] == 10_000
