"""Tickets of every type walk at random through callback, redo, adjudication, merging and withdrawal, with random answers.

After every rule nothing that had to be asked about is over without an answer, or without two persons who closed it by
force; at the end of every walk 回访率 is what its definition says, counted row by row. HOTLINE_WALKS=n for n walks.
"""
import os
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from insights.callback_rates.figures import figures
from tests import audited
from tests import factories as make
from tests.factories import NOON
from tests.insights.by_hand import by_brute_force
from tests.tickets import ready, test_machine
from tickets import steps
from tickets.models import Proposal, Ticket

WALKS = int(os.environ.get("HOTLINE_WALKS", "0"))
PROFILE = settings(max_examples=WALKS or 12, stateful_step_count=15, deadline=None, database=None, derandomize=not WALKS,
                   suppress_health_check=list(HealthCheck), print_blob=False,
                   phases=[Phase.generate, Phase.shrink] if WALKS else [Phase.generate])
TYPES = ("help", "complaint", "report", "suggest", "consult")
BEGINNINGS = (make.in_callback, make.in_callback, make.in_hand, make.replied, make.answered, ready.negative,
              make.in_adjudication, make.in_adjudication, make.closed)
ASKING = ("record_outcome", "record_outcome", "record_declined", "give_up", "record_withdrawal_answer")
MET: Counter = Counter()


class CallbackWalk(test_machine.Walk):
    def call(self, random):
        self.now += timedelta(seconds=1)
        phone = random.choice(["13800138000", "13900139000"])
        ticket = random.choice(BEGINNINGS)(test_machine.WORLD.people, self.now, type=random.choice(TYPES), contact_phone=phone)
        self.cases[ticket.pk], self.seen[ticket.pk] = test_machine.Case(), 0
        self.numbers[ticket.pk] = ticket.ticket_no
        self.sync(ticket.pk)

    @rule(seed=test_machine.SEED, times=st.sampled_from([4, 8]))
    def go_on(self, seed, times):
        """What leads on to the next answer, by somebody who may; what waits for a second person mostly gets one."""
        random = self.dice(seed)
        pick = random.choice
        pk = self.choose(pick)
        for _step in range(times):
            case, ticket = self.cases[pk], Ticket.objects.select_related("lead_unit").get(pk=pk)
            waiting = [] if pick([0, 0, 1]) else Proposal.objects.filter(ticket=ticket, status="open").values_list("step", flat=True)
            names = list(waiting) or [name for name in case.moves() if not case.forbids(name)] + [
                name for name in ASKING if ticket.state in steps.STEPS[name].states]
            if not names:
                return
            name = pick(sorted(names))
            role = "dl" if waiting and name == "force_close" else pick(
                (test_machine.ACTORS.get(name) or test_machine.BY[name]).replace("system", "").split() or ["sv"])
            self.attempt(ticket, name, test_machine.WORLD.person(role, ticket, pick), role, pick)

    @rule(seed=test_machine.SEED)
    def somebody_forces(self, seed):
        """The same supervisor twice, which must fail, then the duty leader."""
        pick = self.dice(seed).choice
        for pk in [pk for pk, case in self.cases.items() if case.state == "adjudication"]:
            for role in ("sv", "sv", "dl"):
                ticket = Ticket.objects.select_related("lead_unit").get(pk=pk)
                self.attempt(ticket, "force_close", getattr(test_machine.WORLD.people, role), role, pick)

    @invariant()
    def nothing_is_over_unasked(self):
        for ticket in Ticket.objects.filter(pk__in=self.cases, state__in=["closed", "archived"]):
            if ticket.first_dispatched_at is None and ticket.type not in ("help", "complaint", "report"):
                continue
            tasks = ticket.callback_tasks.filter(round=ticket.round, kind="result")
            assert tasks.exists() and not tasks.filter(outcome="").exists(), f"{ticket} is over and nobody was asked"
            forced = ticket.closure_kind == "forced"
            two = ticket.decided_by_id and ticket.second_by_id and ticket.decided_by_id != ticket.second_by_id
            assert ticket.callback_outcome not in ("", "negative") or (forced and two), f"{ticket} is over as it must not be"
            MET[ticket.closure_kind, ticket.callback_outcome] += 1

    def look_back(self):
        super().look_back()
        for period in ((NOON - timedelta(days=1), self.now + timedelta(days=30)), (NOON, self.now),
                       (NOON + timedelta(days=2), NOON + timedelta(days=4))):
            found = figures(*period)[""]
            assert (found.callbacks_done, found.callbacks_due) == by_brute_force(*period)
            MET["asked"] += found.callbacks_done
            MET["missing"] += found.callbacks_due - found.callbacks_done


@pytest.mark.slow
@pytest.mark.django_db
def test_random_walks_never_end_unasked_and_the_rate_is_what_its_definition_says():
    audited.with_all_triggers()
    test_machine.WORLD = test_machine.World()
    MET.clear()

    run_state_machine_as_test(CallbackWalk, settings=PROFILE)

    print(f"\n{test_machine.WORLD.walks} walks, {test_machine.WORLD.rules} attempts; over as {dict(MET)}")
    assert MET["asked"] and MET["missing"]
    assert MET["callback", "positive"] and MET["forced", "negative"]
