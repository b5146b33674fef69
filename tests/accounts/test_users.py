import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts import actions
from accounts.models import User
from accounts.units import load_units
from tests.accounts.people import MONDAY_NOON, person


@pytest.mark.parametrize("other", ["zhang", "ZHANG", "Zhang", "ｚhang", "ＺＨＡＮＧ", " zhang "])
def test_one_spelling_of_a_log_in_name_is_one_person(db, other):
    person("Zhang")

    with pytest.raises(IntegrityError), transaction.atomic():
        person(other)
    with pytest.raises(ValidationError):
        actions.create_user(username=other, display_name="张", by=None, now=MONDAY_NOON)


@pytest.mark.parametrize("other", ["ZHANG", "ｚhang"])
def test_raw_sql_cannot_add_a_second_spelling(db, other):
    person("zhang")
    User.objects.bulk_create([User(username="li", display_name="李")])

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(username="li").update(username=other)


def test_a_person_is_found_by_any_spelling(db):
    user = person("zhang")

    assert User.objects.get_by_natural_key("ＺHANG") == user


def test_a_fresh_install_has_nobody_but_the_system(db):
    (system,) = User.objects.all()

    assert system == User.objects.system()
    assert system.is_system
    assert not system.is_active
    assert not system.has_usable_password()


def test_the_system_comes_back_when_it_is_gone(db):
    User.objects.filter(username="system").update(username="somebody")

    assert User.objects.system().is_system
    assert User.objects.filter(username="system").count() == 1


def test_covers_means_the_unit_or_one_above_it(db):
    units = load_units()
    user = person("ul.zj", "UL", at=units["ZJ"])

    assert user.covers(units["ZJ"], "UL")
    assert user.covers(units["ZJ-WY"], "UL", "LI")
    assert not user.covers(units["ZJ-WY"], "LI")
    assert not user.covers(units["QF"], "UL")
    assert not user.covers(units["CG"], "UL")
    assert not user.covers(units["ZJ"])


def test_scope_is_exact_or_with_everything_below(db):
    units = load_units()
    user = person("li.zj", "LI", at=units["ZJ"])
    actions.grant(user, units["CHJD-01"], "HD", by=None, now=MONDAY_NOON)

    assert user.unit_ids("LI") == [units["ZJ"].pk]
    assert set(user.unit_scope("LI")) == {units[code].pk for code in ("ZJ", "ZJ-WY", "ZJ-ZJ")}
    assert set(user.unit_scope("LI", "HD")) == {units[code].pk for code in ("ZJ", "ZJ-WY", "ZJ-ZJ", "CHJD-01")}
    assert user.unit_scope("UL") == user.unit_ids("UL") == user.unit_scope() == []


def test_roles_cost_one_query_and_a_scope_one_more(db, django_assert_num_queries):
    units = load_units()
    user = User.objects.get(pk=person("li.zj", "LI", at=units["ZJ"]).pk)

    with django_assert_num_queries(1):
        assert user.roles == {"LI"}
        assert user.has_role("OP", "LI") and not user.has_role("OP") and not user.has_role()
        assert user.covers(units["ZJ-WY"], "LI")
        assert user.unit_ids("LI")
    with django_assert_num_queries(1):
        user.unit_scope("LI")
        user.unit_scope("LI")


@pytest.mark.django_db(transaction=True)
def test_two_people_creating_the_same_name_at_once_make_one_account():
    results = []

    def create():
        try:
            actions.create_user(username="Zhang", display_name="张", by=None, now=MONDAY_NOON)
            results.append("created")
        except (ValidationError, IntegrityError):
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["created", "refused", "refused", "refused"]
