"""What an operator reads of tickets that are like the matter on the line, or of the person on it.

An exception to visible_to(), the one of SPEC 3.6: to recognise a repeated matter he sees of tickets that others took, and
that he may not open, the number, title, state and age, the place that is part of the title, the category that is part of it,
too, and those passages of their text that he has just typed himself, so nothing that he did not know. He sees neither person,
phone nor any other word of them, and never anything of a confidential ticket. Of tickets that he may open he reads the first
lines as well; that is on record as a sighting, once an hour, like any other content that leaves the server.
"""
from dataclasses import dataclass
from datetime import timedelta

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import sightings
from tickets.models import Sighting, Ticket
from tickets.presenters import Pill, state_pill
from tickets.redaction import Reading
from tickets.similar import candidates, lookup
from tickets.states import OPEN

MOST = 5
LINES = 90  # letters of the first lines
AGAIN = timedelta(hours=1)
REASONS = {
    candidates.PHONE: gettext_lazy("same phone"), candidates.CATEGORY: gettext_lazy("same category"),
    candidates.GROUP: gettext_lazy("same group"), candidates.AREA: gettext_lazy("same place"),
    candidates.ADDRESS: gettext_lazy("like address"), candidates.OPEN: gettext_lazy("still open"),
}


@dataclass(frozen=True)
class Row:
    """One ticket as it is offered. `lines` and `opens` only for who may read it."""

    ticket_no: str
    title: str
    at: object
    state: Pill
    is_open: bool
    opens: bool
    place: str = ""
    category: str = ""
    points: int = 0
    is_suggested: bool = False
    reasons: tuple = ()
    lines: str = ""
    common: tuple = ()
    reporters: int = 1
    is_other: bool = False  # the operator said so
    found: str = ""  # where the words stand that were looked for


def rows(found, asked, user, now, others=()):
    """Candidates as rows, best first."""
    found = found[:MOST]
    readable = readable_by(user, [one.ticket for one in found])
    keep_on_record([one.ticket for one in found if one.ticket.pk in readable], user, now)
    return [row_of(one.ticket, user, one.ticket.pk in readable, points=one.score.points,
                   is_suggested=one.score.is_suggested, reasons=tuple(reasons(one.score)),
                   common=tuple(candidates.in_common(asked.text, one.ticket.content)),
                   is_other=one.ticket.ticket_no in others, with_lines=True) for one in found]


def row_of(ticket, user, opens, with_lines=False, **more):
    reading = Reading(ticket, user)
    lines = " ".join(reading.content.split()) if opens and with_lines else ""
    return Row(ticket.ticket_no, ticket.title, ticket.registered_at, state_pill(ticket), ticket.state in OPEN, opens,
               place=ticket.area.name if ticket.area else "", category=ticket.category.name if ticket.category else "",
               lines=Truncator(lines).chars(LINES), reporters=ticket.reporter_count, **more)


def reasons(score):
    for which, _points in score.reasons:
        if which == candidates.WORDS:
            if score.likeness >= candidates.WORTH_SAYING:
                yield _("text %(percent)d%% alike") % {"percent": round(100 * score.likeness)}
        else:
            yield REASONS[which]


def readable_by(user, tickets):
    """Primary keys of those that this user may open."""
    if not tickets:
        return set()
    return set(Ticket.objects.visible_to(user).filter(pk__in=[ticket.pk for ticket in tickets]).values_list("pk", flat=True))


def keep_on_record(tickets, user, now):
    """While somebody types the same lines come again and again: one row an hour says it all."""
    if not tickets:
        return
    known = set(Sighting.objects.filter(ticket__in=tickets, user=user, at__gt=now - AGAIN).values_list("ticket_id", flat=True))
    new = [ticket for ticket in tickets if ticket.pk not in known]
    if new:
        sightings.note_several(new, user, how=Sighting.How.PAGE, now=now)


def panel(given, user, now, *, others=(), ticked=False, seen=()):
    """What the panel of similar matters shows for cleaned data of an intake form. A tick counts for what was seen with it."""
    asked = lookup.matter(given)
    found = rows(lookup.find(asked, now=now), asked, user, now, others)
    suggested = {row.ticket_no for row in found if row.is_suggested}
    return {"similar": found, "must_check": bool(suggested - set(others)), "checked": ticked and suggested <= set(seen),
            "suggested": sorted(suggested)}
