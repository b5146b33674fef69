"""Who is on the line: what the operator must know of a number before the first sentence is over."""
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from accounts.masking import mask_phone, name_for_reader
from accounts.numbers import normalise_phone
from accounts.privacy import phone_hash
from tickets.models import Call, CallerNote, Disposition, Ticket
from tickets.similar.shown import readable_by, row_of

LAST, ALL = 3, 50  # matters in the strip, and in the history


@dataclass(frozen=True)
class Strip:
    """`time` is which call of this number it is. The name is the one of his newest ticket that is not confidential."""

    phone: str = ""
    name: str = ""
    time: int = 0
    notes: list = field(default_factory=list)
    rows: list = field(default_factory=list)


def hash_of(typed):
    """Of a number as it was typed; "" when it is none, or none yet."""
    try:
        number = normalise_phone(typed[:60])
    except ValidationError:
        return ""
    return phone_hash(number) if number else ""


def of(typed, user, now):
    """Four queries; nothing at all for what is no number."""
    who = hash_of(typed)
    if not who:
        return Strip()
    tickets = list(tickets_of(who)[:LAST])
    return Strip(
        phone=mask_phone(typed), name=masked_name(tickets), time=calls_before(who) + 1,
        notes=list(CallerNote.objects.at(now).filter(number_hash=who).order_by("kind")),
        rows=rows(tickets, user))


def calls_before(who):
    """Not counted: calls of ours to him, and the one on the line, of which nobody has said yet what it was."""
    return Call.objects.filter(number_hash=who).exclude(disposition__in=(Disposition.OUTGOING, Disposition.UNSETTLED)).count()


def history(typed, user):
    """His earlier matters, newest first; two queries."""
    who = hash_of(typed)
    return rows(list(tickets_of(who)[:ALL]), user) if who else []


def tickets_of(who):
    """The exception that shown.py describes: whoever took them, but never confidential ones."""
    return Ticket.objects.filter(phone_hash=who, is_confidential=False).select_related(
        "category", "area", "caller").order_by("-id")


def rows(tickets, user):
    readable = readable_by(user, tickets)
    return [row_of(ticket, user, ticket.pk in readable) for ticket in tickets]


def masked_name(tickets):
    named = next((ticket.caller for ticket in tickets if ticket.caller.name), None)
    return name_for_reader(named.name, named.gender) if named else ""
