"""Long files, and files with names in full: asked for, approved by a second person, written beside, fetched by their owner alone."""
import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.instant import database_now
from accounts.models import AuditEntry
from hotline import desks
from notices.models import Notice
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tickets import excel, intake, queues
from tickets.actions import Refused
from tickets.exports import asking, files, making, sources
from tickets.models import Export, ExportPart, Seat, Sighting, Ticket

LIST = "/desk/review/?list=cases"
ALL_DESKS = (*desks.DESKS, queues.EVERYTHING)
PAYLOADS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0"]


def ask(user, url=LIST, **fields):
    return signed_in(user).post(url, {"act": "export", "reason": "周例会用", "form": "csv", **fields})


def written(at=None):
    return making.make_all(ALL_DESKS, (lambda: at) if at else database_now)


def fetched(user, export):
    answer = signed_in(user).get(f"/exports/{export.pk}/file/")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    assert int(answer["Content-Length"]) == len(content) == export.size
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "no-store"
    return content


def lines(content):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sheets(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]


# --- asked for, written, fetched ------------------------------------------------------------------------------------


def test_a_list_arrives_complete_in_its_order_and_is_on_record(p):
    tickets = [make.in_review(p, NOON + timedelta(minutes=number), urgency="urgent") for number in range(5)]
    make.in_review(p)

    assert ask(p.rv, LIST + "&urgency=urgent&sort=-registered").status_code == 302
    assert written() == 1

    export = Export.objects.get()
    assert (export.status, export.done, export.owner) == ("done", 5, p.rv)
    rows = lines(fetched(p.rv, export))
    assert [row[0] for row in rows[1:]] == [ticket.ticket_no for ticket in reversed(tickets)]
    assert rows[1][-1] == "2026-03-02 12:04"
    assert {entry.result for entry in AuditEntry.objects.filter(kind="EXPORT_FILE")} == {"asked"}
    assert AuditEntry.objects.get(kind="EXPORT").data["rows"] == 5
    assert Sighting.objects.filter(user=p.rv, how="file").count() == 5
    assert Notice.objects.filter(recipient=p.rv, kind="export_ready").exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_a_csv_is_a_formula(p, payload):
    ticket = make.in_review(p)
    Ticket.objects.filter(pk=ticket.pk).update(title=payload)
    ask(p.rv)
    written()

    assert lines(fetched(p.rv, Export.objects.get()))[1][1] == f"'{payload}"


def test_excel_begins_another_sheet_at_its_limit(p, monkeypatch):
    monkeypatch.setattr(files, "SHEET_ROWS", 2)
    monkeypatch.setattr(excel, "AT_ONCE", 2)
    monkeypatch.setattr(sources, "CHUNK", 2)
    for _number in range(5):
        make.in_review(p)
    ask(p.rv, form="xlsx")
    written()

    *pages, about = sheets(fetched(p.rv, Export.objects.get()))

    assert [len(page) for page in pages] == [3, 3, 2]
    assert len({page[0] for page in pages}) == 1, "each sheet has its heads"
    assert len({row[0] for page in pages for row in page[1:]}) == 5
    assert 5 in dict(about).values()


def test_a_file_is_its_owners_alone(p):
    make.in_review(p)
    ask(p.rv)
    written()
    export = Export.objects.get()

    for person in (p.sv, p.dl, p.op):
        assert signed_in(person).get(f"/exports/{export.pk}/file/").status_code == 404
        assert signed_in(person).post(f"/exports/{export.pk}/drop/").status_code == 404
        assert export.title not in signed_in(person).get("/exports/").content.decode()
    assert export.title in signed_in(p.rv).get("/exports/").content.decode()


def test_what_he_may_not_read_any_more_when_it_is_written_is_left_out(p):
    ticket = make.in_review(p)
    ask(p.rv)
    intake.approve(ticket.pk, by=p.rv, now=database_now())

    written()

    assert len(lines(fetched(p.rv, Export.objects.get()))) == 1, "it is not on the review desk any more"


def test_a_found_list_is_written_as_well_and_the_words_stay_out_of_the_log(p):
    make.in_review(p, caller_name="欧阳建国", contact_phone="13912345678")
    make.in_review(p, contact_phone="13812345678")
    ask(p.sv, "/tickets/?q=13912345678")

    written()

    assert len(lines(fetched(p.sv, Export.objects.get()))) == 2
    assert "13912345678" not in str(list(AuditEntry.objects.values_list("data", flat=True)))


def test_the_ledger_of_calls(p):
    make.in_review(p)
    intake.log_call(by=p.op, now=NOON, disposition="silent", note="=两次询问均无声音", number="13912345678")

    assert signed_in(p.sv).post("/calls/file/?disposition=silent", {"form": "csv", "reason": "月底归档"}).status_code == 302
    written()

    _heads, row = lines(fetched(p.sv, Export.objects.get()))
    assert row[3] == "139****5678"
    assert row[-1] == "'=两次询问均无声音"
    assert signed_in(p.sv).post("/calls/file/", {"form": "csv", "reason": ""}).status_code == 422
    assert signed_in(p.li).post("/calls/file/", {"form": "csv", "reason": "月底归档"}).status_code == 403


# --- two persons ----------------------------------------------------------------------------------------------------


def test_names_in_full_need_another_duty_leader_and_leave_out_who_asked_for_confidentiality(p):
    make.in_review(p, caller_name="欧阳建国", contact_phone="13912345678")
    make.in_review(p, caller_name="司马相如", contact_phone="13812345678", is_confidential=True)
    ask(p.sv, "/tickets/", in_full="on")
    export = Export.objects.get()
    assert (export.status, written()) == ("waiting", 0)
    assert signed_in(p.sv).post(f"/exports/{export.pk}/decide/", {"approved": "yes"}).status_code == 403

    assert signed_in(p.dl).post(f"/exports/{export.pk}/decide/", {"approved": "yes"}).status_code == 302
    written()

    export.refresh_from_db()
    text = fetched(p.sv, export).decode()
    assert "欧阳建国" in text and "13912345678" in text
    assert "司马" not in text and "13812345678" not in text
    assert export.kept_until - export.finished_at == timedelta(days=1)
    assert Sighting.objects.filter(user=p.sv, in_full=True).count() == 1
    assert AuditEntry.objects.get(kind="EXPORT").data["in_full"] is True
    assert AuditEntry.objects.filter(kind="EXPORT_FILE", result="approved", user=p.dl).count() == 1


def test_who_approves_reads_of_which_rows_and_his_page_costs_the_same_for_one_or_many(p, django_assert_max_num_queries):
    make.in_review(p)
    for _time in range(asking.MOST_ACTIVE):
        ask(p.sv, "/tickets/?q=13912345678", in_full="on")
        ask(p.dl, "/tickets/?urgency=urgent", in_full="on")
    client = signed_in(p.dl)
    client.get("/exports/")

    with django_assert_max_num_queries(10):
        page = client.get("/exports/").content.decode()

    assert "139****5678" in page
    assert "13912345678" not in page


def test_who_asks_does_not_approve_and_the_database_says_so_too(p):
    make.in_review(p)
    ask(p.dl, "/tickets/", in_full="on")
    export = Export.objects.get()

    assert signed_in(p.dl).post(f"/exports/{export.pk}/decide/", {"approved": "yes"}).status_code == 403
    for change in ({"status": "queued"}, {"status": "queued", "decided_by": p.dl}, {"needs_second": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Export.objects.filter(pk=export.pk).update(**change)


def test_a_refusal_says_why_and_is_the_end(p):
    make.in_review(p)
    ask(p.sv, "/tickets/", in_full="on")
    export = Export.objects.get()
    answer = signed_in(p.dl).post(f"/exports/{export.pk}/decide/", {"approved": "no"})
    assert answer.status_code == 422

    signed_in(p.dl).post(f"/exports/{export.pk}/decide/", {"approved": "no", "decision": "用脱敏的即可"})

    assert "用脱敏的即可" in signed_in(p.sv).get("/exports/").content.decode()
    with pytest.raises(asking.DecidedAlready):
        asking.decide(export.pk, by=p.dl, now=database_now(), approved=True)
    assert written() == 0


def test_who_may_not_ask_for_names_is_not_offered_it_and_gets_them_masked(p):
    make.in_review(p, caller_name="欧阳建国")
    assert 'name="in_full"' not in signed_in(p.rv).get(LIST).content.decode()
    ask(p.rv, in_full="on")

    assert not Export.objects.get().in_full


def test_more_than_one_may_take_away_is_approved_by_a_duty_leader(p, monkeypatch):
    monkeypatch.setattr(excel, "MOST_ROWS", 2)
    for _number in range(3):
        make.in_review(p)

    ask(p.sv, "/tickets/")
    ask(p.dl, "/tickets/")

    assert dict(Export.objects.values_list("owner__username", "status")) == {p.sv.username: "waiting", p.dl.username: "queued"}


# --- too much, and from where ---------------------------------------------------------------------------------------


def test_three_at_once_a_limit_of_rows_and_none_at_home(p, monkeypatch):
    make.in_review(p)
    for _time in range(asking.MOST_ACTIVE):
        assert ask(p.rv).status_code == 302
    assert ask(p.rv).status_code == 422
    monkeypatch.setattr(asking, "MOST_ROWS", 0)
    assert ask(p.sv, "/tickets/").status_code == 422
    monkeypatch.undo()
    Seat.objects.create(extension="801", operator=p.sv, place="home", since=NOON, sat_down_at=NOON)
    assert ask(p.sv, "/tickets/").status_code == 422
    with pytest.raises(Refused):
        asking.check_place(p.sv)


# --- lost, removed, old ---------------------------------------------------------------------------------------------


def test_a_killed_writer_is_replaced_and_the_third_loss_is_said(p):
    """Given a writer that is killed each time, then each next one begins anew after a minute, and the end is told."""
    make.in_review(p)
    ask(p.rv)
    now = database_now()
    for attempt in range(1, 4):
        export = making.claim(now)
        assert (export.status, export.tries) == ("running", attempt)
        assert making.claim(now) is None, "somebody is at it"
        now += timedelta(seconds=61)

    assert making.claim(now) is None

    assert Export.objects.get().status == "failed"
    assert Notice.objects.filter(recipient=p.rv, kind="export_failed").count() == 1


def test_a_writer_that_was_thought_lost_does_not_overwrite_what_came_after(p):
    make.in_review(p)
    ask(p.rv)
    now = database_now()
    first = making.claim(now)
    second = making.claim(now + timedelta(seconds=61))
    making.make(second, ALL_DESKS, lambda: now + timedelta(seconds=62))

    with pytest.raises(making.Overtaken):
        making.make(first, ALL_DESKS, lambda: now + timedelta(seconds=63))

    assert Export.objects.get().status == "done"


def test_a_list_that_is_his_no_more_fails_and_says_so(p):
    make.in_review(p)
    ask(p.rv)
    p.rv.memberships.all().delete()

    written()

    assert Export.objects.get().status == "failed"


def test_removed_by_its_owner_also_while_it_is_written(p):
    make.in_review(p)
    ask(p.rv)
    export = making.claim(database_now())
    signed_in(p.rv).post(f"/exports/{export.pk}/drop/")

    with pytest.raises(making.Overtaken):
        making.make(export, ALL_DESKS, database_now)

    assert not ExportPart.objects.exists()
    assert signed_in(p.rv).get(f"/exports/{export.pk}/file/").status_code == 404


def test_after_some_days_it_is_gone(p):
    make.in_review(p)
    ask(p.rv)
    written()
    export = Export.objects.get()

    assert asking.purge(now=export.kept_until - timedelta(seconds=1)) == 0
    assert asking.purge(now=export.kept_until) == 1

    assert not ExportPart.objects.exists()
    assert Export.objects.get().status == "removed"
    assert Export.objects.get().query == ""


def test_what_is_stored_is_encrypted(p):
    make.in_review(p, title="独一无二的标题")
    ask(p.rv)
    written()

    stored = b"".join(bytes(part.content) for part in ExportPart.objects.all())
    assert "独一无二的标题".encode() not in stored
    assert "独一无二的标题".encode() in fetched(p.rv, Export.objects.get())


def test_how_many_queries_a_chunk_takes_does_not_depend_on_its_rows(p, django_assert_max_num_queries):
    for _number in range(12):
        make.in_review(p)
    ask(p.rv)
    with django_assert_max_num_queries(40):
        written()


def test_the_command_that_the_worker_starts(p):
    make.in_review(p)
    ask(p.rv)

    call_command("write_exports")

    assert Export.objects.get().status == "done"
