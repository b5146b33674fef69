"""Who sits where in the demo: filled up at every start by the action that the page takes; who sat down elsewhere stays there."""
from tickets.actions import Refused
from tickets.telephony import seats
from tickets.telephony.models import Seat

SEATS = (("op", "8001", Seat.Place.ON_SITE), ("op2", "8002", Seat.Place.HOME), ("ops", "8010", Seat.Place.ON_SITE))


def fill(cast, *, now):
    """Returns how many sat down."""
    return sum(sits(cast[login], extension, place, now) for login, extension, place in SEATS)


def sits(user, extension, place, now):
    if seats.seat_of(user):
        return False
    try:
        seats.sit_down(by=user, now=now, extension=extension, place=place)
    except Refused:  # somebody else took the seat
        return False
    return True
