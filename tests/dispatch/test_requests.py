"""What units ask for: extension, suspension, exclusion. Who decides, how far, and what becomes of what nobody decided."""
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from dispatch import actions as dispatching
from dispatch import replies, requests
from dispatch.models import Request
from followup import actions as following
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.api import lives
from tests.factories import NOON, unit
from tests.tickets import ready
from tickets.actions import AlreadyMoved, Refused

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def p():
    return make.make_people()


def ask(p, ticket, now=NOON, **amount):
    return requests.request_extension(ticket.pk, by=p.ul, now=now, reason="需要采购材料", amount=amount or {"h": 4}, citizen_told_at=now)


def grant(ticket, by, now=NOON, approved=True):
    return requests.decide_extension(ticket.pk, by=by, now=now, approved=approved, decision="已核实")


def promise(ticket):
    return ticket.clocks.get(kind="COMPLETION")


# --- extension ---------------------------------------------------------------------------------------------------


def test_an_approved_extension_adds_to_the_old_due_date_and_both_are_in_the_trail(p):
    ticket = make.in_hand(p)
    old = promise(ticket).due_at
    ask(p, ticket, h=6)

    ticket = grant(ticket, p.sv, now=NOON + 20 * HOUR)

    assert promise(ticket).due_at == old + 6 * HOUR
    moved = ticket.events.order_by("-seq").first().data["due"]
    assert moved == {"COMPLETION": [old.isoformat(), (old + 6 * HOUR).isoformat()]}
    assert ticket.extension_count == 1
    assert Notice.objects.filter(kind="extended", recipient=None).count() == 1  # the citizen


def test_a_rejected_extension_moves_nothing(p):
    ticket = make.in_hand(p)
    old = promise(ticket).due_at
    ask(p, ticket)

    ticket = grant(ticket, p.sv, approved=False)

    assert (promise(ticket).due_at, ticket.extension_count) == (old, 0)


def test_an_extension_is_asked_for_before_the_deadline(p):
    ticket = make.in_hand(p)
    due = promise(ticket).due_at

    with pytest.raises(Refused):
        ask(p, ticket, now=due)
    assert ask(p, ticket, now=due - timedelta(seconds=1))


def test_a_second_extension_is_the_duty_leaders_and_a_third_nobodys(p):
    ticket = make.in_hand(p)
    ask(p, ticket)
    grant(ticket, p.sv)
    ask(p, ticket)

    with pytest.raises(Refused):
        grant(ticket, p.sv)
    assert grant(ticket, p.dl).extension_count == 2
    with pytest.raises(Refused):
        ask(p, ticket)


@pytest.mark.parametrize(("amount", "ok"), [({"h": 24}, True), ({"h": 25}, False), ({"wd": 1}, True), ({"wd": 2}, False)])
def test_an_extension_is_at_most_as_long_as_the_time_was(p, amount, ok):
    ticket = make.in_hand(p)

    if ok:
        assert ask(p, ticket, **amount)
    else:
        with pytest.raises(Refused):
            ask(p, ticket, **amount)


def test_of_each_kind_one_request_is_open(p):
    ticket = make.in_hand(p)
    ask(p, ticket)

    with pytest.raises(Refused):
        ask(p, ticket)
    with pytest.raises(IntegrityError, match="request_one_open"), transaction.atomic():
        Request.objects.create(ticket=ticket, kind="extension", round=1, by=p.hd, at=NOON, reason_code="x", reason="x",
                               from_state="handling")


def test_the_database_refuses_a_request_decided_by_who_asked(p):
    ready.extension_asked(p)

    with pytest.raises(IntegrityError, match="request_not_decided_by_requester"), transaction.atomic():
        Request.objects.update(status="approved", decided_by=p.ul, decided_at=NOON)


# --- what nobody decided -------------------------------------------------------------------------------------------


def both_asked(p):
    ticket = ready.contacted(p)
    ask(p, ticket)
    requests.request_suspension(ticket.pk, by=p.ul, now=NOON, citizen_told_at=NOON, review_date=(NOON + 30 * DAY).date(),
                                **lives.SUSPENSION)
    return ticket


def answered(p, ticket):
    replies.submit_reply(ticket.pk, by=p.ul, now=NOON, **make.reply_block())


def withdrawn(p, ticket):
    following.request_withdraw(ticket.pk, by=p.op, now=NOON, reason="来电人撤回")


def merged(p, ticket):
    following.merge_into(ticket.pk, by=p.rv, now=NOON, master=make.in_review(p))


def returned(p, ticket):
    requests.request_return(ticket.pk, by=p.li, now=NOON, suggested_unit=unit("CG"), **lives.RETURN)
    requests.approve_return(ticket.pk, by=p.dp, now=NOON)


def ruled_on(p, ticket):
    requests.request_return(ticket.pk, by=p.li, now=NOON, suggested_unit=unit("CG"), **lives.RETURN)
    dispatching.escalate_return(ticket.pk, by=p.dp, now=NOON, reason="职责不清")


@pytest.mark.parametrize("leave", [answered, withdrawn, merged, returned, ruled_on])
def test_what_a_unit_asked_for_falls_away_when_the_ticket_leaves_its_hands(p, leave):
    ticket = both_asked(p)

    leave(p, ticket)

    open_kinds = Request.objects.filter(ticket=ticket, status="pending").values_list("kind", flat=True)
    assert set(open_kinds) == set()


def test_an_unanswered_extension_does_not_keep_a_ticket_from_the_archive(p):
    ticket = both_asked(p)
    answered(p, ticket)
    following.approve_reply(ticket.pk, by=p.rv, now=NOON)
    from followup import callbacks
    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **make.HAPPY)
    following.close_satisfied(ticket.pk, by=p.cb, now=NOON)

    assert following.archive(ticket.pk, by=p.sv, now=NOON + 3 * DAY).state == "archived"


def test_an_exclusion_is_decided_after_the_end_too_and_until_then_the_archive_waits(p):
    ticket = make.in_callback(p)
    requests.request_exclusion(ticket.pk, by=p.ul, now=NOON, reason_code="unreasonable", reason="诉求不合理")
    from followup import callbacks
    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **make.HAPPY)
    following.close_satisfied(ticket.pk, by=p.cb, now=NOON)
    with pytest.raises(Refused):
        following.archive(ticket.pk, by=p.sv, now=NOON + 3 * DAY)

    ticket = requests.decide_exclusion(ticket.pk, by=p.zh, now=NOON + DAY, approved=True, decision="同意剔除", proposed_by=p.sv)

    assert ticket.excluded_from_assessment and ticket.state == "closed"
    assert following.archive(ticket.pk, by=p.sv, now=NOON + 3 * DAY).state == "archived"


def test_an_exclusion_never_replaces_the_callback(p):
    ticket = make.in_callback(p)
    requests.request_exclusion(ticket.pk, by=p.ul, now=NOON, reason_code="unreasonable", reason="诉求不合理")

    ticket = requests.decide_exclusion(ticket.pk, by=p.zh, now=NOON, approved=True, decision="同意剔除", proposed_by=p.sv)

    with pytest.raises(Refused):
        following.close_satisfied(ticket.pk, by=p.cb, now=NOON)


# --- suspension ------------------------------------------------------------------------------------------------------


def test_a_suspension_stops_the_promise_and_the_rest_is_given_back_at_least_a_day(p):
    ticket = lives.suspended(p)
    clock = promise(ticket)
    assert (clock.status, clock.kept) == ("paused", {"s": 24 * 3600})

    ticket = requests.resume(ticket.pk, by=p.li, now=NOON + 10 * DAY)

    clock.refresh_from_db()
    assert (clock.status, clock.due_at) == ("running", NOON + 11 * DAY)
    assert ticket.review_date is None
    assert datetime.fromisoformat(ticket.events.order_by("-seq").first().data["due"]["COMPLETION"][1]) == clock.due_at


def test_on_the_review_date_the_system_resumes_what_nobody_resumed(p):
    ticket = lives.suspended(p)
    day = NOON + 90 * DAY

    assert requests.resume_due(by=p.system, now=day - DAY) == 0
    assert requests.resume_due(by=p.system, now=day) == 1
    assert requests.resume_due(by=p.system, now=day) == 0

    ticket.refresh_from_db()
    assert ticket.state == "handling"


def test_the_response_clock_is_not_stopped_by_a_suspension(p):
    assert lives.suspended(p).clocks.get(kind="RESPONSE").status == "running"


def test_a_suspension_leaves_nothing_for_the_audit(p):
    audited.with_all_triggers()
    ticket = lives.suspended(p)
    assert audited.codes(NOON) <= {"C6"}

    requests.resume(ticket.pk, by=p.li, now=NOON + 10 * DAY)

    assert audited.codes(NOON) <= {"C6"}


def test_a_rejected_suspension_leaves_the_case_in_hand(p):
    ticket = both_asked(p)

    requests.reject_suspension(ticket.pk, by=p.sv, now=NOON, decision="理由不足")

    assert promise(ticket).status == "running"
    with pytest.raises(AlreadyMoved):
        requests.approve_suspension(ticket.pk, by=p.dl, now=NOON, decision="同意", proposed_by=p.sv)
