"""Who speaks, what he wants besides, the number he called from and the recording: on pages, over the API and in the rows."""
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import tokens
from accounts.instant import database_now
from followup import actions as following
from followup import callbacks, claims, numbers
from followup.cockpit import views
from followup.models import CallbackTask
from followup.survey.forms import SurveyForm
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tests.tickets.ready import DAY, HOUR, callbacks_fail, withdrawing
from tickets.models import Call, Ticket
from tickets.steps import STEPS, Invalid, take

pytestmark = pytest.mark.django_db
MORNING, NOW = NOON - 2 * HOUR, NOON + 3 * HOUR
SPOKE = {"speaker": "himself", "contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
WORDS = "小区门口的路灯也坏了三盏，晚上很黑。"
RANG = "13700137000"


@pytest.fixture(autouse=True)
def three_in_the_afternoon(monkeypatch):
    monkeypatch.setattr(views, "database_now", lambda: NOW)


def task_of(ticket):
    return CallbackTask.objects.get(ticket=ticket, round=ticket.round)


def call(p, ticket, now=NOW, by=None, step="record_outcome", **body):
    return take(STEPS[step], Ticket.objects.get(pk=ticket.pk), by=by or p.cb, body=body, now=now).ticket


def cockpit(p, ticket, **body):
    task = claims.claim(ticket.pk, by=p.cb, now=NOW)
    address = reverse("followup:callback", args=[ticket.ticket_no])
    return signed_in(p.cb).post(address, {"task": task.pk, "do": "record_outcome"} | body)


def page_of(person, ticket):
    return signed_in(person).get(reverse("tickets:by_number", args=[ticket.ticket_no])).content.decode()


# --- who speaks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("speaker", ["himself", "proxy"])
def test_who_gave_the_answers_is_kept_and_shown(p, speaker):
    ticket = make.in_callback(p, MORNING)

    assert cockpit(p, ticket, **SPOKE | {"speaker": speaker}, then="ticket").status_code == 302

    task = task_of(ticket)
    assert (task.speaker, task.outcome) == (speaker, "positive")
    assert page_of(p.cb, ticket).count(str(CallbackTask.Speaker(speaker).label)) == 2  # beside the answers, on the time line
    with pytest.raises(DatabaseError), transaction.atomic():
        CallbackTask.objects.filter(pk=task.pk).update(speaker="")


def test_with_anybody_else_the_call_ends_and_nothing_he_says_is_taken(p):
    ticket = make.in_callback(p, MORNING)

    answer = cockpit(p, ticket, **SPOKE | {"speaker": "not_himself", "reason": "changed", "demand": "x"}, note="是他儿子接的")

    task, tried = task_of(ticket), task_of(ticket).attempts.get()
    assert answer.status_code == 302
    assert (task.outcome, task.speaker, task.contacted, task.solved, task.satisfied, task.reason) == ("", "", None, "", "", "")
    assert (tried.result, tried.note, task.status) == ("not_himself", "是他儿子接的", "retry_wait")
    assert task.next_attempt_at >= NOW + 2 * HOUR and task.claimed_by is None
    assert Ticket.objects.get(pk=ticket.pk).events.filter(name="callback_no_answer", data__result="not_himself").exists()
    assert "not_himself" not in page_of(p.cb, ticket)


def test_who_was_not_spoken_to_was_not_tried_in_vain(p):
    ticket = make.in_callback(p, MORNING)
    for day in range(4):
        call(p, ticket, NOW + day * DAY, speaker="not_himself")

    task = task_of(ticket)
    assert callbacks.tries_of(task) == [] and task.status == "retry_wait"
    assert not Notice.objects.filter(kind="questionnaire").exists()


def test_whoever_answers_may_say_when_he_is_there(p):
    ticket = make.in_callback(p, MORNING)

    call(p, ticket, step="callback_no_answer", result="not_himself", again_at=(NOW + DAY).isoformat())

    assert task_of(ticket).next_attempt_at == NOW + DAY


def test_a_page_asks_who_speaks_and_an_older_client_meant_the_citizen(p):
    ticket = make.in_callback(p, MORNING)

    answer = cockpit(p, ticket, **{name: value for name, value in SPOKE.items() if name != "speaker"})
    assert answer.status_code == 422 and 'id="record_outcome-speaker-error"' in answer.content.decode()
    call(p, ticket, **make.HAPPY)

    assert (task_of(ticket).speaker, task_of(ticket).outcome) == ("himself", "positive")


def test_the_first_question_is_answered_by_the_first_key(p):
    ticket = make.in_callback(p, MORNING)
    claims.claim(ticket.pk, by=p.cb, now=NOW)

    page = signed_in(p.cb).get(reverse("followup:callback", args=[ticket.ticket_no])).content.decode()

    asked = [page.index(f'name="{name}"') for name in ("speaker", "contacted", "solved", "satisfied", "reason", "demand")]
    assert asked == sorted(asked)
    assert page.count('value="not_himself"') == 2 and 'data-key="alt+4"' in page


def test_a_note_too_long_for_a_call_without_answers_is_said(p):
    with pytest.raises(Invalid, match="note"):
        call(p, make.in_callback(p, MORNING), speaker="not_himself", note="很" * 501)


@pytest.mark.parametrize("person", ["op", "sv", "li", "qi"])
def test_who_may_not_ask_may_not_say_who_spoke(p, person):
    ticket = make.in_callback(p, MORNING)

    with pytest.raises(PermissionDenied):
        call(p, ticket, by=getattr(p, person), speaker="not_himself")
    assert not task_of(ticket).attempts.exists()


# --- what he wants besides ----------------------------------------------------------------------------------------------


def test_what_he_wants_besides_becomes_a_draft_of_the_team_with_his_name_and_place(p):
    ticket = make.in_callback(p, MORNING, contact_phone2="13900139000")

    call(p, ticket, **SPOKE, demand=WORDS)

    new = task_of(ticket).new_ticket
    assert (new.state, new.content, new.registered_by, new.registered_team) == ("draft", WORDS, p.cb, ticket.registered_team)
    assert (new.caller.name, new.caller.phone, new.caller.phone2) == ("彭某", "13800138000", "13900139000")
    assert (new.address, new.area) == (ticket.address, ticket.area) and new.follow_up_of.ticket == ticket
    assert not Call.objects.filter(ticket=new).exists()  # nobody called us
    assert [notice.recipient for notice in Notice.objects.filter(kind="new_demand")] == [p.ops]


def test_the_shift_leader_finds_completes_and_submits_it(p):
    ticket = make.in_callback(p, MORNING)
    call(p, ticket, **SPOKE, demand=WORDS)
    new = task_of(ticket).new_ticket

    assert new.ticket_no in signed_in(p.ops).get("/desk/floor/?list=drafts").content.decode()
    assert WORDS in page_of(p.ops, new) and ticket.ticket_no in page_of(p.ops, new) and new.ticket_no in page_of(p.cb, ticket)
    done = call(p, new, by=p.ops, step="submit", type="help", category="010201", demand="修路灯", duplicate_checked=True)

    assert (done.state, done.content) == ("pending_review", WORDS)


def test_the_agent_himself_takes_nothing_in(p):
    ticket = make.in_callback(p, MORNING)
    call(p, ticket, **SPOKE, demand=WORDS)

    for step in ("submit", "void_draft"):
        with pytest.raises(PermissionDenied):
            call(p, task_of(ticket).new_ticket, step=step, reason="x")
    assert signed_in(p.cb).get("/tickets/new/").status_code == 403


def test_a_changed_demand_closes_this_one_by_its_answers_and_opens_another(p):
    ticket = make.in_callback(p, MORNING)
    changed = SPOKE | {"satisfied": "unsatisfied", "reason": "changed"}
    with pytest.raises(Invalid, match="demand"):
        call(p, ticket, **changed)

    assert call(p, ticket, **changed, demand=WORDS).callback_outcome == "neutral"
    assert following.close_satisfied(ticket.pk, by=p.cb, now=NOW).state == "closed"
    assert task_of(ticket).new_ticket.content == WORDS


def test_what_is_not_solved_is_done_again_although_the_demand_has_changed(p):
    answers = SPOKE | {"solved": "unsolved", "reason": "changed"}

    assert call(p, make.in_callback(p, MORNING), **answers, demand=WORDS).callback_outcome == "negative"


def test_a_neighbour_who_was_merged_speaks_for_his_own_place(p):
    ticket = make.in_hand(p, MORNING)
    other = make.in_review(p, MORNING, contact_phone="13900139001", caller_name="方某", address="江畔小区9栋")
    following.merge_into(other.pk, by=p.rv, now=MORNING, master=ticket)
    make.replies.record_contact(ticket.pk, by=p.hd, now=MORNING, method="phone", reached=True)
    make.replies.submit_reply(ticket.pk, by=p.ul, now=MORNING, **make.reply_block())
    ticket = following.approve_reply(ticket.pk, by=p.rv, now=MORNING)
    call(p, ticket, **SPOKE)

    call(p, ticket, **SPOKE, demand=WORDS)

    new = CallbackTask.objects.get(ticket=ticket, caller=other.caller).new_ticket
    assert (new.caller.name, new.address) == ("方某", "江畔小区9栋")


def test_a_draft_of_a_confidential_matter_is_confidential(p):
    ticket = make.in_callback(p, MORNING)
    Ticket.objects.filter(pk=ticket.pk).update(is_confidential=True)
    call(p, ticket, **SPOKE, demand=WORDS)

    assert task_of(ticket).new_ticket.is_confidential


def test_a_ticket_of_no_team_gives_its_draft_to_a_team_that_has_a_leader(p):
    ticket = make.in_callback(p, MORNING)
    Ticket.objects.filter(pk=ticket.pk).update(registered_team=None)
    call(p, ticket, **SPOKE, demand=WORDS)

    assert Ticket.objects.visible_to(p.ops).filter(pk=task_of(ticket).new_ticket_id).exists()


def test_who_writes_on_his_phone_that_he_wants_something_else_gets_a_draft_too(p):
    ticket = make.in_callback(p, MORNING)
    for tried in (NOON - HOUR, NOON + 3 * HOUR, NOON + DAY):
        callbacks_fail(p, ticket, tried)
    assert "speaker" not in SurveyForm().fields and "demand" not in SurveyForm().fields

    callbacks.answer_survey(task_of(ticket).pk, now=NOON + DAY + HOUR, contacted=True, solved="solved", satisfied="unsatisfied",
                            process_satisfied="", reason="changed", note=WORDS)

    new = task_of(ticket).new_ticket
    assert (new.content, new.channel, new.registered_by, task_of(ticket).speaker) == (WORDS, "sms", p.system, "")


def test_the_audit_finds_nothing_in_such_a_life(p):
    audited.with_all_triggers()
    ticket = make.in_callback(p, MORNING)
    call(p, ticket, speaker="not_himself")
    call(p, ticket, NOW + DAY, **SPOKE, demand=WORDS)
    following.close_satisfied(ticket.pk, by=p.cb, now=NOW + DAY)

    assert audited.codes(NOW + DAY) <= {"C6"}


@pytest.mark.parametrize("change", [{"speaker": "himself"}, {"new_ticket": "another"}])
def test_the_database_takes_neither_before_there_are_answers(p, change):
    ticket, other = make.in_callback(p, MORNING), make.draft(p)
    fields = {name: other if value == "another" else value for name, value in change.items()}

    with pytest.raises(DatabaseError), transaction.atomic():
        CallbackTask.objects.filter(ticket=ticket).update(**fields)


# --- the number he called from -------------------------------------------------------------------------------------------


def test_when_all_his_numbers_are_dead_the_one_he_called_from_is_tried_once(p):
    ticket = make.in_callback(p, MORNING, caller_number=RANG)
    assert numbers.left(task_of(ticket)) == ["phone"]

    assert callbacks_fail(p, ticket, NOW, "wrong_number").callback_outcome == ""
    assert numbers.left(task_of(ticket)) == ["called"]
    assert callbacks_fail(p, ticket, NOW + DAY).callback_outcome == "unreachable"

    assert list(task_of(ticket).attempts.order_by("pk").values_list("number_used", flat=True)) == ["phone", "called"]


def test_it_is_tried_even_when_the_third_call_found_the_last_number_dead(p):
    ticket = make.in_callback(p, MORNING, caller_number=RANG)
    for tried, result in ((NOW, "no_answer"), (NOW + 3 * HOUR, "no_answer"), (NOW + DAY, "wrong_number")):
        callbacks_fail(p, ticket, tried, result)
    assert task_of(ticket).status == "retry_wait"

    assert callbacks_fail(p, ticket, NOW + 2 * DAY, "powered_off").callback_outcome == "unreachable"


def test_who_answers_there_and_asks_for_another_time_is_called_there_again(p):
    ticket = make.in_callback(p, MORNING, caller_number=RANG)
    callbacks_fail(p, ticket, NOW, "wrong_number")
    following.callback_no_answer(ticket.pk, by=p.cb, now=NOW + DAY, result="reschedule", again_at=NOW + 2 * DAY)

    assert numbers.left(task_of(ticket)) == ["called"]
    assert call(p, ticket, NOW + 2 * DAY, **SPOKE).callback_outcome == "positive"


@pytest.mark.parametrize("rang", ["13800138000", "12345", ""])
def test_the_same_number_a_service_number_and_none_are_no_further_number(p, rang):
    ticket = make.in_callback(p, MORNING, caller_number=rang)

    assert callbacks_fail(p, ticket, NOW, "wrong_number").callback_outcome == "unreachable"


def test_the_cockpit_shows_it_and_dials_it_only_when_the_others_are_dead(p):
    ticket = make.in_callback(p, MORNING, caller_number=RANG)
    claims.claim(ticket.pk, by=p.cb, now=NOW)
    address = reverse("followup:callback", args=[ticket.ticket_no])
    page = signed_in(p.cb).get(address).content.decode()
    assert RANG in page and f"tel:{RANG}" not in page

    callbacks_fail(p, ticket, NOW, "wrong_number")
    claims.claim(ticket.pk, by=p.cb, now=NOW)
    page = signed_in(p.cb).get(address).content.decode()

    assert f"tel:{RANG}" in page and "tel:13800138000" not in page


# --- the recording ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "body"), [
    ("record_outcome", SPOKE), ("record_outcome", {"speaker": "not_himself"}), ("callback_no_answer", {"result": "no_answer"}),
    ("record_declined", {}),
])
def test_each_call_can_name_its_recording(p, step, body):
    ticket = make.in_callback(p, MORNING)

    call(p, ticket, step=step, **body, recording_ref="REC-2026-0001")

    assert task_of(ticket).attempts.get().recording_ref == "REC-2026-0001"


def test_so_can_the_call_about_a_withdrawal(p):
    ticket = withdrawing(p)

    call(p, ticket, step="record_withdrawal_answer", confirmed="yes", recording_ref="REC-7")

    assert CallbackTask.objects.get(ticket=ticket, kind="withdraw_check").attempts.get().recording_ref == "REC-7"


def test_the_cockpit_takes_it_and_shows_it_in_the_log(p):
    ticket = make.in_callback(p, MORNING)
    cockpit(p, ticket, do="no_answer", again_at="", note="", recording_ref="REC-8")
    claims.claim(ticket.pk, by=p.cb, now=NOW)

    assert "REC-8" in signed_in(p.cb).get(reverse("followup:callback", args=[ticket.ticket_no])).content.decode()


@pytest.mark.parametrize(("person", "reads"), [("cb", True), ("sv", True), ("qi", True), ("rv", False), ("au", False)])
def test_who_listens_to_recordings_sees_where_they_are(p, person, reads):
    ticket = make.in_callback(p, MORNING)
    call(p, ticket, **SPOKE, recording_ref="REC-9")
    following.close_satisfied(ticket.pk, by=p.cb, now=NOW)

    page = page_of(getattr(p, person), ticket)

    assert ("REC-9" in page) is reads and "首选号码" in page


def test_the_api_takes_all_of_it(p):
    key, _token = tokens.issue(user=p.cb, now=database_now())
    client, ticket = APIClient(headers={"authorization": f"Bearer {key}"}), make.in_callback(p, MORNING)
    body = make.HAPPY | {"speaker": "proxy", "demand": WORDS, "recording_ref": "REC-10"}

    answer = client.post(f"/api/v1/tickets/{ticket.ticket_no}/record_outcome/", body)

    assert answer.status_code == 200, answer.content
    task = task_of(ticket)
    assert (task.speaker, task.new_ticket.content, task.attempts.get().recording_ref) == ("proxy", WORDS, "REC-10")
