"""The deadline loop: every rung at its minute, told to the right people, with what follows by itself."""
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import DutyShift, Membership
from dispatch import escalation, replies, requests
from dispatch.models import Escalation, SupervisionOrder
from notices.models import Notice
from tests import factories as make
from tests.dispatch.ladders import SECOND, acknowledge_all, after, contacted, crew, fired, names, sweep, told
from tickets import trail
from tickets.calendars import LOCAL
from tickets.clocks import Clock
from tickets.models import Ticket
from tickets.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def p():
    return crew()


# --- every rung at its minute -------------------------------------------------------------------------

LADDERS = {
    "RESPONSE": (make.in_hand, [("warn", 90), ("L1", 120), ("L2", 180), ("L3", 240), ("L4", 360)]),
    "COMPLETION": (contacted, [("warn", 1080), ("warn2", 1296), ("L1", 1440), ("L2", 1680), ("L3", 2160), ("L4", 2880)]),
    "RECEIPT": (make.dispatched, [("warn", 22.5), ("L1", 30), ("L2", 60)]),
}


@pytest.mark.parametrize("kind", LADDERS)
def test_every_rung_fires_at_its_minute_and_not_a_second_earlier(p, kind):
    prepare, ladder = LADDERS[kind]
    ticket = prepare(p)

    for place, (_rung, minute) in enumerate(ladder):
        escalation.sweep(now=after(minute) - SECOND)
        assert fired(ticket, kind) == ladder[:place]
        escalation.sweep(now=after(minute))
        assert fired(ticket, kind) == ladder[:place + 1]
        acknowledge_all(p, after(minute))

    sweep(60 * 24 * 30)
    assert fired(ticket, kind) == ladder
    assert not Escalation.objects.filter(ticket=ticket, kind=kind, skipped=True).exists()


def test_each_rung_of_the_response_tells_the_people_of_that_rung(p):
    ticket = make.in_hand(p)

    for minute in (90, 120, 180, 240, 360):
        sweep(minute)
        acknowledge_all(p, after(minute))

    assert told(ticket, "warn") == names(p.hd, p.li)
    assert told(ticket, "L1") == names(p.ul)
    assert told(ticket, "L2") == names(p.sv)
    assert told(ticket, "L3") == names(p.dl)
    assert told(ticket, "L4") == names(p.ql)


def test_a_critical_ticket_has_its_own_shorter_time(p):
    ticket = make.in_hand(p, urgency="critical")

    sweep(60)

    assert fired(ticket, "RESPONSE") == [("warn", 60), ("L1", 60)]


def test_a_warning_is_a_text_message_only_while_the_unit_has_not_signed(p):
    unsigned, signed = make.dispatched(p), make.in_hand(p)

    sweep(25)
    sweep(95)

    assert told(unsigned, "warn", "sms") == names(p.li)
    assert told(signed, "warn", "sms") == set()


# --- what stops the ladder ----------------------------------------------------------------------------


def test_an_act_in_time_is_in_time_however_late_the_look(p):
    ticket = make.in_hand(p)
    replies.record_contact(ticket.pk, by=p.hd, now=after(89), method="phone", reached=True)

    sweep(500)

    assert fired(ticket, "RESPONSE") == []


def test_a_submitted_reply_holds_the_ladder(p):
    ticket = contacted(p)
    replies.submit_reply(ticket.pk, by=p.ul, now=after(1000), **make.reply_block())

    sweep(1500)

    assert fired(ticket, "COMPLETION") == []


def test_a_reply_sent_back_goes_on_from_the_original_due_date(p):
    ticket = contacted(p)
    replies.submit_reply(ticket.pk, by=p.ul, now=after(1000), **make.reply_block())
    replies.return_reply(ticket.pk, by=p.rv, now=after(1500), fault="no_basis", note="请补充依据。")

    sweep(1500)

    assert [rung for rung, _minute in fired(ticket, "COMPLETION")] == ["warn", "warn2", "L1"]
    assert Escalation.objects.get(ticket=ticket, kind="COMPLETION", rung="L1").due_at == after(1440)


# --- what follows by itself ---------------------------------------------------------------------------


def test_a_unit_that_stays_silent_counts_as_signed(p):
    ticket = make.dispatched(p)

    sweep(59)
    assert Ticket.objects.get(pk=ticket.pk).state == State.PENDING_RECEIPT
    sweep(60)

    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.state, ticket.deemed_signed) == (State.HANDLING, True)
    assert [event.name for event in ticket.events.order_by("seq")][-2:] == ["escalate", "deem_signed"]
    assert list(trail.faults_of(ticket, ticket.events.order_by("seq"))) == []


def test_four_hours_late_a_supervision_order_is_issued_once(p):
    ticket = contacted(p)

    sweep(1679)
    assert not SupervisionOrder.objects.exists()
    sweep(1680)
    sweep(1681)

    order = SupervisionOrder.objects.get(ticket=ticket)
    assert (order.kind, order.by.username, order.unit) == ("overdue", "system", make.unit())
    assert order.due_at == after(1680) + timedelta(days=1)


def test_an_outage_does_not_swallow_the_supervision_order(p):
    ticket = contacted(p)

    sweep(2900)

    assert Escalation.objects.get(ticket=ticket, rung="L2").skipped
    assert SupervisionOrder.objects.filter(ticket=ticket, kind="overdue").count() == 1


# --- acknowledgement ----------------------------------------------------------------------------------


def test_an_ignored_rung_brings_the_next_one_forward(p):
    ticket = make.in_hand(p)
    sweep(180)

    sweep(209)
    assert fired(ticket, "RESPONSE")[-1] == ("L2", 180)
    sweep(210)

    assert fired(ticket, "RESPONSE")[-1] == ("L3", 210)
    early = Escalation.objects.get(ticket=ticket, rung="L3")
    assert early.due_at == early.fired_at == after(210)
    sweep(239)
    sweep(240)
    assert fired(ticket, "RESPONSE")[-1] == ("L4", 240)


def test_an_acknowledged_rung_leaves_the_next_one_where_it_was(p):
    ticket = make.in_hand(p)
    sweep(180)
    escalation.acknowledge(Escalation.objects.get(rung="L2").pk, by=p.sv, now=after(200))

    sweep(239)
    assert fired(ticket, "RESPONSE")[-1] == ("L2", 180)
    sweep(240)
    assert fired(ticket, "RESPONSE")[-1] == ("L3", 240)


def test_a_promise_that_was_extended_meanwhile_is_not_hurried(p):
    ticket = contacted(p)
    requests.request_extension(ticket.pk, by=p.ul, now=after(1400), reason="需要采购配件", amount={"h": 24},
                               citizen_told_at=after(1390))
    sweep(1690)
    assert fired(ticket, "COMPLETION")[-1][0] == "L2"
    requests.decide_extension(ticket.pk, by=p.sv, now=after(1700), approved=True, decision="同意")

    sweep(1750)

    assert fired(ticket, "COMPLETION")[-1][0] == "L2"
    assert Clock.objects.get(ticket=ticket, kind="COMPLETION").next_fire_at == after(2880 + 720)


def test_who_was_not_told_cannot_acknowledge_and_a_second_time_changes_nothing(p):
    ticket = make.in_hand(p)
    sweep(180)
    row = Escalation.objects.get(rung="L2")

    with pytest.raises(PermissionDenied):
        escalation.acknowledge(row.pk, by=p.rv, now=after(181))
    with pytest.raises(Ticket.DoesNotExist):
        escalation.acknowledge(row.pk, by=make.make_user("LI", "WJJD"), now=after(181))
    escalation.acknowledge(row.pk, by=p.sv, now=after(182))
    escalation.acknowledge(row.pk, by=p.dl, now=after(190))

    row.refresh_from_db()
    assert (row.acknowledged_by, row.acknowledged_at) == (p.sv, after(182))
    assert ticket.events.filter(name="acknowledge_escalation").count() == 1


# --- night --------------------------------------------------------------------------------------------


def night(hour, minute=0):
    return datetime(2026, 3, 2 if hour > 12 else 3, hour, minute, tzinfo=LOCAL)


@pytest.mark.parametrize(("urgency", "fires", "sent"), [
    ("normal", night(21, 59), night(21, 59)),
    ("normal", night(22), night(7).replace(day=3)),
    ("normal", night(3), night(7)),
    ("normal", night(7), night(7)),
    ("urgent", night(23), night(23)),
    ("critical", night(3), night(3)),
])
def test_at_night_the_message_about_a_normal_ticket_waits_for_the_morning_but_the_bell_does_not(p, urgency, fires, sent):
    ticket = make.in_hand(p, now=fires - timedelta(minutes=60 if urgency == "critical" else 120), urgency=urgency)

    escalation.sweep(now=fires)

    about = Notice.objects.filter(ticket_no=ticket.ticket_no, kind="escalation", recipient=p.ul)
    assert about.get(channel="sms").next_try_at == sent
    assert about.get(channel="inapp").next_try_at == fires


def test_from_the_second_level_on_nobody_sleeps(p):
    ticket = make.in_hand(p, now=night(20))

    escalation.sweep(now=night(23))

    about = Notice.objects.filter(ticket_no=ticket.ticket_no, kind="escalation_to_acknowledge", recipient=p.sv)
    assert about.get(channel="sms").next_try_at == night(23)


# --- nobody there -------------------------------------------------------------------------------------


def test_where_nobody_holds_the_post_the_duty_leader_is_told_and_the_vacancy_is_reported_once_a_day(p):
    first, second = make.in_hand(p), make.in_hand(p)
    Membership.objects.filter(role="SV").delete()

    sweep(180)

    assert told(first, "L2") == told(second, "L2") == names(p.dl)
    reports = Notice.objects.filter(kind="nobody_found")
    assert {row.recipient for row in reports} == {p.dl, p.ad}
    assert len(reports) == 2
    assert reports[0].params == {"what": "Supervisor", "unit": "12345"}


def test_with_nobody_at_all_the_rung_is_written_all_the_same(p):
    ticket = make.in_hand(p)
    DutyShift.objects.all().delete()
    Membership.objects.exclude(role="OP").delete()

    sweep(180)

    assert [rung for rung, _minute in fired(ticket, "RESPONSE")] == ["warn", "L1", "L2"]


def test_who_holds_two_posts_hears_of_a_rung_once(p):
    Membership.objects.create(user=p.li, unit=make.unit(), role="HD")
    ticket = make.in_hand(p)

    sweep(90)

    assert Notice.objects.filter(ticket_no=ticket.ticket_no, kind="warning", recipient=p.li, channel="inapp").count() == 1
