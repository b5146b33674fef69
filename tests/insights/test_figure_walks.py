"""Tickets walk at random through the product; at the end of every walk each figure is what its definition says, counted row
by row in plain Python over everything, for the whole, for a unit and for its leader. HOTLINE_WALKS=n for n walks.
"""
import os
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from followup.sampling import drawing, findings
from insights.figures.asked import Period, Scope
from insights.figures.published import NEEDED
from insights.rollups import checking, keeping, reading
from tests import audited
from tests import factories as make
from tests.factories import NOON
from tests.insights.test_figures import compare
from tests.insights.test_rollups import kept
from tests.tickets import test_machine
from tests.tickets.bodies import body_for
from tests.tickets.ready import READY
from tickets import intake, steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import PhoneCall, Ticket
from tickets.weeks import monday_of

WALKS = int(os.environ.get("HOTLINE_WALKS", "0"))
PROFILE = settings(max_examples=WALKS or 6, stateful_step_count=12, deadline=None, database=None, derandomize=not WALKS,
                   suppress_health_check=list(HealthCheck), print_blob=False,
                   phases=[Phase.generate, Phase.shrink] if WALKS else [Phase.generate])
MET: Counter = Counter()
NO_STEP = ("cited", "callbacks_checked", "callbacks_kept")  # of the knowledge and of the sample, where no step leads
LATER = NOON + timedelta(days=40)


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
                MET.update({code: whole_of(many) for code, many in found.items()})

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

    never = [code for code in NEEDED if not MET[code] and code not in NO_STEP]
    print(f"\n{test_machine.WORLD.walks} walks, {test_machine.WORLD.rules} attempts; never counted: {', '.join(never)}")
    assert len(never) <= (8 if WALKS >= 200 else 32)


def test_after_each_move_and_exclusion_every_figure_is_what_its_definition_says(p):
    """Each of the moves of a ticket's life once, some tickets excluded, some calls without a matter."""
    taken = []
    for number, (name, (begin, who)) in enumerate(sorted(READY.items())):
        ticket = begin(p)
        if number % 5 == 0 and ticket.lead_unit_id:
            Ticket.objects.filter(pk=ticket.pk).update(excluded_from_assessment=True)
        masters = list(Ticket.objects.filter(state="pending_review").exclude(pk=ticket.pk)[:1])
        with suppress(AlreadyMoved, Refused, PermissionDenied, steps.Invalid, KeyError), transaction.atomic():
            ticket = Ticket.objects.get(pk=ticket.pk)
            steps.take(steps.STEPS[name], ticket, by=getattr(p, who), body=body_for(name, ticket, NOON, masters=masters),
                       now=NOON + timedelta(minutes=5))
            taken.append(name)
        if number % 3 == 0:
            keeping.fold()
    for seconds, said in enumerate(("silent", "harassment", "test", "dropped", "outgoing", "ticket")):
        call = intake.log_call(by=p.op, now=NOON, number="13800138000", disposition=said)
        PhoneCall.objects.create(call=call, source_id=said, rang_at=NOON, direction="out" if said == "outgoing" else "in",
                                 answered_at=NOON + timedelta(seconds=6 * seconds) if seconds else None)
    drawing.publish(monday_of(NOON.date()), by=p.sv, now=NOON + timedelta(days=8))
    for drawn in drawing.draw(monday_of(NOON.date()), by=p.sv, now=NOON + timedelta(days=8)).callbacks.all():
        findings.record(drawn.pk, by=p.sv, now=NOON + timedelta(days=9), kept=True, recording="none", text="三次均为真实拨打")
    assert len(taken) >= 36, sorted(set(READY) - set(taken))

    scopes = (Scope(), Scope(p.sv, unit=make.unit("ZJ")), Scope(p.ul, unit=make.unit("ZJ")))
    for _time in range(2):
        for scope in scopes:
            found = compare(LATER, NOON - timedelta(days=5), LATER, scope)
            assert reading.count(NEEDED, Period(NOON - timedelta(days=5), LATER, LATER), scope) == found
        keeping.rebuild()
    never = [code for code in NEEDED if not whole_of(compare(LATER, NOON - timedelta(days=5), LATER)[code])]
    assert len(never) <= 12, never


def whole_of(said):
    return said if isinstance(said, int) else said.get("n", 0)
