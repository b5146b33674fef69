"""The vectors of the specification, and what else people type."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.numbers import age_on_id_card, phone_digits, validate_phone_for_callback
from accounts.privacy import (
    can_be_called_back,
    normalise_phone,
    phone_kind,
    validate_id_card,
    validate_social_credit_code,
)


@pytest.mark.parametrize(
    "typed, stored",
    [
        ("13800138000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("０１３８００１３８０００", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("0086-138-0013-8000", "13800138000"),
        ("＋８６（138）00138000", "13800138000"),
        ("138\u200b0013\u20118000", "13800138000"),
        ("02887654321", "02887654321"),
        ("028-87654321", "028-87654321"),
        ("(028) 87654321", "02887654321"),
        ("62345678", "62345678"),
        ("0713-2345678", "0713-2345678"),
        ("0513-85001234-8012", "0513-85001234-8012"),
        ("0513-85001234转8012", "0513-85001234-8012"),
        ("+86 10 62345678", "01062345678"),
        ("+86 (0)10 62345678", "01062345678"),
        ("4001234000", "4001234000"),
        ("400-820-8820", "4008208820"),
        ("12345", "12345"),
        ("110", "110"),
        ("95588", "95588"),
        ("+85291234567", "+85291234567"),
        ("+852 9123-4567", "+85291234567"),
        ("0085291234567", "+85291234567"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_a_number_is_stored_in_one_spelling(typed, stored):
    assert normalise_phone(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "12800138000",
        "010-12345678",
        "1380013800",
        "138001380000",
        "保密",
        "13800138000;13900139000",
        "+861380013800",
        "١٣٨٠٠١٣٨٠٠٠",
        "138001380O0",
        "+1",
        "+86",
        "-",
        "01380013800",
        "13800138000\n<script>",
        "1" * 100_000,
        "13800138000" + " " * 60,
    ],
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValidationError):
        normalise_phone(typed)


@pytest.mark.parametrize(
    "number, kind, callable_",
    [
        ("13800138000", "mobile", True),
        ("0713-2345678", "landline", True),
        ("4001234000", "service", False),
        ("95588", "service", False),
        ("+85291234567", "foreign", True),
        ("保密", None, False),
    ],
)
def test_a_service_number_is_not_called_back(number, kind, callable_):
    assert phone_kind(number) == kind
    assert can_be_called_back(number) is callable_


def test_the_callback_validator_names_the_service_number():
    with pytest.raises(ValidationError) as refused:
        validate_phone_for_callback("400-820-8820")

    assert refused.value.code == "service_number"


@given(st.text(alphabet="0123456789０１３８９+＋-－() 转", max_size=30))
def test_normalising_twice_changes_nothing(typed):
    try:
        once = normalise_phone(typed)
    except ValidationError:
        return

    assert normalise_phone(once) == once
    assert phone_digits(once) == phone_digits(typed)


def test_both_spellings_of_a_landline_have_the_same_digits():
    assert phone_digits("028-87654321") == phone_digits("(028) 8765 4321") == phone_digits("+86 28 87654321")
    assert phone_digits("0513-85001234-8012") != phone_digits("0513-85001234")


@pytest.mark.parametrize(
    "typed", ["11010519491231002X", "11010519491231002x", "１１０１０５19491231002Ｘ", "440524188001010014"]
)
def test_an_identity_card_with_a_right_checksum_is_accepted(typed):
    assert validate_id_card(typed).endswith(("2X", "14"))


@pytest.mark.parametrize("typed", ["110105194912310021", "11010519490231002X", "", "1101051949123100X2", "保密", "1" * 18])
def test_an_identity_card_that_does_not_add_up_is_refused(typed):
    with pytest.raises(ValidationError):
        validate_id_card(typed)


def test_the_age_on_a_card_counts_completed_years():
    from datetime import date

    assert age_on_id_card("11010519491231002X", today=date(2026, 12, 30)) == 76
    assert age_on_id_card("11010519491231002X", today=date(2026, 12, 31)) == 77
    assert age_on_id_card("440524188001010014", today=date(2026, 1, 1)) > 120


@pytest.mark.parametrize("typed", ["91350100M000100Y43", "91110000600037341L", "91110000600037341l"])
def test_a_social_credit_code_with_a_right_checksum_is_accepted(typed):
    assert validate_social_credit_code(typed) == typed.upper()


@pytest.mark.parametrize("typed", ["91350100M000100Y44", "91350100I000100Y43", "9135010", "", "O1350100M000100Y43"])
def test_a_social_credit_code_that_does_not_add_up_is_refused(typed):
    with pytest.raises(ValidationError):
        validate_social_credit_code(typed)
