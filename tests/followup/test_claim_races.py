"""Many agents claim at the same moment."""
from datetime import timedelta

import pytest

from followup import claims
from followup.models import CallbackTask
from tests import factories as make
from tests.factories import NOON
from tests.racing import race
from tickets.models import Caller

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MORNING, NOW = NOON - timedelta(hours=2), NOON + timedelta(hours=3)


def test_twenty_agents_share_a_thousand_callbacks_without_giving_one_twice_or_forgetting_one():
    p = make.make_people()
    agents = [make.make_user("CB", "RX-HF") for _agent in range(20)]
    tickets = [make.in_callback(p, MORNING) for _ticket in range(4)]
    callers = Caller.objects.bulk_create(Caller(name="某", phone="13800138000") for _caller in range(996))
    CallbackTask.objects.bulk_create(
        CallbackTask(ticket=tickets[n % 4], round=1, caller=caller, created_at=MORNING, next_attempt_at=MORNING, best_band=n % 3)
        for n, caller in enumerate(callers))

    def until_nothing_is_left(agent):
        taken = []
        while task := claims.claim_next(by=agent, now=NOW):
            taken.append(task.pk)
        return taken

    taken = race(*[lambda agent=agent: until_nothing_is_left(agent) for agent in agents])

    everything = [pk for pks in taken for pk in pks]
    assert len(everything) == len(set(everything)) == CallbackTask.objects.count() == 1000
    assert all(taken), "somebody got nothing"
    for agent, pks in zip(agents, taken, strict=True):
        assert CallbackTask.objects.filter(claimed_by=agent).count() == len(pks)
