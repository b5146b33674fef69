"""The floor as it is now, and 交接班: what one shift hands over to the next, made out of the rows and of nothing else."""
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q

from accounts.masking import mask_phone
from accounts.models import DutyKind, DutyShift
from tickets.choices import Urgency
from tickets.columns import title_of
from tickets.models import Seat, Ticket, Transfer
from tickets.people import Disposition
from tickets.presenters import Pill, pills_of, state_pill
from tickets.states import State
from tickets.telephony import book, seats
from tickets.telephony.strip import mode_pill

USUAL = timedelta(hours=12)
MOST = 100  # rows of a list on the sheet; the rest is counted


@dataclass(frozen=True)
class Chair:
    seat: Seat
    mode: Pill
    number: str  # masked, of the call in hand


def floor():
    """Two queries, however many seats."""
    rows = seats.on_duty().select_related("operator", "call").order_by("extension")
    chairs = [Chair(seat, mode_pill(seat), mask_phone(seat.call.caller_number) if seat.call else "") for seat in rows]
    counts = Counter(chair.seat.mode for chair in chairs)
    return {"chairs": chairs, "counts": [(mode.label, counts[mode]) for mode in Seat.Mode], "all": len(chairs),
            "at_home": sum(chair.seat.place == Seat.Place.HOME for chair in chairs)}


def current(now):
    """The shift leader's shift that is on now; without a roster the last twelve hours."""
    shift = DutyShift.objects.covering(now).filter(kind=DutyKind.SHIFT_LEADER).order_by("-starts_at").first()
    return (shift.starts_at, min(shift.ends_at, now)) if shift else (now - USUAL, now)


@dataclass(frozen=True)
class Sheet:
    since: object
    until: object
    calls: list  # (what it was, how many)
    total: int
    tickets: list  # (state, how many) of what was registered in the shift
    registered: int
    unsettled: list
    transfers: list
    drafts: list
    critical: list
    sat: list
    more: dict  # how many rows of a list are not shown


@dataclass(frozen=True)
class Row:
    ticket: Ticket
    title: str
    state: Pill
    pills: list


def sheet(user, since, until, now):
    mine = book.visible_to(user).filter(started_at__gte=since, started_at__lt=until)
    by_kind = dict(mine.order_by().values_list("disposition").annotate(n=Count("pk")))
    seen = Ticket.objects.visible_to(user)
    fresh = seen.filter(registered_at__gte=since, registered_at__lt=until)
    by_state = dict(fresh.order_by().values_list("state").annotate(n=Count("pk")))
    waiting = mine.filter(disposition=Disposition.UNSETTLED).select_related("operator", "phone", "ticket")
    unsettled = list(waiting.prefetch_related("transfers").order_by("-id")[: MOST + 1])
    drafts, critical = tickets(seen.filter(state=State.DRAFT)), tickets(seen.open().filter(urgency=Urgency.CRITICAL))
    transfers = list(Transfer.objects.filter(call__in=mine).select_related("call", "by").order_by("pk")[: MOST + 1])
    sat = Seat.objects.filter(Q(left_at=None) | Q(left_at__gt=since), sat_down_at__lt=until).select_related("operator")
    return Sheet(
        since=since, until=until, calls=[(kind.label, by_kind[kind]) for kind in Disposition if kind in by_kind],
        total=sum(by_kind.values()), tickets=[(state.label, by_state[state]) for state in State if state in by_state],
        registered=sum(by_state.values()), unsettled=book.lines_of(unsettled[:MOST], user), transfers=transfers[:MOST],
        drafts=rows(drafts, user), critical=rows(critical, user), sat=list(sat.order_by("extension", "pk")),
        more={name: len(found) > MOST for name, found in (
            ("unsettled", unsettled), ("transfers", transfers), ("drafts", drafts), ("critical", critical))})


def tickets(found):
    return list(found.for_list().order_by("-registered_at", "-id")[: MOST + 1])


def rows(found, user):
    return [Row(ticket, title_of(ticket, user), state_pill(ticket), list(pills_of(ticket))) for ticket in found[:MOST]]


