"""What a unit owes the hotline while it works (O10): every four hours on urgent matters, every month while suspended."""
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.instant import database_now
from dispatch import actions as dispatching
from dispatch import replies, requests
from followup import actions as following
from followup import callbacks
from tests import factories as make
from tests.api import lives
from tests.crowds import signed_in
from tests.dispatch.ladders import after, fired, names, sweep, told
from tests.factories import NOON
from tickets import intake, overrides, replay
from tickets.calendars import LOCAL
from tickets.clocks import FEEDBACK, Clock, Kind
from tickets.models import SlaProfile, Ticket
from tickets.special import rules

pytestmark = pytest.mark.django_db
DAY, HOURS = timedelta(days=1), 60


def owed(ticket):
    """[(kind, status, due in minutes after NOON)] of the duties so far, the first one first."""
    return [(clock.kind, clock.status, (clock.due_at - NOON).total_seconds() / 60)
            for clock in Clock.objects.filter(ticket=ticket, kind__in=FEEDBACK).order_by("pk")]


def assert_sound(ticket):
    """The trail alone tells of the same clocks."""
    fresh = Ticket.objects.get(pk=ticket.pk)
    played = replay.play(fresh, list(fresh.events.order_by("seq")), replay.Known.read())
    assert list(replay.differences(fresh.clocks.order_by("pk"), played)) == []


def suspended(p, minutes=60, **fields):
    ticket, now = make.in_hand(p, **fields), after(minutes)
    requests.request_suspension(ticket.pk, by=p.ul, now=now, reason_code="funds", reason="需等待财政资金到位。",
                                plan="资金到位后立即施工。", review_date=timezone.localdate(now, LOCAL) + 90 * DAY, citizen_told_at=now)
    return requests.approve_suspension(ticket.pk, by=p.dl, now=now, decision="同意挂账", proposed_by=p.sv)


@pytest.mark.parametrize(("urgency", "duties"), [("critical", [("PROGRESS", "running", 240)]),
                                                 ("urgent", [("PROGRESS", "running", 240)]), ("normal", [])])
def test_urgent_matters_in_hand_are_fed_back_on_within_four_hours(p, urgency, duties):
    ticket = make.in_hand(p, urgency=urgency)

    assert owed(ticket) == duties
    assert {clock.holder for clock in Clock.objects.filter(ticket=ticket, kind="PROGRESS")} == ({ticket.lead_unit} if duties else set())
    assert_sound(ticket)


def test_the_next_one_counts_from_the_last_and_one_too_late_stays_late(p):
    ticket = make.in_hand(p, urgency="urgent")

    replies.record_progress(ticket.pk, by=p.hd, now=after(100), text="施工队已经到场")
    replies.record_progress(ticket.pk, by=p.li, now=after(400), text="已挖开路面")

    assert owed(ticket) == [("PROGRESS", "met", 240), ("PROGRESS", "met", 340), ("PROGRESS", "running", 640)]
    first, second = Clock.objects.filter(ticket=ticket, kind="PROGRESS", status="met").order_by("pk")
    assert (first.late_at(after(900)), second.late_at(after(900))) == (False, True)
    assert_sound(ticket)


def test_what_is_due_next_on_the_ticket_is_the_feedback(p):
    ticket = make.in_hand(p, urgency="urgent")
    replies.record_contact(ticket.pk, by=p.hd, now=after(10), method="phone", reached=True)
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == after(240)

    replies.record_progress(ticket.pk, by=p.hd, now=after(30), text="施工队已经到场")

    assert Ticket.objects.get(pk=ticket.pk).next_due_at == after(270)


def test_a_co_unit_relieves_the_lead_of_nothing(p):
    ticket = make.in_hand(p, urgency="urgent")
    replies.add_co_unit(ticket.pk, by=p.dp, now=after(5), co_units=[make.unit("CG")], opinion="请配合")
    helper = make.make_user("LI", "CG")

    replies.record_progress(ticket.pk, by=helper, now=after(100), text="护栏已经送到")

    assert owed(ticket) == [("PROGRESS", "running", 240)]
    assert_sound(ticket)


def test_nothing_is_owed_while_the_ticket_is_out_of_the_units_hands(p):
    ticket = make.in_hand(p, urgency="urgent")
    replies.record_contact(ticket.pk, by=p.hd, now=after(10), method="phone", reached=True)
    replies.submit_reply(ticket.pk, by=p.ul, now=after(60), **make.reply_block())
    assert owed(ticket) == [("PROGRESS", "met", 240)]

    replies.return_reply(ticket.pk, by=p.rv, now=after(90), fault="off_topic", note="没有回答诉求")
    assert owed(ticket)[1:] == [("PROGRESS", "running", 330)]
    assert_sound(ticket)


def test_a_return_that_is_refused_begins_it_again(p):
    ticket = make.in_hand(p, urgency="urgent")
    requests.request_return(ticket.pk, by=p.ul, now=after(5), suggested_unit=make.unit("CG"), **lives.RETURN)
    assert [status for _kind, status, _due in owed(ticket)] == ["met"]

    requests.reject_return(ticket.pk, by=p.dp, now=after(20), decision="属于你单位职责")
    assert owed(ticket)[1:] == [("PROGRESS", "running", 260)]
    assert_sound(ticket)


def test_a_redo_is_fed_back_on_as_well(p):
    ticket = make.in_callback(p, urgency="urgent")
    callbacks.record_outcome(ticket.pk, by=p.cb, now=after(60), **make.UNHAPPY)
    following.order_redo(ticket.pk, by=p.cb, now=after(60), reason="问题没有解决")

    assert owed(ticket)[-1] == ("PROGRESS", "running", 300)
    assert_sound(ticket)


def test_while_suspended_once_a_month_and_afterwards_as_before(p):
    month = 30 * 24 * HOURS
    ticket = suspended(p, urgency="urgent")
    assert owed(ticket) == [("PROGRESS", "met", 240), ("MONTHLY", "running", 60 + month)]

    replies.record_progress(ticket.pk, by=p.li, now=after(month), text="资金已列入下季度计划")
    assert owed(ticket)[1:] == [("MONTHLY", "met", 60 + month), ("MONTHLY", "running", 2 * month)]

    requests.resume(ticket.pk, by=p.li, now=after(month + 100))
    assert owed(ticket)[2:] == [("MONTHLY", "met", 2 * month), ("PROGRESS", "running", month + 340)]
    assert_sound(ticket)


def test_a_normal_matter_is_fed_back_on_monthly_while_suspended(p):
    ticket = suspended(p)
    intake.change_urgency(ticket.pk, by=p.sv, now=after(70), urgency="urgent", reason="雨季将至")

    assert owed(ticket) == [("MONTHLY", "running", 60 + 30 * 24 * HOURS)]
    assert_sound(ticket)


def test_what_becomes_urgent_in_hand_is_fed_back_on_from_then(p):
    ticket = make.in_hand(p)
    intake.change_urgency(ticket.pk, by=p.sv, now=after(100), urgency="urgent", reason="墙体开裂扩大")
    assert owed(ticket) == [("PROGRESS", "running", 340)]

    intake.change_urgency(ticket.pk, by=p.sv, now=after(200), urgency="critical", reason="有人受伤")
    assert owed(ticket) == [("PROGRESS", "running", 340)]
    assert_sound(ticket)


def test_silence_climbs_to_the_leader_of_the_unit_and_the_supervisor(p):
    ticket = make.in_hand(p, urgency="urgent")
    replies.record_contact(ticket.pk, by=p.hd, now=after(10), method="phone", reached=True)

    for minutes in (180, 240, 480):
        sweep(minutes)

    assert fired(ticket, "PROGRESS") == [("warn", 180), ("L1", 240), ("L2", 480)]
    assert names(p.ul) <= told(ticket, "L1")
    assert names(p.sv) <= told(ticket, "L2")


def test_limits_of_before_know_no_such_duty(p):
    old = SlaProfile.objects.current(NOON)
    limits = {kind: by for kind, by in old.limits.items() if kind not in FEEDBACK}
    SlaProfile.objects.create(code=old.code, version=7, title="old", limits=limits, valid_from=NOON - DAY, is_default=True)

    assert owed(make.in_hand(p, urgency="urgent")) == []
    ticket = suspended(p, urgency="urgent")
    assert owed(ticket) == []
    assert_sound(ticket)


def test_a_special_rule_gives_a_category_the_duty(p):
    category = make.category()
    rules.add(category=category.code, what=Kind.PROGRESS, value=60, valid_from=NOON - DAY, valid_to=None, owner="区住建局",
              reason="汛期", by=p.ad, now=NOON - DAY)
    assert Kind.PROGRESS in overrides.in_force(category, NOON)

    ticket = make.in_hand(p, category=category)

    assert owed(ticket) == [("PROGRESS", "running", 60)]
    assert_sound(ticket)


def test_the_page_of_the_ticket_shows_it_and_the_step_meets_it(p):
    now = database_now()
    ticket = make.in_hand(p, now=now, urgency="urgent")
    client = signed_in(p.li)
    assert "阶段反馈" in client.get(f"/tickets/{ticket.ticket_no}/").content.decode()

    answer = client.post(reverse("tickets:do", args=[ticket.ticket_no, "record_progress"]),
                         {"text": "施工队已经到场", "version": Ticket.objects.get(pk=ticket.pk).version})

    assert answer.status_code in (200, 302)
    assert [status for _kind, status, _due in owed(ticket)] == ["met", "running"]


def test_a_second_dispatch_leaves_no_duty_with_the_unit_before(p):
    ticket = make.in_hand(p, urgency="urgent")
    requests.request_return(ticket.pk, by=p.ul, now=after(5), suggested_unit=make.unit("CG"), **lives.RETURN)
    requests.approve_return(ticket.pk, by=p.dp, now=after(10), decision="同意")
    dispatching.dispatch(ticket.pk, by=p.dp, now=after(15), lead_unit=make.unit("CG"), co_units=[], opinion="")
    dispatching.sign(ticket.pk, by=make.make_user("LI", "CG"), now=after(20))

    holders = Clock.objects.filter(ticket=ticket, kind="PROGRESS").order_by("pk").values_list("holder__code", "status")
    assert list(holders) == [("ZJ", "met"), ("CG", "running")]
    assert_sound(ticket)
