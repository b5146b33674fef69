import base64

import pytest
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import second_factor
from accounts.models import AuditEntry
from tests.accounts.people import MONDAY_NOON, PASSWORD, person
from tests.accounts.test_sign_in import is_in, post


def code_of(device, shift=0):
    """What the app shows, `shift` steps of 30 seconds away from now."""
    import time

    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + shift * device.step
    return f"{totp.token():06d}"


@pytest.fixture
def user(db):
    return person()


@pytest.fixture
def device(user):
    return TOTPDevice.objects.create(user=user, name="TOTP")


def enter(client, code):
    return client.post(reverse("login-code"), {"code": code})


def test_a_password_alone_opens_nothing(client, user, device):
    assert post(client).url == reverse("login-code")
    assert not is_in(client)
    assert not AuditEntry.objects.filter(kind="LOGIN").exists()


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_the_code_signs_in_one_step_early_or_late(client, user, device, shift):
    post(client, next="/roster/")

    assert enter(client, code_of(device, shift)).url == "/roster/"
    assert is_in(client)


@pytest.mark.parametrize("shift", [-4, 4])
def test_a_code_from_another_time_does_not(client, user, device, shift):
    post(client)

    assert enter(client, code_of(device, shift)).status_code == 200
    assert not is_in(client)


def test_a_code_works_once(client, user, device):
    post(client)
    code = code_of(device)
    enter(client, code)
    client.post(reverse("logout"))
    post(client)

    assert enter(client, code).status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("code", ["", "abc", "000000 0", "１２３４５６", "-00001", "0x1234", "+12345", "1e5"])
def test_what_is_no_code_is_refused(client, user, device, code):
    post(client)

    assert enter(client, code).status_code == 200
    assert not is_in(client)


def test_wrong_codes_count_towards_the_lock(client, user, device):
    post(client)

    statuses = [enter(client, "not-a-code").status_code for _try in range(5)]

    assert statuses == [200, 200, 200, 200, 429]
    assert enter(client, code_of(device)).status_code == 429
    assert post(client).status_code == 429
    assert AuditEntry.objects.filter(kind="LOGIN_FAILED", what="one-time code").count() == 6


def enrol(client):
    page = client.get(reverse("login-enrol"))
    device = TOTPDevice.objects.get(confirmed=False)
    assert page.context["secret"] in page.content.decode()
    return client.post(reverse("login-enrol"), {"code": code_of(device)})


def test_a_role_that_needs_it_sets_it_up_at_sign_in(client, db, settings):
    settings.TOTP_ROLES = ["SV"]
    person("zhang.wei", "SV")

    assert post(client).url == reverse("login-enrol")
    assert not is_in(client)
    answer = enrol(client)

    assert is_in(client)
    assert len(answer.context["codes"]) == len(set(answer.context["codes"])) == 10
    assert "no-store" in answer.headers["Cache-Control"]


def test_other_roles_are_not_asked(client, db, settings):
    settings.TOTP_ROLES = ["SV"]
    person("zhang.wei", "OP")

    post(client)

    assert is_in(client)


def test_looking_at_the_picture_changes_nothing(client, db, settings):
    settings.TOTP_ROLES = ["SV"]
    person("zhang.wei", "SV")
    post(client)

    keys = {(client.get(reverse("login-enrol")), TOTPDevice.objects.get().key)[1] for _look in range(3)}

    assert len(keys) == 1


def test_the_picture_is_an_image_of_the_key(device):
    svg = base64.b64decode(second_factor.picture(device).partition("base64,")[2])

    assert svg.startswith(b"<?xml") and b"<svg" in svg


def codes_of(user):
    device = second_factor.begin(user)
    return second_factor.confirm(user, code=code_of(device), now=MONDAY_NOON)


def test_a_recovery_code_signs_in_once(client, user):
    first, second, *_others = codes_of(user)
    post(client)
    assert enter(client, first.upper().replace("-", " ")).status_code == 302
    assert is_in(client)
    client.post(reverse("logout"))

    post(client)
    assert enter(client, first).status_code == 200
    assert not is_in(client)
    assert StaticToken.objects.count() == 9


def test_recovery_codes_are_not_readable_in_the_database(client, user):
    codes = codes_of(user)

    stored = set(StaticToken.objects.values_list("token", flat=True))

    assert not stored & set(codes)
    post(client)
    assert enter(client, stored.pop()).status_code == 200
    assert not is_in(client)


def test_setting_it_up_again_replaces_device_and_codes(client, user):
    old = codes_of(user)
    codes_of(user)

    assert TOTPDevice.objects.filter(user=user).count() == 1
    assert second_factor.verify(user, old[0]) is None


def test_a_password_reset_does_not_get_round_it(client, user, device):
    user.must_change_password = True
    user.save()

    assert post(client).url == reverse("login-code")
    assert client.get(reverse("login-password")).url == "/login/"
    assert enter(client, code_of(device)).url == reverse("login-password")


def test_anybody_may_set_it_up_on_the_account_page(client, user):
    post(client)
    client.post(reverse("begin-second-factor"))
    device = TOTPDevice.objects.get()

    page = client.get(reverse("second-factor"))
    wrong = client.post(reverse("second-factor"), {"code": "999"})
    device.refresh_from_db()
    right = client.post(reverse("second-factor"), {"code": code_of(device)})

    assert page.context["secret"]
    assert wrong.context["form"].errors["code"]
    assert len(right.context["codes"]) == 10
    assert client.get(reverse("second-factor")).url == reverse("account")


def test_the_token_api_needs_the_code_too(client, user, device):
    asked = {"username": "zhang.wei", "password": PASSWORD}

    without = client.post("/api/v1/token/", asked, content_type="application/json")
    with_code = client.post("/api/v1/token/", asked | {"otp": code_of(device)}, content_type="application/json")

    assert without.status_code == 401
    assert with_code.status_code == 200
