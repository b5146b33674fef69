"""The second callback: ordered by a supervisor, made by another agent who knows nothing of the first, and it counts."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.instant import database_now
from accounts.models import Membership
from followup import actions as following
from followup import callbacks, claims, corrections, second
from followup.cockpit import views as cockpit
from followup.models import CallbackTask
from tests import audited
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tests.tickets.ready import DAY, HOUR
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
NOW = NOON + 3 * HOUR
FIRST_WORDS = "第一次回访的原话"
REASON = "承办单位称诉求人当时没有听清"


@pytest.fixture
def p():
    audited.with_all_triggers()
    people = make.make_people()
    people.other = make.make_user("CB", "RX-HF")
    return people


def order(p, ticket, by=None, now=NOON):
    return second.order_re_callback(ticket.pk, by=by or p.sv, now=now, reason=REASON)


def disputed(p, answers=make.UNHAPPY):
    return order(p, make.answered(p, answers=answers | {"note": FIRST_WORDS}))


def ask(who, ticket, answers=make.HAPPY, now=NOW):
    return callbacks.record_outcome(ticket.pk, by=who, now=now, **answers)


def second_of(ticket):
    return CallbackTask.objects.get(ticket=ticket, kind="re_callback")


def test_until_the_second_answer_nothing_follows_from_the_first(p):
    ticket = disputed(p)

    assert (ticket.state, ticket.callback_outcome, ticket.first_outcome) == ("pending_callback", "", "negative")
    with pytest.raises(Refused):
        following.order_redo(ticket.pk, by=p.cb, now=NOON, reason="问题仍在")
    assert audited.codes(NOW) <= {"C6"}


@pytest.mark.parametrize(("first", "then", "outcome"), [(make.UNHAPPY, make.HAPPY, "positive"),
                                                        (make.HAPPY, make.UNHAPPY, "negative")])
def test_both_results_are_on_file_and_the_second_one_counts(p, first, then, outcome):
    ticket = ask(p.other, disputed(p, first), then)

    assert ticket.callback_outcome == outcome and ticket.first_outcome != outcome
    assert CallbackTask.objects.filter(ticket=ticket).exclude(outcome="").count() == 2
    assert audited.codes(NOW) <= {"C6"}
    if outcome == "positive":
        following.close_satisfied(ticket.pk, by=p.cb, now=NOW)
        assert audited.codes(NOW) <= {"C6"}


def test_who_does_not_want_to_be_asked_again_stays_with_what_he_said(p):
    ticket = callbacks.record_declined(disputed(p).pk, by=p.other, now=NOW, note="")

    assert ticket.callback_outcome == "negative"
    assert audited.codes(NOW) <= {"C6"}


def test_who_is_not_reached_again_stays_with_what_he_said(p):
    ticket = disputed(p)
    following.callback_no_answer(ticket.pk, by=p.other, now=NOW, result="wrong_number")

    assert Ticket.objects.get(pk=ticket.pk).callback_outcome == "negative"


def test_neither_the_first_agent_nor_who_ordered_it_makes_the_call(p):
    Membership.objects.create(user=p.sv, unit=make.unit("RX-HF"), role="CB")
    p.sv = type(p.sv).objects.get(pk=p.sv.pk)
    ticket = disputed(p)

    for who in (p.cb, p.sv):
        with pytest.raises(Refused):
            ask(who, ticket)
        with pytest.raises(Refused):
            claims.claim(ticket.pk, by=who, now=NOW)
        assert claims.claim_next(by=who, now=NOW) is None
        with pytest.raises(DatabaseError), transaction.atomic():
            CallbackTask.objects.filter(pk=second_of(ticket).pk).update(
                outcome="positive", status="done", outcome_at=NOW, outcome_by=who)
    assert claims.claim_next(by=p.other, now=NOW) == second_of(ticket)


def test_nobody_of_the_handling_unit_makes_it(p):
    ticket = disputed(p)
    Membership.objects.create(user=p.other, unit=make.unit(), role="HD")
    other = type(p.other).objects.get(pk=p.other.pk)

    with pytest.raises(PermissionDenied):
        claims.claim(ticket.pk, by=other, now=NOW)


def test_once_a_round_and_only_when_an_outcome_is_known(p):
    with pytest.raises(Refused):
        order(p, make.in_callback(p))
    ticket = disputed(p)
    with pytest.raises(Refused):
        order(p, ticket)
    ask(p.other, ticket, make.UNHAPPY)
    with pytest.raises(Refused):
        order(p, ticket)
    following.order_redo(ticket.pk, by=p.cb, now=NOW, reason="问题仍在")
    with pytest.raises(AlreadyMoved):
        order(p, ticket)
    make.fail_again(p, ticket, NOW)
    assert order(p, ticket).callback_outcome == ""


@pytest.mark.parametrize("role", ["cb", "rv", "ul", "ql"])
def test_others_do_not_order_it(p, role):
    with pytest.raises(PermissionDenied):
        order(p, make.answered(p), by=getattr(p, role))


def test_a_closed_ticket_is_not_asked_about_without_an_appeal(p):
    with pytest.raises(Refused):
        order(p, make.closed(p))


def test_the_second_agent_sees_nothing_of_the_first_until_he_has_asked(p, monkeypatch):
    monkeypatch.setattr(cockpit, "database_now", lambda: NOW)
    ticket = disputed(p)
    claims.claim(ticket.pk, by=p.other, now=NOW)

    def seen(who):
        client = APIClient()
        client.force_authenticate(who)
        api = client.get(f"/api/v1/tickets/{ticket.ticket_no}/").json()
        pages = [f"/tickets/{ticket.ticket_no}/", reverse("followup:callback", args=[ticket.ticket_no])]
        words = [signed_in(who, "en").get(page, follow=True).content.decode() for page in pages]
        told = [event for event in api["events"] if event["name"] in ("callback_outcome", "callback_settled", "order_re_callback")]
        return words, told

    words, told = seen(p.other)
    for page in words:
        assert FIRST_WORDS not in page and REASON not in page and "Unsolved or dissatisfied" not in page
    assert all(event["data"] == {} and event["note"] == "" for event in told)
    assert any(FIRST_WORDS in page for page in seen(p.cb)[0])

    ask(p.other, ticket)
    assert any(FIRST_WORDS in page for page in seen(p.other)[0])


def test_it_stands_on_the_callback_desk_of_everybody_but_the_first_agent(p):
    ticket = order(p, make.answered(p, database_now() - DAY), now=database_now() - DAY)

    def listed(who):
        return ticket.ticket_no in signed_in(who).get("/desk/callbacks/", {"list": "due"}).content.decode()

    assert listed(p.other) and not listed(p.cb)


def test_the_cockpit_asks_the_same_questions_and_goes_on(p, monkeypatch):
    monkeypatch.setattr(cockpit, "database_now", lambda: NOW)
    ticket = disputed(p)
    client = signed_in(p.other)
    assert client.post("/desk/callbacks/next/").url == reverse("followup:callback", args=[ticket.ticket_no])

    answer = client.post(reverse("followup:callback", args=[ticket.ticket_no]), {
        "task": second_of(ticket).pk, "do": "record_outcome", "speaker": "himself", "contacted": "yes",
        "solved": "solved", "satisfied": "satisfied"})

    assert answer.status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).callback_outcome == "positive"


def test_a_record_of_the_second_call_is_corrected_like_any_other(p):
    ticket = ask(p.other, disputed(p))

    ticket = corrections.correct_outcome(ticket.pk, by=p.other, now=NOW + timedelta(minutes=5), record=second_of(ticket).pk,
                                         why="按错了选项", **make.UNHAPPY)

    assert ticket.callback_outcome == "negative"
    assert audited.codes(NOW) <= {"C6"}


def test_ordered_through_the_page_and_through_the_api(p):
    for path in ("page", "api"):
        ticket = make.answered(p, database_now() - HOUR)
        body = {"reason": REASON, "version": ticket.version}
        if path == "page":
            answer = signed_in(p.sv).post(reverse("tickets:do", args=[ticket.ticket_no, "order_re_callback"]), body)
            assert answer.status_code == 302
        else:
            client = APIClient()
            client.force_authenticate(p.sv)
            answer = client.post(f"/api/v1/tickets/{ticket.ticket_no}/order_re_callback/", {"reason": REASON}, format="json")
            assert answer.status_code == 200, answer.json()
        assert second_of(ticket).ordered_by == p.sv
