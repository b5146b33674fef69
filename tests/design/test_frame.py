"""What surrounds every page: who leads now, the guide of a role, help, and pages that say no."""
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roster
from accounts.instant import machine_now
from accounts.models import DutyShift
from accounts.roles import Role
from hotline import guides
from hotline.outage import MISTAKE, OUTAGE, page
from tests import factories
from tests.crowds import signed_in


@pytest.fixture
def p(crowd, db):
    cache.clear()
    return crowd


def lead(kind, user, starts, ends, now):
    return DutyShift.objects.create(kind=kind, unit=factories.unit("RX"), user=user, starts_at=now + timedelta(hours=starts),
                                    ends_at=now + timedelta(hours=ends))


# --- the duty shift -----------------------------------------------------------------------------------------------


def test_the_bar_says_who_leads_and_who_takes_over(p):
    now = machine_now()
    lead("duty_leader", p.dl, -2, 3, now)
    lead("duty_leader", p.sv, 3, 11, now)

    bar = signed_in(p.op).get("/desk/mine/").content.decode().split("<main")[0]

    assert f"带班领导 <b>{p.dl.display_name}</b>" in bar
    assert f"→ {p.sv.display_name}" in bar
    assert "值班长 <b>无人</b>" in bar


def test_the_shift_costs_one_query_a_minute(p):
    lead("shift_leader", p.ops, -1, 1, machine_now())
    client = signed_in(p.op)
    client.get("/account/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/account/")

    assert [query for query in queries.captured_queries if "dutyshift" in query["sql"]] == []


def test_a_hand_over_shows_at_its_minute_without_asking_again(p):
    now = machine_now()
    lead("duty_leader", p.dl, -2, 1, now)
    lead("duty_leader", p.sv, 1, 8, now)
    shifts = roster.leading_shifts(now=now)

    before, after = (roster.watches(shifts, now=now + timedelta(hours=hours))[0] for hours in (0, 1))

    assert (before.names, before.following) == ([str(p.dl)], [str(p.sv)])
    assert (after.names, after.following) == ([str(p.sv)], [])


# --- the guide ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_every_role_is_told_in_four_steps_what_it_does_here(role):
    guide = guides.GUIDES[role]

    assert len(guide.steps) == 4
    assert all(str(step) for step in (guide.purpose, *guide.steps))


@pytest.mark.parametrize("role", [role.value.lower() for role in Role])
def test_the_guide_stands_on_the_first_page_of_the_role(p, role):
    user = getattr(p, role)

    assert f'id="h-guide-{role.upper()}"' in signed_in(user).get("/", follow=True).content.decode()
    assert "h-guide" not in signed_in(user).get("/account/").content.decode()


def test_a_guide_that_was_put_away_stays_away_until_it_is_asked_for(p):
    client = signed_in(p.rv)
    client.post("/guide/away/", {"role": "RV"}, follow=True)
    assert "h-guide-RV" not in client.get("/desk/review/").content.decode()
    assert "h-guide-RV" not in signed_in(p.rv, "en").get("/desk/review/").content.decode()
    assert "h-guide-DP" in signed_in(p.dp).get("/desk/dispatch/").content.decode()

    client.post("/guide/show/")

    assert "h-guide-RV" in client.get("/desk/review/").content.decode()


def test_no_guide_of_a_role_that_does_not_exist_is_kept(p):
    client = signed_in(p.rv)

    for role in ("", "XX", "RV' OR 1=1"):
        assert client.post("/guide/away/", {"role": role}).status_code == 302
    p.rv.refresh_from_db()
    assert p.rv.guides_done == []
    assert client.get("/guide/away/").status_code == 405


# --- pages that say no --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "needed", "held", "next_step"), [
    ("zh-hans", "审核员", "话务员", "您现在可以"), ("en", "Reviewer", "Operator", "What you can do now")])
def test_a_refusal_names_the_role_and_whom_to_ask(p, language, needed, held, next_step):
    answer = signed_in(p.op, language).get("/desk/review/")
    said = answer.content.decode()

    assert answer.status_code == 403
    assert all(words in said for words in (needed, held, next_step))


def test_a_ticket_that_is_not_ones_own_reads_like_one_that_does_not_exist(p):
    ticket = factories.in_review(p, title="秘密的事")
    client = signed_in(p.li)

    there, nowhere = client.get(f"/tickets/{ticket.ticket_no}/"), client.get("/tickets/209901010001/")

    assert there.status_code == nowhere.status_code == 404
    assert "秘密的事" not in there.content.decode()
    assert 'name="q"' in there.content.decode()
    assert 'name="q"' not in signed_in(p.ad).get("/nope/").content.decode()


@pytest.mark.parametrize(("status", "texts"), [(500, MISTAKE), (503, OUTAGE)])
def test_an_error_page_needs_no_database_and_says_what_to_do(status, texts):
    said = page(status, texts)

    assert "您现在可以" in said
    assert texts[1] in said
    assert "先记在纸上" in said
    assert "<svg" in said


def test_a_broken_request_and_an_old_form_say_what_to_do(p):
    old = signed_in(p.op, enforce_csrf_checks=True).post("/guide/show/")

    assert old.status_code == 403
    assert "重新提交" in old.content.decode()
