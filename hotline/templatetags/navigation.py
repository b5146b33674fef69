"""The top bar: only what this user's roles may open."""
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import roster
from accounts.instant import machine_now
from hotline import desks
from tickets.scope import READERS
from tickets.telephony.seats import TAKES_CALLS

register = template.Library()
THEMES = ("light", "dark")
DENSITIES = ("compact", "roomy")
IN_LINE, LETTERS = 5, 46  # more than that stands under "More": the bar stays one line on a small monitor


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    is_here: bool


@dataclass(frozen=True)
class Bar:
    user: object
    entries: list
    more: list
    watches: list
    may_search: bool
    has_phone: bool
    theme: str
    density: str
    here: str


@register.simple_tag(takes_context=True)
def menu(context):
    """Everything that base.html needs; works for error pages without a request too."""
    request = context.get("request")
    user = getattr(request, "user", None)
    user = user if user and user.is_authenticated else None
    cookies = request.COOKIES if request else {}
    entries = [Entry(label, url, request.path == url) for label, url in places(user.roles)] if user else []
    now, shown = machine_now(), in_line(entries)
    return Bar(
        user=user,
        entries=entries[:shown],
        more=entries[shown:],
        watches=roster.watches(roster.leading_shifts_kept(now=now), now=now) if user else [],
        may_search=bool(user and desks.reads_tickets(user)),
        has_phone=bool(user and user.has_role(*TAKES_CALLS)),
        theme=chosen(cookies, "theme", THEMES),
        density=chosen(cookies, "density", DENSITIES),
        here=request.get_full_path() if request and request.method == "GET" else "/",
    )


def in_line(entries):
    """How many fit: at most five, and none that makes the line too long. A Chinese letter is two wide."""
    letters = accumulate(sum(1 if letter.isascii() else 2 for letter in str(entry.label)) for entry in entries[:IN_LINE])
    return sum(length <= LETTERS for length in letters)


def chosen(cookies, name, known):
    """What a cookie says, if it is one of ours; else the first."""
    return cookies[name] if cookies.get(name) in known else known[0]


@cache
def places(roles):
    """(label, address) from left to right, for who has these roles; every page asks for them more than once."""
    def may(readers):
        return not roles.isdisjoint(readers)

    own = [(desk.title, desk.url) for desk in desks.DESKS if may(desk.roles)]
    others = [(label, reverse(name)) for label, name, readers in desks.OTHERS if may(readers)]
    everything = [(_("All tickets"), reverse("tickets:all"))] if may(READERS) else []
    return (*own, *others, *everything)
