"""Who is on the line, and what is to be heeded with some callers."""
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.instant import database_now
from accounts.models import AuditEntry
from accounts.privacy import phone_hash
from tests import factories as make
from tests.crowds import queries_of, signed_in
from tests.factories import NOON
from tests.similar.test_panel import DAY, ago, of_neighbour
from tests.telephony import calls
from tickets import intake
from tickets.models import Call, CallerNote
from tickets.similar import notes, who_calls

NUMBER = "13800138000"


def strip(user, number=NUMBER):
    return signed_in(user).post("/tickets/caller/", {"caller_number": number}).content.decode()


def note(p, **fields):
    now = database_now()
    fields = {"number_hash": phone_hash(NUMBER), "kind": "vulnerable", "who": "彭某", "words": "听力不便，请慢些说", "by": p.sv,
              "now": now, "valid_from": now, "valid_to": now + 30 * DAY, "owner": "督办组", "reason": "多次听不清"} | fields
    return notes.add(**fields)


def test_name_and_number_are_masked_and_the_calls_are_counted(p):
    make.in_review(p, ago(2 * DAY), caller_name="彭晓明")
    intake.log_call(by=p.op, now=ago(DAY), number=NUMBER, disposition="dropped")

    shown = strip(p.op, "+86 138-0013-8000")

    assert "彭先生" in shown and "138****8000" in shown and "第3次来电" in shown
    assert "彭晓明" not in shown and NUMBER not in shown


def test_an_open_matter_can_be_joined_from_there_and_one_that_is_over_only_read(p):
    going, over = make.in_review(p, ago(40 * DAY)), make.closed(p, ago(50 * DAY))

    shown = strip(p.op)

    assert f"/tickets/{going.ticket_no}/recognise/urge/" in shown
    assert f"/tickets/{over.ticket_no}/recognise/" not in shown and over.ticket_no in shown


def test_the_last_three_are_shown_and_all_of_them_a_key_away(p):
    for number in range(5):
        make.in_review(p, ago((9 - number) * DAY), title=f"第{number}件")

    shown = strip(p.op)
    history = signed_in(p.op).post("/tickets/caller/history/", {"caller_number": NUMBER}).content.decode()

    assert [f"第{number}件" in shown for number in range(5)] == [False, False, True, True, True]
    assert 'id="history-open"' in shown
    assert all(f"第{number}件" in history for number in range(5))


def test_what_was_told_in_confidence_is_told_to_nobody(p):
    make.in_review(p, ago(), is_confidential=True, title="内部举报", caller_name="彭晓明")

    shown = strip(p.ops)
    history = signed_in(p.ops).post("/tickets/caller/history/", {"caller_number": NUMBER}).content.decode()

    assert "内部举报" not in shown + history and "彭先生" not in shown


def test_of_another_operators_ticket_he_sees_the_title_but_no_link(p):
    ticket = of_neighbour(p, contact_phone=NUMBER, title="路灯不亮")

    shown = strip(p.op)

    assert "路灯不亮" in shown
    assert f'href="/tickets/{ticket.ticket_no}/"' not in shown


def test_no_number_and_half_a_number_say_nothing(p):
    for number in ("", "13", "保密", "x" * 5000):
        assert "第1次来电" not in strip(p.op, number)
    assert signed_in(p.rv).post("/tickets/caller/", {"caller_number": NUMBER}).status_code == 403
    assert signed_in(p.op).get("/tickets/caller/history/").status_code == 405


def test_it_costs_few_queries(p):
    make.in_review(p, ago())
    client = signed_in(p.op)
    client.post("/tickets/caller/", {"caller_number": NUMBER})

    assert queries_of(lambda: client.post("/tickets/caller/", {"caller_number": NUMBER})) <= 10


# --- the list of callers to heed ------------------------------------------------------------------------------------------


def body(**fields):
    last = (database_now() + 30 * DAY).date().isoformat()
    return {"number": "138 0013 8000", "kind": "language", "words": "说粤语", "who": "", "valid_to": last, "owner": "接线组",
            "reason": "上次没听懂"} | fields


def test_a_note_is_kept_shown_when_he_calls_and_ended(p):
    client = signed_in(p.ops)

    assert client.post("/callers/add/", body()).status_code == 302
    kept = CallerNote.objects.get()
    assert "说粤语" in strip(p.op) and "说粤语" not in strip(p.op, "13900139000")
    page = client.get("/callers/").content.decode()
    assert "说粤语" in page and kept.fingerprint in page and NUMBER not in page
    assert client.post(f"/callers/{kept.pk}/end/", {}).status_code == 302

    assert "说粤语" not in strip(p.op)
    assert [entry.what for entry in AuditEntry.objects.filter(kind="CONFIG").order_by("pk")] == [kept.str_in_log] * 2


def test_the_number_is_nowhere_in_the_row(p):
    kept = note(p)

    row = CallerNote.objects.filter(pk=kept.pk).values().get()
    assert NUMBER not in str(row) and NUMBER not in str(AuditEntry.objects.values_list("data", "what"))


def test_it_ends_some_day_and_there_is_one_of_a_kind_at_a_time(p):
    client = signed_in(p.sv)

    assert client.post("/callers/add/", body(valid_to="")).status_code == 422
    assert client.post("/callers/add/", body(number="12")).status_code == 422
    assert client.post("/callers/add/", body()).status_code == 302
    assert client.post("/callers/add/", body(words="别的话")).status_code == 422
    assert client.post("/callers/add/", body(kind="attention")).status_code == 302


def test_the_database_holds_it_too(p):
    now = database_now()
    row = {"number_hash": "x", "kind": "language", "words": "说粤语", "by": p.sv, "at": now, "owner": "a", "reason": "b",
           "valid_from": now, "valid_to": now + DAY}
    CallerNote.objects.create(**row)

    for wrong in ({}, {"number_hash": ""}, {"number_hash": "y", "valid_to": None},
                  {"number_hash": "y", "valid_to": now - timedelta(seconds=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CallerNote.objects.create(**row | wrong)


def test_only_its_keepers_open_the_list(p):
    kept = note(p)

    for user in (p.op, p.rv, p.ad, p.li):
        client = signed_in(user)
        assert client.get("/callers/").status_code == 403
        assert client.post("/callers/add/", body()).status_code == 403
        assert client.post(f"/callers/{kept.pk}/end/", {}).status_code == 403
    assert signed_in(p.sv).post("/callers/999999/end/", {}).status_code == 404


def test_the_call_on_the_line_is_counted_once(p):
    """第N次来电: it is in the ledger from its first ring on."""
    number = "13700137009"
    calls.sits(p.op)
    calls.rings("now", number=number)
    assert who_calls.of(number, p.op, NOON).time == 1
    call = calls.rings("earlier", extension="8009", number=number)
    Call.objects.filter(pk=call.pk).update(disposition="silent")
    assert who_calls.of(number, p.op, NOON).time == 2
