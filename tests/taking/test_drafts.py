"""Unfinished intake forms on the server: saved, found again, restored, and gone when the ticket is there."""
import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.instant import database_now
from tests.channels.letters import arrived
from tests.crowds import cost, queries_of, signed_in
from tests.telephony import calls
from tests.tickets.test_intake_screen import typed
from tickets.channels import handling
from tickets.models import IntakeDraft, Ticket
from tickets.taking import drafts
from tickets.tasks import expire_intake_drafts

WORDS = "家中屋顶漏水已经两周，物业一直没有派人来修。"


def save(client, key="k1", *, page="a", seq=1, base=0, left="", **fields):
    sign = {"draft-page": page, "draft-seq": seq, "draft-base": base, "draft-left": left}
    return client.post("/tickets/new/draft/", {"key": key, "content": WORDS} | fields | sign)


def page_of(client, query=""):
    return client.get(f"/tickets/new/{query}").content.decode()


def test_what_was_typed_is_there_on_another_machine(p):
    save(signed_in(p.op), caller_name="彭某", type="complaint", category="010201", note="急")

    page = page_of(signed_in(p.op))

    assert WORDS in page
    assert "彭某" in page
    assert 'value="k1"' in page
    assert 'value="complaint" data-key="alt+3 3" checked' in page


def test_a_form_that_was_left_in_peace_is_offered_but_not_opened(p):
    client = signed_in(p.op)
    save(client, left="1")

    page = page_of(client)

    assert WORDS not in page
    assert "draft=k1" in page
    assert WORDS in page_of(client, "?draft=k1")
    assert WORDS not in page_of(client, "?draft=new")


def test_several_at_once_each_with_its_first_words(p):
    client = signed_in(p.op)
    save(client, "k1", title="屋顶漏水")
    save(client, "k2", content="路灯不亮，晚上很黑看不见。", left="1")

    page = page_of(client, "?draft=k2")

    assert ">屋顶漏水 <" in page
    assert ">路灯不亮，晚上很 <" in page
    assert "路灯不亮，晚上很黑看不见。" in page


def test_nobody_else_reads_it_and_the_database_does_not_either(p):
    save(signed_in(p.op))

    assert WORDS not in page_of(signed_in(p.ops), "?draft=k1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM tickets_intakedraft")
        assert "屋顶" not in cursor.fetchone()[0]


@pytest.mark.parametrize("role", ["rv", "dp", "li", "cb", "sv", "ad", "au", "ke"])
def test_only_who_takes_calls_has_any(p, role):
    client = signed_in(getattr(p, role))

    assert save(client).status_code == 403
    assert client.post("/tickets/new/discard/", {"key": "k1"}).status_code == 403
    assert client.post("/tickets/new/besides/", {}).status_code == 403
    assert not IntakeDraft.objects.exists()


def test_a_second_window_does_not_overwrite_the_first_without_a_word(p):
    client = signed_in(p.op)
    first = save(client, page="a").json()["version"]
    assert save(client, page="b", base=first, content="第二个窗口写的内容").json()["version"] == first + 1

    refused = save(client, page="a", seq=2, base=first, content="第一个窗口又写的内容")

    assert (refused.status_code, refused.json()) == (409, {"version": first + 1})
    assert save(client, page="a", seq=3, base=first + 1, content="留下这一个").status_code == 200
    assert drafts.read(IntakeDraft.objects.get())["content"] == "留下这一个"


def test_an_answer_that_was_lost_does_not_make_a_window_fight_itself(p):
    client = signed_in(p.op)
    save(client, seq=1)

    assert save(client, seq=2, base=0, content="更多的字").status_code == 200
    assert save(client, seq=1, base=0, content="迟到的旧请求").status_code == 200
    assert drafts.read(IntakeDraft.objects.get())["content"] == "更多的字"


def test_it_is_gone_when_the_ticket_is_there_and_does_not_come_back(p):
    client = signed_in(p.op)
    save(client)
    client.post("/tickets/new/", typed(key="k1"))

    assert Ticket.objects.latest("pk").state == "pending_review"
    assert not IntakeDraft.objects.exists()
    assert save(client, seq=9).json() == {"over": True}
    assert not IntakeDraft.objects.exists()


def test_a_call_without_a_matter_ends_its_draft_too(p):
    client = signed_in(p.op)
    save(client)

    client.post("/tickets/new/", {"act": "invalid", "key": "k1", "caller_number": "13800138000", "call-disposition": "silent"})

    assert not IntakeDraft.objects.exists()


def test_a_refused_form_goes_on_where_its_draft_stands(p):
    client = signed_in(p.op)
    save(client)

    answer = client.post("/tickets/new/", typed(key="k1", category=""))

    assert answer.status_code == 422
    assert 'data-version="1"' in answer.content.decode()
    assert IntakeDraft.objects.count() == 1


def test_discarding_can_be_taken_back_for_an_hour(p):
    client = signed_in(p.op)
    save(client)

    page = client.post("/tickets/new/discard/", {"key": "k1"}, follow=True).content.decode()

    assert "/tickets/new/?draft=k1" in page
    assert WORDS not in page_of(client)
    assert WORDS in page_of(client, "?draft=k1")
    save(client, page="b", base=1)
    assert IntakeDraft.objects.get().discarded_at is None


def test_a_day_later_it_is_thrown_away(p):
    client, now = signed_in(p.op), database_now()
    for key, age in (("old", 25), ("young", 23)):
        save(client, key)
        IntakeDraft.objects.filter(key=key).update(updated_at=now - timedelta(hours=age))

    assert WORDS not in page_of(client, "?draft=old")
    expire_intake_drafts()

    assert [draft.key for draft in IntakeDraft.objects.all()] == ["young"]


def test_what_became_a_ticket_and_what_was_discarded_is_thrown_away_too(p):
    client = signed_in(p.op)
    client.post("/tickets/new/", typed(key="k1"))
    now = database_now()
    for place, (key, at) in enumerate((("k1", None), ("k2", now - timedelta(hours=2)), ("k3", now))):
        IntakeDraft.objects.create(owner=p.op, key=key, place=place, data="{}", began_at=now, updated_at=now, discarded_at=at)

    assert drafts.expire(now=now) == 2


def test_there_are_twelve_places_and_the_thirteenth_form_is_refused_with_a_word(p):
    client = signed_in(p.op)
    for number in range(12):
        assert save(client, f"k{number}").status_code == 200

    refused = save(client, "one too many")

    assert refused.status_code == 422
    assert "12" in refused.json()["problem"]
    client.post("/tickets/new/discard/", {"key": "k3"})
    assert save(client, "one too many").status_code == 200
    assert not IntakeDraft.objects.filter(key="k3").exists()


@pytest.mark.parametrize("wrong", [
    {"key": ""}, {"key": "k" * 101}, {"draft-seq": "x"}, {"draft-base": "-1"}, {"draft-seq": "9" * 12}, {"draft-page": "p" * 41}])
def test_what_no_page_of_ours_sends_is_refused(p, wrong):
    body = {"key": "k1", "draft-page": "a", "draft-seq": "1", "draft-base": "0", "content": WORDS} | wrong

    assert signed_in(p.op).post("/tickets/new/draft/", body).status_code == 400


def test_what_is_too_long_is_refused_by_the_page_and_by_the_database(p):
    assert save(signed_in(p.op), content="长" * 20_001).status_code == 422
    now = database_now()
    for fields in ({"data": "x" * 100_000, "place": 0}, {"data": "{}", "place": 12}, {"data": "{}", "place": 0, "key": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            IntakeDraft.objects.create(**{"owner": p.op, "key": "k", "began_at": now, "updated_at": now} | fields)


def test_a_full_form_fits(p):
    fields = {f"extra-x{number}": "长" * 160 for number in range(100)}

    assert save(signed_in(p.op), content="长" * 2000, **fields).status_code == 200


def test_saving_and_opening_cost_little(p):
    client = signed_in(p.op)
    save(client)

    assert queries_of(lambda: save(client, seq=2)) <= 8
    assert cost(client, "/tickets/new/") <= 20


def test_the_words_of_the_script_are_in_the_page(p):
    page = page_of(signed_in(p.op, "en"))

    assert json.dumps("Not saved yet").replace('"', "&quot;") in page


def test_a_form_that_a_call_opened_goes_on_with_its_call_and_one_of_a_message_with_its_message(p):
    calls.sits(p.op)
    call = calls.rings()
    calls.answers()
    save(signed_in(p.op), key="k1", call=call.call_no, caller_number="13800138000")
    assert f'name="call" value="{call.call_no}"' in page_of(signed_in(p.op), "?draft=k1")
    save(signed_in(p.ops), key="k2", call=call.call_no)  # never another person's
    assert 'name="call"' not in page_of(signed_in(p.ops), "?draft=k2")

    now = database_now()
    message = arrived(p, now=now, received_at=now - timedelta(minutes=5))
    handling.take(message.pk, by=p.op, now=now)
    save(signed_in(p.op), key="k3", message=str(message.pk))
    assert f'name="message" value="{message.pk}"' in page_of(signed_in(p.op), "?draft=k3")
