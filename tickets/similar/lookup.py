"""Fetches the few tickets that can be alike, through three indexes, and scores them.

Points fade (candidates.HALF_LIFE), so that nothing older than candidates.REACH is worth fetching: each of the three looks is
a stretch of an index, newest first, and has an end. What must never be recognised is left out here, for every caller of this
module: confidential tickets, drafts (nobody has accepted them), and merged ones, whose matter goes on in another ticket.
"""
from dataclasses import dataclass

from django.db.models import Case, IntegerField, When

from accounts.privacy import phone_hash
from tickets.models import Ticket
from tickets.similar import candidates
from tickets.similar.candidates import Matter, Score
from tickets.states import OPEN, State

EACH = 20  # tickets of each look: 60 in all
HIDDEN = (State.DRAFT, State.MERGED)


@dataclass(frozen=True)
class Candidate:
    ticket: Ticket
    score: Score


def matter(given):
    """What is known of the matter on the line; `given` is cleaned data of an intake form, complete or not."""
    phone = given.get("contact_phone") or given.get("caller_number") or ""
    category, area = given.get("category"), given.get("area")
    return Matter(phone_hash(phone) if phone else "", category.code if category else "", area.pk if area else None,
                  given.get("address") or "", given.get("content") or "")


def matter_of(ticket):
    return Matter(ticket.phone_hash, ticket.category.code if ticket.category else "", ticket.area_id, ticket.address,
                  ticket.content, ticket.registered_at, ticket.state in OPEN)


def recognisable():
    """Tickets that any operator may recognise a repeated matter by; see shown.py for what he then reads."""
    return Ticket.objects.filter(is_confidential=False).exclude(state__in=HIDDEN)


def find(asked, *, now, but=None):
    """[Candidate] worth showing, best first; two queries. `but`: the ticket for which it is asked."""
    looks = list(looks_for(asked, now))
    if not looks:
        return []
    numbers = set(looks[0].union(*looks[1:])) - {but}
    tickets = Ticket.objects.filter(pk__in=numbers).select_related("category", "area")
    found = [Candidate(ticket, candidates.score(asked, matter_of(ticket), now)) for ticket in tickets]
    return sorted((one for one in found if one.score.is_shown),
                  key=lambda one: (one.score.points, one.ticket.registered_at), reverse=True)


def looks_for(asked, now):
    """Of the same number, of the same place, of the same category: each a query for numbers, none of them without an end."""
    if asked.phone_hash:
        own = recognisable().filter(phone_hash=asked.phone_hash, registered_at__gte=now - candidates.REACH)
        yield own.order_by("-pk").values_list("pk", flat=True)[:EACH]
    recent = recognisable().filter(registered_at__gte=now - candidates.REACH_OF_STRANGERS)
    if asked.area_id:
        here = recent.filter(area=asked.area_id)
        ranks = [likeness_of_category(asked.category)] if asked.category else []
        yield here.order_by(*ranks, "-registered_at").values_list("pk", flat=True)[:EACH]
    if asked.category:
        alike = recent.filter(category__code=asked.category)
        yield alike.order_by("-registered_at").values_list("pk", flat=True)[:EACH]


def likeness_of_category(code):
    """Where many things happen in one place, those of the kind come first."""
    return Case(When(category__code=code, then=0), When(category__l2_code=code[:4], then=1), default=2,
                output_field=IntegerField())


def fits(ticket, asked, now):
    """Whether what is known of the call leads to this ticket: the same number, or points enough to be shown."""
    is_caller = bool(asked.phone_hash) and asked.phone_hash == ticket.phone_hash
    return is_caller or candidates.score(asked, matter_of(ticket), now).is_shown
