"""持续跟踪: written with a date, reminded of once a day until it is moved or done, never rewritten."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.instant import database_now
from followup import actions as following
from followup.annotations import keeping, reminding
from followup.models import Annotation, AnnotationEntry
from notices.models import Notice
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tickets.actions import AlreadyMoved, Refused
from tickets.calendars import local_date
from tickets.models import Ticket
from tickets.steps import STEPS, Invalid, offers, take

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOON.date()
ON = TODAY + 3 * DAY  # a Thursday
MORNING = keeping.morning_of(ON)


def keep(ticket, by, until=ON, text="维修后再问一次是否还漏水"):
    return keeping.keep(ticket.pk, by=by, now=NOON, text=text, until=until)


def row(ticket):
    return Annotation.objects.get(ticket=ticket)


def told():
    return sorted(Notice.objects.filter(kind="follow_up_due").values_list("recipient__username", flat=True))


def named(*people):
    return sorted(person.username for person in people)


class TestKeeping:
    @pytest.mark.parametrize("role", ["op", "rv", "dp", "li", "hd", "sv"])
    def test_everybody_who_works_on_it_may(self, p, role):
        ticket, by = make.in_hand(p), getattr(p, role)

        ticket = keep(ticket, by)

        kept = row(ticket)
        assert (kept.by, kept.due_at, kept.unit) == (by, MORNING, make.unit() if role in ("li", "hd") else None)
        assert ticket.tracked_until == ON
        assert ticket.events.latest("seq").data["annotation"] == kept.pk
        assert "漏水" not in str(ticket.events.latest("seq").data) + ticket.events.latest("seq").note

    def test_the_callback_agent_after_closing(self, p):
        assert keep(make.closed(p), p.cb).tracked_until == ON

    def test_not_by_who_only_reads(self, p):
        ticket = make.in_hand(p)
        with pytest.raises(PermissionDenied):
            keep(ticket, p.ql)
        with pytest.raises(Ticket.DoesNotExist):
            keep(ticket, make.make_user("LI", "JY"))

    def test_not_on_what_is_over_for_good(self, p):
        ticket = make.closed(p)
        following.archive(ticket.pk, by=p.sv, now=NOON + 4 * DAY)
        with pytest.raises(AlreadyMoved):
            keep(ticket, p.sv)

    @pytest.mark.parametrize("until", [TODAY, TODAY - DAY])
    def test_the_date_lies_in_the_future(self, p, until):
        ticket = make.in_hand(p)
        with pytest.raises(Refused):
            keep(ticket, p.sv, until)
        with pytest.raises(Invalid):
            take(STEPS["keep_tracking"], ticket, by=p.sv, now=NOON, body={"text": "看一看", "until": until.isoformat()})

    def test_the_earliest_of_several_is_the_mark(self, p):
        ticket = keep(make.in_hand(p), p.sv, ON + DAY)
        ticket = keep(ticket, p.rv)
        assert ticket.tracked_until == ON
        ticket = keeping.finish(ticket.pk, by=p.rv, now=NOON, note="已回访")
        assert ticket.tracked_until == ON + DAY


class TestSettling:
    def test_moved_and_then_done_and_nothing_is_lost(self, p):
        ticket = keep(make.in_hand(p), p.sv)

        ticket = keeping.move(ticket.pk, by=p.sv, now=NOON + DAY, until=ON + 7 * DAY, note="等配件到货")
        assert (row(ticket).due_at, ticket.tracked_until) == (keeping.morning_of(ON + 7 * DAY), ON + 7 * DAY)
        ticket = keeping.finish(ticket.pk, by=p.sv, now=NOON + 2 * DAY, note="已修好")

        assert row(ticket).done_by == p.sv
        assert ticket.tracked_until is None
        assert list(AnnotationEntry.objects.order_by("pk").values_list("kind", "note", "was_due_at", "due_at")) == [
            ("moved", "等配件到货", MORNING, keeping.morning_of(ON + 7 * DAY)),
            ("done", "已修好", keeping.morning_of(ON + 7 * DAY), None)]

    def test_not_twice(self, p):
        ticket = keeping.finish(keep(make.in_hand(p), p.sv).pk, by=p.sv, now=NOON, note="好了")
        with pytest.raises(Refused):
            keeping.finish(ticket.pk, by=p.sv, now=NOON, note="好了")
        with pytest.raises(Refused):
            keeping.move(ticket.pk, by=p.sv, now=NOON, until=ON, note="再看")

    def test_by_its_author_his_unit_or_a_supervisor(self, p):
        ticket = keep(make.in_hand(p), p.hd)
        with pytest.raises(Refused):
            keeping.finish(ticket.pk, by=p.rv, now=NOON, note="不是我的")
        ticket = keeping.move(ticket.pk, by=p.li, now=NOON, until=ON + DAY, note="联络员改期")
        ticket = keeping.finish(ticket.pk, by=p.sv, now=NOON, note="督办员办结")
        assert row(ticket).done_by == p.sv

    def test_also_when_the_ticket_is_archived(self, p):
        ticket = keep(make.closed(p), p.sv)
        following.archive(ticket.pk, by=p.sv, now=NOON + 4 * DAY)
        assert keeping.finish(ticket.pk, by=p.sv, now=NOON + 5 * DAY, note="体征平稳").tracked_until is None

    def test_one_of_several_by_its_number(self, p):
        ticket = keep(keep(make.in_hand(p), p.sv), p.sv, ON + DAY, "第二件")
        second = Annotation.objects.get(text="第二件")
        take(STEPS["finish_tracking"], ticket, by=p.sv, now=NOON, body={"which": second.pk, "note": "好了"})
        assert list(Annotation.objects.open().exclude(pk=second.pk)) == list(Annotation.objects.open())

    def test_offered_only_while_something_is_open(self, p):
        ticket = make.in_hand(p)

        def offered():
            seen = Ticket.objects.select_related("lead_unit", "category").get(pk=ticket.pk)
            return {offer.step.name for offer in offers(seen, p.sv)} & {"keep_tracking", "move_tracking", "finish_tracking"}

        assert offered() == {"keep_tracking"}
        keep(ticket, p.sv)
        assert offered() == {"keep_tracking", "move_tracking", "finish_tracking"}


class TestReminding:
    def test_at_half_past_eight_of_the_date_and_once(self, p):
        keep(make.in_hand(p), p.sv)

        assert reminding.remind_due(now=MORNING - timedelta(minutes=1)) == 0
        assert reminding.remind_due(now=MORNING) == 1
        assert reminding.remind_due(now=MORNING + timedelta(hours=5)) == 0
        assert told() == named(p.sv)

    def test_every_day_until_it_is_done(self, p):
        ticket = keep(make.in_hand(p), p.sv)
        for day in range(3):
            assert reminding.remind_due(now=MORNING + day * DAY) == 1
        keeping.finish(ticket.pk, by=p.sv, now=MORNING + 3 * DAY, note="好了")
        assert reminding.remind_due(now=MORNING + 4 * DAY) == 0
        assert told() == named(p.sv) * 3

    def test_a_look_that_was_missed_is_made_up_for_once(self, p):
        keep(make.in_hand(p), p.sv)
        assert reminding.remind_due(now=MORNING + 5 * DAY - timedelta(hours=2)) == 1
        assert reminding.remind_due(now=MORNING + 5 * DAY) == 1  # 08:30 of that day
        assert len(told()) == 1  # one notice a person and day, whatever looks

    def test_moved_it_rests_until_then(self, p):
        ticket = keep(make.in_hand(p), p.sv)
        keeping.move(ticket.pk, by=p.sv, now=NOON, until=ON + 2 * DAY, note="晚两天")
        assert reminding.remind_due(now=MORNING + DAY) == 0
        assert reminding.remind_due(now=MORNING + 2 * DAY) == 1

    def test_the_liaison_of_the_unit_hears_of_what_a_handler_keeps(self, p):
        keep(make.in_hand(p), p.hd)
        reminding.remind_due(now=MORNING)
        assert told() == named(p.hd, p.li)

    def test_after_closing_the_callback_desk_hears_of_it_too(self, p):
        lead = make.make_user("UL", "RX-HF")
        keep(make.closed(p), p.sv)
        reminding.remind_due(now=MORNING)
        assert told() == named(p.sv, lead)

    def test_for_who_has_left_the_supervisors_stand_in(self, p):
        keep(make.in_hand(p), p.rv)
        p.rv.is_active = False
        p.rv.save()
        reminding.remind_due(now=MORNING)
        assert told() == named(p.sv)


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize("change", [
        lambda kept: kept.delete(),
        lambda kept: Annotation.objects.filter(pk=kept.pk).update(text="改过的话"),
        lambda kept: Annotation.objects.filter(pk=kept.pk).update(next_reminder_at=None),
    ], ids=["delete", "rewrite", "silence"])
    def test_what_would_lose_one(self, p, change):
        kept = row(keep(make.in_hand(p), p.sv))
        with pytest.raises(Exception, match="annotation|Cannot delete"), transaction.atomic():
            change(kept)

    def test_to_change_what_is_done(self, p):
        kept = row(keeping.finish(keep(make.in_hand(p), p.sv).pk, by=p.sv, now=NOON, note="好了"))
        with pytest.raises(IntegrityError), transaction.atomic():
            Annotation.objects.filter(pk=kept.pk).update(done_at=None, done_by=None, next_reminder_at=NOON)


class TestPages:
    def test_written_and_finished_on_the_page_of_the_ticket(self, p):
        ticket, client, now = make.in_hand(p), signed_in(p.sv), database_now()
        path, until = f"/tickets/{ticket.ticket_no}/", local_date(now) + 3 * DAY

        answer = client.post(f"{path}do/keep_tracking/", {"text": "看看是否还漏水", "until": until.isoformat(),
                                                       "version": Ticket.objects.get(pk=ticket.pk).version})
        assert answer.status_code == 302, answer.content.decode()[:300]
        shown = client.get(path).content.decode()
        assert "看看是否还漏水" in shown
        assert f"{until}" in shown

    def test_of_a_confidential_ticket_a_unit_reads_no_word_of_the_hotline(self, p):
        ticket = make.in_hand(p, is_confidential=True)
        keep(ticket, p.sv, text="诉求人说他住三栋")
        shown = signed_in(p.li).get(f"/tickets/{ticket.ticket_no}/").content.decode()
        assert "诉求人说他住三栋" not in shown
        assert p.sv.display_name in shown

    def test_my_follow_ups_and_the_filter(self, p):
        ticket = keep(make.in_hand(p), p.hd)
        other = make.in_hand(p)

        client = signed_in(p.li)
        shown = client.get("/desk/follow-ups/").content.decode()  # NOON lies in the past: it is due
        assert ticket.ticket_no in shown
        assert other.ticket_no not in shown
        filtered = client.get("/tickets/?mark=tracked").content.decode()
        assert ticket.ticket_no in filtered
        assert other.ticket_no not in filtered
        assert 'class="empty-list"' in signed_in(p.rv).get("/desk/follow-ups/").content.decode()

    def test_the_list_costs_the_same_for_one_and_for_many(self, p):
        ticket = keep(make.in_hand(p), p.sv)
        one = cost(signed_in(p.sv), "/desk/follow-ups/")
        for _time in range(6):
            keep(make.in_hand(p), p.sv)
        assert cost(signed_in(p.sv), "/desk/follow-ups/") == one <= 10
        assert cost(signed_in(p.sv), f"/tickets/{ticket.ticket_no}/") <= 20


def test_through_the_api(p):
    from rest_framework.test import APIClient
    ticket, now, client = make.in_hand(p), database_now(), APIClient()
    client.force_authenticate(p.sv)
    path = f"/api/v1/tickets/{ticket.ticket_no}/"
    until = (local_date(now) + 2 * DAY).isoformat()

    assert client.post(path + "keep_tracking/", {"text": "再看", "until": until}, format="json").status_code == 200
    assert client.post(path + "move_tracking/", {"until": "2020-01-01", "note": "早"}, format="json").status_code == 422
    assert client.post(path + "finish_tracking/", {"note": "好了"}, format="json").status_code == 200
    assert client.post(path + "finish_tracking/", {"note": "好了"}, format="json").status_code == 422
