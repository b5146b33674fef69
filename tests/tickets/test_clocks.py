"""The promises beside a ticket: which step starts, stops, holds, pauses and moves which clock."""
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from dispatch import actions as dispatching
from dispatch import replies, requests
from followup import actions as following
from tests import factories as make
from tests.factories import NOON
from tickets import intake, sla
from tickets.calendars import LOCAL
from tickets.clocks import PROMISED, UNFINISHED, Clock, Face, Kind, Status
from tickets.life import Life
from tickets.models import SlaProfile, Ticket
from tickets.winding import CLOCKS

DAY = timedelta(days=1)


def after(minutes):
    return NOON + timedelta(minutes=minutes)


# --- a clock by itself: no database -------------------------------------------------------------------

instants = st.integers(0, 60 * 24 * 365).map(after)
lengths = st.integers(10, 60 * 24 * 15)
levels = st.integers(0, 6)


def clock(start=NOON, length=120, kind=Kind.RESPONSE, **fields):
    return Clock(kind=kind, round=1, status=Status.RUNNING, started_at=start, due_at=start + timedelta(minutes=length),
                 length=length * 60, rule=length, profile=SlaProfile(ladders={}), **fields)


@given(instants, lengths, st.sampled_from(Kind))
def test_a_ladder_is_climbed_upwards(start, length, kind):
    one = clock(start, length, kind)

    times = [one.fire_at(rung) for rung in one.profile.ladder(kind)]

    assert times == sorted(times)


@given(instants, lengths, st.floats(0, 3))
def test_a_share_of_the_time_falls_where_it_says(start, length, share):
    due = clock(start, length).fire_at(["warn", share, []])

    assert abs((due - start).total_seconds() - share * length * 60) <= 0.5


@given(instants, lengths, st.integers(0, 3000))
def test_minutes_count_from_the_due_date(start, length, minutes):
    one = clock(start, length)

    assert one.fire_at(["L2", f"{minutes}m", []]) == one.due_at + timedelta(minutes=minutes)


@given(lengths, levels, st.sampled_from(Status))
def test_only_a_running_clock_with_a_rung_left_fires(length, level, status):
    one = clock(length=length, level=level)
    one.status = status

    one.plan_fire()

    ladder = one.profile.ladder(one.kind)
    assert (one.next_fire_at is not None) == (status == Status.RUNNING and level < len(ladder))


@given(instants, lengths, st.integers(-3000, 3000), st.integers(0, 5000))
def test_late_is_decided_by_the_act_and_not_by_the_look(start, length, seconds, later):
    one = clock(start, length)
    one.finish(Status.MET, one.due_at + timedelta(seconds=seconds))

    assert one.late_at(one.due_at + timedelta(minutes=later)) == (seconds > 0)


def test_at_the_very_instant_of_the_due_date_it_is_in_time():
    one = clock()

    assert not one.late_at(one.due_at)
    assert one.late_at(one.due_at + timedelta(microseconds=1))


@given(st.integers(0, 100), st.integers(0, 5000))
def test_a_paused_clock_is_never_late(gone, later):
    one = clock()
    one.status = Status.PAUSED

    assert not one.late_at(after(gone + later))


PAUSABLE = st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000)), max_size=6)


@given(st.integers(60 * 24 * 2, 60 * 24 * 40), PAUSABLE)
def test_pauses_shift_the_due_date_by_exactly_their_length(length, spans):
    """Run a while, pause a while, again and again: as long as a day is left, not a second is won or lost."""
    one, now, paused = clock(length=length, kind=Kind.COMPLETION), NOON, timedelta()
    ticket = SimpleNamespace(urgency="normal", type="complaint", sla_profile=one.profile, round=1, lead_unit=None)
    for runs, rests in spans:
        now += timedelta(minutes=runs)
        if one.due_at - now < DAY:
            return
        Face(ticket, now, [one]).pause(PROMISED)
        assert one.next_fire_at is None
        now += timedelta(minutes=rests)
        paused += timedelta(minutes=rests)
        Face(ticket, now, [one]).resume(PROMISED, at_least_a_day=True)

    assert one.due_at == NOON + timedelta(minutes=length) + paused


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_holding_and_releasing_changes_nothing_but_the_time_in_between(first, second):
    one = clock(length=1440, kind=Kind.COMPLETION)
    before = (one.due_at, one.level)

    Face(None, after(first), [one]).hold(PROMISED)
    assert (one.status, one.stopped_at, one.next_fire_at) == (Status.HELD, after(first), None)
    Face(None, after(first + second), [one]).release(PROMISED)

    assert (one.status, one.stopped_at) == (Status.RUNNING, None)
    assert (one.due_at, one.level) == before


def test_what_was_held_is_met_when_it_was_answered_and_not_when_it_was_approved():
    one = clock(length=1440, kind=Kind.COMPLETION)

    Face(None, after(1439), [one]).hold(PROMISED)
    Face(None, after(2000), [one]).stop(PROMISED)

    assert (one.status, one.stopped_at) == (Status.MET, after(1439))
    assert not one.late_at(after(3000))


def test_every_step_of_a_life_says_what_it_does_to_the_clocks():
    steps = {name for name, method in vars(Life).items() if hasattr(method, "_django_fsm")}

    assert steps - set(CLOCKS) == set()
    assert set(CLOCKS) - steps - {"create"} == set()


def test_every_clock_has_a_ladder_and_every_limit_a_value_for_every_urgency():
    assert set(sla.LADDERS) == set(Kind.values)


# --- clocks of a ticket -------------------------------------------------------------------------------


@pytest.fixture
def p(db):
    return make.make_people()


def state_of(ticket):
    """{"REVIEW": "met", …} of the newest clock of each kind."""
    return dict(Clock.objects.filter(ticket=ticket).order_by("pk").values_list("kind", "status"))


def newest(ticket, kind):
    return Clock.objects.filter(ticket=ticket, kind=kind).order_by("-pk").first()


def assert_sound(ticket):
    """What holds after every step: the column of the lists, and at most one open clock of a kind and round."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    running = Clock.objects.filter(ticket=ticket, status=Status.RUNNING).exclude(kind=Kind.RETURN_WINDOW)
    assert ticket.next_due_at == min((one.due_at for one in running), default=None)
    unfinished = list(Clock.objects.filter(ticket=ticket, status__in=UNFINISHED).values_list("kind", "round"))
    assert len(unfinished) == len(set(unfinished))


def test_the_clocks_of_an_ordinary_life(p):
    ticket = make.draft(p)
    assert state_of(ticket) == {}
    intake.submit(ticket.pk, by=p.op, now=after(1))
    assert state_of(ticket) == {"RESPONSE": "running", "COMPLETION": "running", "REVIEW": "running"}
    intake.approve(ticket.pk, by=p.rv, now=after(2))
    assert (newest(ticket, "REVIEW").status, newest(ticket, "DISPATCH").due_at) == ("met", after(2 + 10))
    dispatching.dispatch(ticket.pk, by=p.dp, now=after(3), lead_unit=make.unit())
    assert (newest(ticket, "DISPATCH").stopped_at, newest(ticket, "RECEIPT").due_at) == (after(3), after(3 + 30))
    dispatching.sign(ticket.pk, by=p.li, now=after(4))
    assert newest(ticket, "RECEIPT").status == "met"
    replies.record_contact(ticket.pk, by=p.hd, now=after(5), method="phone", reached=True)
    assert newest(ticket, "RESPONSE").stopped_at == after(5)
    replies.submit_reply(ticket.pk, by=p.ul, now=after(6), **make.reply_block())
    assert (newest(ticket, "COMPLETION").status, newest(ticket, "REPLY_REVIEW").status) == ("held", "running")
    following.approve_reply(ticket.pk, by=p.rv, now=after(7))
    assert (newest(ticket, "COMPLETION").status, newest(ticket, "COMPLETION").stopped_at) == ("met", after(6))
    assert newest(ticket, "CALLBACK_FIRST").due_at == after(7 + 1440)
    assert newest(ticket, "CALLBACK_ALL").due_at == after(7 + 4320)
    assert_sound(ticket)


def test_the_citizens_clocks_start_with_acceptance_and_signing_does_not_move_them(p):
    ticket = make.in_review(p)
    promised = {kind: newest(ticket, kind).due_at for kind in ("RESPONSE", "COMPLETION")}
    assert promised == {"RESPONSE": after(120), "COMPLETION": after(1440)}

    intake.approve(ticket.pk, by=p.rv, now=after(30))
    dispatching.dispatch(ticket.pk, by=p.dp, now=after(40), lead_unit=make.unit())
    dispatching.recall(ticket.pk, by=p.dp, now=after(45))
    dispatching.dispatch(ticket.pk, by=p.dp, now=after(50), lead_unit=make.unit())
    dispatching.sign(ticket.pk, by=p.li, now=after(110))

    assert {kind: newest(ticket, kind).due_at for kind in promised} == promised
    assert_sound(ticket)


def test_a_return_and_a_second_unit_do_not_move_the_citizens_clocks(p):
    ticket = make.dispatched(p)
    requests.request_return(ticket.pk, by=p.li, now=after(20), reason_code="not_our_duty", reason="不属于我单位职责范围。",
                            legal_basis="三定方案", suggested_unit=make.unit("WJJD"))
    requests.approve_return(ticket.pk, by=p.dp, now=after(30), decision="同意")
    dispatching.dispatch(ticket.pk, by=p.dp, now=after(35), lead_unit=make.unit("WJJD"))

    assert newest(ticket, "COMPLETION").due_at == after(1440)
    assert newest(ticket, "RECEIPT").due_at == after(35 + 30)
    assert newest(ticket, "RETURN_DECISION").status == "met"
    assert_sound(ticket)


def test_an_item_from_the_portal_is_accepted_by_a_clock_and_a_call_is_not(p):
    assert state_of(make.draft(p, channel="portal")) == {"ACCEPT": "running"}
    assert state_of(make.draft(p)) == {}


def test_two_failed_tries_half_an_hour_apart_stop_the_response_as_attempted(p):
    ticket = make.in_hand(p)

    def fail(minutes):
        replies.record_contact(ticket.pk, by=p.hd, now=after(minutes), method="phone", reached=False)
        return newest(ticket, "RESPONSE").status

    assert [fail(minutes) for minutes in (10, 39, 40)] == ["running", "running", "met"]
    assert newest(ticket, "RESPONSE").attempted
    assert_sound(ticket)


def test_missing_information_pauses_the_review_and_gives_the_rest_back(p):
    ticket = make.in_review(p)  # 20 minutes
    intake.return_for_info(ticket.pk, by=p.rv, now=after(5), reason="incomplete", note="请补充楼栋号。")
    assert (newest(ticket, "REVIEW").status, newest(ticket, "INFO").due_at) == ("paused", after(5 + 30))
    intake.submit(ticket.pk, by=p.op, now=after(25))

    assert newest(ticket, "REVIEW").due_at == after(25 + 15)
    assert newest(ticket, "COMPLETION").due_at == after(1440)
    assert_sound(ticket)


def suspend(p, ticket, now):
    requests.request_suspension(ticket.pk, by=p.ul, now=now, reason_code="funds", reason="需等待财政资金到位。",
                                plan="资金到位后立即施工。", review_date=timezone.localdate(now, LOCAL) + 30 * DAY,
                                citizen_told_at=now)
    requests.approve_suspension(ticket.pk, by=p.dl, now=now, decision="同意挂账", proposed_by=p.sv)


def test_a_suspension_stops_only_the_completion_and_leaves_at_least_a_day_afterwards(p):
    ticket = make.in_hand(p)
    suspend(p, ticket, after(1000))
    assert (newest(ticket, "COMPLETION").status, newest(ticket, "RESPONSE").status) == ("paused", "running")
    assert_sound(ticket)

    requests.resume(ticket.pk, by=p.li, now=after(20_000))

    assert newest(ticket, "COMPLETION").due_at == after(20_000) + DAY
    assert_sound(ticket)


def test_an_extension_counts_from_the_old_due_date(p):
    ticket = make.in_hand(p)
    requests.request_extension(ticket.pk, by=p.ul, now=after(600), reason="需要采购配件", amount={"h": 12},
                               citizen_told_at=after(590))

    requests.decide_extension(ticket.pk, by=p.sv, now=after(700), approved=True, decision="同意")

    assert newest(ticket, "COMPLETION").due_at == after(1440 + 720)
    event = ticket.events.get(name="decide_extension")
    assert event.data["due"] == {"COMPLETION": [utc(after(1440)), utc(after(1440 + 720))]}
    assert_sound(ticket)


def utc(instant):
    return instant.astimezone(timezone.get_fixed_timezone(0)).isoformat()


def test_raising_the_urgency_never_gives_more_time(p):
    ticket = make.in_hand(p)

    intake.change_urgency(ticket.pk, by=p.rv, now=after(10), urgency="critical", reason="有人受伤")
    assert newest(ticket, "RESPONSE").due_at == after(60)
    assert_sound(ticket)
    intake.change_urgency(ticket.pk, by=p.sv, now=after(20), urgency="normal", reason="误判")

    assert newest(ticket, "RESPONSE").due_at == after(60)
    assert_sound(ticket)


def test_a_redo_has_a_clock_of_its_own_round(p):
    ticket = make.answered(p, answers=make.UNHAPPY)

    following.order_redo(ticket.pk, by=p.cb, now=after(100), reason="问题仍在")

    redo = newest(ticket, "REDO")
    assert (redo.round, redo.status, redo.due_at) == (2, "running", after(100 + 1440))
    assert not Clock.objects.filter(ticket=ticket, round=1, status__in=UNFINISHED).exists()
    assert_sound(ticket)


def test_nothing_runs_after_the_end(p):
    ticket = make.closed(p)

    assert not Clock.objects.filter(ticket=ticket, status__in=UNFINISHED).exists()
    assert Ticket.objects.get(pk=ticket.pk).next_due_at is None


def test_a_workday_profile_counts_working_days_and_remembers_what_it_promised(p):
    profile = SlaProfile.objects.get(code="standard_workday")
    SlaProfile.objects.filter(code="rapid_2h_24h").update(is_default=False)
    SlaProfile.objects.filter(pk=profile.pk).update(is_default=True)
    friday = NOON.replace(month=2, day=13, hour=16)

    ticket = make.in_hand(p, now=friday, type="help")

    completion = newest(ticket, "COMPLETION")
    assert completion.rule == {"wd": 5}
    assert completion.due_at == friday.replace(day=27, hour=23, minute=59, second=59)
    assert completion.profile == profile and completion.calendar_known

    suspend(p, ticket, friday.replace(day=24))
    assert newest(ticket, "COMPLETION").kept == {"wd": 3}
    requests.resume(ticket.pk, by=p.li, now=NOON.replace(month=3, day=6))
    assert newest(ticket, "COMPLETION").due_at == NOON.replace(month=3, day=11, hour=23, minute=59, second=59)


def test_a_promise_into_a_year_without_holidays_is_flagged(p):
    SlaProfile.objects.filter(code="rapid_2h_24h").update(is_default=False)
    SlaProfile.objects.filter(code="standard_workday").update(is_default=True)

    ticket = make.in_hand(p, now=NOON.replace(month=12, day=30))

    assert not newest(ticket, "COMPLETION").calendar_known
    assert newest(ticket, "DISPATCH").calendar_known
