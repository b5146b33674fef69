"""Two handlers, their leader, a reviewer, a dispatcher, a supervisor and a callback agent at one ticket, as fast as they
can: whatever they hear, each step that was done is on the trail as its own, after all that were done before it.

`make test` lets them for some seconds, HOTLINE_RACES=whole for a minute.
"""
import random
import threading
import time
from collections import Counter

import pytest
from django.db import connection

from accounts.instant import database_now
from tests import factories as make
from tests.audited import codes
from tests.tickets.bodies import body_for
from tests.tickets.test_pairs import WHOLE
from tickets import steps, trail
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECONDS = 60 if WHOLE else 8
PEOPLE = ("hd", "ul", "li", "rv", "dp", "sv", "cb")
BEATEN = {"AlreadyMoved", "Refused", "PermissionDenied", "DoesNotExist", "Invalid"}  # somebody was faster, or not now
CASE = ("lead_unit", "category", "area", "caller")
LEAVES_THE_STAGE = {"merge_into", "split_off"}  # would need a second ticket


class Person(threading.Thread):
    def __init__(self, name, user, ticket, until):
        super().__init__()
        self.user, self.ticket, self.until = user, ticket, until
        self.chance = random.Random(name)  # noqa: S311  # the same choices each time
        self.done, self.heard = [], Counter()

    def run(self):
        try:
            while time.monotonic() < self.until:
                self.heard[self.act()] += 1
        finally:
            connection.close()

    def act(self):
        """One look and one step; what came of it."""
        seen = Ticket.objects.visible_to(self.user).select_related(*CASE).filter(pk=self.ticket.pk).first()
        names = [offer.step.name for offer in steps.offers(seen, self.user)] if seen else []
        names = [name for name in names if name not in LEAVES_THE_STAGE]
        if not names:
            time.sleep(0.01)
            return "nothing to do"
        name, now = self.chance.choice(names), database_now()
        body = body_for(name, seen, now, self.chance.choice)
        try:
            taken = steps.take(steps.STEPS[name], seen, by=self.user, body=body, now=now, version=seen.version)
        except Exception as error:
            return type(error).__name__
        self.done.append((seen.version, taken.ticket.version, self.user.pk, name))
        return "done"


def test_a_ticket_under_everybody_s_hands_loses_and_doubles_nothing(transactional_db):
    now = database_now()
    p = make.make_people()
    ticket = make.in_hand(p, now)
    until = time.monotonic() + SECONDS
    people = [Person(name, user, ticket, until) for name, user in
              [*((name, getattr(p, name)) for name in PEOPLE), ("second handler", make.make_user("HD", "ZJ"))]]
    for person in people:
        person.start()
    for person in people:
        person.join(SECONDS + 60)

    ticket.refresh_from_db()
    heard = sum((person.heard for person in people), Counter())
    assert not any(person.is_alive() for person in people)
    assert set(heard) <= {"done", "nothing to do", *BEATEN}
    events = {event.seq: event.by_id for event in ticket.events.all()}
    done = sorted(step for person in people for step in person.done)
    print(f"\n{sum(heard.values())} looks in {SECONDS} s: {dict(heard)}; {len(done)} steps; {ticket.state}")
    assert len({upto for _from, upto, _who, _name in done}) == len(done), "two steps ended in the same version"
    for begun, upto, who, name in done:
        assert who in {events[seq] for seq in range(begun + 1, upto + 1)}, name
    assert list(trail.faults_of(ticket, ticket.events.order_by("seq"))) == []
    assert ticket.version == ticket.events.count()
    assert codes(database_now()) <= {"C6", "I12"}
    assert len(done) >= SECONDS
