from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import actions
from accounts.instant import database_now
from accounts.models import AuditEntry, ExpiringToken
from accounts.tokens import ExpiringTokenAuthentication, issue
from tests.accounts.people import MONDAY_NOON, PASSWORD, person

TOKEN = "/api/v1/token/"


def ask(client, **data):
    data = {"username": "zhang.wei", "password": PASSWORD} | data
    return client.post(TOKEN, data, content_type="application/json")


def revoke(client, key, scheme="Token"):
    return client.delete(TOKEN, headers={"Authorization": f"{scheme} {key}"})


@pytest.fixture
def user(db):
    return person()


def test_name_and_password_give_a_token_for_twelve_hours(client, user):
    before = database_now()

    answer = ask(client)

    assert answer.status_code == 200
    token = ExpiringToken.objects.get()
    assert set(answer.json()) == {"token", "expires_at"}
    assert token.expires_at - token.created_at == timedelta(hours=12)
    assert token.created_at >= before
    assert AuditEntry.objects.get().what == "token"


def test_the_key_itself_is_not_stored(client, user):
    key = ask(client).json()["token"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_expiringtoken t")
        assert key not in str(cursor.fetchall())


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "token", "BEARER"])
def test_a_token_is_accepted_under_both_names(client, user, scheme):
    assert revoke(client, ask(client).json()["token"], scheme).status_code == 204


def test_a_revoked_token_is_refused(client, user):
    key = ask(client).json()["token"]
    revoke(client, key)

    answer = revoke(client, key)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Token")
    assert AuditEntry.objects.filter(kind="LOGOUT", what="token").count() == 1


def test_revoking_one_token_leaves_the_others(client, user):
    first, second = ask(client).json()["token"], ask(client).json()["token"]
    revoke(client, first)

    assert revoke(client, second).status_code == 204


@pytest.mark.parametrize("hours, status", [(11.99, 204), (12, 401), (48, 401)])
def test_a_token_expires(client, user, hours, status):
    key, _token = issue(user=user, now=database_now() - timedelta(hours=hours))

    assert revoke(client, key).status_code == status


@pytest.mark.parametrize("header", ["Token", "Token ", "Token a b", "Token wrong", "Bearer \xff\xfe", "Token " + "x" * 5000])
def test_a_header_that_is_no_token_is_refused(client, user, header):
    assert client.delete(TOKEN, headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize("header", [None, "Basic abc", ""])
def test_without_a_token_there_is_nothing_to_revoke(client, user, header):
    headers = {"Authorization": header} if header is not None else {}

    assert client.delete(TOKEN, headers=headers).status_code == 401


def test_an_expired_header_does_not_keep_one_from_asking_anew(client, user):
    data = {"username": "zhang.wei", "password": PASSWORD}

    answer = client.post(TOKEN, data, content_type="application/json", headers={"Authorization": "Token expired"})

    assert answer.status_code == 200


@pytest.mark.parametrize("data", [{"password": "wrong"}, {"username": "nobody"}, {"username": "system", "password": "x"}])
def test_wrong_credentials_get_one_answer(client, user, data):
    answer = ask(client, **data)

    assert answer.status_code == 401
    assert answer.json() == ask(client, username="somebody-else").json()
    assert not ExpiringToken.objects.exists()


@pytest.mark.parametrize(
    "data", [{"username": ""}, {"password": None}, {"is_staff": True}, {"username": "a\x00b"}, {"username": "\ud800"}]
)
def test_a_malformed_request_is_refused(client, user, data):
    assert ask(client, **data).status_code == 400


def test_tries_here_and_on_the_page_share_one_lock(client, user):
    for _try in range(3):
        client.post("/login/", {"username": "zhang.wei", "password": "wrong"})

    statuses = [ask(client, password="wrong", username="ZHANG.wei").status_code for _try in range(2)]
    answer = ask(client)

    assert statuses == [401, 429]
    assert answer.status_code == 429
    assert 900 <= int(answer.headers["Retry-After"]) <= 901


def test_a_first_password_gives_no_token(client, user):
    user.must_change_password = True
    user.save()

    assert ask(client).status_code == 403


def test_a_role_that_needs_a_second_factor_gives_no_token_without_one(client, db, settings):
    settings.TOTP_ROLES = ["AD"]
    person("zhang.wei", "AD")

    assert ask(client).status_code == 403


@pytest.mark.parametrize("end", ["deactivate", "reset_password"])
def test_tokens_end_with_the_account(client, user, end):
    key = ask(client).json()["token"]

    getattr(actions, end)(user, by=person("ad"), now=MONDAY_NOON)

    assert revoke(client, key).status_code == 401


def test_authentication_costs_one_query(user, rf, django_assert_num_queries):
    key, token = issue(user=user, now=database_now())
    request = rf.get("/", headers={"Authorization": f"Token {key}"})

    with django_assert_num_queries(1):
        assert ExpiringTokenAuthentication().authenticate(request) == (user, token)


def test_the_database_refuses_a_token_that_is_born_expired(user):
    with pytest.raises(IntegrityError), transaction.atomic():
        ExpiringToken.objects.create(digest="x", user=user, created_at=MONDAY_NOON, expires_at=MONDAY_NOON)
