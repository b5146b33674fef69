"""What the palette (Ctrl+K) offers: steps of the ticket on the screen, pages, settings, tickets and colleagues.

Nothing here widens what one sees: tickets come from `visible_to`, their titles through `Reading`, the words are asked
for by the rule of the list filter, and the steps are the offers of the ticket page.
"""

import re
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from accounts import colleagues
from accounts.masking import mask_phone
from accounts.roles import Role
from hotline import desks, keys
from hotline.initials import initials
from tickets import page, story
from tickets.columns import title_of
from tickets.filters import saying
from tickets.models import Ticket
from tickets.presenters import state_pill
from tickets.redaction import Reading
from tickets.states import OPEN
from tickets.steps import offers

MOST = 8  # of a group
LONGEST = 50  # characters of a question
TAIL = re.compile(r"[0-9]{2,5}")  # the running number of a day, as people read it out


@dataclass(frozen=True)
class Option:
    """One line. It leads to `url`, sends `name=value` to `post`, presses a button of the page, or copies a text."""

    label: str
    hint: str = ""
    key: str = ""
    url: str = ""
    post: str = ""
    name: str = ""
    value: str = ""
    press: str = ""
    copy: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    options: list = field(default_factory=list)


def groups(words, user, *, path=""):
    """What fits the words, in groups that are not empty; a constant number of queries."""
    found = [
        Group(_("Steps of this ticket"), fitting(words, steps(user, path))),
        Group(_("Pages"), fitting(words, pages(user))),
        Group(_("Tickets"), tickets(words, user)),
        Group(_("Colleagues"), people(words, user)),
        Group(_("Settings"), fitting(words, settings())),
        Group(_("Search"), further(words, user)),
    ]
    return [group for group in found if group.options]


# --- actions ------------------------------------------------------------------------------------------------------


def fitting(words, options):
    """Found by words of the label, or by the first letters of its Chinese; without words all of them."""
    return [option for option in options if fits(words, option.label)][:MOST] if words else list(options)


def fits(words, label):
    shown = str(label).casefold()
    return all(word in shown for word in words.casefold().split()) or initials(shown).startswith(words.casefold())


def steps(user, path):
    """What the page of a ticket offers, under the same digits; nothing elsewhere."""
    ticket = ticket_at(path, user)
    if ticket is None:
        return
    story.chapters_of(ticket, user, Reading(ticket, user))  # reads at once what the steps ask one by one
    shown = chain.from_iterable(page.buttons(ticket, list(offers(ticket, user)), list(ticket.clocks.all())))
    for digit, button in enumerate(shown, start=1):
        url = reverse("tickets:do", args=[ticket.ticket_no, button.name])
        yield Option(button.label, hint=button.hint, key=str(digit) if digit < 10 else "", url=url)


def ticket_at(path, user):
    try:
        number = resolve(path).kwargs.get("ticket_no", "") if path else ""
    except Resolver404:
        number = ""
    try:
        return page.visible(user, number) if number else None
    except Ticket.DoesNotExist:
        return None


def pages(user):
    for key in keys.goes_of(user):
        yield Option(key.label, key=key.keys[0].upper(), url=key.url)


def settings():
    yield Option(_("Keys"), key="?", press="sheet")
    yield Option(_("Light or dark"), press="theme")
    yield Option("中文", post=reverse("language"), name="language", value="zh-hans")
    yield Option("English", post=reverse("language"), name="language", value="en")
    yield Option(_("Log out"), post=reverse("logout"))


# --- tickets ------------------------------------------------------------------------------------------------------


def tickets(words, user):
    """By number among all, by the end of the number and words of the title among open ones: the cost follows open work."""
    if not words or not desks.reads_tickets(user):
        return []
    seen = Ticket.objects.visible_to(user).for_list()
    asked = saying(words, user)
    if TAIL.fullmatch(words):
        asked |= Q(ticket_no__endswith=words)
    rows = list(seen.filter(asked, state__in=OPEN).order_by("-pk")[:MOST])
    if words.isascii() and words.isdigit():
        rows += seen.filter(ticket_no__startswith=words).exclude(state__in=OPEN).order_by("-pk")[: MOST - len(rows)]
    return [found(ticket, user) for ticket in rows]


def further(words, user):
    """Closed tickets by the words of their title: a list of its own, with filters and pages."""
    if not words or not desks.reads_tickets(user):
        return []
    url = f"{reverse('tickets:all')}?{urlencode({'q': words})}"
    return [Option(_("Search all tickets for “%(words)s”") % {"words": words}, url=url)]


def found(ticket, user):
    url = reverse("tickets:by_number", args=[ticket.ticket_no])
    return Option(title_of(ticket, user), hint=f"{ticket.ticket_no} · {state_pill(ticket).text}", url=url)


# --- colleagues ---------------------------------------------------------------------------------------------------


def people(words, user):
    if not words:
        return []
    rows = colleagues.of(user).filter(colleagues.saying(words)).prefetch_related("memberships__unit").order_by("username")
    return [colleague(person, user.has_role(Role.AD)) for person in rows[:MOST]]


def colleague(person, is_administrator):
    """The administrator goes to the person's page; for all others the name is copied as the fields for people want it."""
    held = [f"{membership.get_role_display()} · {membership.unit.name}" for membership in person.memberships.all()]
    hint = " · ".join(filter(None, [*held, mask_phone(person.phone)]))
    if is_administrator:
        return Option(person.display_name, hint=hint, url=reverse("person", args=[person.pk]))
    return Option(person.display_name, hint=hint, copy=f"{person.display_name} · {person.username}")
