"""Appeals of results: three days for the unit, a ladder of reviewers, both results kept, and no archive meanwhile."""
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.instant import database_now
from accounts.models import Membership
from followup import actions as following
from followup import callbacks, claims, second
from followup.appeals import acts
from followup.appeals.models import Appeal, AppealReview
from notices.models import Notice
from tests import audited
from tests import factories as make
from tests.crowds import cost, signed_in
from tests.factories import NOON
from tests.racing import lost, race, won
from tests.tickets.ready import DAY, HOUR, unreachable
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Ticket
from tickets.steps import STEPS, take

pytestmark = pytest.mark.django_db
NOW = NOON + HOUR
TEXT = "回访记录与诉求人所说不符,请重听录音"


@pytest.fixture
def p():
    audited.with_all_triggers()
    people = make.make_people()
    people.other = make.make_user("CB", "RX-HF")
    return people


def appeal(p, ticket, by=None, now=NOW, **more):
    return acts.appeal_result(ticket.pk, by=by or p.ul, now=now, grounds="misheard", text=TEXT, **more)


def decide(who, ticket, now=NOW, decision="upheld", **more):
    return acts.decide_appeal(ticket.pk, by=who, now=now, decision=decision, words="已重听录音", **more)


def object_(p, ticket, now=NOW, by=None):
    return acts.object_to_decision(ticket.pk, by=by or p.ul, now=now, reason="录音与记录不一致")


def appealed(p, now=NOON):
    return appeal(p, make.closed(p, now), now=now + HOUR)


def of(ticket):
    return Appeal.objects.get(ticket=ticket)


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))


# --- raising ----------------------------------------------------------------------------------------------------------


def test_the_leader_of_the_unit_appeals_within_three_days(p):
    ticket = appealed(p)

    found = of(ticket)
    assert (found.status, found.unit, found.by, found.result) == ("first", make.unit(), p.ul, "positive")
    assert found.due_at == NOW + 3 * DAY
    assert told("appeal_raised") == {p.sv.pk}
    assert (ticket.state, ticket.callback_outcome) == ("closed", "positive")
    assert audited.codes(NOW) <= {"C6"}


def test_not_after_three_days_not_twice_not_in_another_state(p):
    ticket = make.closed(p)
    with pytest.raises(Refused):
        appeal(p, ticket, now=NOON + 3 * DAY)
    appeal(p, ticket)
    with pytest.raises(Refused):
        appeal(p, ticket)
    with pytest.raises(AlreadyMoved):
        appeal(p, make.answered(p))


@pytest.mark.parametrize("role", ["li", "hd", "sv", "zh", "dl", "cb", "rv"])
def test_nobody_else_appeals(p, role):
    with pytest.raises(PermissionDenied):
        appeal(p, make.closed(p), by=getattr(p, role))


def test_to_the_leader_of_another_unit_the_ticket_does_not_exist(p):
    with pytest.raises(Ticket.DoesNotExist):
        appeal(p, make.closed(p), by=make.make_user("UL", "JY"))


def test_a_result_of_nobody_reached_can_be_appealed_too(p):
    ticket = following.close_unreachable(unreachable(p).pk, by=p.sv, now=NOON + 4 * DAY, proposed_by=p.cb)

    assert of(appeal(p, ticket, now=NOON + 5 * DAY)).result == "unreachable"


# --- the ladder -------------------------------------------------------------------------------------------------------


def test_the_result_stands(p):
    ticket = decide(p.sv, appealed(p))

    assert (of(ticket).status, of(ticket).last_result()) == ("decided", "positive")
    assert told("appeal_decided") == {p.ul.pk}
    assert audited.codes(NOW) <= {"C6"}


def test_the_result_is_changed_and_both_are_kept_and_shown(p):
    ticket = decide(p.sv, appealed(p), decision="changed", result="neutral")

    found = of(ticket)
    assert (found.result, found.last_result(), ticket.callback_outcome) == ("positive", "neutral", "positive")
    page = signed_in(p.ul, "en").get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert "First result" in page and "Final result" in page and "No rating given" in page and TEXT in page


def test_an_exclusion_takes_two_persons_and_concerns_the_assessment_only(p):
    ticket = appealed(p)
    with pytest.raises(Refused):
        decide(p.sv, ticket, decision="excluded")

    body = {"decision": "excluded", "words": "属不合理诉求"}
    assert take(STEPS["decide_appeal"], ticket, by=p.sv, body=body, now=NOW).proposal
    ticket = Ticket.objects.get(pk=ticket.pk)
    with pytest.raises(Refused):
        take(STEPS["decide_appeal"], ticket, by=p.sv, body=body, now=NOW)
    ticket = take(STEPS["decide_appeal"], ticket, by=p.zh, body={}, now=NOW).ticket

    review = AppealReview.objects.get()
    assert (review.by, review.second_by, ticket.excluded_from_assessment) == (p.sv, p.zh, True)
    assert (ticket.state, ticket.callback_outcome) == ("closed", "positive")
    assert audited.codes(NOW) <= {"C6"}


def test_the_unit_objects_once_and_others_decide_for_good(p):
    ticket = object_(p, decide(p.sv, appealed(p)), now=NOW + HOUR)

    assert of(ticket).status == "second"
    assert {p.zh.pk} <= told("appeal_objected") and p.sv.pk not in told("appeal_objected")
    with pytest.raises(PermissionDenied):
        decide(p.sv, ticket)
    ticket = decide(p.zh, ticket, now=NOW + 2 * HOUR, decision="changed", result="negative")
    assert (of(ticket).status, of(ticket).last_result()) == ("final", "negative")
    assert [review.decision for review in AppealReview.objects.order_by("pk")] == ["upheld", "changed"]
    with pytest.raises(Refused):
        object_(p, ticket)
    with pytest.raises(Refused):
        decide(p.dl, ticket)
    assert audited.codes(NOW) <= {"C6"}


def test_the_unit_objects_within_a_day_and_only_to_a_decision(p):
    ticket = appealed(p)
    with pytest.raises(Refused):
        object_(p, ticket)
    decide(p.sv, ticket)
    with pytest.raises(Refused):
        object_(p, ticket, now=NOW + DAY)
    with pytest.raises(PermissionDenied):
        object_(p, ticket, by=p.sv)


@pytest.mark.parametrize("role", ["zh", "dl"])
def test_the_first_review_is_a_supervisor_s(p, role):
    with pytest.raises(PermissionDenied):
        decide(getattr(p, role), appealed(p))


@pytest.mark.parametrize("role", ["ul", "cb", "rv", "ql"])
def test_others_never_review(p, role):
    with pytest.raises(PermissionDenied):
        decide(getattr(p, role), appealed(p))


def test_neither_who_asked_the_citizen_nor_the_unit_reviews(p):
    ticket = appealed(p)
    Membership.objects.create(user=p.cb, unit=make.unit("RX-DB"), role="SV")
    Membership.objects.create(user=p.sv, unit=make.unit(), role="UL")

    for who in (p.cb, p.sv):
        with pytest.raises(Refused):
            decide(type(who).objects.get(pk=who.pk), ticket)


# --- a second callback ------------------------------------------------------------------------------------------------


def test_a_reviewer_orders_one_second_callback_and_waits_for_it(p):
    ticket = second.order_re_callback(appealed(p).pk, by=p.sv, now=NOW + HOUR, reason="录音不清")

    assert (ticket.state, ticket.callback_outcome) == ("closed", "positive")
    assert of(ticket).due_at == NOW + HOUR + 3 * DAY
    with pytest.raises(Refused):
        decide(p.sv, ticket)
    with pytest.raises(Refused):
        second.order_re_callback(ticket.pk, by=p.sv, now=NOW, reason="再来一次")

    task = claims.claim_next(by=p.other, now=NOON + 4 * HOUR)
    assert task.ticket == ticket and claims.claim_next(by=p.cb, now=NOON + 4 * HOUR) is None
    ticket = callbacks.record_outcome(ticket.pk, by=p.other, now=NOON + 4 * HOUR, **make.UNHAPPY)

    assert (ticket.state, ticket.callback_outcome) == ("closed", "positive")
    assert decide(p.sv, ticket, now=NOON + 5 * HOUR, decision="changed", result="negative").state == "closed"
    assert audited.codes(NOON + 5 * HOUR) <= {"C6"}


def test_a_call_in_vain_during_an_appeal_moves_nothing(p):
    ticket = second.order_re_callback(appealed(p).pk, by=p.sv, now=NOW, reason="录音不清")

    ticket = second.second_not_reached(ticket.pk, by=p.other, now=NOON + 3 * HOUR, result="no_answer")
    assert ticket.state == "closed" and ticket.events.latest("seq").name == "second_not_reached"
    with pytest.raises(Refused):
        second.second_not_reached(ticket.pk, by=p.cb, now=NOON + 3 * HOUR, result="no_answer")
    second.second_not_reached(ticket.pk, by=p.other, now=NOON + DAY, result="wrong_number")
    assert decide(p.sv, ticket, now=NOON + DAY).state == "closed"


def test_who_does_not_review_orders_none(p):
    with pytest.raises(Refused):
        second.order_re_callback(appealed(p).pk, by=p.zh, now=NOW, reason="录音不清")


def test_the_agent_of_the_second_call_sees_no_appeal(p):
    ticket = second.order_re_callback(appealed(p).pk, by=p.sv, now=NOW, reason="录音不清")

    page = signed_in(p.other).get(f"/tickets/{ticket.ticket_no}/").content.decode()
    assert TEXT not in page and "录音不清" not in page
    client = APIClient()
    client.force_authenticate(p.other)
    facts = client.get(f"/api/v1/tickets/{ticket.ticket_no}/").json()
    assert "positive" not in str(facts) and TEXT not in str(facts)


# --- what follows -----------------------------------------------------------------------------------------------------


def test_nothing_is_archived_while_an_appeal_is_open(p):
    ticket = appealed(p)

    assert following.archive_due(now=NOON + 5 * DAY) == 0
    decide(p.sv, ticket, now=NOON + 5 * DAY)
    assert following.archive_due(now=NOON + 6 * DAY - HOUR) == 0
    assert following.archive_due(now=NOON + 6 * DAY) == 1


def test_after_the_final_decision_it_is_archived_at_once(p):
    ticket = object_(p, decide(p.sv, appealed(p)))
    decide(p.dl, ticket, now=NOON + 4 * DAY)

    assert following.archive_due(now=NOON + 4 * DAY) == 1
    assert audited.codes(NOON + 4 * DAY) <= {"C6"}


def test_a_late_review_is_told_once_and_stands_on_the_list(p):
    ticket = appealed(p, database_now() - 3 * DAY - 2 * HOUR)
    for _look in range(2):
        assert acts.tell_late(now=database_now()) == 1

    assert Notice.objects.filter(kind="appeal_late", recipient=p.sv).count() == 1
    page = signed_in(p.sv).get("/desk/appeals/", {"list": "late"}).content.decode()
    assert ticket.ticket_no in page


def test_reopening_ends_the_appeal_and_its_second_callback(p):
    ticket = second.order_re_callback(appealed(p).pk, by=p.sv, now=NOW, reason="录音不清")

    following.reopen(ticket.pk, by=p.sv, now=NOW, reason="有新情况")

    assert of(ticket).status == "overtaken"
    assert not ticket.callback_tasks.filter(outcome="").exists()
    assert audited.codes(NOW) <= {"C6"}


def test_what_was_said_stays_in_the_database(p):
    ticket = decide(p.sv, appealed(p))
    changes = [lambda: Appeal.objects.update(result="negative"), lambda: Appeal.objects.update(text="别的"),
               lambda: Appeal.objects.all().delete(), lambda: AppealReview.objects.update(decision="upheld", words="别的"),
               lambda: AppealReview.objects.all().delete(), lambda: Appeal.objects.update(status="final")]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    object_(p, ticket)
    with pytest.raises(DatabaseError), transaction.atomic():
        AppealReview.objects.create(appeal=of(ticket), is_final=True, decision="upheld", words="同意", by=p.sv, at=NOW)


# --- pages and API ----------------------------------------------------------------------------------------------------


def test_through_pages_and_api_from_the_appeal_to_the_last_decision(p):
    ticket = make.closed(p, database_now() - HOUR)

    def post(who, step, body):
        version = Ticket.objects.get(pk=ticket.pk).version
        answer = signed_in(who).post(reverse("tickets:do", args=[ticket.ticket_no, step]), body | {"version": version})
        assert answer.status_code == 302, answer.content.decode()

    def send(who, step, body):
        client = APIClient()
        client.force_authenticate(who)
        answer = client.post(f"/api/v1/tickets/{ticket.ticket_no}/{step}/", body, format="json")
        assert answer.status_code == 200, answer.json()

    assert ticket.ticket_no in signed_in(p.ul).get("/desk/unit-appeals/").content.decode()
    post(p.ul, "appeal_result", {"grounds": "misheard", "text": TEXT, "evidence": "录音1"})
    assert ticket.ticket_no in signed_in(p.sv).get("/desk/appeals/").content.decode()
    assert ticket.ticket_no in signed_in(p.ul).get("/desk/unit-appeals/", {"list": "open"}).content.decode()
    send(p.sv, "decide_appeal", {"decision": "upheld", "words": "已重听录音"})
    assert ticket.ticket_no in signed_in(p.ul).get("/desk/unit-appeals/", {"list": "objectable"}).content.decode()
    send(p.ul, "object_to_decision", {"reason": "录音与记录不一致"})
    assert ticket.ticket_no in signed_in(p.zh).get("/desk/appeals/", {"list": "final"}).content.decode()
    post(p.zh, "decide_appeal", {"decision": "changed", "result": "neutral", "words": "录音不清"})
    assert of(ticket).last_result() == "neutral"


def test_the_lists_cost_the_same_however_long(p):
    now = database_now() - HOUR
    appealed(p, now - HOUR)
    client = signed_in(p.sv)
    few = cost(client, "/desk/appeals/")
    for _more in range(3):
        appealed(p, now - HOUR)

    assert cost(client, "/desk/appeals/") == few <= 10
    assert cost(signed_in(p.ul), "/desk/unit-appeals/?list=open") <= 10


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_the_same_moment_decide_once():
    p = make.make_people()
    people = SimpleNamespace(**vars(p))
    rival = make.make_user("SV", "RX-DB")
    ticket = appeal(people, make.closed(people))

    results = race(lambda: decide(p.sv, ticket).pk, lambda: decide(rival, ticket, decision="changed", result="neutral").pk)

    assert len(won(results)) == 1 and lost(results) == ["Refused"]
    assert AppealReview.objects.count() == 1


def test_an_appeal_waits_for_natural_days(p):
    assert timedelta(days=3) == of(appealed(p)).due_at - NOW


@pytest.mark.parametrize("who", ["sv", "ul", "other"])
def test_the_page_and_the_forms_stay_cheap(p, who):
    now = database_now() - HOUR
    ticket = second.order_re_callback(appealed(p, now - HOUR).pk, by=p.sv, now=now, reason="录音不清")

    assert cost(signed_in(getattr(p, who)), f"/tickets/{ticket.ticket_no}/") <= 20
    steps = {"sv": "correct_outcome", "other": "record_outcome"}
    if who in steps:
        assert cost(signed_in(getattr(p, who)), reverse("tickets:do", args=[ticket.ticket_no, steps[who]])) <= 20
