"""Stage feedback from a file: looked at line by line, written whole or not at all, once, in the name of who brings it."""
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.cell import WriteOnlyCell

from accounts.instant import database_now
from accounts.models import AuditEntry
from dispatch import actions as dispatching
from dispatch.feedback import lines, taking
from tests import factories
from tests.api import lives
from tests.crowds import queries_of, signed_in
from tickets import excel, steps
from tickets.models import Sighting, TicketEvent

PAGE, CONFIRM, FILE = "/desk/unit/feedback/", "/desk/unit/feedback/confirm/", "/desk/unit/feedback/file/"
SAID = "今天上门查看,已约定周五维修。"
HEADS = ("工单号", "标题", "阶段反馈")


def workbook(*rows, heads=HEADS):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (heads, *rows):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def of(*pairs):
    return workbook(*[(getattr(ticket, "ticket_no", ticket), "标题", text) for ticket, text in pairs])


def uploaded(user, content, *, status=200, name="清单.xlsx", **more):
    client = user if hasattr(user, "post") else signed_in(user)
    answer = client.post(PAGE, {"file": SimpleUploadedFile(name, content), **more})
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def seal_of(page):
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    return found and found[1]


def row(page, line):
    return page.split(f'id="line-{line}"')[1].split("</tr>")[0]


def confirmed(user, seal):
    return signed_in(user).post(CONFIRM, {"sealed": seal})


def feedback_of(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket, name="progress").order_by("seq").values_list("note", "by"))


# --- it works -------------------------------------------------------------------------------------------------------


def test_a_file_is_looked_at_and_then_written_in_the_name_of_who_brings_it(p):
    first, second = factories.in_hand(p), factories.in_hand(p)

    page = uploaded(p.hd, of((first, SAID), (second, "等待材料到货,下周施工。")))

    assert feedback_of(first) == [], "a preview writes nothing"
    assert SAID in row(page, 2) and f"/tickets/{second.ticket_no}/" in row(page, 3)
    answer = confirmed(p.hd, seal_of(page))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/unit/")
    assert feedback_of(first) == [(SAID, p.hd.pk)]
    assert feedback_of(second) == [("等待材料到货,下周施工。", p.hd.pk)]
    entry = AuditEntry.objects.get(kind="IMPORT")
    assert (entry.user, entry.data["rows"], entry.data["tickets"]) == (p.hd, 2, [first.ticket_no, second.ticket_no])


def test_the_template_comes_back_filled_in(p):
    mine, suspended = factories.in_hand(p, title="屋顶漏水"), lives.suspended(p)
    not_signed, foreign = factories.dispatched(p), factories.dispatched(p, to="WJ")
    part = factories.dispatched(p, to="WJ", co_units=["ZJ"])
    dispatching.sign(part.pk, by=factories.make_user("LI", "WJ"), now=factories.NOON)
    answer = signed_in(p.li).post(FILE)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]

    numbers = [cell.value for cell in sheet["A"]][1:]
    assert set(numbers) == {mine.ticket_no, suspended.ticket_no, part.ticket_no}
    assert not {not_signed.ticket_no, foreign.ticket_no} & set(numbers)
    assert {tuple(sheet.iter_cols(min_col=len(heads), min_row=2, values_only=True))[0]} == {(None, None, None)}
    assert AuditEntry.objects.get(kind="EXPORT").what == "unit-feedback.open"
    assert Sighting.objects.filter(user=p.li, how="file").count() == 3
    for place, text in enumerate([SAID, None, "本单位已完成自己的部分。"]):
        sheet.cell(place + 2, len(heads), text)
    file = io.BytesIO()
    book.save(file)
    page = uploaded(p.li, file.getvalue(), leave_out="on")
    confirmed(p.li, seal_of(page))
    assert TicketEvent.objects.filter(name="progress", by=p.li).count() == 2


@pytest.mark.parametrize("heads", [
    ("工单号", "标题", "阶段反馈"), ("Ticket no.", "Title", "Stage feedback"), (" ticket NO ", None, "Progress"), ("工单编号：", "", "办理进展*"),
])
def test_the_columns_are_found_by_their_heads_in_either_language(p, heads):
    ticket = factories.in_hand(p)

    assert seal_of(uploaded(p.li, workbook((ticket.ticket_no, "x", SAID), heads=heads)))


def test_a_number_that_excel_took_for_one_and_empty_lines_are_understood(p):
    ticket, other = factories.in_hand(p), factories.in_hand(p)
    content = workbook((int(ticket.ticket_no), None, SAID), (None, None, None), (float(other.ticket_no), None, SAID))

    page = uploaded(p.li, content)

    assert seal_of(page) and ticket.ticket_no in row(page, 2) and other.ticket_no in row(page, 4)


def test_it_can_be_reached_from_the_desk_of_the_unit(p):
    for user, desk in ((p.li, "/desk/unit/"), (p.hd, "/desk/unit/"), (p.ul, "/desk/unit-board/")):
        assert f'href="{PAGE}"' in signed_in(user).get(desk).content.decode()
        assert signed_in(user).get(PAGE).status_code == 200


# --- what is wrong, line by line ------------------------------------------------------------------------------------


def test_each_line_says_what_is_wrong_with_it_and_nothing_can_be_confirmed(p):
    good, foreign = factories.in_hand(p), factories.dispatched(p, to="WJ", title="别的单位的事")
    unsigned, closed = factories.dispatched(p), factories.closed(p)
    cases = [(good, SAID), (foreign, SAID), ("1" * 13, SAID), (unsigned, SAID), (closed, SAID), (factories.in_hand(p), ""),
             (factories.in_hand(p), "短"), (factories.in_hand(p), "长" * 1001), (good, "再来一次的反馈"), ("", SAID), ("x" * 99, SAID)]

    page = uploaded(p.li, of(*cases))

    assert seal_of(page) is None
    wrong = [line for line in range(2, 13) if "t-red" in row(page, line).rpartition("<td>")[2]]
    assert wrong == list(range(3, 13))
    said = [re.sub(r"<[^>]+>|\s+", " ", row(page, line).rpartition("<td>")[2]) for line in range(2, 13)]
    assert said[1] == said[2] == said[10], "a foreign number and one that is none are the same"
    assert len({said[1], said[3], said[5], said[6], said[7], said[8], said[9]}) == 7
    assert said[3] == said[4]
    assert "别的单位的事" not in page
    assert '#line-3"' in page
    assert not TicketEvent.objects.filter(name="progress").exists()


def test_lines_without_a_text_are_left_out_when_one_says_so(p):
    first, second = factories.in_hand(p), factories.in_hand(p)
    content = of((first, SAID), (second, ""))

    assert seal_of(uploaded(p.li, content)) is None
    page = uploaded(p.li, content, leave_out="on")
    assert confirmed(p.li, seal_of(page)).status_code == 302
    assert (len(feedback_of(first)), feedback_of(second)) == (1, [])
    assert seal_of(uploaded(p.li, of((first, ""), (second, " ")), leave_out="on", status=422)) is None


@pytest.mark.parametrize("formula", ["=1+1", "=HYPERLINK(\"http://evil\",\"查看详情请点击\")", "=cmd|' /C calc'!A0"])
def test_a_formula_is_not_taken_in_either_column(p, formula):
    ticket = factories.in_hand(p)

    assert seal_of(uploaded(p.li, of((ticket, formula)))) is None
    assert seal_of(uploaded(p.li, of((formula, SAID)))) is None


def test_what_only_looks_like_a_formula_is_a_text(p):
    book, file, ticket = openpyxl.Workbook(write_only=True), io.BytesIO(), factories.in_hand(p)
    sheet = book.create_sheet()
    cell = WriteOnlyCell(sheet, "=1+1,这是文字")
    cell.data_type = "s"
    sheet.append(HEADS)
    sheet.append((ticket.ticket_no, "", cell))
    book.save(file)

    confirmed(p.li, seal_of(uploaded(p.li, file.getvalue())))

    assert feedback_of(ticket) == [("=1+1,这是文字", p.li.pk)]


def test_markup_stays_a_text_and_a_confidential_ticket_tells_no_more_than_a_list(p):
    ticket = factories.in_hand(p, is_confidential=True, caller_name="司马相如", title="司马相如反映漏水")

    page = uploaded(p.li, of((ticket, "<script>alert(1)</script>")))

    assert "<script>alert" not in page and "司马" not in page
    assert not Sighting.objects.filter(ticket=ticket).exists()
    confirmed(p.li, seal_of(page))
    assert len(feedback_of(ticket)) == 1


def test_a_part_of_ones_own_takes_it_too_and_a_ticket_of_a_named_handler_does_not(p):
    part = factories.dispatched(p, to="WJ", co_units=["ZJ"])
    dispatching.sign(part.pk, by=factories.make_user("LI", "WJ"), now=factories.NOON)
    named = factories.in_hand(p)
    type(named).objects.filter(pk=named.pk).update(handler_ids=[p.li.pk])

    assert seal_of(uploaded(p.ul, of((part, SAID), (named, SAID))))
    assert seal_of(uploaded(p.hd, of((named, SAID)))) is None


# --- who, twice, meanwhile ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["op", "rv", "dp", "sv", "cb", "au", "ad"])
def test_it_is_for_units_only(p, role):
    client = signed_in(getattr(p, role))

    assert [client.get(PAGE).status_code, client.post(PAGE).status_code, client.post(CONFIRM).status_code,
            client.post(FILE).status_code] == [403] * 4
    assert signed_in(p.li).get(CONFIRM).status_code == signed_in(p.li).get(FILE).status_code == 405


def test_a_preview_is_confirmed_once(p):
    ticket = factories.in_hand(p)
    seal = seal_of(uploaded(p.li, of((ticket, SAID))))

    answers = [confirmed(p.li, seal).status_code for _time in range(2)]

    assert answers == [302, 409]
    assert len(feedback_of(ticket)) == 1


def test_the_same_file_again_is_refused_line_by_line_and_so_is_a_second_preview_of_it(p):
    ticket = factories.in_hand(p)
    content = of((ticket, SAID))
    seals = [seal_of(uploaded(p.li, content)) for _time in range(2)]

    answers = [confirmed(p.li, seal).status_code for seal in seals]

    assert answers == [302, 409]
    assert seal_of(uploaded(p.hd, content)) is None
    assert len(feedback_of(ticket)) == 1


def test_when_one_line_is_refused_meanwhile_nothing_is_written_and_the_line_is_named(p):
    first, second, third = (factories.in_hand(p) for _time in range(3))
    seal = seal_of(uploaded(p.li, of((first, SAID), (second, SAID), (third, SAID))))
    factories.replies.record_contact(second.pk, by=p.hd, now=database_now(), method="phone", reached=True)
    factories.replies.submit_reply(second.pk, by=p.ul, now=database_now(), **factories.reply_block())

    answer = confirmed(p.li, seal)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "t-red" in row(page, 3) and "t-red" not in row(page, 4).rpartition("<td>")[2]
    assert seal_of(page) is None
    assert not TicketEvent.objects.filter(name="progress").exists()
    denied = AuditEntry.objects.get(kind="DENIED")
    assert (denied.ticket_no, denied.what, denied.data["line"]) == (second.ticket_no, "record_progress", 3)
    assert not AuditEntry.objects.filter(kind="IMPORT").exists()


def test_a_step_that_fails_in_the_middle_takes_all_others_back(p, monkeypatch):
    tickets = [factories.in_hand(p) for _time in range(3)]
    seal, take = seal_of(uploaded(p.li, of(*[(ticket, SAID) for ticket in tickets]))), steps.take

    def refuse_the_last(step, ticket, **given):
        if ticket.pk == tickets[2].pk:
            raise steps.Refused("办不到")
        return take(step, ticket, **given)

    monkeypatch.setattr(taking.steps, "take", refuse_the_last)

    page = confirmed(p.li, seal).content.decode()

    assert "办不到" in row(page, 4)
    assert not TicketEvent.objects.filter(name="progress").exists()


def test_a_ticket_that_changed_but_still_takes_it_is_taken(p):
    ticket = factories.in_hand(p)
    seal = seal_of(uploaded(p.li, of((ticket, SAID))))
    factories.replies.record_contact(ticket.pk, by=p.hd, now=database_now(), method="phone", reached=True)

    assert confirmed(p.li, seal).status_code == 302


def test_a_ticket_that_left_the_unit_meanwhile_is_not_among_ones_own(p):
    ticket = factories.in_hand(p)
    seal = seal_of(uploaded(p.hd, of((ticket, SAID))))
    type(ticket).objects.filter(pk=ticket.pk).update(handler_ids=[p.li.pk])

    assert confirmed(p.hd, seal).status_code == 409
    assert feedback_of(ticket) == []


def test_a_preview_of_another_person_an_old_one_and_a_changed_one_are_refused(p, monkeypatch):
    ticket = factories.in_hand(p)
    seal = seal_of(uploaded(p.li, of((ticket, SAID))))

    for who, text in ((p.hd, seal), (p.li, seal[:-1] + ("A" if seal[-1] != "A" else "B")), (p.li, ""), (p.li, "x:y:z"), (p.li, "." + seal)):
        assert confirmed(who, text).status_code == 422
    monkeypatch.setattr("django.core.signing.time.time", lambda: database_now().timestamp() + 3700)
    assert confirmed(p.li, seal).status_code == 422
    assert feedback_of(ticket) == []


def test_what_waits_for_nobody_else_is_written_beside_an_open_proposal(p):
    ticket, now = factories.in_hand(p), database_now()
    seen = lines.Ticket.objects.visible_to(p.hd).get(pk=ticket.pk)
    body = {"hours": "10", "reason": "等待材料", "citizen_told_at": "2026-03-02T11:00"}
    steps.take(steps.STEPS["request_extension"], seen, by=p.hd, body=body, now=now)

    assert confirmed(p.hd, seal_of(uploaded(p.hd, of((ticket, SAID))))).status_code == 302


# --- what it costs --------------------------------------------------------------------------------------------------


def test_a_preview_of_thirty_lines_costs_what_one_costs(p):
    tickets, client = [factories.in_hand(p) for _number in range(30)], signed_in(p.li)
    one, many = of((tickets[0], SAID)), of(*[(ticket, SAID) for ticket in tickets])
    uploaded(client, one)

    assert queries_of(lambda: uploaded(client, many)) == queries_of(lambda: uploaded(client, one)) <= 10


def test_too_many_downloads_a_day_are_refused_here_as_well(p, monkeypatch):
    AuditEntry.objects.create(user=p.li, kind="EXPORT", at=database_now())
    monkeypatch.setattr(excel, "MOST_A_DAY", 1)

    answer = signed_in(p.li).post(FILE)

    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 86_000
