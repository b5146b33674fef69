"""What the palette (Ctrl+K) offers: steps of the ticket on the screen, pages, settings, tickets and colleagues.

Nothing here widens what one sees: tickets come from `visible_to`, their titles through `Reading`, the words are asked
for by the rule of the list filter, and the steps are the offers of the ticket page.
"""

from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import urlencode

from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from accounts import colleagues
from accounts.masking import mask_phone
from accounts.roles import Role
from hotline import desks, keys
from hotline.initials import initials
from tickets import page, story
from tickets.columns import title_of
from tickets.finding import asked as asking
from tickets.finding import hits
from tickets.models import Ticket
from tickets.presenters import state_pill
from tickets.redaction import Reading
from tickets.steps import offers

MOST = 8  # of a group
LONGEST = asking.LONGEST  # characters of a question


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
    """What the search page would show first, closed ones, too."""
    if not words or not desks.reads_tickets(user):
        return []
    asked = asking.understood(words, user)
    rows = asking.narrowed(Ticket.objects.visible_to(user), asked, user)
    if asked.has_words:
        shown, _rest = hits.page(hits.Search(rows, asked), user, size=MOST)
        return [found(ticket, user) for ticket in shown]
    return [found(ticket, user) for ticket in rows.for_list().order_by("-pk")[:MOST]] if asked.terms else []


def further(words, user):
    """All that is found: a list of its own, with filters and pages."""
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
