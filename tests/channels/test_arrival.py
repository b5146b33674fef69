"""A message comes in once, stays as it came, and its clock counts from when it came."""
from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.models import DutyShift
from notices.models import Notice
from tests import factories as make
from tests.channels.letters import arrived, fresh, said
from tests.factories import NOON, unit
from tickets import imports
from tickets.channels import arrival, handling, late
from tickets.channels.models import Message, short_reference
from tickets.choices import Channel
from tickets.models import SlaProfile, Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("channel", [channel for channel in Channel if channel != "phone"])
def test_it_waits_from_when_it_came_in(p, channel):
    message = arrived(p, channel=channel, received_at=NOON - HOUR)

    assert (message.status, message.due_at) == ("new", NOON + HOUR)  # 120 minutes, SPEC 4.1
    assert message.next_fire_at == message.due_at


def test_what_is_urgent_is_due_sooner_and_nothing_comes_from_the_future(p):
    assert arrived(p, urgency="critical").due_at == NOON + timedelta(minutes=15)
    assert arrived(p, source_ref="b", received_at=NOON + HOUR).received_at == NOON


def test_limits_in_working_days_count_working_days(p):
    profile = SlaProfile.objects.current(NOON)
    SlaProfile.objects.create(code="x", title="x", valid_from=NOON, is_default=True, ladders={},
                              limits=profile.limits | {"ACCEPT": {"normal": {"wd": 1}}})

    assert arrived(p).due_at.date() == (NOON + timedelta(days=1)).date()


def test_the_same_again_is_the_same_and_other_words_are_refused(p):
    message = arrived(p)

    assert arrival.receive(by=p.op, now=NOON + HOUR, **said()) == (message, False)
    with pytest.raises(arrival.AnotherText):
        arrival.receive(by=p.op, now=NOON, **said(body="别的话"))
    assert arrived(p, channel="wechat").pk != message.pk, "another channel counts for itself"
    assert fresh(message).body == said()["body"]


def test_what_an_import_brought_before_is_handled(p):
    line = imports.Message(title="屋顶漏水", content="家中屋顶漏水已经两周,请维修。", reference="p-1")
    imports.take_in(line, channel=Channel.PORTAL, by=p.op, now=NOON)

    message = arrived(p, channel="portal", source_ref="p-1")

    assert (message.status, message.ticket, message.next_fire_at) == ("ticket", Ticket.objects.get(), None)


def test_without_limits_nothing_comes_in(p):
    SlaProfile.objects.update(is_default=False)

    with pytest.raises(arrival.Refused):
        arrived(p)


def test_long_numbers_become_a_hash():
    assert short_reference("a" * 64) == "a" * 64
    assert short_reference("a" * 65).startswith("sha256:")
    assert len(short_reference("a" * 65)) <= 64


# --- what the database keeps --------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [
    {"body": "x"}, {"subject": "x"}, {"channel": "wechat"}, {"source_ref": "x"}, {"received_at": NOON - HOUR},
    {"attachments": [1]}, {"answer_by": NOON}, {"urgency": "critical"}, {"arrived_at": NOON + HOUR}])
def test_what_came_in_stays_as_it_came(p, changed):
    message = arrived(p)

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**changed)


@pytest.mark.parametrize("changed", [
    {"status": "taken"}, {"status": "ticket"}, {"status": "no_matter"}, {"status": "joined"}, {"reason": "spam"}])
def test_half_a_status_is_none(p, changed):
    message = arrived(p)

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**changed)


def test_one_ticket_comes_from_one_message_and_is_never_given_back(p):
    ticket = make.in_review(p)
    first, second = arrived(p), arrived(p, source_ref="b")
    done = {"status": "ticket", "ticket": ticket, "handled_by": p.op, "handled_at": NOON, "next_fire_at": None}
    Message.objects.filter(pk=first.pk).update(**done)

    for pk, changed in ((second.pk, done), (first.pk, {"ticket": make.in_review(p)}), (first.pk, {"handled_by": p.ops})):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            Message.objects.filter(pk=pk).update(**changed)


def test_nothing_is_deleted_and_keys_can_be_rotated(p):
    message = arrived(p)

    with pytest.raises(InternalError), transaction.atomic():
        message.delete()
    message.save()  # writes names and numbers anew
    assert fresh(message).phone == "13800138000"


# --- late ---------------------------------------------------------------------------------------------------------


def told(user):
    return Notice.objects.filter(recipient=user, kind="message_late")


@pytest.fixture
def duty(p):
    for kind, user in (("shift_leader", p.ops), ("duty_leader", p.dl)):
        DutyShift.objects.create(kind=kind, unit=unit("RX"), user=user, starts_at=NOON - HOUR, ends_at=NOON + 12 * HOUR)


def test_the_shift_leader_is_told_once_then_the_duty_leader(p, duty):
    message = arrived(p)

    assert late.tell_late(now=message.due_at - timedelta(seconds=1)) == 0
    for _look in range(2):
        late.tell_late(now=message.due_at)
    assert (told(p.ops).count(), told(p.dl).count()) == (1, 0)
    late.tell_late(now=message.due_at + HOUR)
    assert (told(p.ops).count(), told(p.dl).count()) == (1, 1)
    assert late.tell_late(now=message.due_at + 9 * HOUR) == 0, "the ladder has an end"


def test_after_a_pause_only_the_highest_rung_is_told(p, duty):
    message = arrived(p)

    late.tell_late(now=message.due_at + 5 * HOUR)

    assert (told(p.ops).count(), told(p.dl).count()) == (0, 1)


def test_what_is_handled_is_late_no_more(p, duty):
    message = arrived(p)
    handling.no_matter(message.pk, by=p.op, now=NOON, reason="spam")

    assert late.tell_late(now=message.due_at + 5 * HOUR) == 0
