"""Out of a merger again: a new ticket for the matter, nothing promised is lost, and the master is as it was."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import tokens
from accounts.instant import database_now
from dispatch import patterns, replies
from followup import actions as following
from followup import callbacks, splitting
from followup.models import LEFT, CallbackTask
from insights import audit as nightly
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tests.racing import race
from tests.tickets import ready
from tickets import intake, steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Call, Split, Ticket
from tickets.steps import STEPS

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OTHER = "13900139001"


@pytest.fixture
def p(db):
    return make.make_people()


def merge(p, ticket, master, now=NOON):
    by = p.op if ticket.state == "draft" else p.rv
    return following.merge_into(ticket.pk, by=by, now=now, master=Ticket.objects.get(pk=master.pk))


def neighbour(p, master, now=NOON, begin=make.in_review, phone=OTHER, **fields):
    return merge(p, begin(p, now, contact_phone=phone, **fields), master, now)


def split(p, ticket, now=NOON + HOUR, by=None):
    return splitting.split_off(ticket.pk, by=by or p.rv, now=now, reason="不是同一件事")


def goes_on(ticket):
    return Ticket.objects.select_related("caller").get(split_from__merged=ticket)


def broken(now):
    audited.check_deferred()
    return audited.codes(now) - {"I12", "C6"}  # a trigger is off for tests, and no sweep runs


# --- what it does -------------------------------------------------------------------------------------------------


def test_the_matter_goes_on_in_a_new_ticket_linked_both_ways(p):
    master = make.in_hand(p)
    merged = neighbour(p, master, caller_name="赵某", content="隔壁楼道灯坏了很久,没有人来修理。")
    calls = Call.objects.count()

    merged = split(p, merged)

    fresh = goes_on(merged)
    assert (merged.state, merged.master, fresh.state) == ("merged", Ticket.objects.get(pk=master.pk), "pending_review")
    assert (fresh.content, fresh.caller.name, fresh.phone_hash) == (merged.content, "赵某", merged.phone_hash)
    assert (fresh.registered_by, fresh.registered_team) == (p.rv, merged.registered_team)
    assert Call.objects.count() == calls  # nobody called
    master.refresh_from_db()
    assert (master.repeat_count, master.reporter_count) == (0, 1)
    told = {ticket.pk: ticket.events.order_by("-seq").first() for ticket in (merged, master, fresh)}
    assert [told[ticket.pk].name for ticket in (merged, master, fresh)] == ["split_off", "split_out", "split_from"]
    assert told[merged.pk].data["ticket"] == told[master.pk].data["goes_on_in"] == fresh.ticket_no
    assert told[master.pk].data["ticket"] == told[fresh.pk].data["ticket"] == merged.ticket_no
    message = Notice.objects.get(kind="accepted", ticket_no=fresh.ticket_no)
    assert message.recipient is None and message.address == OTHER
    assert broken(NOON + HOUR) == set()


def test_the_due_dates_that_were_promised_are_kept(p):
    merged = neighbour(p, make.in_review(p))
    before = {clock.kind: clock.due_at for clock in merged.clocks.all()}

    split(p, merged, now=NOON + DAY)

    fresh = goes_on(merged)
    assert fresh.accepted_at == NOON + DAY  # written once, by its own submission
    for kind in ("RESPONSE", "COMPLETION"):
        clock = fresh.clocks.get(kind=kind)
        assert (clock.status, clock.due_at, clock.started_at) == ("running", before[kind], NOON + DAY)
    assert fresh.next_due_at == min(clock.due_at for clock in fresh.clocks.filter(status="running"))
    assert set(fresh.events.get(name="split_from").data["due"]) == {"RESPONSE", "COMPLETION"}
    assert broken(NOON + DAY) == set()
    assert not nightly.broken(nightly.run(now=NOON + DAY, codes={"C2", "C3", "C4", "C5", "I10", "I11"}))


def test_a_later_promise_is_not_taken_over(p):
    """The master made the merged ticket no more urgent; what is due earlier counts."""
    merged = neighbour(p, make.in_review(p), begin=make.draft)  # never accepted: nothing was promised
    split(p, merged, now=NOON + HOUR)

    assert goes_on(merged).events.get(name="split_from").data == {"ticket": merged.ticket_no}
    assert broken(NOON + HOUR) == set()


def test_a_draft_has_to_be_complete(p):
    merged = neighbour(p, make.in_review(p), begin=make.draft, type="", target="")
    with pytest.raises(Refused):
        split(p, merged)
    assert not Split.objects.exists() and Ticket.objects.count() == 2


def test_a_second_call_of_the_same_citizen_leaves_his_callback(p):
    master = make.in_callback(p)
    merged = merge(p, make.in_review(p), master)
    split(p, merged)

    master.refresh_from_db()
    assert (master.repeat_count, master.reporter_count) == (0, 1)
    assert [task.outcome for task in CallbackTask.objects.filter(ticket=master)] == [""]
    assert broken(NOON + HOUR) == set()


def test_who_left_is_not_called_and_the_others_settle_the_outcome(p):
    master = make.answered(p)  # satisfied
    merged = neighbour(p, master)
    master.refresh_from_db()
    assert master.callback_outcome == ""

    split(p, merged)

    master.refresh_from_db()
    assert sorted(CallbackTask.objects.filter(ticket=master).values_list("outcome", flat=True)) == [LEFT, "positive"]
    assert (master.callback_outcome, master.callback_by) == ("positive", p.system)
    assert broken(NOON + HOUR) == set()
    assert following.close_satisfied(master.pk, by=p.cb, now=NOON + HOUR).state == "closed"
    assert broken(NOON + HOUR) == set()


def test_one_of_two_neighbours_with_one_phone_stays_on_the_list(p):
    master = make.in_hand(p)
    first, second = neighbour(p, master), neighbour(p, master)
    replies.record_contact(master.pk, by=p.hd, now=NOON, method="phone", reached=True)
    replies.submit_reply(master.pk, by=p.ul, now=NOON, **make.reply_block())
    following.approve_reply(master.pk, by=p.rv, now=NOON)

    split(p, first)
    assert list(CallbackTask.objects.filter(ticket=master).values_list("outcome", flat=True)) == ["", ""]
    split(p, second)
    assert set(CallbackTask.objects.filter(ticket=master).values_list("outcome", flat=True)) == {"", LEFT}
    master.refresh_from_db()
    assert master.repeat_count == 0 and broken(NOON + HOUR) == set()


def test_later_rounds_do_not_ask_who_left(p):
    master = make.in_hand(p)
    split(p, neighbour(p, master))
    assert [caller.pk for caller in callbacks.reporters_of(Ticket.objects.get(pk=master.pk))] == [master.caller_id]


def test_a_withdrawal_goes_on_without_who_left(p):
    master = make.in_hand(p)
    merged = neighbour(p, master)
    following.request_withdraw(master.pk, by=p.op, now=NOON, reason="不用办了")
    callbacks.record_withdrawal_answer(master.pk, by=p.cb, now=NOON, confirmed=True)

    split(p, merged)

    master.refresh_from_db()
    assert master.callback_outcome == "withdraw_confirmed"
    following.withdraw_late(master.pk, by=p.sv, now=NOON + HOUR, proposed_by=p.cb)
    assert broken(NOON + HOUR) == set()


def test_a_report_is_counted_once_among_those_of_a_matter(p):
    now = NOON + HOUR
    for phone in ("13900139001", "13900139002"):
        split(p, neighbour(p, make.in_review(p, contact_phone=phone), phone=phone), now=now)
    rows = patterns.recent(now)
    assert rows.count() == Ticket.objects.exclude(state="merged").count()


def test_the_reviewer_who_split_it_completes_it_when_it_comes_back(p):
    merged = neighbour(p, make.in_review(p))
    fresh = goes_on(split(p, merged))
    other = make.make_user("RV", "RX")
    intake.return_for_info(fresh.pk, by=other, now=NOON + HOUR, reason="incomplete")

    assert intake.submit(fresh.pk, by=p.rv, now=NOON + 2 * HOUR).state == "pending_review"


# --- who and when -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["op", "ops", "dp", "dl", "zh", "au", "ql"])
def test_others_may_not(p, role):
    merged = neighbour(p, make.in_review(p))
    with pytest.raises((PermissionDenied, Ticket.DoesNotExist)):
        split(p, merged, by=getattr(p, role))
    assert not Split.objects.exists()


def test_a_supervisor_may(p):
    assert split(p, neighbour(p, make.in_review(p)), by=p.sv).state == "merged"


def test_to_a_stranger_there_is_no_ticket(p):
    merged = neighbour(p, make.in_review(p))
    with pytest.raises(Ticket.DoesNotExist):
        split(p, merged, by=make.make_user("LI", "JY"))


def test_only_a_merged_ticket_and_only_once(p):
    with pytest.raises(AlreadyMoved):
        split(p, make.in_hand(p))
    merged = neighbour(p, make.in_review(p))
    split(p, merged)
    with pytest.raises(Refused):
        split(p, merged)
    assert Split.objects.count() == 1


def test_not_after_seven_days(p):
    merged = neighbour(p, make.in_review(p))
    with pytest.raises(Refused):
        split(p, merged, now=NOON + 7 * DAY + timedelta(seconds=1))
    assert split(p, merged, now=NOON + 7 * DAY)


def test_not_when_the_other_ticket_is_over(p):
    master = make.in_callback(p)
    merged = merge(p, make.in_review(p), master)
    callbacks.record_outcome(master.pk, by=p.cb, now=NOON, **make.HAPPY)
    following.close_satisfied(master.pk, by=p.cb, now=NOON)
    with pytest.raises(Refused):
        split(p, merged)


def test_not_when_the_citizen_was_called_about_the_other_ticket(p):
    master = make.in_callback(p)
    merged = neighbour(p, master)
    for _reporter in range(2):
        callbacks.record_outcome(master.pk, by=p.cb, now=NOON, **make.UNHAPPY)
    with pytest.raises(Refused):
        split(p, merged)


def test_not_when_others_were_merged_into_it(p):
    middle = make.in_review(p, contact_phone=OTHER)
    neighbour(p, middle, phone="13900139002")
    merged = merge(p, middle, make.in_review(p))
    with pytest.raises(Refused):
        split(p, merged)


def test_the_link_is_never_changed(p):
    split(p, neighbour(p, make.in_review(p)))
    with pytest.raises(InternalError), transaction.atomic():
        Split.objects.update(by=p.sv)


# --- page and API -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page(p, language):
    now = database_now()
    merged = neighbour(p, make.in_review(p, now), now)
    client = signed_in(p.rv, language)
    address = reverse("tickets:do", args=[merged.ticket_no, "split_off"])

    assert address in client.get(f"/tickets/{merged.ticket_no}/").content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "不是同一件事"}).status_code == 302
    assert client.post(address, {"reason": "不是同一件事"}).status_code == 422
    page = client.get(f"/tickets/{merged.ticket_no}/").content.decode()
    assert goes_on(merged).ticket_no in page and address not in page
    assert merged.ticket_no in client.get(f"/tickets/{goes_on(merged).ticket_no}/").content.decode()


def test_the_api_does_the_same(p):
    now = database_now()
    merged = neighbour(p, make.in_review(p, now), now)

    def post(user):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user=user, now=now)[0]}")
        return client.post(f"/api/v1/tickets/{merged.ticket_no}/split_off/", {"reason": "误并"}, format="json").status_code

    assert [post(user) for user in (p.dp, make.make_user("LI", "JY"), p.rv, p.rv)] == [403, 404, 200, 422]


# --- at the same moment -------------------------------------------------------------------------------------------


def seen(name, ticket, user, body):
    found = Ticket.objects.visible_to(user).select_related("lead_unit", "area", "caller").get(pk=ticket.pk)
    return lambda: steps.take(STEPS[name], found, by=user, body=body, now=NOON + HOUR)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
@pytest.mark.parametrize("rival", ["record_outcome", "callback_no_answer", "split_off"])
def test_a_callback_of_the_master_and_a_second_reviewer_at_the_same_moment(transactional_db, rival):
    people = make.make_people()
    master = make.in_callback(people)
    merged = neighbour(people, master)
    callbacks.record_outcome(master.pk, by=people.cb, now=NOON, **make.HAPPY)  # the first reporter; the neighbour is next
    body = {"record_outcome": {"contacted": "yes", "solved": "solved", "satisfied": "satisfied"},
            "callback_no_answer": {"result": "no_answer"}, "split_off": {"reason": "误并"}}[rival]
    other = seen(rival, merged if rival == "split_off" else master, people.sv if rival == "split_off" else people.cb, body)

    results = race(seen("split_off", merged, people.rv, {"reason": "误并"}), other)

    assert Split.objects.count() <= 1 and not [r for r in results if type(r).__name__ == "OperationalError"], results
    outcomes = sorted(CallbackTask.objects.filter(ticket=master).values_list("outcome", flat=True))
    if Split.objects.exists():
        assert outcomes == [LEFT, "positive"]
    else:
        assert rival == "record_outcome" and outcomes == ["positive", "positive"]
    assert audited.codes(NOON + HOUR) <= {"C6", "I12"}


def test_a_ticket_that_waits_for_it_is_offered_to_reviewers_and_supervisors_only(p):
    merged = ready.doubled(p)
    merged = merge(p, merged, Ticket.objects.exclude(pk=merged.pk).get())
    for role, expected in (("rv", {"split_off"}), ("sv", {"split_off"}), ("dl", set()), ("dp", set())):
        found = Ticket.objects.select_related("lead_unit", "master").get(pk=merged.pk)
        assert {offer.step.name for offer in steps.offers(found, getattr(p, role))} == expected
