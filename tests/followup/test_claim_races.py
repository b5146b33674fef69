"""Many agents claim at the same moment."""
import threading
from datetime import timedelta

import pytest

from followup import claims
from followup.models import CallbackTask
from tests import factories as make
from tests.factories import NOON
from tests.racing import PATIENCE, race
from tickets.models import Caller

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AGENTS, ROUNDS = 20, 50
MORNING, NOW = NOON - timedelta(hours=2), NOON + timedelta(hours=3)


def thousand_due():
    """Of four tickets with 250 reporters each, whom different hours suit."""
    p = make.make_people()
    tickets = [make.in_callback(p, MORNING) for _ticket in range(4)]
    callers = Caller.objects.bulk_create(Caller(name="某", phone="13800138000") for _caller in range(996))
    CallbackTask.objects.bulk_create(
        CallbackTask(ticket=tickets[n % 4], round=1, caller=caller, created_at=MORNING, next_attempt_at=MORNING, best_band=n % 3)
        for n, caller in enumerate(callers))
    assert CallbackTask.objects.count() == AGENTS * ROUNDS


def test_twenty_agents_share_a_thousand_callbacks_at_once():
    """Fifty times all twenty ask for the next one at the same moment. None is given twice, and none is left. Nobody is starved:
    whoever asks gets one as long as there is one, also when the others hold the rows that he would have got."""
    thousand_due()
    agents, gate = [make.make_user("CB", "RX-HF") for _agent in range(AGENTS)], threading.Barrier(AGENTS)

    def works(agent):
        taken = []
        for _round in range(ROUNDS):
            gate.wait(PATIENCE)
            taken.append(claims.claim_next(by=agent, now=NOW))
        gate.wait(PATIENCE)  # who asks once more before all have theirs would take what is another's
        return taken + [claims.claim_next(by=agent, now=NOW)]

    taken = race(*[lambda agent=agent: works(agent) for agent in agents])

    for agent, tasks in zip(agents, taken, strict=True):
        assert None not in tasks[:-1] and tasks[-1] is None
        assert set(CallbackTask.objects.filter(claimed_by=agent)) == set(tasks[:-1])
    given = [task.pk for tasks in taken for task in tasks[:-1]]
    assert len(given) == len(set(given)) == AGENTS * ROUNDS


def test_twenty_agents_who_do_not_wait_for_each_other_leave_nothing_behind():
    """Each goes on until he is told that there is none: together they have taken every one, once, and everybody some."""
    thousand_due()
    agents = [make.make_user("CB", "RX-HF") for _agent in range(AGENTS)]

    def until_nothing_is_left(agent):
        taken = []
        while task := claims.claim_next(by=agent, now=NOW):
            taken.append(task.pk)
        return taken

    taken = race(*[lambda agent=agent: until_nothing_is_left(agent) for agent in agents])

    given = [pk for pks in taken for pk in pks]
    assert len(given) == len(set(given)) == AGENTS * ROUNDS
    assert all(taken), "somebody got nothing"
