"""Several people, or several workers, at the same moment."""
from datetime import timedelta

import pytest

from followup.annotations import keeping, reminding
from followup.models import Annotation, TrackedItem, TrackedNote, TrackedRow, TrackingWeek
from followup.tracking import following, listing
from notices.models import Notice
from tests import factories as make
from tests.factories import NOON
from tests.racing import lost, race, won
from tickets import weeks
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DAY = timedelta(days=1)
NEXT = weeks.midnight(NOON.date() + 7 * DAY) + timedelta(minutes=5)


def test_several_who_look_first_make_one_list():
    p = make.make_people()
    tickets = [make.in_hand(p) for _time in range(3)]

    results = race(*[lambda: listing.catch_up(now=NEXT) for _time in range(4)])

    assert lost(results) == []
    assert (TrackingWeek.objects.count(), TrackedItem.objects.count(), TrackedRow.objects.count()) == (1, 3, 3)
    assert {item.ticket for item in TrackedItem.objects.all()} == set(tickets)


def test_two_supervisors_who_write_at_once_both_have_an_entry_or_are_told():
    p = make.make_people()
    ticket, other = make.in_hand(p), make.make_user("SV", "RX-DB")
    listing.catch_up(now=NEXT)

    results = race(*[lambda by=by, cause=cause: following.log(ticket.pk, by=by, now=NEXT, cause=cause, text="已约谈", was="")
                     for by, cause in ((p.sv, "slow"), (other, "funds"))])

    assert len(won(results)) == 1 and lost(results) == ["Refused"]
    assert TrackedNote.objects.count() == 1
    assert TrackedItem.objects.get().cause == TrackedNote.objects.get().cause


def test_several_workers_remind_once():
    p = make.make_people()
    ticket = make.in_hand(p)
    keeping.keep(ticket.pk, by=p.sv, now=NOON, text="再看一次", until=NOON.date() + DAY)
    due = Annotation.objects.get().due_at

    told = race(*[lambda: reminding.remind_due(now=due) for _time in range(4)])

    assert sum(told) == 1
    assert Notice.objects.filter(kind="follow_up_due").count() == 1


def test_of_two_who_finish_one_at_once_one_is_told():
    p = make.make_people()
    ticket = make.in_hand(p)
    keeping.keep(ticket.pk, by=p.sv, now=NOON, text="再看一次", until=NOON.date() + DAY)

    results = race(*[lambda: keeping.finish(ticket.pk, by=p.sv, now=NOON, note="好了") for _time in range(2)])

    assert len(won(results)) == 1 and lost(results) == ["Refused"]
    assert Ticket.objects.get().tracked_until is None
