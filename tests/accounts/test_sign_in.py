import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.contrib.auth.hashers import identify_hasher, make_password
from django.test import Client
from django.urls import reverse

from accounts import sign_in
from accounts.models import AuditEntry, User
from tests.accounts.people import PASSWORD, person

LOGIN = "/login/"


def post(client, username="zhang.wei", password=PASSWORD, **data):
    return client.post(LOGIN, {"username": username, "password": password, **data})


def is_in(client):
    return client.get(reverse("account")).status_code == 200


def test_the_right_password_signs_in_and_is_recorded(client, db):
    user = person()

    answer = post(client)

    assert (answer.status_code, answer.url) == (302, django_settings.LOGIN_REDIRECT_URL)
    assert is_in(client)
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.user, entry.result, entry.ip) == ("LOGIN", user, "ok", "127.0.0.1")


@pytest.mark.parametrize("username", ["ZHANG.WEI", "ｚhang.wei", " zhang.wei "])
def test_any_spelling_of_the_name_signs_in(client, db, username):
    person()

    assert post(client, username).status_code == 302


def test_every_wrong_try_gets_the_same_words(client, db):
    person()
    person("li.na", is_active=False)

    pages = [post(client, "zhang.wei", "wrong"), post(client, "nobody", PASSWORD), post(client, "li.na", PASSWORD)]

    assert {page.status_code for page in pages} == {200}
    assert len({str(page.context["form"].errors) for page in pages}) == 1
    assert not is_in(client)
    entries = AuditEntry.objects.order_by("id").values_list("kind", "user__username", "result")
    assert list(entries) == [
        ("LOGIN_FAILED", "zhang.wei", "wrong"),
        ("LOGIN_FAILED", None, "wrong"),
        ("LOGIN_FAILED", "li.na", "wrong"),
    ]


def test_an_unknown_name_is_not_written_down(client, db):
    post(client, "my-secret-password", "x")

    assert "my-secret" not in str(AuditEntry.objects.values())


def test_the_system_cannot_sign_in(client, db):
    assert post(client, "system", "").status_code == 200
    assert not is_in(client)


def test_five_wrong_tries_lock_the_name_for_this_address(client, db):
    person()

    statuses = [post(client, password="wrong").status_code for _try in range(5)]
    afterwards = post(client)

    assert statuses == [200, 200, 200, 200, 429]
    assert afterwards.status_code == 429
    assert not is_in(client)
    assert AuditEntry.objects.filter(kind="LOGIN_FAILED", result="locked").count() == 2


def test_other_spellings_do_not_get_further_tries(client, db):
    person()

    for username in ["zhang.wei", "ZHANG.WEI", "Zhang.Wei", "ｚhang.wei", " zhang.wei"]:
        last = post(client, username, "wrong")

    assert last.status_code == 429


def test_nobody_locks_a_colleague_out_from_another_address(client, db):
    person()
    for _try in range(5):
        client.post(LOGIN, {"username": "zhang.wei", "password": "wrong"}, REMOTE_ADDR="10.9.9.9")

    assert post(client).status_code == 302


def test_the_lock_opens_after_a_quarter_of_an_hour(client, db):
    from datetime import timedelta

    person()
    for _try in range(5):
        post(client, password="wrong")
    attempt = AccessAttempt.objects.get()
    AccessAttempt.objects.update(attempt_time=attempt.attempt_time - timedelta(minutes=14))
    assert post(client).status_code == 429

    AccessAttempt.objects.update(attempt_time=attempt.attempt_time - timedelta(minutes=15, seconds=1))
    assert post(client).status_code == 302


def test_a_right_password_forgets_the_wrong_tries(client, db):
    person()
    for _try in range(4):
        post(client, password="wrong")
    post(client)
    client.post(reverse("logout"))

    assert [post(client, password="wrong").status_code for _try in range(4)] == [200] * 4


def test_the_password_is_not_stored_by_the_lock(client, db):
    person()
    post(client, password="wrong-but-nearly")

    assert "wrong-but-nearly" not in str(list(AccessAttempt.objects.values()))


def test_the_session_key_changes_at_sign_in(client, db):
    person()
    planted = client.session
    planted["planted"] = "by somebody"
    planted.save()
    before = planted.session_key

    post(client)

    assert client.session.session_key != before
    assert "planted" not in client.session
    stranger = Client()
    stranger.cookies["sessionid"] = before
    assert not is_in(stranger)


@pytest.mark.parametrize("target", ["/roster/", "/account/?tab=1", "/"])
def test_next_leads_to_a_page_of_this_site(client, db, target):
    person()

    assert post(client, next=target).url == target


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
        "http:evil.example",
        "http:///evil.example",
        "https:/\\evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        " //evil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "\x00//evil.example",
        "evil.example",
        "http://testserver@evil.example",
        "http://testserver.evil.example",
        "https://testserver:443@evil.example",
        "ftp://testserver/",
        "http://[::1",
        "//[",
        "?next=//evil.example",
        "http://testserver/",
        "／／evil.example",
        "//google%E3%80%82com",
        "/%09/evil.example"[:1] + "/evil.example",
        "",
    ],
)
def test_next_never_leads_away(client, db, target):
    person()

    assert post(client, next=target).url == django_settings.LOGIN_REDIRECT_URL


def test_a_post_without_the_csrf_token_is_refused(db):
    person()
    strict = Client(enforce_csrf_checks=True)

    assert post(strict).status_code == 403
    assert strict.post(reverse("logout")).status_code == 403


def test_an_htmx_fragment_is_not_filled_with_the_log_in_page(client, db):
    answer = client.get(LOGIN, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == django_settings.LOGIN_REDIRECT_URL


def test_signing_out_empties_the_browser(client, db):
    person()
    post(client)
    old = client.cookies["sessionid"].value

    assert client.get(reverse("logout")).status_code == 405
    answer = client.post(reverse("logout"))

    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    stranger = Client()
    stranger.cookies["sessionid"] = old
    assert not is_in(stranger)
    assert AuditEntry.objects.order_by("id").last().kind == "LOGOUT"


def test_a_page_of_somebody_signed_in_is_never_cached(client, db):
    person()
    post(client)

    assert "no-store" in client.get(reverse("account")).headers["Cache-Control"]
    assert "no-store" in Client().get(LOGIN).headers["Cache-Control"]


def test_passwords_are_stored_with_argon2(settings):
    from hotline.settings import PASSWORD_HASHERS

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS

    assert identify_hasher(make_password(PASSWORD)).algorithm == "argon2"


def test_a_first_password_is_changed_before_the_door_opens(client, db):
    user = person(must_change_password=True)

    assert post(client, next="/roster/").url == reverse("login-password")
    assert not is_in(client)
    page = client.post(reverse("login-password"), {"new_password": "12345", "repeated": "12345"})
    assert page.status_code == 200
    assert not is_in(client)
    new = "another-private-word-77"
    answer = client.post(reverse("login-password"), {"new_password": new, "repeated": new})

    assert answer.url == "/roster/"
    assert is_in(client)
    user.refresh_from_db()
    assert not user.must_change_password
    assert user.check_password(new)


def test_the_first_password_may_not_stay(client, db):
    person(must_change_password=True)
    post(client)

    page = client.post(reverse("login-password"), {"new_password": PASSWORD, "repeated": PASSWORD})

    assert page.context["form"].errors["new_password"]


@pytest.mark.parametrize("name", ["login-code", "login-enrol", "login-password"])
def test_nobody_starts_in_the_middle(client, db, name):
    assert client.get(reverse(name)).url == LOGIN
    assert client.post(reverse(name), {"code": "123456"}).url == LOGIN


def test_a_half_finished_sign_in_goes_stale(client, db):
    person(must_change_password=True)
    post(client)
    session = client.session
    session[sign_in.WAITING]["since"] -= 601
    session.save()

    assert client.get(reverse("login-password")).url == LOGIN


def test_a_half_finished_sign_in_ends_when_the_account_does(client, db):
    user = person(must_change_password=True)
    post(client)
    User.objects.filter(pk=user.pk).update(session_epoch=5)

    assert client.get(reverse("login-password")).url == LOGIN


def test_the_language_of_the_account_is_spoken(client, db):
    person(language="en")
    post(client)

    assert client.cookies[django_settings.LANGUAGE_COOKIE_NAME].value == "en"
    client.post(reverse("language"), {"language": "zh-hans", "next": "/account/"})
    assert User.objects.get(username="zhang.wei").language == "zh-hans"
    assert client.cookies[django_settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"


def test_the_language_can_be_chosen_before_signing_in(client, db):
    answer = client.post(reverse("language"), {"language": "en", "next": "//evil.example"})

    assert answer.url == "/"
    assert client.cookies[django_settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert client.post(reverse("language"), {"language": "xx"}).status_code == 302
