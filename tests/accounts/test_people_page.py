import pytest
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import AuditEntry, User
from accounts.roles import Role
from accounts.units import load_units
from tests.accounts.people import MONDAY_NOON, person
from tests.accounts.test_sign_in import is_in, post


@pytest.fixture
def units(db):
    return load_units()


@pytest.fixture
def admin(client, units):
    user = person("ad", "AD", at=units["RX"])
    client.force_login(user)
    return user


def pages(person_id=1, membership_id=1):
    return [
        ("get", reverse("people")),
        ("get", reverse("new-person")),
        ("post", reverse("new-person")),
        ("get", reverse("person", args=[person_id])),
        ("post", reverse("grant-role", args=[person_id])),
        ("post", reverse("revoke-role", args=[person_id, membership_id])),
        ("post", reverse("reset-password", args=[person_id])),
        ("post", reverse("switch-person", args=[person_id])),
        ("post", reverse("remove-second-factor", args=[person_id])),
    ]


@pytest.mark.parametrize("role", [role for role in Role.values if role != "AD"])
def test_only_administrators_get_to_the_people_pages(client, units, role):
    client.force_login(person("somebody", role, at=units["RX"]))

    for method, url in pages():
        assert getattr(client, method)(url).status_code == 403, url


def test_strangers_are_sent_to_the_log_in(client, db):
    for method, url in pages():
        assert getattr(client, method)(url).url.startswith("/login/"), url


def test_the_list_costs_the_same_for_one_and_for_many(client, admin, units, django_assert_max_num_queries):
    for number in range(30):
        person(f"op{number}", "OP", "RV", at=units["RX"])

    with django_assert_max_num_queries(11):  # one of them once a minute: who leads the shift
        page = client.get(reverse("people"))

    assert page.context["page"].paginator.count == 31
    assert "system" not in page.content.decode()


@pytest.mark.parametrize("words, count", [("wang", 1), ("王", 1), ("%", 0), ("_", 0), ("\x00", 2), ("nobody", 0)])
def test_people_are_found_by_either_name(client, admin, words, count):
    person("wang", display_name="王芳")

    assert client.get(reverse("people"), {"q": words}).context["page"].paginator.count == count


def test_a_new_person_gets_a_random_password_shown_once(client, admin):
    data = {"username": "Wang.Fang", "display_name": "王芳", "phone": "138-0013-8000", "language": "zh-hans"}

    page = client.post(reverse("new-person"), data)

    user = User.objects.get(username="wang.fang")
    password = page.context["password"]
    assert user.check_password(password)
    assert user.must_change_password
    assert user.phone == "13800138000"
    shown = client.get(reverse("person", args=[user.pk])).content.decode()
    assert password not in shown
    assert "138****8000" in shown and "13800138000" not in shown
    assert AuditEntry.objects.filter(kind="CONFIG", user=admin, reason="created").exists()


@pytest.mark.parametrize(
    "data, field",
    [
        ({"username": "AD"}, "username"),
        ({"username": "ａd"}, "username"),
        ({"username": "system"}, "username"),
        ({"username": "a b"}, "username"),
        ({"phone": "123456"}, "phone"),
        ({"display_name": ""}, "display_name"),
    ],
)
def test_a_person_that_cannot_be_is_refused_at_the_field(client, admin, data, field):
    page = client.post(reverse("new-person"), {"username": "wang", "display_name": "王", "language": "en"} | data)

    errors = page.context["form"].errors
    assert field in errors or "__all__" in errors
    assert User.objects.people().count() == 1


def grant(client, user, unit, role):
    return client.post(reverse("grant-role", args=[user.pk]), {"unit": unit.pk, "role": role})


def test_a_role_is_granted_and_revoked(client, admin, units):
    user = person("wang")

    assert grant(client, user, units["ZJ"], "LI").status_code == 302
    membership = user.memberships.get()
    assert (membership.unit, membership.role) == (units["ZJ"], "LI")
    client.post(reverse("revoke-role", args=[user.pk, membership.pk]))
    assert not user.memberships.exists()


@pytest.mark.parametrize("held, asked", [("OP", "AU"), ("AU", "OP"), ("SV", "AD")])
def test_a_forbidden_combination_is_an_error_at_the_role(client, admin, units, held, asked):
    user = person("wang", held, at=units["RX"])

    page = grant(client, user, units["RX"], asked)

    assert page.status_code == 422
    assert page.context["form"].errors["role"]
    assert "is-invalid" in page.content.decode()
    assert user.memberships.count() == 1


def test_a_membership_is_revoked_only_under_its_own_person(client, admin, units):
    user, other = person("wang", "OP", at=units["RX"]), person("li")

    answer = client.post(reverse("revoke-role", args=[other.pk, user.memberships.get().pk]))

    assert answer.status_code == 404
    assert user.memberships.exists()


def test_an_administrator_leaves_his_own_account_alone(client, admin, units):
    membership = admin.memberships.get()
    client.post(reverse("revoke-role", args=[admin.pk, membership.pk]))
    client.post(reverse("switch-person", args=[admin.pk]), {"active": "0"})
    client.post(reverse("reset-password", args=[admin.pk]))

    assert grant(client, admin, units["ZJ"], "AD").status_code == 422
    admin.refresh_from_db()
    assert admin.is_active and not admin.must_change_password
    assert list(admin.memberships.all()) == [membership]


def test_a_reset_shows_a_new_password_and_asks_for_another(client, admin):
    user = person("wang")

    password = client.post(reverse("reset-password", args=[user.pk])).context["password"]

    user.refresh_from_db()
    assert user.check_password(password) and user.must_change_password


def test_an_account_is_switched_off_and_on(client, admin):
    user = person("wang")
    theirs = type(client)()
    post(theirs, "wang")
    assert is_in(theirs)

    client.post(reverse("switch-person", args=[user.pk]), {"active": "0"})
    assert not is_in(theirs)
    assert post(theirs, "wang").status_code == 200
    client.post(reverse("switch-person", args=[user.pk]), {"active": "1"})
    assert post(theirs, "wang").status_code == 302


def test_a_lost_phone_is_forgotten(client, admin):
    user = person("wang")
    TOTPDevice.objects.create(user=user, name="TOTP")

    client.post(reverse("remove-second-factor", args=[user.pk]))

    assert not TOTPDevice.objects.exists()


def test_the_system_is_nobody_to_administer(client, admin):
    system = User.objects.system()

    for method, url in pages(system.pk)[3:]:
        assert getattr(client, method)(url).status_code == 404, url


def test_a_person_with_everything_is_shown(client, admin, units):
    user = person("wang", "OP", "RV", at=units["RX"], last_login=MONDAY_NOON)
    TOTPDevice.objects.create(user=user, name="TOTP")

    assert client.get(reverse("person", args=[user.pk])).status_code == 200
