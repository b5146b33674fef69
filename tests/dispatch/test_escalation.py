"""The deadline loop: every rung at its minute, exactly once, told to the right people."""
import threading
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import DutyShift, Membership
from dispatch import escalation, replies, requests
from dispatch.models import Escalation, Heartbeat, SupervisionOrder
from notices.models import Notice
from tests import factories as make
from tests.factories import NOON
from tickets import trail
from tickets.calendars import LOCAL
from tickets.clocks import Clock
from tickets.models import SlaProfile, Ticket
from tickets.states import State

pytestmark = pytest.mark.django_db
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


@pytest.fixture
def p():
    people = make.make_people()
    hours = timedelta(days=30)
    for kind, person in (("duty_leader", people.dl), ("shift_leader", people.ops)):
        DutyShift.objects.create(kind=kind, unit=make.unit("RX"), user=person, starts_at=NOON - hours, ends_at=NOON + hours)
    for person in (people.li, people.ul, people.sv, people.dl, people.ql):
        person.phone = "13800138000"
        person.save()
    return people


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


# --- exactly once -------------------------------------------------------------------------------------


def test_a_second_look_adds_nothing(p):
    ticket = make.in_hand(p)

    first, second = sweep(120), sweep(120)

    assert (first.fired, second.fired) == (1, 0)
    assert fired(ticket, "RESPONSE") == [("warn", 120), ("L1", 120)]
    assert ticket.events.filter(name="escalate").count() == 1


def test_a_clock_that_was_set_back_by_mistake_does_not_fire_again(p):
    ticket = make.in_hand(p)
    sweep(120)
    notices = Notice.objects.count()
    Clock.objects.filter(ticket=ticket, kind="RESPONSE").update(level=0, next_fire_at=after(90))

    sweep(121)

    assert fired(ticket, "RESPONSE") == [("warn", 120), ("L1", 120)]
    assert Notice.objects.count() == notices


def test_all_rungs_of_a_look_are_one_event_and_the_trail_verifies(p):
    ticket = contacted(p)

    sweep(2000)

    event = ticket.events.get(name="escalate")
    assert event.data == {"rungs": {"COMPLETION#1": ["warn", "warn2", "L1", "L2"]}, "skipped": 3}
    assert (event.is_move, event.by.username, event.at) == (False, "system", after(2000))
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert list(trail.faults_of(ticket, ticket.events.order_by("seq"))) == []


def run_together(count, work):
    barrier, errors = threading.Barrier(count), []

    def run():
        try:
            barrier.wait()
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_eight_looks_at_once_fire_each_rung_once(p):
    tickets = [make.in_hand(p, now=NOON - timedelta(minutes=number)) for number in range(20)]

    run_together(8, lambda: sweep(120, limit=3))
    while sweep(120).tickets:  # what the eight left to each other
        pass

    for ticket in tickets:
        assert [rung for rung, _minute in fired(ticket, "RESPONSE")] == ["warn", "L1"]
        assert ticket.events.filter(name="escalate").count() == 1
        fresh = Ticket.objects.get(pk=ticket.pk)
        assert list(trail.faults_of(fresh, fresh.events.order_by("seq"))) == []
    assert Notice.objects.filter(kind="escalation", channel="inapp").count() == 20


@pytest.mark.django_db(transaction=True)
def test_a_ticket_in_use_is_left_for_the_next_look_and_holds_up_no_other(p):
    busy, free = make.in_hand(p), make.in_hand(p)

    with transaction.atomic():
        Ticket.objects.select_for_update(of=("self",)).get(pk=busy.pk)
        run_together(1, lambda: sweep(120))
    assert (fired(busy, "RESPONSE"), len(fired(free, "RESPONSE"))) == ([], 2)

    sweep(121)
    assert len(fired(busy, "RESPONSE")) == 2


# --- after an outage ----------------------------------------------------------------------------------


def test_after_three_hours_of_silence_only_the_highest_rung_tells_people(p):
    ticket = make.in_hand(p)

    done = sweep(120 + 180)

    rows = Escalation.objects.filter(ticket=ticket, kind="RESPONSE").order_by("level")
    assert [(row.rung, row.skipped) for row in rows] == [("warn", True), ("L1", True), ("L2", True), ("L3", False)]
    assert [row.due_at for row in rows] == [after(90), after(120), after(180), after(240)]
    assert {row.fired_at for row in rows} == {after(300)}
    assert (told(ticket, "warn"), told(ticket, "L1"), told(ticket, "L2")) == (set(), set(), set())
    assert told(ticket, "L3") == names(p.dl)
    assert [row.needs_ack for row in rows] == [False, False, False, True]
    assert (done.fired, done.skipped, done.latest) == (1, 3, 210 * 60)


def test_a_backlog_is_worked_off_in_due_order_until_nothing_is_left(p):
    tickets = [make.in_hand(p, now=NOON - timedelta(minutes=number)) for number in range(7)]
    newest_first = [ticket.pk for ticket in tickets]

    done = sweep(120, limit=2, batches=1)
    first = list(Escalation.objects.filter(rung="L1").values_list("ticket", flat=True))
    rest = sweep(120, limit=2)

    assert sorted(first) == sorted(newest_first[-2:])
    assert (done.finished, rest.finished) == (False, True)
    assert Escalation.objects.filter(rung="L1").count() == 7
    assert not Clock.objects.filter(next_fire_at__lte=after(120)).exists()


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


# --- one bad row --------------------------------------------------------------------------------------


def poisoned(ticket):
    """A ladder that somebody typed wrongly."""
    known = SlaProfile.objects.first()
    broken = SlaProfile.objects.create(code="broken", title="broken", limits=known.limits, valid_from=NOON,
                                       ladders={"RESPONSE": [["warn", 0.75, ["unit_handler"]], ["L1", "soon", []]]})
    Clock.objects.filter(ticket=ticket, kind="RESPONSE").update(profile=broken)
    return broken


def test_a_clock_that_cannot_be_read_is_put_aside_and_the_others_fire(p):
    tickets = [make.in_hand(p) for _ in range(3)]
    broken = poisoned(tickets[1])

    done = sweep(120)

    assert (done.put_aside, done.finished) == (1, True)
    assert [len(fired(ticket, "RESPONSE")) for ticket in tickets] == [2, 0, 2]
    assert Clock.objects.get(ticket=tickets[1], kind="RESPONSE").next_fire_at == after(180)
    assert set(Notice.objects.filter(kind="sweep_failed").values_list("recipient", flat=True)) == {p.dl.pk}

    broken.ladders = {}
    broken.save()
    sweep(180)
    rows = Escalation.objects.filter(ticket=tickets[1], kind="RESPONSE").order_by("level")
    assert [(row.rung, row.due_at) for row in rows] == [("warn", after(90)), ("L1", after(120)), ("L2", after(180))]


def test_the_other_clocks_of_a_poisoned_ticket_still_fire(p):
    ticket = make.in_hand(p)
    poisoned(ticket)

    sweep(1440)

    assert [rung for rung, _minute in fired(ticket, "COMPLETION")] == ["warn", "warn2", "L1"]


# --- signs of life ------------------------------------------------------------------------------------


def test_every_look_leaves_a_sign_of_life(p):
    make.in_hand(p)

    sweep(95)
    row = Heartbeat.objects.get(name="sweep")
    assert (row.last_ok, row.lag_seconds) == (after(95), 300)
    sweep(96)

    row.refresh_from_db()
    assert (row.last_ok, row.lag_seconds) == (after(96), 0)


def test_the_task_looks_with_the_clock_of_the_database(p):
    from dispatch import tasks

    tasks.sweep()
    tasks.sweep_now()

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"sweep", "beat", "loop"}


def statements_of_a_look(minutes):
    with CaptureQueriesContext(connection) as queries:
        sweep(minutes)
    return len(queries)


def test_a_look_costs_the_same_for_one_ticket_as_for_ten(p):
    done = make.in_hand(p, now=NOON)
    alone = statements_of_a_look(120)
    replies.record_contact(done.pk, by=p.hd, now=after(121), method="phone", reached=True)
    for _ in range(10):
        make.in_hand(p, now=after(130))

    assert statements_of_a_look(130 + 120) == alone
    assert statements_of_a_look(251) < 12
