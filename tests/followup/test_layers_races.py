"""Two supervisors at the same moment: the same file, the same week."""
from datetime import timedelta

import pytest

from followup.city import lines
from followup.city.files import Entry
from followup.models import CityCallback, SampledCallback, SampleDraw, SampleSeed
from followup.sampling import drawing, findings
from tests import factories as make
from tests.factories import NOON
from tests.racing import lost, race, won
from tests.tickets import ready
from tickets.calendars import local_date
from tickets.weeks import monday_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WEEK, NEXT = monday_of(local_date(NOON)), NOON + timedelta(days=8)


def test_the_same_file_twice_at_once_is_taken_once():
    p = make.make_people()
    tickets = [make.closed(p) for _each in range(3)]
    entries = [Entry(line, ticket.ticket_no, "negative", (NOON + timedelta(days=1)).isoformat())
               for line, ticket in enumerate(tickets, start=1)]

    both = race(lambda: lines.take(entries, by=p.sv, now=NEXT), lambda: lines.take(entries[::-1], by=p.sv, now=NEXT))

    assert sorted(line.fate for found in won(both) for line in found) == ["known"] * 3 + ["new"] * 3
    assert CityCallback.objects.count() == 3


def test_a_week_is_drawn_once_and_each_finding_stands_once():
    p = make.make_people()
    ready.unreachable(p)

    race(*[lambda: drawing.publish(WEEK, by=p.sv, now=NEXT)] * 3)
    draws = race(*[lambda: drawing.draw(WEEK, by=p.sv, now=NEXT)] * 3)
    drawn = SampledCallback.objects.get()
    found = race(*[lambda kept=kept: findings.record(drawn.pk, by=p.sv, now=NEXT, kept=kept, recording="heard", text="已听录音")
                   for kept in (True, False)])

    assert (SampleSeed.objects.count(), SampleDraw.objects.count()) == (1, 1)
    assert lost(draws) == ["Refused"] * 2
    assert lost(found) == ["Refused"]
