"""市级回访: imported once each, from Excel, JSON or the city's own system; and what differs between the three layers."""
import io
import json
import re
from datetime import timedelta

import openpyxl
import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction
from django.db.utils import IntegrityError
from rest_framework.test import APIClient

from accounts import tokens
from accounts.instant import database_now
from accounts.models import AuditEntry
from dispatch.feedback import files as workbooks
from followup import actions as following
from followup.city import layers, lines
from followup.models import CityCallback
from tests import audited
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.dispatch.test_list_import_files import HOSTILE
from tests.factories import NOON, UNHAPPY
from tests.tickets import ready
from tickets.calendars import LOCAL
from tickets.models import Ticket

PAGE, CONFIRM, DESK, API = "/desk/city-callbacks/", "/desk/city-callbacks/confirm/", "/desk/layers/", "/api/v1/city-callbacks/"
HEADS = ("工单编号", "市级回访结果", "时间")
AT = "2026-03-05 10:30"
INSTANT = (NOON + timedelta(days=3)).replace(hour=10, minute=30)


def workbook(*rows, heads=HEADS):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (heads, *rows):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def as_json(*rows, heads=HEADS):
    return json.dumps([dict(zip(heads, row, strict=True)) for row in rows], ensure_ascii=False).encode()


def uploaded(user, content, *, status=200, name="市级回访.xlsx"):
    answer = signed_in(user, "en").post(PAGE, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def seal_of(page):
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    return found and found[1]


def row(page, line):
    return page.split(f'id="line-{line}"')[1].split("</tr>")[0]


def confirmed(user, seal):
    return signed_in(user, "en").post(CONFIRM, {"sealed": seal})


def imported(p, *rows, write=workbook, heads=HEADS):
    return confirmed(p.sv, seal_of(uploaded(p.sv, write(*rows, heads=heads))))


# --- a file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [workbook, as_json])
def test_a_file_is_looked_at_and_then_kept_for_ever(p, write):
    ticket = make.closed(p)

    page = uploaded(p.sv, write((ticket.ticket_no, "不满意", AT)))

    assert not CityCallback.objects.exists(), "a preview writes nothing"
    assert "New" in row(page, 2 if write is workbook else 1)
    assert "Differs" in page
    assert confirmed(p.sv, seal_of(page)).headers["Location"] == DESK
    kept = CityCallback.objects.get()
    assert (kept.ticket, kept.result, kept.satisfied, kept.at, kept.imported_by) == (
        ticket, "negative", "unsatisfied", INSTANT, p.sv)
    event = ticket.events.get(name="city_callback")
    assert (event.by, event.data["outcome"]) == (p.sv, "negative")
    assert AuditEntry.objects.get(kind="IMPORT").data["tickets"] == [ticket.ticket_no]


def test_twice_the_same_is_once(p):
    ticket = make.closed(p)
    page = uploaded(p.sv, workbook((ticket.ticket_no, "满意", AT)))
    confirmed(p.sv, seal_of(page))

    confirmed(p.sv, seal_of(page))
    again = uploaded(p.sv, as_json((ticket.ticket_no, "满意", "2026-03-05T10:30:00+08:00")))

    assert seal_of(again) is None
    assert "On record already" in row(again, 1)
    assert CityCallback.objects.count() == ticket.events.filter(name="city_callback").count() == 1


def test_a_bad_line_is_named_and_the_others_are_taken(p):
    ticket, other, draft = make.closed(p), make.closed(p), make.draft(p)
    content = workbook(
        (ticket.ticket_no, "满意", AT), ("99999999", "满意", AT), (other.ticket_no, "很好", AT), (other.ticket_no, "满意", "昨天"),
        (other.ticket_no, "满意", "2026-03-05"), (other.ticket_no, "满意", "2126-03-05 10:00"), (draft.ticket_no, "满意", AT),
        (other.ticket_no, "满意", "2026-03-01 10:00"), (ticket.ticket_no, "不满意", AT), (None, "满意", AT),
        (other.ticket_no, None, AT), (other.ticket_no, "=1+1", AT), (other.ticket_no, "满意", AT))

    page = uploaded(p.sv, content)

    for line, sentence in {3: "no such ticket", 4: "not known", 5: "no date and time", 6: "no date and time", 7: "in the future",
                           8: "before the ticket was accepted", 9: "before the ticket was accepted", 10: "line 2 already",
                           11: "number is missing", 12: "result is missing", 13: "formula"}.items():
        assert sentence in row(page, line), f"line {line}"
    answer = confirmed(p.sv, seal_of(page))
    assert answer.status_code == 200
    assert "2 callbacks of the city are on their tickets" in answer.content.decode()
    assert {one.ticket for one in CityCallback.objects.all()} == {ticket, other}


def test_ratings_and_a_note_are_kept_where_they_are_given(p):
    ticket = make.closed(p)
    heads = ("Ticket no.", "outcome", "at", "是否解决", "满意度", "备注")

    imported(p, (ticket.ticket_no, "positive", AT, "基本解决", "基本满意", "当天修好"), write=as_json, heads=heads)

    kept = CityCallback.objects.get()
    assert (kept.result, kept.solved, kept.satisfied, kept.note) == ("positive", "basically", "basically", "当天修好")


def test_ratings_that_contradict_the_result_are_wrong(p):
    ticket = make.closed(p)
    page = uploaded(p.sv, workbook((ticket.ticket_no, "满意", AT, "未解决"), heads=(*HEADS, "是否解决")))

    assert "contradict" in row(page, 2)
    assert seal_of(page) is None


def test_another_result_for_the_same_time_is_refused(p):
    ticket = make.closed(p)
    imported(p, (ticket.ticket_no, "满意", AT))

    assert "never changed" in row(uploaded(p.sv, workbook((ticket.ticket_no, "不满意", AT))), 2)
    imported(p, (ticket.ticket_no, "不满意", "2026-03-06 10:30"))
    assert CityCallback.objects.count() == 2, "another time is another callback"


def test_the_database_keeps_it_as_it_is(p):
    imported(p, (make.closed(p).ticket_no, "满意", AT))

    for act in (lambda: CityCallback.objects.update(result="negative"), lambda: CityCallback.objects.all().delete()):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            act()
    kept = CityCallback.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CityCallback.objects.create(ticket=kept.ticket, at=kept.at, result="negative", imported_at=kept.imported_at,
                                    imported_by=p.sv)
    assert pgtrigger.registered("followup.CityCallback:city_callback_append_only")


def test_an_archived_ticket_takes_it_too_and_the_audit_is_content(p):
    audited.with_all_triggers()
    ticket = make.closed(p)
    following.archive(ticket.pk, by=p.system, now=NOON + timedelta(days=3))

    imported(p, (ticket.ticket_no, "满意", AT), (ticket.ticket_no, "不满意", "2026-03-06 10:30"))

    assert CityCallback.objects.filter(ticket=ticket).count() == 2
    assert audited.broken(database_now()) == {}


@pytest.mark.parametrize("kind", sorted(set(HOSTILE) - {"too many lines", "far down"}))
def test_a_file_that_is_none_is_refused_with_a_sentence(p, kind):
    assert "invalid-feedback" in uploaded(p.sv, HOSTILE[kind](), status=422)


@pytest.mark.parametrize("content", [
    b"[]", b"{}", b"[" * 100_000, b'{"a": [], "b": []}', b"\xff\xfe[\x00", b'[{"x": NaN}]', b"[1" + b" " * workbooks.LARGEST + b"]",
    json.dumps([{}] * 501).encode(),
], ids=["empty", "no list", "deep", "two lists", "UTF-16", "NaN", "too large", "too many"])
def test_json_that_is_none_is_refused_with_a_sentence(p, content):
    assert "invalid-feedback" in uploaded(p.sv, content, status=422)


def test_odd_objects_are_bad_lines(p):
    page = uploaded(p.sv, json.dumps([1, {"ticket_no": ["1"]}, {"ticket_no": "\x00"}, {"ticket_no": 5, "x": {}}]).encode())

    assert all("Wrong" in row(page, line) for line in range(1, 5))
    assert seal_of(page) is None


@pytest.mark.parametrize("seal", ["", "x", "x:y:z"])
def test_a_forged_preview_is_refused(p, seal):
    assert confirmed(p.sv, seal).status_code == 422


def test_the_preview_of_somebody_else_is_refused(p):
    page = uploaded(p.sv, workbook((make.closed(p).ticket_no, "满意", AT)))

    assert confirmed(make.make_user("SV", "RX-DB"), seal_of(page)).status_code == 422
    assert not CityCallback.objects.exists()


@pytest.mark.parametrize("role", ["op", "rv", "dp", "li", "ul", "cb", "zh", "dl", "ql", "qi", "ad", "au"])
def test_others_bring_nothing(p, role):
    client = signed_in(getattr(p, role))

    assert [client.get(PAGE).status_code, client.post(CONFIRM, {"sealed": "x"}).status_code] == [403, 403]


# --- the city's own system -------------------------------------------------------------------------------------------


def sent(user, **body):
    key, _token = tokens.issue(user=user, now=database_now())
    client = APIClient(headers={"accept-language": "en"})
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client.post(API, body)


def test_a_program_hands_one_in_and_again(p):
    body = {"ticket_no": make.closed(p).ticket_no, "result": "negative", "at": "2026-03-05T10:30:00+08:00", "satisfied": "unsatisfied"}

    first, second = sent(p.sv, **body), sent(p.sv, **body)

    assert (first.status_code, first.json()["is_new"]) == (201, True)
    assert (second.status_code, second.json()["is_new"]) == (200, False)
    assert CityCallback.objects.get().at == INSTANT
    other = sent(p.sv, **body | {"result": "positive", "satisfied": ""})
    assert (other.status_code, other.json()["type"].rsplit(":", 1)[-1]) == (422, "refused")


def test_a_program_hears_what_is_wrong(p):
    good = {"ticket_no": make.closed(p).ticket_no, "result": "positive", "at": AT.replace(" ", "T")}

    assert sent(p.sv, **good | {"ticket_no": "99999999"}).status_code == 404
    assert sent(p.sv, **good | {"result": "fine"}).status_code == 422
    assert sent(p.sv, **good | {"at": "2126-01-01T00:00"}).status_code == 422
    assert sent(p.sv, **good | {"solved": "unsolved"}).status_code == 422
    assert sent(p.sv, **good | {"more": 1}).status_code == 400
    assert sent(p.cb, **good).status_code == sent(p.qi, **good).status_code == 403
    assert APIClient().post(API, good).status_code == 401
    assert not CityCallback.objects.exists()


# --- three layers ------------------------------------------------------------------------------------------------------


def differing(user):
    return set(layers.differing(Ticket.objects.visible_to(user)))


def city(p, ticket, result, now=NOON + timedelta(days=4)):
    entry = lines.Entry(1, ticket.ticket_no, result, (now - timedelta(hours=1)).isoformat())
    (line,) = lines.take([entry], by=p.sv, now=now)
    assert not line.fault


def test_layers_that_say_the_opposite_differ(p):
    same, unhappy, at_the_city, silent = make.closed(p), ready.negative(p), make.closed(p), make.closed(p)
    city(p, same, "positive")
    city(p, at_the_city, "negative")
    city(p, silent, "unreachable")

    assert differing(p.sv) == {unhappy, at_the_city}
    assert differing(p.qi) == {at_the_city}, "who inspects quality sees what is closed"
    city(p, at_the_city, "positive", NOON + timedelta(days=5))
    assert differing(p.sv) == {unhappy}, "the city's last word counts"


def test_the_list_and_the_ticket_agree(p):
    tickets = [make.closed(p), ready.negative(p), make.in_hand(p), make.in_callback(p), ready.unreachable(p)]
    city(p, tickets[0], "negative")
    city(p, tickets[4], "negative", NOON + timedelta(days=6))

    listed = differing(p.sv)

    for ticket in tickets:
        assert layers.layers_of(ticket, list(ticket.callback_tasks.all())).differ == (ticket in listed)


def test_the_next_round_is_compared_for_itself(p):
    ticket = ready.negative(p)
    assert ticket in differing(p.sv)

    make.redo_again(p, ticket, NOON + timedelta(days=1))
    assert ticket in differing(p.sv), "the unit said satisfied again"


def test_the_page_of_the_ticket_shows_them_side_by_side(p):
    ticket = make.closed(p)
    city(p, ticket, "negative")

    page = signed_in(p.sv, "en").get(f"/tickets/{ticket.ticket_no}/").content.decode()

    assert all(words in page for words in ("Three layers of callback", "Callbacks differ", "imported the city"))
    assert cost(signed_in(p.sv), f"/tickets/{ticket.ticket_no}/") <= 20


@pytest.mark.parametrize("role", ["sv", "qi"])
def test_the_desk_shows_what_differs(p, role):
    ticket = make.closed(p)
    city(p, ticket, "negative")

    page = signed_in(getattr(p, role), "en").get(DESK).content.decode()

    assert ticket.ticket_no in page and "Unit: Citizen satisfied · District: Solved and satisfied · City: Unsolved" in page
    assert ("/desk/city-callbacks/" in page) == (role == "sv")
    assert ticket.ticket_no in signed_in(getattr(p, role)).get(DESK + "?list=city").content.decode()


def test_the_desk_costs_the_same_for_more_tickets(p):
    city(p, make.answered(p, answers=UNHAPPY), "negative")
    few = cost(signed_in(p.sv), DESK)
    for _time in range(4):
        ready.negative(p)

    assert cost(signed_in(p.sv), DESK) == few <= 10


@pytest.mark.parametrize("role", ["op", "rv", "dp", "li", "ul", "cb", "zh", "dl", "ql", "ad", "au"])
def test_others_do_not_see_the_desk(p, role):
    assert signed_in(getattr(p, role)).get(DESK).status_code == 403


def test_a_day_in_the_file_is_local_time():
    assert INSTANT.tzinfo == LOCAL or INSTANT.utcoffset() == timedelta(hours=8)
