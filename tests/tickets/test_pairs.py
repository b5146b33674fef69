"""Any two steps on one ticket at the same moment end as if one had come after the other, in one of the two orders.

Each pair of steps that a state offers is taken three times, on fresh tickets: one after the other, the other way round,
and at the same moment from two connections. Both read the ticket before the first one began, as two open pages do.
`make test` takes a sample, HOTLINE_RACES=whole each pair in each state that offers it, and several times.
"""
import os
from collections import Counter
from itertools import combinations_with_replacement

import pytest

from tests import factories as make
from tests.audited import codes
from tests.factories import NOON
from tests.racing import race
from tests.tickets.bodies import body_for
from tests.tickets.ready import READY
from tickets import steps
from tickets.models import Ticket
from tickets.steps import STEPS, Invalid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WHOLE = os.environ.get("HOTLINE_RACES") == "whole"
TIMES = 5 if WHOLE else 1
BEGINNINGS = {
    "pending_review": make.in_review, "pending_dispatch": make.in_dispatch, "pending_receipt": make.dispatched,
    "handling": READY["submit_reply"][0], "return_review": READY["approve_return"][0], "reply_review": make.replied,
    "pending_callback": make.in_callback, "adjudication": make.in_adjudication, "suspended": READY["resume"][0],
    "closed": make.closed,
}
SAMPLE = 4  # of a state's pairs: always those at the same distance in the table of steps
# DoesNotExist: taken back from the unit meanwhile. Invalid: what the form says was true before the other step.
BEATEN = {"AlreadyMoved", "Refused", "PermissionDenied", "DoesNotExist", "Invalid"}


def offered(people, ticket):
    """{step: the first person who may take it}, in the order of the table."""
    found = {}
    for user in people:
        mine = Ticket.objects.visible_to(user).filter(pk=ticket.pk).first()
        for offer in steps.offers(mine, user) if mine else ():
            found.setdefault(offer.step.name, user)
    return {name: found[name] for name in STEPS if name in found}


def request(name, user, ticket, master):
    """As of now; taken later. `master`: the one ticket that others are merged into."""
    seen = Ticket.objects.visible_to(user).select_related("lead_unit", "area", "caller").get(pk=ticket.pk)
    body = body_for(name, seen, NOON, masters=[master])
    return lambda: steps.take(STEPS[name], seen, by=user, body=body, now=NOON)


def outcome(ticket, results):
    """Who got through, and what became of the ticket."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    return {
        "through": [not isinstance(result, Exception) for result in results], "state": ticket.state,
        "events": Counter(ticket.events.values_list("name", flat=True)),
        "clocks": Counter(ticket.clocks.values_list("kind", "round", "status")),
        "parts": Counter(ticket.assignments.values_list("unit__code", "role", "status")),
        "proposals": Counter(ticket.proposals.values_list("step", "status")),
    }


def one_after_the_other(calls):
    results = []
    for call in calls:
        try:
            results.append(call())
        except Exception as error:
            results.append(error)
    return results


def undeserved(results, first):
    """Errors that nobody should get. Who came first has nobody to blame for what his form says."""
    return [result for place, result in enumerate(results) if isinstance(result, Exception)
            and (type(result).__name__ not in BEATEN or place == first and isinstance(result, Invalid))]


def play(begin, master, pair, run, first=None):
    """(outcome, errors that nobody should get) of a fresh ticket."""
    ticket = begin()
    results = run([request(name, user, ticket, master) for name, user in pair])
    return outcome(ticket, results), undeserved(results, first)


def other_way_round(calls):
    return one_after_the_other(calls[::-1])[::-1]


@pytest.mark.parametrize("state", BEGINNINGS)
def test_two_steps_at_the_same_moment_are_as_if_one_had_come_after_the_other(transactional_db, state):
    p = make.make_people()
    make.make_user("UL", "ZJ", username="leader")
    people = [user for name, user in vars(p).items() if name != "system"]
    who, master = offered(people, BEGINNINGS[state](p)), make.in_review(p)
    pairs, odd = list(combinations_with_replacement(who, 2)), []
    pairs = pairs if WHOLE else pairs[::max(1, len(pairs) // SAMPLE)]
    for names in pairs:
        pair = [(name, who[name]) for name in names]
        allowed = [play(lambda: BEGINNINGS[state](p), master, pair, run, first)
                   for first, run in enumerate((one_after_the_other, other_way_round))]
        for _time in range(TIMES):
            found, errors = play(lambda: BEGINNINGS[state](p), master, pair, lambda calls: race(*calls))
            if errors or found not in [outcome for outcome, _errors in allowed]:
                odd.append((names, errors, found, [outcome for outcome, _errors in allowed]))
        odd += [(names, errors) for _outcome, errors in allowed if errors]

    print(f"\n{state}: {len(pairs)} pairs of {len(who)} steps")
    assert not odd, "\n".join(map(str, odd))
    assert len(pairs) >= min(SAMPLE, len(who))
    assert codes(NOON) <= {"C6", "I12"}  # no sweep runs here, and a trigger is off for tests that commit
