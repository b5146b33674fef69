from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actions, sessions
from accounts.models import AuditEntry
from tests.accounts.people import MONDAY_NOON, PASSWORD, person
from tests.accounts.test_sign_in import is_in, post

MINUTE = timedelta(minutes=1)


@pytest.fixture
def signed_in(client, db):
    person()
    post(client)
    return client


def pretend(client, *, seen=timedelta(), started=timedelta()):
    """As if the last request, and the sign-in, were that long ago."""
    session = client.session
    session[sessions.SEEN] -= seen.total_seconds()
    session[sessions.STARTED] -= started.total_seconds()
    session.save()


def test_an_idle_session_ends_after_half_an_hour(signed_in):
    pretend(signed_in, seen=29 * MINUTE)
    assert is_in(signed_in)

    pretend(signed_in, seen=30 * MINUTE)
    assert not is_in(signed_in)
    entry = AuditEntry.objects.order_by("id").last()
    assert (entry.kind, entry.reason) == ("LOGOUT", "idle")


def test_the_idle_time_is_a_setting(signed_in, settings):
    settings.IDLE_MINUTES = 5
    pretend(signed_in, seen=5 * MINUTE)

    assert not is_in(signed_in)


def test_a_busy_session_ends_after_a_shift(signed_in):
    pretend(signed_in, started=12 * 60 * MINUTE)

    assert not is_in(signed_in)


def test_a_page_that_asks_by_itself_does_not_count_as_a_person(signed_in):
    pretend(signed_in, seen=29 * MINUTE)
    before = signed_in.session[sessions.SEEN]

    signed_in.get(reverse("account"), headers={"X-Background": "1"})
    assert signed_in.session[sessions.SEEN] == before
    signed_in.get(reverse("account"))
    assert signed_in.session[sessions.SEEN] > before


def test_being_seen_is_not_written_with_every_click():
    session = {}
    sessions.begin(session, now=MONDAY_NOON)

    sessions.note_seen(session, now=MONDAY_NOON + 59 * timedelta(seconds=1))
    assert session[sessions.SEEN] == MONDAY_NOON.timestamp()
    sessions.note_seen(session, now=MONDAY_NOON + MINUTE)
    assert session[sessions.SEEN] == (MONDAY_NOON + MINUTE).timestamp()


def another_session():
    other = Client()
    post(other)
    return other


def test_changing_the_password_ends_the_other_sessions(signed_in):
    other, new = another_session(), "another-private-word-77"

    wrong = signed_in.post(reverse("change-password"), {"present": "wrong", "new_password": new, "repeated": new})
    answer = signed_in.post(reverse("change-password"), {"present": PASSWORD, "new_password": new, "repeated": new})

    assert wrong.context["form"].errors["present"]
    assert answer.url == reverse("account")
    assert is_in(signed_in)
    assert not is_in(other)


def test_a_person_ends_his_other_sessions(signed_in):
    other = another_session()

    signed_in.post(reverse("sign-out-everywhere"))

    assert is_in(signed_in)
    assert not is_in(other)


def test_switching_an_account_off_ends_its_sessions_for_good(signed_in):
    user, admin = signed_in_user(signed_in), person("ad")

    actions.deactivate(user, by=admin, now=MONDAY_NOON)
    assert not is_in(signed_in)
    actions.reactivate(user, by=admin, now=MONDAY_NOON)
    assert not is_in(signed_in)


def test_a_password_reset_ends_the_sessions(signed_in):
    actions.reset_password(signed_in_user(signed_in), by=person("ad"), now=MONDAY_NOON)

    assert not is_in(signed_in)


def test_a_new_role_that_needs_a_second_factor_asks_for_it_at_once(signed_in, settings):
    from tests.accounts.people import unit

    settings.TOTP_ROLES = ["SV"]
    user = signed_in_user(signed_in)
    actions.grant(user, unit("RX"), "OP", by=None, now=MONDAY_NOON)
    assert is_in(signed_in)

    actions.grant(user, unit("ZJ"), "SV", by=None, now=MONDAY_NOON)
    assert not is_in(signed_in)


def signed_in_user(client):
    return client.get(reverse("account")).context["user"]
