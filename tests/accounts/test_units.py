import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Unit
from accounts.units import load_units
from tests.accounts.people import unit


def test_the_district_has_72_units(db):
    units = load_units()

    assert len(units) == Unit.objects.count() == 72
    assert units["ZJ-WY"].path == "/QF/ZJ/ZJ-WY/"
    assert units["ZJ-WY"].level == 2
    assert units["QF"].parent is None


def test_loading_twice_changes_nothing_and_keeps_what_was_set_by_hand(db):
    load_units()
    Unit.objects.filter(code="ZJ").update(can_receive=False, out_of_hours_mode="parent")
    before = list(Unit.objects.order_by("id").values())

    load_units()

    assert list(Unit.objects.order_by("id").values()) == before


def test_the_district_and_the_teams_of_the_hotline_receive_no_tickets(db):
    units = load_units()

    closed = {code for code, row in units.items() if not row.can_receive}
    assert closed == {"QF", "RX-JX", "RX-CZ1", "RX-CZ2", "RX-HF", "RX-DB", "RX-ZS"}
    assert Unit.objects.receivers().count() == 72 - len(closed)


def test_under_means_the_unit_and_what_is_below_it(db):
    units = load_units()

    assert set(Unit.objects.under(units["ZJ"])) == {units["ZJ"], units["ZJ-WY"], units["ZJ-ZJ"]}
    assert Unit.objects.under(units["QF"]).count() == 72


def test_a_code_that_begins_like_another_is_not_below_it(db):
    root = unit("Q")
    unit("A", parent=root)
    unit("AB", parent=root)

    assert [found.code for found in Unit.objects.under(Unit.objects.get(code="A"))] == ["A"]


@pytest.mark.parametrize("path", ["/QF/elsewhere/", "/ZJ", "ZJ/", "/"])
def test_raw_sql_cannot_make_a_path_that_leaves_the_tree(db, path):
    row = unit("ZJ", parent=unit("QF"))

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_unit SET path = %s WHERE id = %s", [path, row.pk])


def test_a_code_with_a_slash_is_refused(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        unit("ZJ/WY")
