"""The cockpit: one citizen after the other on one screen, by keys or as a plain form, for those who may and nobody else."""
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Membership
from followup import claims, progress
from followup.cockpit import views
from followup.models import CallbackTask
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.tickets.ready import DAY, HOUR, callbacks_fail, withdrawing
from tickets.models import Sighting, Ticket
from tickets.telephony import dialling

pytestmark = pytest.mark.django_db
MORNING, NOW = NOON - 2 * HOUR, NOON + 3 * HOUR
NEXT, DESK = "/desk/callbacks/next/", "/desk/callbacks/"
ANSWERS = {"do": "record_outcome", "speaker": "himself", "contacted": "yes", "solved": "solved", "satisfied": "satisfied"}


@pytest.fixture(autouse=True)
def three_in_the_afternoon(monkeypatch):
    monkeypatch.setattr(views, "database_now", lambda: NOW)


def address(ticket, part=""):
    return reverse("followup:callback", args=[ticket.ticket_no]) + part


def claimed(p, **fields):
    ticket = make.in_callback(p, MORNING, **fields)
    return ticket, claims.claim(ticket.pk, by=p.cb, now=NOW)


def send(person, ticket, task, **body):
    return signed_in(person).post(address(ticket), {"task": task.pk} | body)


def text(answer):
    return answer.content.decode()


# --- from one to the next ---------------------------------------------------------------------------------------------


def test_one_key_leads_from_the_answer_to_the_next_citizen(p):
    first, second = make.in_callback(p, MORNING), make.in_callback(p, MORNING + timedelta(minutes=1))
    client = signed_in(p.cb)

    answer = client.post(NEXT)
    assert answer.url == address(first)
    answer = client.post(address(first), {"task": CallbackTask.objects.get(ticket=first).pk} | ANSWERS, follow=True)

    assert answer.redirect_chain[-1][0] == address(second)
    assert first.ticket_no in text(answer) and Ticket.objects.get(pk=first.pk).callback_outcome == "positive"
    answer = client.post(address(second), {"task": CallbackTask.objects.get(ticket=second).pk} | ANSWERS)
    assert answer.url == DESK


def test_who_wants_to_stop_goes_to_the_ticket(p):
    ticket, task = claimed(p)
    make.in_callback(p, MORNING)

    assert send(p.cb, ticket, task, then="ticket", **ANSWERS).url == f"/tickets/{ticket.ticket_no}/"
    assert not claims.held(p.cb, NOW).exists()


def test_a_callback_that_is_chosen_is_taken_and_given_back(p):
    ticket, client = make.in_callback(p, MORNING), signed_in(p.cb)
    task = CallbackTask.objects.get(ticket=ticket)
    assert 'name="contacted"' not in text(client.get(address(ticket)))

    assert client.post(address(ticket, "claim/")).url == address(ticket)
    assert 'name="contacted"' in text(client.get(address(ticket)))
    assert client.post("/desk/callbacks/release/").url == DESK

    task.refresh_from_db()
    assert (task.status, task.claimed_by) == ("open", None)


def test_who_types_keeps_the_lock(p, monkeypatch):
    ticket, task = claimed(p)
    monkeypatch.setattr(views, "database_now", lambda: NOW + timedelta(minutes=10))

    assert "data-due" in text(signed_in(p.cb).post(address(ticket, "hold/"), {"task": task.pk}))
    task.refresh_from_db()
    assert task.claimed_until == NOW + timedelta(minutes=25)


# --- what is seen -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_all_that_the_agent_needs_is_on_one_screen(p, language):
    ticket, _task = claimed(p, contact_phone2="13900139000")

    page = text(signed_in(p.cb, language).get(address(ticket)))

    for piece in ("tel:13800138000", "tel:13900139000", "09:00–12:00", ticket.title, make.reply_block()["text"], "希望尽快维修",
                  "data-due", ticket.lead_unit.name, "12345"):
        assert piece in page, piece
    assert Sighting.objects.filter(ticket=ticket, user=p.cb, in_full=True).exists()


def test_of_several_reporters_the_right_one_is_called(p):
    from followup import callbacks
    ticket = make.in_callback(p, MORNING)
    other = make.in_review(p, MORNING, contact_phone="13900139001", caller_name="方某").caller
    callbacks.add_task(ticket, other, now=MORNING)
    client = signed_in(p.cb)
    for phone in ("13800138000", "13900139001"):
        client.post(address(ticket, "claim/"))
        page = text(client.get(address(ticket)))
        assert [f"tel:{one}" in page for one in ("13800138000", "13900139001")] == [one == phone for one in (
            "13800138000", "13900139001")]
        send(p.cb, ticket, claims.held(p.cb, NOW).get(), then="ticket", **ANSWERS)
    assert Ticket.objects.get(pk=ticket.pk).callback_outcome == "positive"


def test_a_dead_number_is_shown_but_not_dialled_again(p):
    ticket, _task = claimed(p, contact_phone2="13900139000")
    callbacks_fail(p, ticket, NOW, "wrong_number")
    claims.claim(ticket.pk, by=p.cb, now=NOW)

    page = text(signed_in(p.cb).get(address(ticket)))

    assert "tel:13900139000" in page and "tel:13800138000" not in page and "13800138000" in page


def test_a_withdrawal_is_asked_about_instead(p):
    ticket = withdrawing(p)
    task = claims.claim(ticket.pk, by=p.cb, now=NOW)

    assert 'name="confirmed"' in text(signed_in(p.cb).get(address(ticket)))
    send(p.cb, ticket, task, do="record_withdrawal_answer", confirmed="yes")

    assert Ticket.objects.get(pk=ticket.pk).callback_outcome == "withdraw_confirmed"


@pytest.mark.parametrize(("number", "dialled"), [
    ("13800138000", "tel:13800138000"), ("0713-2345678", "tel:07132345678"), ("0513-85001234-8012", "tel:051385001234;ext=8012"),
    ("62345678-12", "tel:62345678;ext=12"), ("+85291234567", "tel:+85291234567"),
])
def test_every_number_that_we_take_can_be_dialled(number, dialled):
    assert dialling.address(number) == dialled


# --- not reached ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("do", "status", "outcome"), [
    ("no_answer", "retry_wait", ""), ("powered_off", "retry_wait", ""), ("wrong_number", "unreachable", "unreachable"),
    ("record_declined", "done", "refused"),
])
def test_each_button_records_its_result(p, do, status, outcome):
    ticket, task = claimed(p)

    assert send(p.cb, ticket, task, do=do, again_at="", note="").status_code == 302

    task.refresh_from_db()
    assert (task.status, task.outcome, task.claimed_by, task.attempts.count()) == (status, outcome, None, 1)


def test_who_asks_for_another_time_gets_it(p):
    ticket, task = claimed(p)

    send(p.cb, ticket, task, do="reschedule", again_at="2026-03-03T15:30")

    task.refresh_from_db()
    assert task.next_attempt_at == NOW + DAY + timedelta(minutes=30)


@pytest.mark.parametrize(("do", "again_at"), [
    ("reschedule", ""), ("reschedule", "2026-03-02T14:00"), ("reschedule", "2026-03-03T22:00"), ("reschedule", "2026-05-03T10:00"),
    ("reschedule", "soon"), ("no_answer", "2026-03-03T15:30"),
])
def test_a_wrong_time_is_said_beside_its_field_and_what_was_typed_stays(p, do, again_at):
    ticket, task = claimed(p)

    answer = send(p.cb, ticket, task, do=do, again_at=again_at, note="说在开会")

    assert answer.status_code == 422 and task.attempts.count() == 0
    assert 'id="callback_no_answer-again_at-error"' in text(answer) and "说在开会" in text(answer)


# --- what is wrong, or not theirs ----------------------------------------------------------------------------------------


def test_a_missing_answer_is_said_beside_its_question_and_the_others_stay(p):
    ticket, task = claimed(p)

    answer = send(p.cb, ticket, task, do="record_outcome", speaker="himself", contacted="yes", solved="unsolved", satisfied="unsatisfied", note="还在漏水")

    assert answer.status_code == 422 and 'id="record_outcome-reason-error"' in text(answer)
    assert 'value="unsolved" checked' in text(answer) and "还在漏水" in text(answer)
    task.refresh_from_db()
    assert task.claimed_by == p.cb


def test_what_a_colleague_took_meanwhile_is_not_recorded(p):
    ticket, task = claimed(p)
    CallbackTask.objects.filter(pk=task.pk).update(claimed_by=make.make_user("CB", "RX-HF"))

    answer = send(p.cb, ticket, task, note="他说很满意", **ANSWERS)

    assert answer.status_code == 409 and "他说很满意" in text(answer)
    assert task.attempts.count() == 0
    assert signed_in(p.cb).post(address(ticket, "claim/"), follow=True).redirect_chain[-1][0] == address(ticket)
    assert "data-due" not in text(signed_in(p.cb).post(address(ticket, "hold/"), {"task": task.pk}))


def test_sent_twice_it_is_recorded_once(p):
    ticket, task = claimed(p)
    send(p.cb, ticket, task, **ANSWERS)

    assert send(p.cb, ticket, task, **ANSWERS).status_code == 302
    assert task.attempts.count() == 1


@pytest.mark.parametrize("body", [{"do": "close_satisfied"}, {"do": ""}, {"do": "answered"}, {"do": "record_withdrawal_answer"}])
def test_only_what_the_page_asks_is_taken(p, body):
    ticket, task = claimed(p)

    assert send(p.cb, ticket, task, **body).status_code == 404


@pytest.mark.parametrize("task", ["", "x", "-1", "٣", "9" * 30])
def test_a_task_that_is_none_records_nothing(p, task):
    ticket, mine = claimed(p)

    assert signed_in(p.cb).post(address(ticket), {"task": task} | ANSWERS).status_code == 409
    assert mine.attempts.count() == 0


def test_a_task_of_another_ticket_records_nothing(p):
    other, mine = make.in_callback(p), claimed(p)[1]

    assert send(p.cb, other, mine, **ANSWERS).status_code == 409
    assert "data-due" not in text(signed_in(p.cb).post(address(other, "hold/"), {"task": mine.pk}))
    assert not CallbackTask.objects.exclude(outcome="").exists()


def test_strangers_do_not_find_it_and_others_may_not(p):
    ticket, hidden = make.in_callback(p), make.in_hand(p)

    for part, method in (("", "get"), ("", "post"), ("claim/", "post"), ("hold/", "post")):
        assert getattr(signed_in(make.make_user("CB", "RX-HF")), method)(address(hidden, part)).status_code == 404
        assert getattr(signed_in(p.sv), method)(address(ticket, part)).status_code == 403
    assert signed_in(p.sv).post(NEXT).status_code == 403


def test_nobody_of_the_handling_unit_opens_it(p):
    ticket, rater = make.in_callback(p), make.make_user("CB", "RX-HF")
    Membership.objects.create(user=rater, unit=make.unit(), role="LI")

    assert signed_in(rater).get(address(ticket)).status_code == 403


def test_when_everybody_was_asked_the_ticket_is_opened(p):
    ticket = make.answered(p)

    assert signed_in(p.cb).get(address(ticket)).url == f"/tickets/{ticket.ticket_no}/"


# --- progress and cost --------------------------------------------------------------------------------------------------


def test_the_desk_says_how_far_it_is_today(p):
    make.answered(p, NOW)
    make.answered(p, NOW, answers=make.UNHAPPY)
    make.answered(p, NOW - DAY)
    callbacks_fail(p, make.in_callback(p, MORNING), NOW)
    make.in_callback(p, MORNING)

    mine, other = progress.of_day(p.cb, NOW), progress.of_day(make.make_user("CB", "RX-HF"), NOW)

    assert mine["mine"] == mine["all"] == other["all"] == progress.Day(3, 2, 1, 1, 1)
    assert other["mine"] == progress.Day(0, 0, 0, 0, 0)
    assert mine["due"] == 1


def test_it_costs_few_queries(p):
    ticket, _task = claimed(p)
    client = signed_in(p.cb)

    assert cost(client, address(ticket)) <= 20
    assert cost(client, DESK) <= 10
