"""Two at the same moment: one message, one operator, one ticket, one notice."""
import pytest

from notices.models import Notice
from tests import factories as make
from tests.channels.letters import WORDS, arrived, fresh, said
from tests.factories import NOON
from tests.racing import lost, race, won
from tickets import intake
from tickets.channels import arrival, handling, late
from tickets.channels.models import Message
from tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_comes_in_once_whoever_brings_it():
    p = make.make_people()

    results = race(*[lambda: arrival.receive(by=p.op, now=NOON, **said())] * 4)

    assert sorted(is_new for _message, is_new in won(results)) == [False, False, False, True]
    assert Message.objects.count() == 1


def test_one_of_many_operators_takes_it():
    p = make.make_people()
    message, operators = arrived(p), [make.make_user("OP", "RX-JX") for _operator in range(4)]

    results = race(*[lambda by=by: handling.take(message.pk, by=by, now=NOON) for by in operators])

    assert (len(won(results)), lost(results)) == (1, ["Gone"] * 3)
    assert fresh(message).taken_by == won(results)[0].taken_by


def registered(message, by, key):
    given = {"content": WORDS, "channel": "email", "need_reply": True, "is_confidential": False, "subject_type": "person",
             "urgency": "normal"}
    with handling.becoming(message.pk, given, by=by, now=NOON) as link:
        return link(intake.register_and_submit(by=by, now=NOON, key=key, **given)[0])


def test_two_operators_register_it_and_one_ticket_is_made():
    """As when the first one's ten minutes were over."""
    p = make.make_people()
    message, other = arrived(p), make.make_user("OP", "RX-JX")

    results = race(lambda: registered(message, p.op, "a"), lambda: registered(message, other, "b"))

    assert (len(won(results)), lost(results)) == (1, ["Gone"])
    assert fresh(message).ticket == Ticket.objects.get()


def test_the_same_form_sent_twice_at_once_is_one_ticket():
    p = make.make_people()
    message = arrived(p)
    handling.take(message.pk, by=p.op, now=NOON)

    results = race(*[lambda: registered(message, p.op, "same")] * 3)

    assert lost(results) == []
    assert {ticket.pk for ticket in results} == {Ticket.objects.get().pk}


def test_a_ticket_and_no_matter_at_once():
    p = make.make_people()
    message = arrived(p)

    results = race(lambda: registered(message, p.op, "a"),
                   lambda: handling.no_matter(message.pk, by=p.ops, now=NOON, reason="spam"))

    assert lost(results) == ["Gone"]
    assert Ticket.objects.count() == (fresh(message).status == "ticket")


def test_two_looks_at_once_tell_once():
    p = make.make_people()
    message = arrived(p)

    race(*[lambda: late.tell_late(now=message.due_at)] * 3)

    told = list(Notice.objects.filter(kind="message_late").values_list("cause", "recipient"))
    assert len(told) == len(set(told))
    assert {cause for cause, _recipient in told} == {f"message_late:{message.pk}:L1"}
