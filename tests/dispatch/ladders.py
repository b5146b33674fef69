"""What the tests of the deadline loop share: time in minutes after NOON, and what was fired and told."""
from datetime import timedelta

from accounts.models import DutyShift
from dispatch import escalation, replies
from dispatch.models import Escalation
from notices.models import Notice
from tests import factories as make
from tests.factories import NOON

SECOND = timedelta(seconds=1)


def after(minutes):
    return NOON + timedelta(minutes=minutes)


def sweep(minutes, **options):
    return escalation.sweep(now=after(minutes), **options)


def fired(ticket, kind):
    rows = Escalation.objects.filter(ticket=ticket, kind=kind).order_by("level")
    return [(row.rung, (row.fired_at - NOON).total_seconds() / 60) for row in rows]


def told(ticket, rung, channel="inapp"):
    """Log-in names of who heard of the rung."""
    rows = Escalation.objects.filter(ticket=ticket, rung=rung)
    return set(Notice.objects.filter(cause__in=[escalation.cause_of(row) for row in rows], channel=channel)
               .values_list("recipient__username", flat=True))


def names(*people):
    return {person.username for person in people}


def acknowledge_all(p, now):
    for row in Escalation.objects.filter(needs_ack=True, acknowledged_at=None):
        escalation.acknowledge(row.pk, by=p.dl, now=now)


def contacted(p, **fields):
    """In hand and in touch with the citizen: only COMPLETION runs on."""
    ticket = make.in_hand(p, **fields)
    return replies.record_contact(ticket.pk, by=p.hd, now=NOON, method="phone", reached=True)


def crew():
    """People with phones, a duty leader and a shift leader on the roster."""
    people = make.make_people()
    month = timedelta(days=30)
    for kind, person in (("duty_leader", people.dl), ("shift_leader", people.ops)):
        DutyShift.objects.create(kind=kind, unit=make.unit("RX"), user=person, starts_at=NOON - month, ends_at=NOON + month)
    for person in (people.li, people.ul, people.sv, people.dl, people.ql):
        person.phone = "13800138000"
        person.save()
    return people
