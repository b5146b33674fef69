"""What the district's own tickets of the last days are about, found by the worker every hour and read by supervisors."""
from dataclasses import dataclass
from datetime import timedelta

from accounts.roles import DISTRICT
from suggesting.messages import Message
from suggesting.models import Themes
from tickets.models import Ticket
from tickets.states import State

READERS = DISTRICT
SPAN = timedelta(days=7)
MOST_READ = 5000  # newest tickets
MOST, LEAST = 30, 3  # themes that are kept, and tickets of one
SHOWN = 5  # tickets of a theme that are named


@dataclass(frozen=True)
class Row:
    words: list
    title: str
    tickets: int
    people: int
    first: str
    last: str
    numbers: list
    more: int


def look(*, now):
    """Find and keep the themes before `now`. Nothing confidential is read. What was found before is not needed any more."""
    from suggesting import hot  # loads SciPy

    rows = Ticket.objects.filter(registered_at__gt=now - SPAN, registered_at__lte=now, is_confidential=False).exclude(
        state=State.DRAFT).order_by("-registered_at", "-pk")
    columns = ("ticket_no", "title", "content", "phone_hash", "registered_at")
    read = [Message(title, content, id=number, user=caller, time=at.isoformat())
            for number, title, content, caller, at in rows.values_list(*columns)[:MOST_READ]]
    found = [theme.plain for theme in hot.themes(read) if theme.n >= LEAST][:MOST]
    for theme in found:
        theme.pop("title")  # words of one citizen: read from the ticket itself, by who may
    kept = Themes.objects.create(at=now, since=now - SPAN, read=len(read), found=found)
    Themes.objects.exclude(pk=kept.pk).delete()
    return kept


def shown_to(user):
    """(Themes or None, [Row]) as far as this user may read the tickets; two queries. A theme of which he may read none, or
    which was made confidential since, is not there."""
    kept = Themes.objects.order_by("-pk").first()
    if kept is None:
        return None, []
    numbers = {number for theme in kept.found for number in theme["message_ids"]}
    titles = dict(Ticket.objects.visible_to(user).filter(ticket_no__in=numbers, is_confidential=False).values_list(
        "ticket_no", "title"))
    rows = [row_of(theme, [number for number in theme["message_ids"] if number in titles], titles) for theme in kept.found]
    return kept, [row for row in rows if row.tickets]


def row_of(theme, numbers, titles):
    return Row(theme["topic"], titles[numbers[0]] if numbers else "", len(numbers), min(theme["users"], len(numbers)),
               theme["first"][:10], theme["last"][:10], numbers[:SHOWN], max(0, len(numbers) - SHOWN))
