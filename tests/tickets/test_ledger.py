"""Every second of an open ticket is booked to exactly one holder."""
from datetime import timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON
from tickets import ledger
from tickets.ledger import HOLDER, Holder
from tickets.states import DONE, OPEN, State

STEP = st.tuples(st.integers(0, 90_000), st.sampled_from(list(State)), st.sampled_from([None, 1, 2]))


def played(steps):
    at, events = NOON, []
    for seconds, state, unit in steps:
        at += timedelta(seconds=seconds)
        events.append(SimpleNamespace(at=at, target=state, unit_id=unit, name="move", data={}))
    return events


def test_every_open_state_has_a_holder_and_no_other_has():
    assert set(HOLDER) == set(OPEN)


@given(st.lists(STEP, min_size=1, max_size=20), st.integers(0, 90_000))
def test_bookings_add_up_to_the_time_the_ticket_was_open(steps, rest):
    events = played(steps)
    now = events[-1].at + timedelta(seconds=rest)

    found = ledger.bookings(events, now)

    ends = [event.at for event in events[1:]] + [now]
    is_open = sum((end - event.at).total_seconds() for event, end in zip(events, ends, strict=True) if event.target not in DONE)
    assert sum(booking.seconds for booking in found) == is_open
    assert all(one.end <= other.start for one, other in zip(found, found[1:], strict=False))
    assert sum(seconds for _holder, seconds in ledger.totals(found)) == is_open


def test_passing_a_ticket_on_passes_the_seconds_on():
    events = played([(0, State.DRAFT, None), (60, State.PENDING_REVIEW, None), (60, State.PENDING_DISPATCH, None),
                     (60, State.PENDING_RECEIPT, 1), (60, State.HANDLING, 1), (600, State.RETURN_REVIEW, 1),
                     (60, State.PENDING_DISPATCH, None), (60, State.PENDING_RECEIPT, 2), (60, State.HANDLING, 2),
                     (60, State.CLOSED, 2)])

    found = dict(ledger.totals(ledger.bookings(events, NOON + timedelta(days=1))))

    assert found == {(Holder.UNIT, 1): 660, (Holder.DISPATCH, None): 180, (Holder.UNIT, 2): 120, (Holder.OPERATOR, None): 60,
                     (Holder.REVIEW, None): 60}


def test_after_a_call_in_vain_the_citizen_is_waited_for_until_the_next_try_is_due():
    events = played([(0, State.PENDING_CALLBACK, 1), (600, State.PENDING_CALLBACK, 1), (900, State.PENDING_CALLBACK, 1),
                     (4000, State.PENDING_CALLBACK, 1), (60, State.CLOSED, 1)])
    events[1].name, events[1].data = ledger.IN_VAIN, {"next": (events[1].at + timedelta(hours=1)).isoformat()}
    events[3].name = "callback_outcome"

    found = dict(ledger.totals(ledger.bookings(events, NOON + timedelta(days=1))))

    assert found == {(Holder.CALLBACK, None): 600 + 1300 + 60, (Holder.CITIZEN, None): 3600}
