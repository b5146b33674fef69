"""When a citizen is called again: SPEC 7.5 as properties over any history of tries."""
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup import schedule
from tickets.calendars import LOCAL

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = datetime(2026, 3, 2, tzinfo=LOCAL)
moments = st.integers(0, 14 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)
histories = st.lists(moments, max_size=6).map(sorted)


def at(text, day=2):
    hour, minute = map(int, text.split(":"))
    return datetime(2026, 3, day, hour, minute, tzinfo=LOCAL)


@pytest.mark.parametrize(("text", "band"), [
    ("08:59", None), ("09:00", 0), ("11:59", 0), ("12:00", None), ("13:59", None), ("14:00", 1), ("17:59", 1), ("18:00", None),
    ("18:30", 2), ("20:29", 2), ("20:30", None), ("03:00", None),
])
def test_the_bands_are_those_of_the_specification(text, band):
    assert schedule.band_of(at(text)) == band


@given(histories, moments)
def test_the_next_try_lies_in_a_band_two_hours_after_the_last(history, now):
    moment = schedule.next_attempt(history, now)

    assert schedule.band_of(moment) is not None
    assert moment >= now
    assert not history or moment >= history[-1] + 2 * HOUR


@given(histories, moments)
def test_following_the_schedule_three_tries_are_always_enough(history, now):
    tries, moment = [], now
    for _try in range(3):
        moment = schedule.next_attempt(tries, moment)
        tries.append(moment)

    assert schedule.enough(tries)


@given(histories, moments)
def test_tries_made_too_early_only_make_it_longer_never_impossible(history, now):
    tries, more = list(history), 0
    while not schedule.enough(tries):
        tries.append(schedule.next_attempt(tries, max([now, *tries])))
        more += 1

    assert more <= 3


@pytest.mark.parametrize(("tries", "enough"), [
    (["09:30", "14:30"], False),
    ([at("09:30"), at("14:30"), at("09:30", 3)], True),
    ([at("09:30"), at("14:30"), at("19:00")], False),  # one day
    ([at("09:30"), at("09:30", 3), at("09:30", 4)], False),  # one band
    ([at("21:30"), at("21:30", 3), at("09:30", 4)], False),  # between bands counts for none
    ([at("09:30"), at("09:31"), at("09:32"), at("14:30", 3)], True),
])
def test_enough_is_three_tries_on_two_days_in_two_bands(tries, enough):
    assert schedule.enough([at(one) if isinstance(one, str) else one for one in tries]) == enough


def test_giving_up_waits_for_the_text_message_to_run_out():
    tries = [at("09:30"), at("14:30"), at("09:30", 3)]

    assert not schedule.exhausted(tries, None, at("09:30", 9))
    assert not schedule.exhausted(tries, at("09:30", 3), at("09:29", 5))
    assert schedule.exhausted(tries, at("09:30", 3), at("09:30", 5))
    assert not schedule.exhausted(tries[:2], at("09:30", 3), at("09:30", 9))
