"""跟踪督办清单: three buckets of last week, carried over until the ticket itself ends or is suspended by ruling."""
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from dispatch import replies, requests
from followup import actions as following
from followup.models import TrackedItem, TrackedNote, TrackedRow, TrackingWeek
from followup.tracking import following as logging
from followup.tracking import listing
from tests import factories as make
from tests.factories import NOON
from tests.tickets.ready import negative, suspension_asked
from tickets import overrides, weeks
from tickets.actions import AlreadyMoved, Refused
from tickets.calendars import LOCAL, NO_CALENDAR
from tickets.models import Ticket
from tickets.special import rules
from tickets.steps import STEPS, offers, take

MONDAY, WEEK, HOUR = NOON.date(), timedelta(days=7), timedelta(hours=1)
NEXT = weeks.midnight(MONDAY + WEEK) + timedelta(minutes=5)  # Monday 00:05 after the week of NOON
DISSATISFIED = {"contacted": True, "solved": "solved", "satisfied": "unsatisfied", "reason": "off_point"}


def listed(now=NEXT):
    listing.catch_up(now=now)
    rows = TrackedRow.objects.filter(week__monday=listing.last_week(now))
    return {row.item.ticket: row.bucket for row in rows.select_related("item__ticket")}


def item(ticket):
    return TrackedItem.objects.filter(ticket=ticket).latest("pk")


# --- weeks --------------------------------------------------------------------------------------------------------

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds it


@given(moments)
def test_every_moment_lies_in_the_one_week_of_its_local_monday(moment):
    monday = weeks.monday_of(moment.astimezone(LOCAL).date())
    since, until = weeks.bounds(monday)

    assert since <= moment < until
    assert since.astimezone(LOCAL).isoweekday() == 1 and weeks.bounds(monday + WEEK)[0] == until
    assert listing.last_week(moment) == monday - WEEK


@given(moments, st.integers(0, 400))
def test_the_last_week_is_over_and_never_goes_back(moment, days):
    later = moment + timedelta(days=days)

    assert weeks.bounds(listing.last_week(moment))[1] <= moment
    assert 0 <= (listing.last_week(later) - listing.last_week(moment)).days - days // 7 * 7 <= 7


def test_the_week_turns_at_midnight_in_shanghai():
    assert listing.last_week(datetime(2026, 3, 8, 15, 59, tzinfo=UTC)) == date(2026, 2, 23)
    assert listing.last_week(datetime(2026, 3, 8, 16, 0, tzinfo=UTC)) == date(2026, 3, 2)


# --- who is on it -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestWhoIsOnIt:
    def test_three_buckets_each_ticket_in_one(self, p):
        in_hand, unsolved, unhappy = make.in_hand(p), negative(p), make.answered(p, answers=DISSATISFIED)
        said_no = make.in_hand(p)
        replies.record_contact(said_no.pk, by=p.hd, now=NOON, method="phone", reached=True)
        replies.submit_reply(said_no.pk, by=p.ul, now=NOON, **make.reply_block(solved="no", unsolved_reason="需大修"))
        make.closed(p)
        make.draft(p)

        assert listed() == {in_hand: "in_hand", unsolved: "unsolved", unhappy: "dissatisfied", said_no: "unsolved"}

    def test_what_came_later_is_not_of_last_week(self, p):
        make.in_hand(p, NEXT)
        assert listed(NEXT + HOUR) == {}

    def test_an_old_ticket_whose_callback_was_bad_this_week(self, p):
        old = negative(p, NOON - 3 * WEEK)
        ticket = negative(p)
        assert listed() == {ticket: "unsolved"}
        following.order_redo(old.pk, by=p.cb, now=NEXT, reason="问题仍在")
        make.fail_again(p, old, NEXT + HOUR)
        assert listed(NEXT + WEEK)[old] == "unsolved"

    def test_a_redo_keeps_its_bucket_until_somebody_is_asked_again(self, p):
        ticket = following.order_redo(negative(p).pk, by=p.cb, now=NOON, reason="问题仍在")
        assert listed() == {ticket: "unsolved"}

    def test_made_twice_it_is_the_same(self, p):
        make.in_hand(p)
        listed()
        before = list(TrackedRow.objects.values_list("pk", "item", "bucket"))
        listed(NEXT + HOUR)
        assert list(TrackedRow.objects.values_list("pk", "item", "bucket")) == before
        assert TrackingWeek.objects.count() == 1

    def test_weeks_nobody_looked_at_are_made_up_for(self, p):
        make.in_hand(p)
        listed()
        second = make.in_hand(p, NOON + WEEK)
        listed(NEXT + 3 * WEEK)

        assert TrackingWeek.objects.count() == 4
        assert item(second).since.monday == MONDAY + WEEK
        assert item(second).rows.count() == 3


# --- carrying over and leaving --------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestLeaving:
    def test_what_is_not_finished_is_carried_over_and_a_past_week_stays(self, p):
        ticket = make.in_hand(p)
        listed()
        assert listed(NEXT + WEEK) == {ticket: "in_hand"}
        assert item(ticket).since.monday == MONDAY
        assert item(ticket).rows.count() == 2

    @pytest.mark.parametrize(("end", "how"), [("closed", "resolved"), ("suspended", "suspended"), ("forced", "forced")])
    def test_only_by_the_ends_of_its_ticket(self, p, end, how):
        ticket = {"closed": make.replied, "suspended": suspension_asked, "forced": make.in_adjudication}[end](p)
        listed()
        later = NEXT + HOUR
        if end == "closed":
            following.approve_reply(ticket.pk, by=p.rv, now=later)
            from followup import callbacks
            callbacks.record_outcome(ticket.pk, by=p.cb, now=later, **make.HAPPY)
            following.close_satisfied(ticket.pk, by=p.cb, now=later)
        elif end == "suspended":
            requests.approve_suspension(ticket.pk, by=p.dl, now=later, decision="同意", proposed_by=p.sv)
        else:
            following.force_close(ticket.pk, by=p.dl, now=later, reason="F1", explanation="已向诉求人充分说明",
                                  told_at=later, proposed_by=p.sv)

        assert listed(NEXT + WEEK) == {}
        assert (item(ticket).left_how, item(ticket).left_at) == (how, NEXT + WEEK)

    def test_what_was_suspended_comes_back_when_it_is_in_hand_again(self, p):
        ticket = suspension_asked(p)
        listed()
        requests.approve_suspension(ticket.pk, by=p.dl, now=NEXT, decision="同意", proposed_by=p.sv)
        assert listed(NEXT + WEEK) == {}
        requests.resume(ticket.pk, by=p.ul, now=NEXT + WEEK + HOUR, note="")
        assert listed(NEXT + 2 * WEEK) == {Ticket.objects.get(pk=ticket.pk): "in_hand"}
        assert TrackedItem.objects.filter(ticket=ticket).count() == 2

    def test_the_database_lets_nothing_else_off_the_list(self, p):
        tracked = item(next(iter([*map(self._listed, [make.in_hand(p)])])))
        for act in (lambda: TrackedItem.objects.filter(pk=tracked.pk).update(left_at=NEXT, left_how="resolved"),
                    lambda: TrackedItem.objects.filter(pk=tracked.pk).update(left_how="resolved"),
                    lambda: TrackedItem.objects.create(ticket=tracked.ticket, since=tracked.since, at=NEXT)):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()
        for rows in (TrackedItem.objects.filter(pk=tracked.pk), TrackedRow.objects.all(), TrackingWeek.objects.all()):
            with pytest.raises(Exception, match="delete|referenced"), transaction.atomic():
                rows.delete()

    def _listed(self, ticket):
        listed()
        return ticket


# --- cause and log --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestCauseAndLog:
    def log(self, ticket, by, cause="slow", text="已约谈承办单位", **more):
        return logging.log(ticket.pk, by=by, now=NEXT, cause=cause, text=text, **more)

    @pytest.fixture
    def tracked(self, p):
        ticket = make.in_hand(p)
        listed()
        return ticket

    def test_each_entry_stays_and_the_cause_is_the_last(self, p, tracked):
        self.log(tracked, p.sv)
        self.log(tracked, p.sv, "funds", "资金未到位")

        assert item(tracked).cause == "funds"
        assert list(TrackedNote.objects.order_by("pk").values_list("by", "cause", "text")) == [
            (p.sv.pk, "slow", "已约谈承办单位"), (p.sv.pk, "funds", "资金未到位")]
        event = tracked.events.latest("seq")
        assert event.name == "log_tracking" and "资金" not in f"{event.note}{event.data}"

    @pytest.mark.parametrize("role", ["zh", "dl", "ql", "rv", "cb", "li"])
    def test_only_by_supervisors_and_the_named_owner(self, p, tracked, role):
        with pytest.raises((PermissionDenied, Ticket.DoesNotExist)):
            self.log(tracked, getattr(p, role))

    def test_by_the_named_owner_of_the_category(self, p, tracked):
        rules.add(category=tracked.category.code[:4], what=overrides.PERSON, value=p.dl.username, person=p.dl, valid_from=NOON,
                  valid_to=None, owner="指挥中心", reason="专人跟踪", by=p.ad, now=NOON)

        assert "log_tracking" in {offer.step.name for offer in offers(Ticket.objects.get(pk=tracked.pk), p.dl)}
        assert "log_tracking" not in {offer.step.name for offer in offers(Ticket.objects.get(pk=tracked.pk), p.zh)}
        self.log(tracked, p.dl)
        assert item(tracked).cause == "slow"

    def test_who_saw_an_older_cause_overwrites_nothing(self, p, tracked):
        other = make.make_user("SV", "RX-DB")
        self.log(tracked, p.sv, was="")
        with pytest.raises(Refused, match=p.sv.display_name):
            self.log(tracked, other, "funds", "资金", was="")
        self.log(tracked, other, "slow", "再次约谈", was="")  # agrees with what stands there
        assert TrackedNote.objects.count() == 2

    def test_not_of_what_is_not_on_the_list_or_over(self, p):
        with pytest.raises(Refused):
            self.log(make.in_hand(p), p.sv)
        with pytest.raises(AlreadyMoved):
            take(STEPS["log_tracking"], make.closed(p), by=p.sv, now=NEXT, body={"cause": "slow", "text": "x"})

    def test_the_log_is_never_changed(self, p, tracked):
        self.log(tracked, p.sv)
        for act in (TrackedNote.objects.all().delete, lambda: TrackedNote.objects.update(text="改")):
            with pytest.raises(Exception, match="delete|update"), transaction.atomic():
                act()

    def test_the_cause_is_due_after_one_working_day(self, p, tracked):
        due = logging.cause_due(item(tracked), NO_CALENDAR)
        assert due.astimezone(LOCAL).date() == MONDAY + WEEK + timedelta(days=1)


@pytest.mark.django_db
def test_through_the_api(p):
    from rest_framework.test import APIClient
    ticket, client = make.in_hand(p), APIClient()
    listed()
    client.force_authenticate(p.sv)
    path = f"/api/v1/tickets/{ticket.ticket_no}/log_tracking/"

    assert client.post(path, {"cause": "nonsense", "text": "x"}, format="json").status_code == 422
    assert client.post(path, {"cause": "slow"}, format="json").status_code == 422
    assert client.post(path, {"cause": "slow", "text": "已约谈"}, format="json").status_code == 200
    assert item(ticket).cause == "slow"
