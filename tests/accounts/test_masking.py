import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.privacy import mask_id_card, mask_in_text, mask_name, mask_phone, normalise_phone


@pytest.mark.parametrize(
    "name, gender, shown",
    [
        ("彭德华", "male", "彭先生"),
        ("彭德华", "女士", "彭女士"),
        ("欧阳娜娜", "female", "欧阳女士"),
        ("司马光", "M", "司马先生"),
        ("单于", "M", "单先生"),
        ("彭德华", "", "彭**"),
        ("彭德华", "unknown", "彭**"),
        ("彭先生", "男", "彭先生"),
        ("阿依古丽·买买提", "女", "阿**"),
        ("John Smith", "male", "J**"),
        ("匿名", "男", "匿名"),
        ("", "", "匿名"),
        ("  ", "男", "匿名"),
    ],
)
def test_a_name_shows_the_surname_only(name, gender, shown):
    assert mask_name(name, gender) == shown


def test_a_name_in_english():
    assert mask_name("彭德华", "male", english=True) == "Mr 彭"
    assert mask_name("彭德华", "female", english=True) == "Ms 彭"
    assert mask_name("", "female", english=True) == "anonymous"


@pytest.mark.parametrize(
    "number, shown",
    [
        ("13800138000", "138****8000"),
        ("+86 138 0013 8000", "138****8000"),
        ("02887654321", "0288***4321"),
        ("028-87654321", "0288***4321"),
        ("0513-85001234-8012", "0513****1234"),
        ("0217654321", "0217***321"),
        ("62345678", "62****78"),
        ("12345", "12345"),
        ("4001234000", "4001234000"),
        ("+85291234567", "+852*****567"),
        ("保密", "****"),
        ("13800138000 13900139000", "****"),
        ("", ""),
    ],
)
def test_a_phone_number_shows_its_ends(number, shown):
    assert mask_phone(number) == shown


def test_an_identity_card_shows_the_area_and_the_end():
    assert mask_id_card("11010519491231002X") == "110105********002X"
    assert mask_id_card("123") == "****"


@pytest.mark.parametrize(
    "text, shown",
    [
        ("请打13800138000联系", "请打138****8000联系"),
        ("请打 138-0013-8000 联系", "请打 138-****-8000 联系"),
        ("请打１３８００１３８０００联系", "请打１３８****８０００联系"),
        ("电话一三八零零一三八零零零", "电话一三八****八零零零"),
        ("138 0013 8000", "138 **** 8000"),
        ("138\u200b0013\u200b8000", "138\u200b****\u200b8000"),
        ("+8613800138000", "+86138****8000"),
        ("身份证11010519491231002X，", "身份证110105********002X，"),
        ("身份证110105 19491231 002X", "身份证110105 ******** 002X"),
        ("座机028-87654321。", "座机028-****4321。"),
        ("家里62345678找我", "家里62****78找我"),
        ("卡号6222021234567890123", "卡号622************0123"),
        ("1380013800013900139000", "138***************9000"),
        ("香港+85291234567", "香港+852****4567"),
    ],
)
def test_numbers_in_running_text_are_starred_out(text, shown):
    assert mask_in_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026年2月13日16时，3号楼2单元1801室漏水",
        "20260213发生",
        "2026-02-13 16:00:30",
        "金额12000元，已拖欠3个月",
        "工单CH20260213000123",
        "拨打12345和110均无人",
        "一二三四五，上山打老虎",
    ],
)
def test_dates_rooms_and_amounts_stay(text):
    assert mask_in_text(text) == text


MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.from_regex(r"0[2-9][0-9]{1,2}-?[2-9][0-9]{6,7}(-[0-9]{1,6})?", fullmatch=True)
ABROAD = st.from_regex(r"\+852[2-9][0-9]{7}", fullmatch=True)


@given(MOBILES | LANDLINES | ABROAD)
def test_a_mask_never_reveals_the_number(number):
    digits = re.sub(r"\D", "", normalise_phone(number))

    shown = mask_phone(number)

    assert shown.count("*") >= 3
    assert digits not in re.sub(r"\D", "", shown)


@given(MOBILES, st.text(alphabet="你好，。 abc\n", max_size=20), st.text(alphabet="你好，。 abc\n", max_size=20))
def test_a_mobile_number_never_survives_in_text(number, before, after):
    shown = mask_in_text(f"{before}{number}{after}")

    assert number not in shown
    assert len(shown) == len(before) + len(number) + len(after)


@given(st.text(max_size=200))
def test_masking_any_text_keeps_its_length_and_is_stable(text):
    once = mask_in_text(text)

    assert len(once) == len(text)
    assert mask_in_text(once) == once


@given(st.text(alphabet="彭欧阳德华张·Smith ", min_size=2, max_size=30), st.sampled_from(["male", "female", ""]))
def test_a_masked_name_never_shows_the_given_name(name, gender):
    shown = mask_name(name, gender)

    assert name not in shown
    assert len(shown) <= 4
