"""The look-up in earlier tickets beside the intake form: the search of all tickets, in a few lines."""
from dataclasses import replace

from tickets.finding import asked as asking
from tickets.finding import hits
from tickets.finding import shown as searched
from tickets.models import Ticket
from tickets.similar import shown

FOUND = 8  # tickets that are shown
RANKED = 3 * FOUND  # of so many that the search brings first


def look_up(question, user):
    """(what was asked, [Row]) of tickets that he may read, never of a confidential one."""
    asked = asking.understood(question, user)
    tickets = Ticket.objects.visible_to(user).filter(is_confidential=False)
    rows = asking.narrowed(tickets, asked, user)
    if asked.has_words:
        found, _after = hits.page(hits.Search(rows, asked), user, size=RANKED)
        found.sort(key=lambda ticket: share_of_title(ticket, asked.words), reverse=True)  # stable: then the newest
    else:
        found = rows.for_list().order_by("-pk")[:FOUND] if asked.terms else []
    return asked, [row_of(ticket, asked, user) for ticket in found[:FOUND]]


def share_of_title(ticket, words):
    """0, or which quarter of the title the words are when it says them all: a title about nothing else is about this."""
    if not ticket.in_title:
        return 0
    return 1 + round(4 * sum(map(len, words)) / max(len(ticket.title), 1))


def row_of(ticket, asked, user):
    row = shown.row_of(ticket, user, True)
    return replace(row, **searched.row(ticket, row.title, asked, user))
