"""Who held the ticket, second by second: each is booked to one holder (a desk of the hotline, a unit, or nobody's fault).

A citizen who was called in vain is waited for until the next try is due; from then on the callback desk has it again.
Pure: from the events alone. The bookings are half-open, follow one another without gap or overlap, and add up to the
time that the ticket was open. What a closed ticket waits for is booked to nobody.
"""
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.states import DONE, State


class Holder(models.TextChoices):
    OPERATOR = "operator", _("Operator")
    REVIEW = "review", _("Review desk")
    DISPATCH = "dispatch", _("Dispatch desk")
    UNIT = "unit", _("Responsible unit")
    SUPERVISOR = "supervisor", _("Supervisors")
    CALLBACK = "callback", _("Callback desk")
    CITIZEN = "citizen", _("Waiting for the citizen")
    SUSPENDED = "suspended", _("Suspended")


HOLDER = {
    State.DRAFT: Holder.OPERATOR,
    State.NEED_INFO: Holder.OPERATOR,
    State.PENDING_REVIEW: Holder.REVIEW,
    State.REPLY_REVIEW: Holder.REVIEW,
    State.PENDING_DISPATCH: Holder.DISPATCH,
    State.RETURN_REVIEW: Holder.DISPATCH,
    State.PENDING_RECEIPT: Holder.UNIT,
    State.HANDLING: Holder.UNIT,
    State.ARBITRATION: Holder.SUPERVISOR,
    State.ADJUDICATION: Holder.SUPERVISOR,
    State.PENDING_CALLBACK: Holder.CALLBACK,
    State.SUSPENDED: Holder.SUSPENDED,
}


IN_VAIN = "callback_no_answer"
ANSWERED = ("approve_reply", "callback_outcome", "callback_settled", "withdraw_denied")


@dataclass(frozen=True)
class Booking:
    """Half-open [start, end). `unit_id` only when a unit held it."""

    holder: Holder
    unit_id: int | None
    start: datetime
    end: datetime

    @property
    def seconds(self):
        return (self.end - self.start).total_seconds()


def bookings(events, now):
    """The bookings of one ticket, from all its events by seq; an open ticket is booked until `now`."""
    found: list[Booking] = []
    next_try = None
    ends = [event.at for event in events[1:]] + [now]
    for event, end in zip(events, ends, strict=True):
        if event.target in DONE or end <= event.at:
            continue
        holder = HOLDER[State(event.target)]
        next_try = next_try_of(event, next_try) if holder == Holder.CALLBACK else None
        unit_id = event.unit_id if holder == Holder.UNIT else None
        if next_try and next_try > event.at:
            book(found, Holder.CITIZEN, None, event.at, min(next_try, end))
        if not next_try or next_try < end:
            book(found, holder, unit_id, max(event.at, next_try or event.at), end)
    return found


def next_try_of(event, known):
    """Until when the citizen is waited for; a try in vain says it, only another answer or step ends it."""
    if event.name == IN_VAIN:
        return datetime.fromisoformat(event.data["next"])
    return None if event.name in ANSWERED else known


def book(found, holder, unit_id, start, end):
    last = found[-1] if found else None
    if last and (last.holder, last.unit_id, last.end) == (holder, unit_id, start):
        found[-1] = Booking(holder, unit_id, last.start, end)
    else:
        found.append(Booking(holder, unit_id, start, end))


def totals(found, key=attrgetter("holder", "unit_id")):
    """[(key, seconds)], the longest first; the key is (holder, unit id) unless a coarser one is given."""
    sums: dict = {}
    for booking in found:
        sums[key(booking)] = sums.get(key(booking), 0) + booking.seconds
    return sorted(sums.items(), key=lambda item: -item[1])


def strip(found):
    """The bookings as parts of a bar of 1,000 steps: [(booking, left, width)]."""
    whole = sum(booking.seconds for booking in found) or 1
    shown, left = [], 0.0
    for booking in found:
        width = 1000 * booking.seconds / whole
        shown.append((booking, round(left, 2), round(width, 2)))
        left += width
    return shown
