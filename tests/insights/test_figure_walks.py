"""Tickets walk at random through the product; at the end of every walk each figure is what its definition says, counted row
by row in plain Python over everything, for the whole, for a unit and for its leader. HOTLINE_WALKS=n for n walks.
"""
import os
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from insights.figures.asked import Period, Scope
from insights.figures.published import NEEDED
from insights.rollups import checking, keeping, reading
from tests import audited
from tests import factories as make
from tests.factories import NOON
from tests.insights.test_figures import compare
from tests.insights.test_rollups import kept
from tests.tickets import test_machine

WALKS = int(os.environ.get("HOTLINE_WALKS", "0"))
PROFILE = settings(max_examples=WALKS or 10, stateful_step_count=12, deadline=None, database=None, derandomize=not WALKS,
                   suppress_health_check=list(HealthCheck), print_blob=False,
                   phases=[Phase.generate, Phase.shrink] if WALKS else [Phase.generate])
MET: Counter = Counter()


class FigureWalk(test_machine.Walk):
    def attempt(self, ticket, name, user, role, pick):
        """Now and then the worker counts the marked hours in between."""
        super().attempt(ticket, name, user, role, pick)
        if pick([False, False, True]):
            keeping.fold()

    def look_back(self):
        super().look_back()
        people = test_machine.WORLD.people
        self.agree(people)
        self.hours_equal_a_rebuild()
        self.agree(people)

    def agree(self, people):
        self.now += timedelta(seconds=1)
        scopes = (Scope(), Scope(people.sv, unit=make.unit("ZJ")), Scope(people.ul, unit=make.unit("ZJ")))
        for since, until in ((NOON - timedelta(days=2), self.now), (NOON + timedelta(days=1), NOON + timedelta(days=2))):
            for scope in scopes:
                found = compare(self.now, since, until, scope)
                assert reading.count(NEEDED, Period(since, until, self.now), scope) == found
                MET.update({code: many if isinstance(many, int) else many.get("n", 0) for code, many in found.items()})

    def hours_equal_a_rebuild(self):
        while keeping.fold():
            pass
        folded = kept()
        assert checking.differences() == []
        keeping.rebuild()
        assert kept() == folded


@pytest.mark.slow
@pytest.mark.django_db
def test_after_random_walks_every_figure_is_what_its_definition_says():
    audited.with_all_triggers()
    test_machine.WORLD = test_machine.World()
    MET.clear()

    run_state_machine_as_test(FigureWalk, settings=PROFILE)

    never = [code for code in NEEDED if not MET[code]]
    print(f"\n{test_machine.WORLD.walks} walks, {test_machine.WORLD.rules} attempts; never counted: {', '.join(never)}")
    assert len(never) <= (8 if WALKS >= 200 else 24)
