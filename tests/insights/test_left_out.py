"""A stray ticket of a warning is left out: neither merged, nor answered, nor counted, nor found again; and taken in again."""
import pytest
from django.db import InternalError, transaction
from django.db.models import F
from django.db.utils import IntegrityError

from followup import actions as following
from insights.alerts import acts, broadcasts, drafting, keeping, sorting
from insights.models import Alert, AlertTicket, BroadcastTo
from notices.models import Notice
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.insights.warnings import ANSWER, MINUTE, WATER, report, taken_up, warned
from tests.racing import race
from tickets.actions import Refused
from tickets.models import Ticket


def page_of(alert):
    return f"/desk/alerts/{alert.pk}/"


def says(user, alert, act, ticket):
    return signed_in(user, "en").post(page_of(alert), {"act": act, "id": ticket.pk}, follow=True)


def link_of(alert, ticket):
    return AlertTicket.objects.get(alert=alert, ticket=ticket)


def released(alert, p):
    row = broadcasts.write(alert.pk, by=p.sv, now=NOON, text=ANSWER)
    return broadcasts.decide(alert.pk, row.pk, by=p.dl, now=NOON, approved=True)


def test_what_is_left_out_is_neither_merged_nor_answered_nor_counted(p):
    alert, (stray, *others) = taken_up(p)

    page = says(p.zh, alert, "leave_out", stray)

    link = link_of(alert, stray)
    assert (link.is_out, link.judged_by) == (True, p.zh) and link.judged_at
    assert [ticket for ticket, _title, _link in page.context["left_out"]] == [stray]
    assert stray not in [row[0] for row in page.context["rows"]] and page.context["total"] == 6
    assert "6 reports of 6 people" in page.context["draft"]
    assert drafting.found(Alert.objects.get()) == (6, 6) and Alert.objects.get().count == 7, "what was found stays"
    url, many, _master = signed_in(p.rv).get(page_of(alert)).context["merging"]
    assert many == 5 and stray.ticket_no not in url
    assert signed_in(p.sv).get("/desk/alerts/").context["lines"][0].alert.by_now == 6
    row = released(alert, p)
    broadcasts.send(clock=lambda: NOON)
    assert set(row.to.values_list("ticket", flat=True)) == {ticket.pk for ticket in others}
    assert not Notice.objects.filter(kind="broadcast", ticket_no=stray.ticket_no).exists()


def test_the_next_look_does_not_add_it_again(p):
    alert, (stray, *_others) = warned(p)
    sorting.leave_out(alert.pk, stray.pk, by=p.sv, now=NOON)
    later = report(p, NOON + MINUTE, WATER[0], 60, address="滨江路12号")

    assert keeping.look(now=NOON + 2 * MINUTE) == [], "no second warning of the same"

    assert link_of(alert, stray).is_out
    assert AlertTicket.objects.filter(alert=alert, is_out=False).count() == 7
    assert not link_of(alert, later).is_out


def test_when_all_are_left_out_nobody_is_warned_again_and_nobody_answered(p):
    alert, tickets = taken_up(p)
    row = broadcasts.write(alert.pk, by=p.sv, now=NOON, text=ANSWER)
    for ticket in tickets:
        sorting.leave_out(alert.pk, ticket.pk, by=p.sv, now=NOON)

    assert keeping.look(now=NOON + MINUTE) == []
    assert signed_in(p.sv).get(page_of(alert)).context["merging"] is None
    with pytest.raises(Refused):
        broadcasts.decide(alert.pk, row.pk, by=p.dl, now=NOON, approved=True)


def test_it_is_taken_in_again_and_a_second_click_changes_nothing(p):
    alert, (stray, *_others) = taken_up(p)
    first = sorting.leave_out(alert.pk, stray.pk, by=p.zh, now=NOON)
    sorting.leave_out(alert.pk, stray.pk, by=p.sv, now=NOON + MINUTE)
    assert (link_of(alert, stray).judged_by, link_of(alert, stray).judged_at) == (p.zh, first.judged_at)

    says(p.dl, alert, "take_in", stray)
    says(p.sv, alert, "take_in", stray)

    link = link_of(alert, stray)
    assert (link.is_out, link.judged_by) == (False, p.dl)
    assert released(alert, p).to.count() == 7


@pytest.mark.parametrize("role", ["dp", "rv", "op", "ul", "ad"])
@pytest.mark.parametrize("act", ["leave_out", "take_in"])
def test_others_leave_nothing_out(p, role, act):
    alert, (stray, *_others) = warned(p)

    assert says(getattr(p, role), alert, act, stray).status_code == 403

    assert not AlertTicket.objects.exclude(judged_by=None).exists()


def test_who_only_reads_sees_what_was_left_out_and_no_button(p):
    alert, (stray, *_others) = warned(p)
    sorting.leave_out(alert.pk, stray.pk, by=p.sv, now=NOON)

    page = signed_in(p.dp).get(page_of(alert)).content.decode()

    assert stray.ticket_no in page and p.sv.display_name in page
    assert "leave_out" not in page and "take_in" not in page


@pytest.mark.parametrize("act", ["leave_out", "take_in"])
def test_what_is_not_of_the_warning_or_may_not_be_read_is_not_found(p, act):
    alert, (hidden, *_others) = warned(p)
    stranger = make.in_review(p, NOON)
    Ticket.objects.filter(pk=hidden.pk).update(is_confidential=True)

    assert [says(p.sv, alert, act, ticket).status_code for ticket in (stranger, hidden)] == [404, 404]
    assert signed_in(p.sv).post(page_of(alert), {"act": act, "id": "x"}).status_code == 404


@pytest.mark.parametrize("end", [acts.end, acts.false_alarm])
def test_of_a_warning_that_was_ended_nothing_is_left_out(p, end):
    alert, (stray, other, *_others) = taken_up(p)
    sorting.leave_out(alert.pk, other.pk, by=p.sv, now=NOON)
    end(alert.pk, by=p.sv, now=NOON, reason="已恢复供水")

    for act, ticket in ((sorting.leave_out, stray), (sorting.take_in, other)):
        with pytest.raises(Refused):
            act(alert.pk, ticket.pk, by=p.sv, now=NOON)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        AlertTicket.objects.filter(ticket=stray).update(is_out=True, judged_by=p.sv, judged_at=NOON)


def asked(p, alert, tickets):
    acts.ask_to_merge(alert.pk, by=p.sv, now=NOON)


def answered(p, alert, tickets):
    released(alert, p)


def merged(p, alert, tickets):
    following.merge_into(tickets[0].pk, by=p.rv, now=NOON, master=tickets[1])


@pytest.mark.parametrize("done", [asked, answered, merged])
def test_what_was_done_with_a_ticket_is_not_denied_afterwards(p, done):
    """Given that the reviewers were asked, or the answer released, or it was merged, when it is left out, then it is refused
    with a sentence, and the page offers no button; what comes later may still be left out."""
    alert, tickets = taken_up(p)
    done(p, alert, tickets)

    page = says(p.sv, alert, "leave_out", tickets[0])

    assert not link_of(alert, tickets[0]).is_out
    assert [said.level_tag for said in page.context["messages"]] == ["warning"]
    assert tickets[0].pk not in {row[0].pk for row in page.context["rows"] if row[-1]}
    later = report(p, NOON + MINUTE, WATER[0], 60, address="滨江路12号")
    keeping.look(now=NOON + 2 * MINUTE)
    assert sorting.leave_out(alert.pk, later.pk, by=p.sv, now=NOON + 3 * MINUTE).is_out


@pytest.mark.parametrize("done", [asked, answered])
def test_the_database_keeps_it_too(p, done):
    alert, (stray, other, *others) = taken_up(p)
    sorting.leave_out(alert.pk, other.pk, by=p.sv, now=NOON - MINUTE)
    done(p, alert, [stray, *others])
    row = broadcasts.write(alert.pk, by=p.sv, now=NOON, text=ANSWER)
    rows = AlertTicket.objects.filter(alert=alert)
    for wrong in (
        lambda: rows.filter(ticket=stray).update(is_out=True, judged_by=p.sv, judged_at=NOON),
        lambda: rows.filter(ticket=other).update(judged_by=p.zh),
        lambda: rows.filter(ticket=stray).update(judged_by=p.zh),
        lambda: rows.filter(ticket=other).update(at=F("at") + MINUTE),
        lambda: rows.filter(ticket=other).delete(),
        lambda: BroadcastTo.objects.create(broadcast=row, ticket=other),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            wrong()


def test_left_out_ones_cost_no_query_each(p):
    alert, tickets = taken_up(p)
    sorting.leave_out(alert.pk, tickets[0].pk, by=p.sv, now=NOON)
    few = cost(signed_in(p.sv), page_of(alert))
    for ticket in tickets[1:4]:
        sorting.leave_out(alert.pk, ticket.pk, by=p.sv, now=NOON)

    assert cost(signed_in(p.sv), page_of(alert)) == few <= 20


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_left_out_while_the_answer_is_released():
    """Five tickets are left out and the answer is released at once: each is either out and not answered, or in and answered."""
    p = make.make_people()
    alert, tickets = taken_up(p)
    row = broadcasts.write(alert.pk, by=p.sv, now=NOON, text=ANSWER)

    *left, _released = race(
        *[lambda stray=stray: sorting.leave_out(alert.pk, stray.pk, by=p.zh, now=NOON) for stray in tickets[:5]],
        lambda: broadcasts.decide(alert.pk, row.pk, by=p.dl, now=NOON, approved=True))

    answered_ones = set(BroadcastTo.objects.filter(broadcast=row).values_list("ticket", flat=True))
    for stray, result in zip(tickets, left, strict=False):
        assert link_of(alert, stray).is_out == (stray.pk not in answered_ones)
        assert isinstance(result, Refused) == (stray.pk in answered_ones)
    assert {ticket.pk for ticket in tickets[5:]} <= answered_ones
