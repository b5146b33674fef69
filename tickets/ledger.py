"""Who held the ticket, second by second: each is booked to one holder (a desk of the hotline, a unit, or nobody's fault).

Pure: from the events alone. The bookings are half-open, follow one another without gap or overlap, and add up to the
time that the ticket was open. What a closed ticket waits for is booked to nobody.
"""
from dataclasses import dataclass
from datetime import datetime

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
    ends = [event.at for event in events[1:]] + [now]
    for event, end in zip(events, ends, strict=True):
        if event.target in DONE or end <= event.at:
            continue
        holder = HOLDER[State(event.target)]
        unit_id = event.unit_id if holder == Holder.UNIT else None
        last = found[-1] if found else None
        if last and (last.holder, last.unit_id, last.end) == (holder, unit_id, event.at):
            found[-1] = Booking(holder, unit_id, last.start, end)
        else:
            found.append(Booking(holder, unit_id, event.at, end))
    return found


def totals(found):
    """[((holder, unit id), seconds)], the longest first."""
    sums: dict = {}
    for booking in found:
        key = booking.holder, booking.unit_id
        sums[key] = sums.get(key, 0) + booking.seconds
    return sorted(sums.items(), key=lambda item: -item[1])
