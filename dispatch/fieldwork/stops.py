"""The stops of a field list: each ticket as its reader may read it, and what to do there next."""
import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Exists
from django.utils.translation import gettext as _

from dispatch import boards, replies
from dispatch.fieldwork import route
from dispatch.models import Reminder
from dispatch.supervision import UNANSWERED
from tickets import bulk, columns, disclosure, presenters
from tickets.clocks import Kind, Status
from tickets.columns import Line
from tickets.models import Ticket
from tickets.presenters import Chip, Pill
from tickets.steps import STEPS

MOST = 50
IN_TURN = ("sign", "record_contact", "answer_part", "submit_reply", "record_progress")
NOT_DIALLED = re.compile(r"-[0-9]{1,6}$|[^0-9+]")  # an extension is asked for when somebody answers


@dataclass(frozen=True)
class Stop:
    ticket: Ticket
    title: str
    state: Pill
    pills: list
    chip: Chip | None
    caller: str
    phone: str  # as far as the reader may see it
    dial: str  # for a tel: link; "" when the number is masked or withheld
    place: str
    address: str
    orders: list  # what the hotline waits for: words
    step: dict  # label and url of what comes next; {} when it is somebody else's turn
    turn: str
    up: str = ""
    down: str = ""

    @property
    def ticket_no(self):
        return self.ticket.ticket_no


def asked_for(values):
    """(ticket numbers, whether their order was chosen) out of an address: ticks come as many `t`, an order as one."""
    numbers = [no for value in values for no in value.split(",")]
    known = [no for no in dict.fromkeys(numbers) if no.isascii() and no.isdigit() and len(no) <= 16]
    return known, len(values) == 1 and "," in values[0]


def stops_of(numbers, user, now, *, chosen):
    """A Stop for each of these that the user sees; one that he does not see is not missed. Five queries at most."""
    found = list(tickets_of(numbers, user))
    replies.read_parts(found)
    clocks = columns.clocks_of(found)
    made = [stop(ticket, user, clocks.get(ticket.pk, []), now) for ticket in found]
    if chosen:
        return sorted(made, key=lambda one: numbers.index(one.ticket_no))
    return sorted(made, key=lambda one: route.key(one.ticket, one.address))


def tickets_of(numbers, user):
    waiting = Reminder.objects.filter(acknowledged_at=None)
    return Ticket.objects.visible_to(user).for_list().select_related("sla_profile", "area__parent").filter(
        ticket_no__in=numbers[:MOST]).annotate(
        owes_answer=Exists(boards.orders_of(*UNANSWERED)), was_urged=Exists(boards.of_ticket(waiting)))


def stop(ticket, user, clocks, now):
    clock, identity = presenters.next_clock(clocks), disclosure.identity_of(ticket, user)
    chip = clock and presenters.chip_of(clock, now)
    dial = "" if identity["masked"] or ticket.is_confidential else NOT_DIALLED.sub("", identity["phone"])
    withheld = disclosure.is_withheld(ticket, user)
    place = ticket.area.name if withheld and ticket.area else route.place_of(ticket)
    return Stop(
        ticket, columns.title_of(ticket, user), presenters.state_pill(ticket), list(presenters.pills_of(ticket)), chip,
        columns.caller(Line(ticket, user, chip)), "" if ticket.is_confidential else identity["phone"], dial, place,
        "" if withheld else identity["address"], orders_of(ticket), step_of(ticket, user, clocks),
        presenters.whose_turn(ticket))


def orders_of(ticket):
    """What is owed to the hotline beside the case itself."""
    owed = (("answer_supervision", ticket.owes_answer), ("acknowledge_reminders", ticket.was_urged))
    return [STEPS[name].label for name, is_owed in owed if is_owed]


def step_of(ticket, user, clocks):
    """The step that comes next in the usual course of a case, if it is this user's. Costs no query."""
    to_call = any(clock.kind == Kind.RESPONSE and clock.status == Status.RUNNING for clock in clocks)
    names = [name for name in IN_TURN if to_call or name != "record_contact"]
    return next(iter(bulk.quick(names, ticket, user)), {})


def with_moves(stops, path, back):
    """Each stop with the addresses of this page on which it stands one place further up or down."""
    numbers = [stop.ticket_no for stop in stops]
    last = len(stops) - 1

    def moved(place, by):
        other = numbers[:]
        other[place], other[place + by] = other[place + by], other[place]
        return f"{path}?{urlencode({'t': ','.join(other), 'back': back}, safe=',')}#stop-{numbers[place]}"

    return [replace(stop, up=moved(place, -1) if place else "", down=moved(place, 1) if place < last else "")
            for place, stop in enumerate(stops)]


def streets(stops):
    """[(street or town, its stops)], each time another one is reached."""
    found: list = []
    for stop in stops:
        street = route.street_of(stop.ticket.area)
        name = street.name if street else _("Place not entered")
        if not found or found[-1][0] != name:
            found.append((name, []))
        found[-1][1].append(stop)
    return found
