"""The questionnaire of a text message: who has its link answers once, in time, and nobody else learns or says anything."""
import re
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from structlog.stdlib import ProcessorFormatter

from accounts.instant import database_now
from followup import actions as following
from followup import callbacks, splitting
from followup.models import CallbackTask, SurveyMiss
from followup.survey import limits, links
from followup.tasks import expire_surveys
from hotline.logs import logging_settings
from notices import channels
from notices.models import Notice
from notices.relay import relay
from tests import audited
from tests import factories as make
from tests.followup.surveys import HAPPY, UNHAPPY, ask, called_in_vain, delivered, path_in
from tests.tickets.ready import DAY, HOUR
from tickets import actions as moving
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(p):
    """A function: see surveys.ask."""
    return partial(ask, p)


@pytest.fixture
def citizen():
    return Client(enforce_csrf_checks=True)


def task_of(ticket):
    return CallbackTask.objects.get(ticket=ticket)


# --- the message -------------------------------------------------------------------------------------------------------


def test_the_message_names_the_ticket_and_a_link_and_nothing_of_its_content(p):
    ticket = called_in_vain(p)

    phone, text = delivered()[-1]
    assert phone == "13800138000"
    assert ticket.ticket_no in text and links.found(path_in(text).removeprefix("/s/")) == task_of(ticket)
    assert ticket.title not in text and ticket.content not in text


def test_the_token_is_kept_nowhere(asked):
    ticket, path = asked()
    token = path.removeprefix("/s/")

    notice, task = Notice.objects.get(kind="questionnaire"), task_of(ticket)
    assert (notice.status, notice.link) == ("sent", "")
    assert token not in notice.wording and notice.wording.endswith("…")
    assert task.survey_hash == links.hash_of(token) and token not in str(vars(task) | vars(notice))


def test_nobody_reads_a_link_that_waits_and_one_that_cannot_be_sent_is_forgotten(p, monkeypatch):
    def broken(*_args, **_named):
        raise OSError

    monkeypatch.setattr(channels, "send_sms", broken)
    called_in_vain(p)
    with connection.cursor() as cursor:
        cursor.execute("SELECT link FROM notices_notice WHERE kind = 'questionnaire'")
        assert cursor.fetchone()[0] not in ("", Notice.objects.get(kind="questionnaire").link)

    for minutes in (0, 10, 20):
        relay(now=database_now() + timedelta(minutes=minutes))

    notice = Notice.objects.get(kind="questionnaire")
    assert (notice.status, notice.link) == ("failed", "")


def test_a_withdrawal_is_not_asked_for_on_a_page(p):
    def withdrawing(p, now):
        return following.request_withdraw(make.in_hand(p, now).pk, by=p.op, now=now, reason="来电人说不用办了")

    ticket = called_in_vain(p, withdrawing)

    text = delivered()[-1][1]
    assert "12345" in text and "http" not in text
    assert (task_of(ticket).status, task_of(ticket).survey_hash) == ("sms_wait", "")


# --- the answer --------------------------------------------------------------------------------------------------------


def test_a_happy_answer_settles_the_ticket_as_the_same_answer_by_phone_would(p, asked, citizen):
    ticket, path = asked()

    answer = citizen.post(path, HAPPY)

    assert (answer.status_code, answer["Location"]) == (302, "/s/?language=zh-hans")
    assert citizen.get(answer["Location"]).status_code == 200
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.callback_outcome, ticket.callback_by, ticket.state) == ("positive", p.system, "pending_callback")
    task = task_of(ticket)
    assert (task.contacted, task.solved, task.satisfied, task.status) == (True, "solved", "satisfied", "done")
    assert task.attempts.count() == 3, "the answer is no call"
    assert following.close_satisfied(ticket.pk, by=p.cb, now=database_now()).state == "closed"


def test_an_unhappy_answer_can_only_be_followed_by_a_redo(p, asked, citizen):
    ticket, path = asked()

    citizen.post(path, UNHAPPY | {"process_satisfied": "unsatisfied"})

    task = task_of(ticket)
    assert (task.outcome, task.reason, task.note, task.process_satisfied) == ("negative", "persists", "墙还在漏水", "unsatisfied")
    assert following.order_redo(ticket.pk, by=p.cb, now=database_now(), reason="问题仍在").redo_round == 1


def of_two(p, now):
    """Two reporters; the first was reached, and is not content."""
    other = make.in_review(p, now, contact_phone="13900139001")
    ticket = make.replied(p, now)
    following.merge_into(other.pk, by=p.rv, now=now, master=ticket)
    following.approve_reply(ticket.pk, by=p.rv, now=now)
    return callbacks.record_outcome(ticket.pk, by=p.cb, now=now, **make.UNHAPPY)


def test_one_content_reporter_does_not_outvote_another(asked, citizen):
    ticket, path = asked(of_two)

    citizen.post(path, HAPPY)

    outcomes = CallbackTask.objects.filter(ticket=ticket).order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["negative", "positive"]
    assert Ticket.objects.get(pk=ticket.pk).callback_outcome == "negative"


def test_the_audit_finds_nothing_in_such_a_life(p, asked, citizen):
    audited.with_all_triggers()
    ticket, path = asked()
    citizen.post(path, HAPPY)
    following.close_satisfied(ticket.pk, by=p.cb, now=database_now())

    assert audited.codes(database_now()) <= {"C6"}


def test_the_story_says_that_it_was_sent_and_that_the_answer_came_that_way(p, asked, citizen):
    ticket, path = asked()
    citizen.post(path, UNHAPPY)

    client = Client()
    client.force_login(p.cb)
    page = client.get(reverse("tickets:by_number", args=[ticket.ticket_no]) + "?story=")
    text = page.content.decode()
    assert "Questionnaire sent" in text or "问卷发出" in text
    event = ticket.events.get(name="callback_outcome")
    assert event.by == p.system and event.data["way"] == "message"
    assert task_of(ticket).said_by_message
    assert path.removeprefix("/s/") not in text


# --- what is asked, and how it is said when something is missing --------------------------------------------------------


def test_the_page_shows_number_and_date_and_nothing_else_of_the_ticket(p, asked, citizen):
    ticket, path = asked()
    moving.record(ticket.pk, "set_confidential", by=p.cb, now=database_now(), is_confidential=True)

    page = citizen.get(path)
    text = page.content.decode()
    assert page.status_code == 200 and ticket.ticket_no in text
    secret = [ticket.title, ticket.content, ticket.demand, ticket.address, ticket.lead_unit.name, ticket.category.name,
              ticket.caller.name, ticket.caller.phone, *(person.display_name for person in vars(p).values())]
    assert [one for one in secret if one and one in text] == []
    assert page["Cache-Control"] == "no-store" and page["Referrer-Policy"] == "no-referrer"
    assert not page.cookies and "<script" not in text


def test_what_is_missing_is_said_beside_its_question_and_what_was_typed_is_kept(asked, citizen):
    ticket, path = asked()

    page = citizen.post(path, {"contacted": "yes", "solved": "unsolved", "note": "还在漏水"})

    text = page.content.decode()
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"satisfied", "reason"}
    assert 'id="id_satisfied-error"' in text and 'id="id_reason-error"' in text
    assert "还在漏水</textarea>" in text and re.search(r'value="unsolved" checked', text)
    assert task_of(ticket).outcome == ""


@pytest.mark.parametrize("body", [
    {}, {"contacted": "perhaps"}, HAPPY | {"solved": "x"}, HAPPY | {"note": "a\x00b"}, HAPPY | {"note": "长" * 501},
    HAPPY | {"contacted": "no"}, HAPPY | {"reason": "nonsense"},
])
def test_nonsense_records_nothing(asked, citizen, body):
    ticket, path = asked()

    assert citizen.post(path, body).status_code == 422
    assert task_of(ticket).outcome == ""


def test_what_is_not_asked_is_not_taken(asked, citizen):
    ticket, path = asked()

    citizen.post(path, HAPPY | {"reply_true": "no", "outcome": "negative", "task_id": "1", "by": "1"})

    task = task_of(ticket)
    assert (task.outcome, task.reply_true) == ("positive", None)


@pytest.mark.parametrize(("query", "language"), [("", "zh-hans"), ("?language=en", "en"), ("?language=xx", "zh-hans")])
def test_the_address_says_the_language(asked, citizen, query, language):
    _ticket, path = asked()

    page = citizen.get(path + query)
    assert f'<html lang="{language}"' in page.content.decode()
    assert citizen.post(path + query, HAPPY)["Location"] == f"/s/?language={language}"


# --- links that lead nowhere --------------------------------------------------------------------------------------------


def refused(answer, status):
    text = answer.content.decode()
    assert answer.status_code == status
    assert "tel:12345" in text and answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "no-referrer"
    return re.sub(r"\s+", " ", text)


def test_wrong_guessed_used_and_late_links_get_the_same_words(p, asked, citizen):
    ticket, path = asked()
    other, late = asked(ago=2 * DAY + HOUR, contact_phone="13900139001")
    citizen.post(path, HAPPY)

    wrong = refused(citizen.get("/s/x"), 404)
    assert refused(citizen.get("/s/" + "A" * 22), 404) == wrong
    assert refused(citizen.post("/s/" + "A" * 22, HAPPY), 404) == wrong
    assert refused(citizen.get("/s/答" + "x" * 3000), 404) == wrong
    assert refused(citizen.get(path), 410) == wrong
    assert refused(citizen.post(path, UNHAPPY), 410) == wrong
    assert refused(citizen.get(late), 410) == wrong
    assert refused(citizen.post(late, HAPPY), 410) == wrong
    assert (task_of(ticket).outcome, task_of(other).outcome) == ("positive", "")
    assert SurveyMiss.objects.count() == 8


def test_who_was_reached_by_phone_meanwhile_has_answered(p, asked, citizen):
    ticket, path = asked()
    callbacks.record_outcome(ticket.pk, by=p.cb, now=database_now(), **make.HAPPY)

    refused(citizen.post(path, UNHAPPY), 410)
    assert task_of(ticket).outcome == "positive"


def test_a_link_ends_when_the_reporter_has_a_ticket_of_his_own_again(p, asked, citizen):
    ticket, path = asked(of_two)
    splitting.split_off(Ticket.objects.get(master=ticket).pk, by=p.rv, now=database_now(), reason="不是同一件事")

    refused(citizen.get(path), 410)
    refused(citizen.post(path, HAPPY), 410)
    assert Ticket.objects.get(pk=ticket.pk).callback_outcome == "negative"


@pytest.mark.parametrize("gone_on", [{"state": "handling"}, {"state": "closed"}, {"round": 2}, {"withdraw_from": "handling"}])
def test_a_link_ends_when_the_matter_has_gone_on(asked, gone_on):
    task = task_of(asked()[0])
    assert callbacks.may_answer(task, database_now())

    vars(task.ticket).update(gone_on)

    assert not callbacks.may_answer(task, database_now())


def test_silence_is_no_answer_also_when_the_link_was_opened(asked, citizen):
    ticket, path = asked(ago=2 * DAY + HOUR)
    citizen.get(path)
    expire_surveys()

    assert Ticket.objects.get(pk=ticket.pk).callback_outcome == "unreachable"
    refused(citizen.post(path, HAPPY), 410)


# --- limits ---------------------------------------------------------------------------------------------------------------


def test_who_guesses_waits_and_then_may_try_again(asked, citizen):
    _ticket, path = asked()
    for number in range(limits.OF_ONE):
        refused(citizen.get(f"/s/guess{number}"), 404)

    stopped = citizen.get(path)
    refused(stopped, 429)
    assert stopped["Retry-After"] == "900"
    refused(citizen.get("/s/guess"), 429)
    assert SurveyMiss.objects.count() == limits.OF_ONE, "who waits does not wait longer by asking"
    assert citizen.get(path, REMOTE_ADDR="198.51.100.7").status_code == 200

    SurveyMiss.objects.update(at=database_now() - limits.WINDOW)
    assert citizen.get(path).status_code == 200
    expire_surveys()
    assert not SurveyMiss.objects.exists()


def test_many_who_guess_are_stopped_together_and_true_links_stay_open(asked, citizen, monkeypatch):
    monkeypatch.setattr(limits, "OF_ALL", 5)
    _ticket, path = asked()
    for number in range(5):
        refused(citizen.get("/s/guess", REMOTE_ADDR=f"198.51.100.{number}"), 404)

    stopped = citizen.get("/s/guess", REMOTE_ADDR="198.51.100.9")
    refused(stopped, 429)
    assert stopped["Retry-After"] == "900" and SurveyMiss.objects.count() == 5
    assert citizen.get(path, REMOTE_ADDR="198.51.100.9").status_code == 200


@pytest.mark.parametrize(("one", "other", "same"), [
    ("198.51.100.1", "198.51.100.2", False), ("198.51.100.1", "::ffff:198.51.100.1", True),
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", True), ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ("", "unix", True), ("", "198.51.100.1", False),
])
def test_senders_are_told_apart_by_address_or_by_home(one, other, same):
    assert (limits.source_of(one) == limits.source_of(other)) is same


# --- the log --------------------------------------------------------------------------------------------------------------


def test_no_token_is_in_the_log(citizen, caplog, monkeypatch):
    monkeypatch.setattr(limits, "is_spent", lambda *_args, **_named: 1 / 0)
    citizen.raise_request_exception = False

    with caplog.at_level("INFO"):
        assert citizen.get("/s/SecretTokenOfACitizen1?language=en").status_code == 500

    lines = written(caplog.records)
    assert [line for line in lines if '"event": "request"' in line and '"path": "/s/…"' in line]
    assert [line for line in lines if "Internal Server Error: /s/…" in line]
    assert "SecretTokenOfACitizen1" not in "".join(lines)


def written(records):
    """As production writes them."""
    config = logging_settings(as_json=True, level="INFO")["formatters"]["line"]
    formatter = ProcessorFormatter(**{name: value for name, value in config.items() if name != "()"})
    return [formatter.format(record) for record in records]
