"""会商: a supervisor asks several people about a ticket, who says what is kept, and it ends with minutes and a decision."""
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import tokens
from accounts.instant import database_now
from dispatch import conferring, replies
from dispatch.models import Conference, Contribution
from followup import actions as following
from followup import callbacks
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.tickets.bodies import TEXT
from tickets import steps
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket

QUESTION, SAID, MINUTES, DECISION = "公共部位漏水由谁牵头?", "我单位掌握维修资金台账", "两家单位均到会并说明情况", "由住建局牵头办理"


@pytest.fixture
def p(db):
    people = make.make_people()
    people.co = make.make_user("LI", "HB")
    people.other = make.make_user("LI", "SCJG")
    return people


@pytest.fixture
def ticket(p):
    """Led by ZJ; HB and SCJG have a part each."""
    return replies.add_co_unit(make.in_hand(p).pk, by=p.dp, now=NOON, co_units=[make.unit("HB"), make.unit("SCJG")])


def begin(p, ticket, by=None, units=("ZJ", "HB"), desks=("DP",), now=NOON):
    return conferring.open_conference(ticket.pk, by=by or p.sv, now=now, question=QUESTION, desks=desks,
                                      units=[make.unit(code) for code in units])


def close(p, ticket, by=None):
    return conferring.close(ticket.pk, by=by or p.sv, now=NOON, minutes=MINUTES, decision=DECISION)


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))


# --- what it is ---------------------------------------------------------------------------------------------------


def test_those_who_are_asked_hear_of_it_speak_and_hear_the_decision(p, ticket):
    begin(p, ticket)
    assert told("conference_opened") == {p.li.pk, p.ul.pk, p.co.pk, p.dp.pk, p.dl.pk}  # no leader there

    conferring.add(ticket.pk, by=p.co, now=NOON, text=SAID)
    conferring.add(ticket.pk, by=p.dp, now=NOON, text="派单时已核对职责清单")
    assert told("conference_added") == {p.sv.pk, p.co.pk}
    close(p, ticket)

    conference = Conference.objects.get()
    assert (conference.minutes, conference.decision, conference.closed_by, conference.closed_at) == (
        MINUTES, DECISION, p.sv, NOON)
    assert [(row.by, row.unit) for row in Contribution.objects.order_by("pk")] == [(p.co, make.unit("HB")), (p.dp, None)]
    assert {p.li.pk, p.co.pk, p.dp.pk} <= told("conference_closed") and p.sv.pk not in told("conference_closed")
    audited.check_deferred()
    assert audited.codes(NOON) <= {"I12"}  # a trigger is off for tests


def test_no_word_of_it_is_in_the_trail_nor_in_any_message(p, ticket):
    begin(p, ticket)
    conferring.add(ticket.pk, by=p.co, now=NOON, text=SAID)
    close(p, ticket)

    words = (QUESTION, SAID, MINUTES, DECISION)
    kept = str(list(ticket.events.values_list("note", "data")))
    sent = str(list(Notice.objects.filter(kind__startswith="conference").values_list("params", "channel")))
    assert not any(word in kept or word in sent for word in words)
    assert not Notice.objects.filter(kind__startswith="conference").exclude(channel="inapp").exists()
    assert not Notice.objects.filter(kind__startswith="conference", recipient=None).exists()


@pytest.mark.parametrize("role", ["sv", "zh", "dl"])
def test_supervisors_the_coordination_group_and_duty_leaders_open_and_close(p, ticket, role):
    begin(p, ticket, by=getattr(p, role))
    assert close(p, ticket, by=getattr(p, role)).events.filter(name="close_conference").exists()


def test_one_at_a_time_and_afterwards_another(p, ticket):
    begin(p, ticket)
    with pytest.raises(Refused):
        begin(p, ticket)
    close(p, ticket)
    with pytest.raises(Refused):
        close(p, ticket)
    with pytest.raises(Refused):
        conferring.add(ticket.pk, by=p.sv, now=NOON, text=SAID)

    begin(p, ticket)

    assert Conference.objects.filter(ticket=ticket).count() == 2


@pytest.mark.parametrize(("minutes", "decision"), [("", DECISION), (MINUTES, ""), ("  ", DECISION)])
def test_it_ends_with_minutes_and_a_decision(p, ticket, minutes, decision):
    begin(p, ticket)
    with pytest.raises(Refused):
        conferring.close(ticket.pk, by=p.sv, now=NOON, minutes=minutes, decision=decision)
    assert Conference.objects.get().closed_at is None


def changed(rows, **fields):
    with pytest.raises(InternalError) as refused, transaction.atomic():
        rows.update(**fields)
    return str(refused.value)


def test_the_database_keeps_every_word(p, ticket):
    begin(p, ticket)
    conferring.add(ticket.pk, by=p.co, now=NOON, text=SAID)

    changed(Contribution.objects.all(), text="另一句话")
    for rows in (Contribution.objects.all(), Conference.objects.all()):
        with pytest.raises(InternalError), transaction.atomic():
            rows._raw_delete("default")


@pytest.mark.parametrize("fields", [{"question": "x"}, {"units": []}, {"closed_at": None}, {"decision": "x"}])
def test_the_database_lets_it_only_end_and_only_once(p, ticket, fields):
    from django.db.utils import IntegrityError
    begin(p, ticket)
    close(p, ticket)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Conference.objects.update(**fields)


# --- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["rv", "dp", "ql", "li", "ul", "au", "op"])
def test_others_neither_open_nor_close(p, ticket, role):
    with pytest.raises(PermissionDenied):
        begin(p, ticket, by=getattr(p, role))
    begin(p, ticket)
    with pytest.raises(PermissionDenied):
        close(p, ticket, by=getattr(p, role))


@pytest.mark.parametrize("role", ["rv", "ql", "au", "op", "other"])
def test_who_was_not_asked_says_nothing(p, ticket, role):
    begin(p, ticket)
    with pytest.raises(PermissionDenied):
        conferring.add(ticket.pk, by=getattr(p, role), now=NOON, text=SAID)
    assert not Contribution.objects.exists()


def test_to_a_stranger_there_is_no_ticket(p, ticket):
    begin(p, ticket)
    for act in (lambda by: begin(p, ticket, by=by), lambda by: conferring.add(ticket.pk, by=by, now=NOON, text=SAID),
                lambda by: close(p, ticket, by=by)):
        with pytest.raises(Ticket.DoesNotExist):
            act(make.make_user("LI", "JY"))


def test_a_unit_without_a_part_cannot_be_asked(p, ticket):
    with pytest.raises(Refused):
        begin(p, ticket, units=("JY",))
    with pytest.raises(Refused):
        begin(p, ticket, units=(), desks=())
    with pytest.raises(Refused):
        begin(p, ticket, units=(), desks=("OP",))  # operators do not read every ticket


def test_who_lost_his_part_is_out_of_it(p):
    ticket = make.dispatched(p, co_units=["HB"])
    begin(p, ticket)
    from dispatch import actions as dispatching
    dispatching.recall(ticket.pk, by=p.dp, now=NOON)
    with pytest.raises(Ticket.DoesNotExist):
        conferring.add(ticket.pk, by=p.co, now=NOON, text=SAID)


# --- when ---------------------------------------------------------------------------------------------------------


def test_none_is_opened_after_the_end_and_the_archive_waits_for_an_open_one(p):
    ticket = make.in_callback(p)
    begin(p, ticket, units=())
    callbacks.record_outcome(ticket.pk, by=p.cb, now=NOON, **make.HAPPY)
    following.close_satisfied(ticket.pk, by=p.cb, now=NOON)
    later = NOON + timedelta(days=4)

    with pytest.raises(Refused):
        following.archive(ticket.pk, by=p.sv, now=later)
    assert following.archive_due(now=later) == 0
    close(p, ticket)
    assert following.archive_due(now=later) == 1

    with pytest.raises(AlreadyMoved):
        begin(p, ticket, units=())


def test_one_that_a_merged_ticket_left_behind_can_be_ended(p):
    ticket = make.in_review(p)
    begin(p, ticket, units=())
    following.merge_into(ticket.pk, by=p.rv, now=NOON, master=make.in_review(p))

    with pytest.raises(AlreadyMoved):
        conferring.add(ticket.pk, by=p.dp, now=NOON, text=SAID)
    assert close(p, ticket).state == "merged"


# --- page and API -------------------------------------------------------------------------------------------------


def page_of(user, ticket, language="en"):
    return signed_in(user, language).get(f"/tickets/{ticket.ticket_no}/").content.decode()


def test_the_page_shows_it_to_those_who_were_asked_and_to_the_desks_only(p, ticket):
    begin(p, ticket)
    conferring.add(ticket.pk, by=p.co, now=NOON, text=SAID)
    close(p, ticket)

    for reader in (p.sv, p.dp, p.ql, p.au, p.li, p.hd, p.co):
        page = page_of(reader, ticket)
        assert all(word in page for word in (QUESTION, SAID, MINUTES, DECISION))
    for reader in (p.other, p.op):
        page = page_of(reader, ticket)
        assert "opened a consultation" in page
        assert not any(word in page for word in (QUESTION, SAID, MINUTES, DECISION))


def test_a_unit_that_was_asked_reads_no_name_of_a_confidential_reporter(p):
    ticket = make.in_hand(p, is_confidential=True, type="report", caller_name="彭小满")
    conferring.open_conference(ticket.pk, by=p.sv, now=NOON, question="彭小满 13800138000 反映的情况属实吗?",
                               units=[make.unit()], desks=[])

    page = page_of(p.li, ticket)

    assert "反映的情况属实吗" in page and "彭小满" not in page and "13800138000" not in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_its_steps(p, language):
    now = database_now()
    ticket = replies.add_co_unit(make.in_hand(p, now).pk, by=p.dp, now=now, co_units=[make.unit("HB")])
    client = signed_in(p.sv, language)

    def do(step):
        return reverse("tickets:do", args=[ticket.ticket_no, step])

    form = client.get(do("open_conference"))
    offered = re.findall(r'name="units" value="(\w+)"', form.content.decode())
    assert "HB" in offered and "JY" not in offered
    assert cost(client, do("open_conference")) <= 20
    wrong = client.post(do("open_conference"), {"question": QUESTION})
    assert wrong.status_code == 422
    assert client.post(do("open_conference"), {"question": QUESTION, "units": ["JY"]}).status_code == 422
    assert client.post(do("open_conference"), {"question": QUESTION, "units": ["HB"]}).status_code == 302
    unit = signed_in(p.co, language)
    assert unit.post(do("add_to_conference"), {"text": SAID}).status_code == 302
    assert cost(unit, do("add_to_conference")) <= 20
    assert cost(client, f"/tickets/{ticket.ticket_no}/") <= 20
    assert client.post(do("close_conference"), {"minutes": MINUTES, "decision": ""}).status_code == 422
    assert client.post(do("close_conference"), {"minutes": MINUTES, "decision": DECISION}).status_code == 302
    assert client.post(do("close_conference"), {"minutes": MINUTES, "decision": DECISION}).status_code == 422


def test_the_api_does_the_same(p):
    now = database_now()
    ticket = make.in_hand(p, now)

    def post(user, step, **body):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user=user, now=now)[0]}")
        return client.post(f"/api/v1/tickets/{ticket.ticket_no}/{step}/", body, format="json").status_code

    asked = {"question": QUESTION, "units": ["ZJ"], "desks": ["DP"]}
    assert post(p.rv, "open_conference", **asked) == 403
    assert post(p.other, "open_conference", **asked) == 404
    assert post(p.sv, "open_conference", **asked | {"desks": ["OP"]}) == 422
    assert post(p.sv, "open_conference", **asked) == 200
    assert post(p.sv, "open_conference", **asked) == 422
    assert post(p.rv, "add_to_conference", text=TEXT) == 422  # a desk that was not asked
    assert post(p.op, "add_to_conference", text=TEXT) == 403
    assert post(p.hd, "add_to_conference", text=TEXT) == 200
    assert post(p.sv, "close_conference", minutes=MINUTES, decision=DECISION) == 200


def test_who_is_not_asked_is_offered_nothing(p, ticket):
    begin(p, ticket)
    found = Ticket.objects.get(pk=ticket.pk)

    def offered(user):
        seen = Ticket.objects.visible_to(user).select_related("lead_unit").get(pk=found.pk)
        return {offer.step.name for offer in steps.offers(seen, user) if "conference" in offer.step.name}

    assert offered(p.co) == {"add_to_conference"} and offered(p.dp) == {"add_to_conference"}
    assert offered(p.other) == offered(p.rv) == set()
    assert offered(p.sv) == {"add_to_conference", "close_conference"}


@pytest.mark.parametrize("role", ["li", "ul", "sv", "dp"])
def test_a_ticket_with_a_consultation_costs_no_more_than_others(p, role):
    now = database_now()
    ticket = replies.add_co_unit(make.in_hand(p, now).pk, by=p.dp, now=now, co_units=[make.unit("HB")])
    begin(p, ticket, now=now)
    conferring.add(ticket.pk, by=p.co, now=now, text=SAID)

    assert cost(signed_in(getattr(p, role)), f"/tickets/{ticket.ticket_no}/") <= 20
