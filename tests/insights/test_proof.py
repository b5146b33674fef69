"""Why this deadline: what the proof tells is what happened, for those who may read the ticket."""
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from dispatch import requests
from followup import actions as following
from insights import proof
from tests import factories
from tests.api import lives
from tests.factories import NOON
from tickets.clocks import Kind
from tickets.models import Clock, Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def proof_of(ticket, kind, now):
    ticket = Ticket.objects.get(pk=ticket.pk)
    return proof.prove(ticket, ticket.clocks.get(kind=kind), now=now)


def test_a_running_clock_counts_from_acceptance_until_now():
    ticket = factories.in_hand(factories.make_people())

    shown = proof_of(ticket, Kind.COMPLETION, NOON + 5 * HOUR)

    assert [line.what for line in shown.lines] == ["The clock starts"]
    assert shown.counted == 5 * 3600
    assert shown.clock.due_at == NOON + 24 * HOUR
    assert shown.differences == []


def test_the_window_for_returns_counts_only_until_it_closes():
    ticket = factories.in_hand(factories.make_people())

    shown = proof_of(ticket, Kind.RETURN_WINDOW, NOON + 5 * HOUR)

    assert shown.intervals[-1].end == shown.clock.due_at
    assert shown.counted == 2 * 3600


def test_an_extension_adds_to_the_old_due_date_and_says_who_gave_it():
    p = factories.make_people()
    ticket = factories.in_hand(p)
    requests.request_extension(ticket.pk, by=p.ul, now=NOON + HOUR, reason="等材料", amount={"h": 12}, citizen_told_at=NOON)
    requests.decide_extension(ticket.pk, by=p.sv, now=NOON + 2 * HOUR, approved=True, decision="同意")

    shown = proof_of(ticket, Kind.COMPLETION, NOON + 3 * HOUR)

    assert [(line.what, line.due_at) for line in shown.lines] == [
        ("The clock starts", NOON + 24 * HOUR), ("The due date is moved", NOON + 36 * HOUR)]
    assert p.sv.display_name in shown.lines[1].because


def test_a_pause_does_not_count_and_a_held_answer_does_until_it_was_given():
    p = factories.make_people()
    ticket = lives.suspended(p)
    requests.resume(ticket.pk, by=p.ul, now=NOON + 10 * HOUR)
    paused = proof_of(ticket, Kind.COMPLETION, NOON + 12 * HOUR)

    assert [line.what for line in paused.lines] == [
        "The clock starts", "The clock is paused; the rest is kept", "The clock goes on with the rest that was kept"]
    assert paused.counted == 2 * 3600


def test_an_approved_answer_is_met_at_its_own_time_not_at_the_time_of_approval():
    p = factories.make_people()
    ticket = factories.replied(p)
    following.approve_reply(ticket.pk, by=p.rv, now=NOON + 9 * HOUR)

    shown = proof_of(ticket, Kind.COMPLETION, NOON + 20 * HOUR)

    assert shown.clock.stopped_at == shown.intervals[-1].end
    assert shown.differences == []


def test_a_row_that_was_tampered_with_is_named():
    ticket = factories.in_hand(factories.make_people())
    Clock.objects.filter(ticket=ticket, kind=Kind.COMPLETION).update(due_at=NOON + 48 * HOUR)

    (difference,) = proof_of(ticket, Kind.COMPLETION, NOON).differences

    assert "due_at" in difference


@pytest.mark.parametrize("address", ["/tickets/{no}/clocks/{pk}/", "/api/v1/tickets/{no}/clocks/{pk}/"])
def test_page_and_answer_are_for_those_who_see_the_ticket(address):
    p = factories.make_people()
    ticket = factories.in_hand(p)
    clock = ticket.clocks.get(kind=Kind.COMPLETION)
    other = factories.draft(p).clocks.first() or factories.in_review(p).clocks.first()
    known = address.format(no=ticket.ticket_no, pk=clock.pk)

    def status(user, path=known):
        client = Client()
        client.force_login(user)
        return client.get(path).status_code

    assert status(p.sv) == status(p.li) == 200
    assert status(p.cb) == 404
    assert status(p.sv, address.format(no=ticket.ticket_no, pk=other.pk)) == 404
    assert status(p.sv, address.format(no=ticket.ticket_no, pk=999999)) == 404


def test_the_answer_of_the_api_adds_up():
    p = factories.make_people()
    ticket = factories.in_hand(p)
    clock = ticket.clocks.get(kind=Kind.RESPONSE)
    client = Client()
    client.force_login(p.sv)

    body = client.get(f"/api/v1/tickets/{ticket.ticket_no}/clocks/{clock.pk}/").json()

    assert body["kind"] == "RESPONSE"
    assert body["counted_seconds"] == sum(interval["seconds"] for interval in body["intervals"]) > 0
    assert [turn["what"] for turn in body["turns"]][0]
    assert body["differences"] == []
    assert [rung["name"] for rung in body["rungs"]] == ["warn", "L1", "L2", "L3", "L4"]


def test_every_second_is_booked_to_who_held_it():
    p = factories.make_people()
    ticket = factories.in_hand(p)

    def page(user):
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client.get(f"/tickets/{ticket.ticket_no}/holders/")

    assert factories.unit().name in page(p.sv).content.decode()
    assert page(p.li).status_code == 200
    assert page(p.cb).status_code == 404
