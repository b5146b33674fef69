"""Which roles one person may hold together: the whole table, in Python and in the database."""

import itertools
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts import actions
from accounts.models import AuditEntry, Membership
from accounts.roles import Role, conflict
from tests.accounts.people import MONDAY_NOON, person, unit

PAIRS = list(itertools.combinations(Role.values, 2))
LONELY = {"AD", "AU"}


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_only_administrator_and_auditor_stand_alone(pair):
    assert (conflict(pair) is not None) == bool(LONELY & set(pair))


def test_one_role_in_many_units_is_no_combination():
    assert conflict(["AU", "AU"]) is None
    assert conflict([]) is None


def insert(user, place, role):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_membership (user_id, unit_id, role) VALUES (%s, %s, %s)", [user.pk, place.pk, role]
        )


def test_the_database_holds_the_same_table_against_raw_sql(db):
    place = unit("RX")
    for number, (first, second) in enumerate(PAIRS):
        for order, (held, asked) in enumerate([(first, second), (second, first)]):
            user = person(f"user{number}-{order}")
            insert(user, place, held)
            if LONELY & {first, second}:
                with pytest.raises(IntegrityError, match="may not be combined"):
                    insert(user, place, asked)
            else:
                insert(user, place, asked)


def test_raw_sql_cannot_turn_a_role_into_a_forbidden_one(db):
    place = unit("RX")
    user = person("op", "OP", "RV", at=place)

    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=user, role="OP").update(role="AU")


def test_raw_sql_cannot_hand_a_role_to_an_auditor(db):
    place = unit("RX")
    auditor, operator = person("au", "AU", at=place), person("op", "OP", at=place)

    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=operator).update(user=auditor)


def test_an_unknown_role_is_refused_by_the_database(db):
    with pytest.raises(IntegrityError):
        insert(person(), unit("RX"), "XX")


def test_the_same_role_in_another_unit_is_fine(db):
    user = person("au", "AU", at=unit("RX"))

    insert(user, unit("ZJ"), "AU")


@pytest.mark.parametrize("held, asked", [("AU", "OP"), ("OP", "AU"), ("AD", "SV"), ("LI", "AD"), ("AD", "AU")])
def test_granting_a_forbidden_combination_says_why(db, held, asked):
    place = unit("RX")
    user = person("wang", held, at=place)

    with pytest.raises(ValidationError) as refused:
        actions.grant(user, place, asked, by=None, now=MONDAY_NOON)

    assert "role" in refused.value.error_dict
    assert refused.value.error_dict["role"][0].code == "forbidden_combination"
    assert Membership.objects.filter(user=user).count() == 1


def test_a_role_is_granted_once_and_leaves_an_entry(db):
    place, admin = unit("RX"), person("ad")
    user = person("wang")

    actions.grant(user, place, Role.OP, by=admin, now=MONDAY_NOON)

    assert user.roles == {"OP"}
    entry = AuditEntry.objects.get(kind="CONFIG")
    assert (entry.user, entry.what, entry.reason) == (admin, "user wang", "role granted")
    assert entry.data == {"role": "OP", "unit": "RX"}
    assert entry.at == MONDAY_NOON
    with pytest.raises(ValidationError):
        actions.grant(user, place, Role.OP, by=admin, now=MONDAY_NOON)


def test_a_role_is_revoked_and_leaves_an_entry(db):
    admin, user = person("ad"), person("wang", "OP", "RV")

    actions.revoke(user.memberships.get(role="OP"), by=admin, now=MONDAY_NOON)

    assert user.memberships.get().role == "RV"
    assert AuditEntry.objects.get().reason == "role revoked"


def test_nobody_changes_his_own_roles(db):
    admin = person("ad", "AD")

    with pytest.raises(actions.OwnAccount):
        actions.grant(admin, unit("RX"), Role.AD, by=admin, now=MONDAY_NOON)
    with pytest.raises(actions.OwnAccount):
        actions.revoke(admin.memberships.get(), by=admin, now=MONDAY_NOON)


@pytest.mark.django_db(transaction=True)
def test_two_grants_at_the_same_moment_cannot_combine_what_is_forbidden():
    place, user = unit("RX"), person("wang")
    start, results = threading.Barrier(6), []

    def grant(role):
        start.wait()
        try:
            insert(user, place, role)
            results.append(role)
        except IntegrityError:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=grant, args=[role]) for role in ("AU", "OP", "AD", "RV", "SV", "DP")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    held = set(Membership.objects.filter(user=user).values_list("role", flat=True))
    assert conflict(held) is None
    assert held == set(results) - {"refused"}
