"""Lights as of a past instant: tickets walk at random, the board is read after every act, and at the end it is asked what it
said then. HOTLINE_WALKS=n for n walks.
"""
import os
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from dispatch import wall
from insights.boards import past
from tests import audited
from tests.tickets import test_machine
from tickets.models import TicketEvent

WALKS = int(os.environ.get("HOTLINE_WALKS", "0"))
PROFILE = settings(max_examples=WALKS or 6, stateful_step_count=12, deadline=None, database=None, derandomize=not WALKS,
                   suppress_health_check=list(HealthCheck), print_blob=False,
                   phases=[Phase.generate, Phase.shrink] if WALKS else [Phase.generate])
SPANS = [timedelta(microseconds=1), *(timedelta(minutes=minutes) for minutes in (10, 25, 100, 1200, 4000))]
MET: Counter = Counter()


def live(user, now):
    return {number.name: number.count for number in wall.numbers(wall.sizes(user, now), past.LIGHTS)}


class LightWalk(test_machine.Walk):
    def attempt(self, ticket, name, user, role, pick):
        super().attempt(ticket, name, user, role, pick)
        self.was = getattr(self, "was", {})
        for later in SPANS:
            self.was[self.now, self.now + later] = live(test_machine.WORLD.people.sv, self.now + later)

    def look_back(self):
        super().look_back()
        for (seen, at), said in getattr(self, "was", {}).items():
            is_kept = at <= self.now <= at + past.REACH
            if is_kept and not TicketEvent.objects.filter(at__gt=seen, at__lt=at).exists():  # nobody acted in between
                assert past.lights(test_machine.WORLD.people.sv, at, self.now) == said
                MET.update({name for name, many in said.items() if many})


@pytest.mark.slow
@pytest.mark.django_db
def test_after_random_walks_every_past_instant_has_the_lights_that_it_had():
    audited.with_all_triggers()
    test_machine.WORLD = test_machine.World()
    MET.clear()

    run_state_machine_as_test(LightWalk, settings=PROFILE)

    print(f"\n{test_machine.WORLD.walks} walks; instants with: {dict(MET)}")
    assert set(MET) == set(past.LIGHTS)
