"""How much one matter is like another: the figures of SPEC 7.3, and what must hold for any two matters."""
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON
from tickets.similar import candidates
from tickets.similar.candidates import Matter, score

DAY = timedelta(days=1)
LEAK = Matter("hash", "010201", 7, "江畔小区3栋502", "家中屋顶漏水已经两周，物业一直没有派人来修。", NOON, True)

words = st.text(alphabet="屋顶漏水物业小区路灯不亮噪音 3栋a,。", max_size=40)
matters = st.builds(
    Matter, phone_hash=st.sampled_from(["", "one", "two"]), category=st.sampled_from(["", "010201", "010203", "040401"]),
    area_id=st.sampled_from([None, 1, 2]), address=words, text=words, is_open=st.booleans(),
    at=st.integers(0, 800).map(lambda days: NOON - days * DAY))


def test_the_very_same_matter_has_all_points():
    found = score(LEAK, LEAK, NOON)

    assert (found.points, found.is_shown, found.is_suggested) == (100, True, True)
    assert dict(found.reasons) == {"phone": 40, "category": 20, "area": 15, "address": 15, "words": 25, "open": 10}


@pytest.mark.parametrize(("change", "points"), [
    ({"phone_hash": "other"}, 85),  # 20 + 15 + 15 + 25 + 10
    ({"phone_hash": "other", "category": "010203"}, 75),  # the same group only
    ({"phone_hash": "other", "category": "040401"}, 65),
    ({"phone_hash": "other", "area_id": 8, "address": "别处的一条路"}, 55),
    ({"phone_hash": "other", "text": ""}, 60),
    ({"phone_hash": "", "is_open": False}, 75),
    ({"text": "", "area_id": None, "address": "", "is_open": False}, 60),
])
def test_each_part_has_its_points(change, points):
    assert score(LEAK, replace(LEAK, **change), NOON).points == points


def test_fifteen_days_leave_a_half_and_what_is_open_stays_open():
    old = replace(LEAK, at=NOON - 15 * DAY)

    assert score(LEAK, old, NOON).points == round(115 / 2 + 10)
    assert score(LEAK, replace(old, is_open=False), NOON).points == round(115 / 2)


def test_three_wishes_of_one_caller_at_one_place_are_not_suggested_as_one():
    medicine = Matter("hash", "100301", 7, "江畔小区3栋502", "老人慢性病的药快吃完了，出不去小区，怎么买药？")
    hospital = replace(medicine, category="100101", text="发热三天，需要去医院看病，请帮忙联系车辆。", at=NOON, is_open=True)
    pencils = replace(medicine, category="080101", text="孩子上网课没有文具，附近的店都关门了。", at=NOON, is_open=True)

    for other in (hospital, pencils):
        found = score(medicine, other, NOON)
        assert found.points >= candidates.SUGGESTED  # the same person at the same place
        assert not found.is_suggested
        assert found.is_shown


def test_person_and_place_are_shown_before_a_word_is_said():
    found = score(replace(LEAK, category="", text=""), LEAK, NOON)

    assert (found.is_shown, found.is_suggested) == (True, False)


def test_neighbours_tell_of_one_noise_in_their_own_words_and_all_are_shown():
    told = ["小区门口修路夜里一点还在施工，噪音太大睡不着", "夜里修路施工噪音太大，小区门口，影响休息",
            "门口修路，半夜施工，噪音太大了", "我们小区门口夜里修路，噪音太大，孩子睡不着", "半夜小区门口还在修路施工，太吵"]
    first = Matter("a", "040201", 7, "江畔小区门口", told[0], NOON, True)
    for number, text in enumerate(told[1:]):
        found = score(replace(first, phone_hash=f"n{number}", text=text), first, NOON + DAY / 8)
        assert found.is_shown and found.same_matter, text


def test_another_building_is_not_the_same_address_and_another_flat_is():
    assert candidates.alike("江畔小区3栋502", "江畔小区3栋") >= candidates.ADDRESS_ALIKE
    assert candidates.alike("江畔小区3栋", "江畔小区5栋") < candidates.ADDRESS_ALIKE
    assert candidates.alike("江畔小区３栋", " 江畔小区3栋 ") == 1


def test_what_is_in_common_was_typed_by_the_operator_himself():
    typed = "家中屋顶漏水，物业一直没有派人"

    for passage in candidates.in_common(typed, LEAK.text):
        assert passage in typed
    assert "屋顶漏水" in "".join(candidates.in_common(typed, LEAK.text))
    assert candidates.in_common("路灯不亮", LEAK.text) == []


@given(matters, matters)
def test_points_are_between_nothing_and_a_hundred(one, other):
    found = score(one, other, NOON)

    assert 0 <= found.points <= candidates.MOST
    assert 0 <= found.likeness <= 1
    assert not found.is_suggested or found.is_shown


@given(matters, matters)
def test_what_two_matters_share_is_the_same_both_ways(one, other):
    there, here = (list(candidates.parts(*pair, candidates.alike(pair[0].text, pair[1].text)))
                   for pair in ((one, other), (other, one)))

    assert there == here


@given(matters, matters, st.integers(0, 400), st.integers(0, 400))
def test_nothing_gets_more_alike_by_waiting(one, other, sooner, longer):
    sooner, longer = sorted([sooner, longer])

    assert score(one, other, other.at + sooner * DAY).points >= score(one, other, other.at + longer * DAY).points


@given(matters, matters)
def test_beyond_the_horizon_nothing_is_shown(one, other):
    reach = candidates.REACH if one.phone_hash and one.phone_hash == other.phone_hash else candidates.REACH_OF_STRANGERS

    assert not score(one, other, other.at + reach + DAY).is_shown


@given(words)
def test_a_text_is_wholly_like_itself_unless_it_says_nothing(text):
    assert candidates.alike(text, text) == (1 if candidates.plain(text) else 0)
