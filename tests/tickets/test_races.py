"""Many people at the same ticket at the same moment: one wins, the others hear that it moved, nothing is done twice."""
from itertools import combinations

import pytest

from dispatch.models import Assignment
from followup.models import CallbackTask
from tests import factories as make
from tests.audited import codes
from tests.factories import NOON
from tests.racing import lost, race, won
from tests.tickets.bodies import body_for
from tests.tickets.ready import READY, doubled
from tickets import intake, steps
from tickets.intake import KeyReused
from tickets.models import Call, IdempotencyKey, Ticket, TicketEvent
from tickets.steps import STEPS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LEAVING = ["dispatch", "sign", "approve", "close_satisfied", "close_unreachable", "force_close", "submit_reply", "approve_reply",
           "approve_return", "decide_extension", "request_withdraw"]


@pytest.fixture
def p(transactional_db):
    people = make.make_people()
    make.make_user("UL", "ZJ", username="leader")
    yield people
    assert codes(NOON) <= {"C6", "I12"}  # no sweep runs here, and a trigger is off for tests that commit


def as_seen(name, ticket, user):
    """A request that read the ticket before the race began."""
    found = Ticket.objects.visible_to(user).select_related("lead_unit", "area", "caller").get(pk=ticket.pk)
    return lambda: steps.take(STEPS[name], found, by=user, body=body_for(name, found, NOON), now=NOON)


def moves(ticket, name):
    return TicketEvent.objects.filter(ticket=ticket, name=name).count()


@pytest.mark.parametrize("name", LEAVING)
def test_of_eight_people_who_take_the_same_step_one_wins_and_seven_hear_that_it_moved(p, name):
    begin, who = READY[name]
    ticket = begin(p)
    before = moves(ticket, name)

    results = race(*[as_seen(name, ticket, getattr(p, who)) for _person in range(8)])

    assert len(won(results)) == 1, results
    assert lost(results) == ["AlreadyMoved"] * 7, results
    assert moves(ticket, name) == before + 1


RIVALS = [
    ("dispatched", ["sign", "recall"]),
    ("dispatched", ["recall", "request_return"]),
    ("in_review", ["approve", "return_for_info", "transfer_out"]),
    ("in_hand", ["submit_reply", "request_withdraw"]),
    ("replied", ["approve_reply", "return_reply"]),
    ("in_adjudication", ["adjudicate_redo", "adjudicate_redispatch", "adjudicate_suspend"]),
    ("return_review", ["approve_return", "reject_return"]),
    ("return_review", ["reject_return", "escalate_return"]),  # an approved return may be passed up all the same
]
PAIRS = [(state, *pair) for state, names in RIVALS for pair in combinations(names, 2)]


def begin_in(p, state):
    if state == "return_review":
        return READY["approve_return"][0](p)
    ticket = getattr(make, state)(p)
    if state == "in_hand":
        steps.take(STEPS["record_contact"], ticket, by=p.hd, body={"method": "phone", "reached": "yes"}, now=NOON)
    return ticket


@pytest.mark.parametrize(("state", "one", "other"), PAIRS)
def test_of_two_steps_that_exclude_each_other_one_wins(p, state, one, other):
    actor = {"transfer_out": "rv", "request_withdraw": "op"}
    ticket = begin_in(p, state)

    results = race(*[as_seen(name, ticket, getattr(p, actor.get(name, READY[name][1]))) for name in (one, other)])

    assert len(won(results)) == 1, results
    assert lost(results) in (["AlreadyMoved"], ["DoesNotExist"])  # a unit does not see what was taken back from it
    ticket.refresh_from_db()
    assert Assignment.objects.filter(ticket=ticket, role="lead", level=1, status__in=Assignment.LIVE).count() <= 1


def test_two_callback_agents_record_one_outcome(p):
    ticket = make.in_callback(p)

    results = race(*[as_seen("record_outcome", ticket, p.cb) for _agent in range(4)])

    assert len(won(results)) == 1
    task = CallbackTask.objects.get(ticket=ticket)
    assert task.outcome == "positive" and task.attempts.count() == 1
    assert moves(ticket, "callback_settled") == 1


def test_notes_written_at_the_same_moment_are_all_kept(p):
    ticket = make.in_hand(p)

    results = race(*[as_seen("add_supplement", ticket, p.op) for _operator in range(6)])

    assert lost(results) == []
    assert moves(ticket, "add_supplement") == 6


def test_two_proposals_for_the_same_step_become_one(p):
    ticket = make.in_adjudication(p)

    results = race(*[as_seen("force_close", ticket, p.sv) for _supervisor in range(4)])

    assert len(won(results)) == 1
    assert ticket.proposals.filter(status="open").count() == 1
    assert ticket.refresh_from_db() or ticket.state == "adjudication"


# --- intake ------------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_make_one_ticket_however_many_retries_arrive_at_once(p):
    matter = make.matter()

    results = race(*[lambda: intake.register(by=p.op, now=NOON, key="form-1", **matter) for _try in range(8)])

    assert lost(results) == []
    assert len({ticket.pk for ticket, _created in results}) == 1
    assert [created for _ticket, created in results].count(True) == 1
    assert Ticket.objects.count() == Call.objects.count() == IdempotencyKey.objects.count() == 1


def test_the_same_key_with_another_body_is_refused_to_whoever_comes_second(p):
    bodies = [make.matter(content=f"楼道灯坏了很久没有人修理,第{n}次反映。") for n in range(4)]

    results = race(*[lambda body=body: intake.register(by=p.op, now=NOON, key="form-1", **body) for body in bodies])

    assert len(won(results)) == 1
    assert lost(results) == [KeyReused.__name__] * 3
    assert Ticket.objects.count() == 1


# --- two tickets at once ---------------------------------------------------------------------------------------


def merge(p, ticket, master):
    return lambda: steps.take(STEPS["merge_into"], Ticket.objects.get(pk=ticket.pk), by=p.rv,
                              body={"master": master.ticket_no}, now=NOON)


@pytest.mark.parametrize("_again", range(3))
def test_merging_in_opposite_directions_neither_deadlocks_nor_loses_both(p, _again):
    second = doubled(p)
    first = Ticket.objects.exclude(pk=second.pk).get()

    results = race(merge(p, first, second), merge(p, second, first))

    assert len(won(results)) == 1, results
    assert "OperationalError" not in lost(results)
    assert Ticket.objects.filter(state="merged").count() == 1


def test_merging_in_a_ring_leaves_an_open_ticket_with_every_reporter(p):
    tickets = [make.in_review(p, contact_phone=f"1380013800{n}") for n in range(3)]

    results = race(*[merge(p, tickets[n], tickets[(n + 1) % 3]) for n in range(3)])

    assert "OperationalError" not in lost(results)
    assert Ticket.objects.exclude(state="merged").count() == 3 - len(won(results)) >= 1
