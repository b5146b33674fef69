"""批示: a leader's instruction, with a due date of its own and a clock for itself."""
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.instant import database_now
from dispatch import escalation, supervision
from dispatch.models import SupervisionOrder
from insights import audit as nightly
from notices.models import Notice
from tests import factories as make
from tests.crowds import signed_in
from tests.factories import NOON
from tickets import intake
from tickets.actions import AlreadyMoved, Refused
from tickets.clocks import Clock
from tickets.models import Ticket

HOUR = timedelta(hours=1)
TEXT = "请今日内上门查看并报告。"


@pytest.fixture
def p(db):
    return make.make_people()


@pytest.fixture
def ticket(p):
    return make.in_hand(p)


def instruct(ticket, by, now=NOON, due=3 * HOUR):
    supervision.instruct(ticket.pk, by=by, now=now, text=TEXT, due_at=now + due)
    return SupervisionOrder.objects.get(ticket=ticket, kind="leader", status="issued")


def own_clock(ticket):
    return Clock.objects.get(ticket=ticket, kind="SUPERVISION", by_hand=True)


def disagreements(now, *more):
    broken = nightly.broken(nightly.run(now=now, codes={"C2", "C3", "C4", "C5", "I10", "I11", *more}))
    return {finding.code: finding.examples for finding in broken}


# --- the order ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["ql", "dl"])
def test_the_order_and_its_clock_have_the_due_date_of_the_leader(p, ticket, role):
    order = instruct(ticket, getattr(p, role))

    assert (order.kind, order.unit, order.by, order.due_at) == ("leader", make.unit(), getattr(p, role), NOON + 3 * HOUR)
    clock = own_clock(ticket)
    assert (clock.status, clock.due_at, clock.holder, clock.rule) == ("running", order.due_at, order.unit, 180)
    assert ticket.events.get(name="instruct").data == {"kind": "leader", "due_at": (NOON + 3 * HOUR).isoformat()}
    told = Notice.objects.filter(kind="instruction", channel="inapp").values_list("recipient", flat=True)
    assert set(told) == {p.ul.pk, p.li.pk}
    assert disagreements(NOON) == {}


def test_the_unit_answers_and_the_leader_closes(p, ticket):
    instruct(ticket, p.ql)

    supervision.feed_back(ticket.pk, by=p.li, now=NOON + HOUR, text="已上门,今晚完工。")
    assert Notice.objects.get(kind="supervision_answered").recipient == p.ql
    supervision.close(ticket.pk, by=p.ql, now=NOON + 2 * HOUR)

    assert (own_clock(ticket).status, own_clock(ticket).stopped_at) == ("met", NOON + 2 * HOUR)
    assert disagreements(NOON + 2 * HOUR) == {}


def test_late_is_escalated_as_other_orders(p, ticket):
    instruct(ticket, p.ql)

    escalation.sweep(now=NOON + 3 * HOUR)

    rungs = ticket.escalations.filter(clock=own_clock(ticket)).order_by("level").values_list("rung", flat=True)
    assert list(rungs) == ["warn", "L1"]
    assert Notice.objects.filter(kind="escalation", recipient=p.sv, params__clock="Supervision").exists()
    assert disagreements(NOON + 3 * HOUR, "C6", "C7", "C8") == {}


def test_other_orders_of_the_unit_have_a_clock_of_their_own(p, ticket):
    supervision.issue(ticket.pk, kind="overdue", by=p.sv, now=NOON, text="请尽快办理。")
    instruct(ticket, p.ql, due=50 * HOUR)
    usual = Clock.objects.get(ticket=ticket, kind="SUPERVISION", by_hand=False)
    assert (usual.due_at, own_clock(ticket).due_at) == (NOON + 24 * HOUR, NOON + 50 * HOUR)
    assert disagreements(NOON) == {}

    supervision.close(ticket.pk, by=p.sv, now=NOON + HOUR, note="已办", order=SupervisionOrder.objects.get(kind="overdue").pk)

    usual.refresh_from_db()
    assert (usual.status, own_clock(ticket).status) == ("met", "running")
    escalation.sweep(now=NOON + 51 * HOUR)
    assert ticket.escalations.filter(clock=own_clock(ticket), rung="L1").exists()
    assert disagreements(NOON + 51 * HOUR, "C6", "C7", "C8") == {}


def test_another_urgency_leaves_it_as_the_leader_set_it(p, ticket):
    instruct(ticket, p.ql, due=50 * HOUR)

    intake.change_urgency(ticket.pk, by=p.rv, now=NOON + HOUR, urgency="critical", reason="漏电")

    assert own_clock(ticket).due_at == NOON + 50 * HOUR
    assert disagreements(NOON + HOUR) == {}


def test_other_limits_leave_it_as_well(p, ticket):
    from tests.tickets.test_profiles import new_version
    instruct(ticket, p.ql, due=50 * HOUR)

    new_version(p, SUPERVISION={"normal": 60, "urgent": 60, "critical": 60}, apply=True)

    assert own_clock(ticket).due_at == NOON + 50 * HOUR
    assert disagreements(NOON) == {}


def test_the_clock_explains_itself(p, ticket):
    instruct(ticket, p.ql)

    page = signed_in(p.sv, "en").get(reverse("insights:clock", args=[ticket.ticket_no, own_clock(ticket).pk]))

    assert page.status_code == 200 and "the due date that a leader set" in page.content.decode()


# --- who, when, twice ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["sv", "zh", "rv", "dp", "li", "ul", "au"])
def test_only_leaders_instruct(p, ticket, role):
    with pytest.raises(PermissionDenied):
        instruct(ticket, getattr(p, role))
    assert not SupervisionOrder.objects.exists() and not Clock.objects.filter(kind="SUPERVISION").exists()


def test_to_a_stranger_there_is_no_ticket(p, ticket):
    with pytest.raises(Ticket.DoesNotExist):
        instruct(ticket, make.make_user("LI", "WJJD"))


def test_not_when_nobody_would_answer_nor_after_the_end(p):
    with pytest.raises(Refused):
        instruct(make.in_dispatch(p), p.ql)
    with pytest.raises(AlreadyMoved):
        instruct(make.closed(p), p.ql)


def test_twice_is_refused_and_once_closed_a_new_one_may_come(p, ticket):
    instruct(ticket, p.ql)
    with pytest.raises(Refused):
        instruct(ticket, p.dl)

    supervision.close(ticket.pk, by=p.ql, now=NOON + HOUR, note="另行批示")
    instruct(ticket, p.dl, now=NOON + HOUR)

    assert Clock.objects.filter(ticket=ticket, by_hand=True).count() == 2 and disagreements(NOON + HOUR) == {}


def test_the_past_is_no_due_date(p, ticket):
    with pytest.raises(Refused):
        instruct(ticket, p.ql, due=-HOUR)


# --- page and API -------------------------------------------------------------------------------------------------


def do(ticket, step="instruct"):
    return reverse("tickets:do", args=[ticket.ticket_no, step])


def typed(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_proposes_the_usual_time_and_takes_another(p, language):
    now = database_now()
    ticket, client = make.in_hand(p, now), signed_in(p.ql, language)

    form = client.get(do(ticket)).context["work"]["form"]
    assert abs(form.initial["due_at"] - now - 24 * HOUR) < timedelta(minutes=1)
    answer = client.post(do(ticket), {"text": TEXT, "due_at": typed(now + 5 * HOUR), "version": ticket.version})

    assert answer.status_code == 302
    assert typed(SupervisionOrder.objects.get().due_at) == typed(now + 5 * HOUR)
    assert "instruct" not in client.get(f"/tickets/{ticket.ticket_no}/").content.decode().split("id=\"offers\"")[-1]
    assert client.post(do(ticket), {"text": TEXT, "due_at": typed(now + 5 * HOUR)}).status_code == 422


@pytest.mark.parametrize(("changes", "field"), [
    ({"due_at": "2020-01-01T08:00"}, "due_at"), ({"due_at": ""}, "due_at"), ({"due_at": "soon"}, "due_at"),
    ({"due_at": "2190-01-01T08:00"}, "due_at"), ({"text": ""}, "text"), ({"text": "阅"}, "text")])
def test_what_cannot_be_is_said_beside_its_field(p, changes, field):
    now = database_now()
    ticket = make.in_hand(p, now)

    answer = signed_in(p.ql, "en").post(do(ticket), {"text": TEXT, "due_at": typed(now + 5 * HOUR)} | changes)

    assert answer.status_code == 422 and answer.context["work"]["form"].errors.keys() == {field}
    assert f'id="instruct-{field}-error"' in answer.content.decode() and not SupervisionOrder.objects.exists()


def test_the_api_does_the_same(p):
    now = database_now()
    ticket, address = make.in_hand(p, now), "/api/v1/tickets/{}/instruct/"

    def post(user, **body):
        client = APIClient(headers={"accept-language": "en"})
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user=user, now=now)[0]}")
        return client.post(address.format(ticket.ticket_no), {"text": TEXT} | body, format="json")

    due = (now + 5 * HOUR).isoformat()
    assert post(p.sv, due_at=due).status_code == 403
    assert post(make.make_user("LI", "WJJD"), due_at=due).status_code == 404
    past = post(p.ql, due_at=(now - HOUR).isoformat())
    assert past.status_code == 422 and "must be in the future" in str(past.json())
    assert post(p.ql, due_at=due).status_code == 200
    assert post(p.ql, due_at=due).status_code == 422
    assert SupervisionOrder.objects.get().due_at == now + 5 * HOUR
