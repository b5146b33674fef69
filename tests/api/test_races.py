"""Several requests at the same moment, each in its own thread with its own connection."""
import threading

import pytest
from django.db import connection

from tests import factories
from tests.api.test_intake import BODY, URL
from tickets.models import Call, Ticket, TicketEvent

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls):
    """The answers of all calls, started together."""
    together, answers = threading.Barrier(len(calls)), []

    def run(call):
        together.wait()
        try:
            answers.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_same_key_makes_one_ticket(api):
    people = factories.make_people()
    clients = [api(people.op) for _thread in range(4)]

    answers = at_once([lambda client=client: client.post(URL, BODY, headers={"Idempotency-Key": "once"})
                       for client in clients])

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["ticket_no"] for answer in answers}) == 1
    assert (Ticket.objects.count(), Call.objects.count()) == (1, 1)


def test_the_same_key_with_different_bodies_makes_one_ticket(api):
    people = factories.make_people()
    clients = [api(people.op) for _thread in range(4)]

    answers = at_once([
        lambda client=client, n=n: client.post(URL, BODY | {"demand": f"希望{n}"}, headers={"Idempotency-Key": "once"})
        for n, client in enumerate(clients)])

    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert Ticket.objects.count() == 1


def test_the_same_step_has_one_winner(api):
    people = factories.make_people()
    ticket = factories.dispatched(people)
    clients = [api(people.li if n % 2 else people.ul) for n in range(6)]

    answers = at_once([lambda client=client: client.post(f"{URL}{ticket.ticket_no}/sign/", {}) for client in clients])

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    ticket.refresh_from_db()
    assert ticket.state == "handling"
    assert TicketEvent.objects.filter(ticket=ticket, name="sign").count() == 1
