"""Work lists: which tickets wait for whom. A desk is a page with several lists; one component shows them all.

Every list starts from what the user sees. How it is sorted and paged is said in orders.py.
"""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from tickets.choices import Outcome, Urgency
from tickets.models import Ticket
from tickets.scope import READERS
from tickets.states import BEFORE_DISPATCH, OPEN, State

SOON = timedelta(hours=2)


@dataclass(frozen=True)
class WorkList:
    """`rows(user, now)` are tickets; `order` is a field or annotation of them, "-" for newest first."""

    name: str
    title: str
    empty: str
    rows: Callable
    order: str = "next_due_at"
    edge: str = ""  # colour of the tile
    counted: bool = True  # a list over all history is not counted
    remark: Callable = lambda ticket: ""
    quick: Callable = lambda ticket: ()  # names of steps that stand beside the row
    opens: bool = True  # False: the reader keeps number and title only


@dataclass(frozen=True)
class Paper:
    """A page that is made of the tickets that are ticked in a list; it takes them as a list takes them, `t` and `back`."""

    name: str
    label: str
    url_name: str


@dataclass(frozen=True)
class Desk:
    name: str
    title: str
    roles: tuple
    lists: tuple
    app: str = "tickets"
    papers: tuple = ()

    @property
    def url_name(self):
        return f"desk-{self.name}"

    @property
    def url(self):
        return reverse(f"{self.app}:{self.url_name}")

    def list_named(self, name):
        return next((work for work in self.lists if work.name == name), self.lists[0])


def seen(user):
    return Ticket.objects.visible_to(user)


def having(tickets, rows, **columns):
    """Tickets that have such rows, each with these columns of its first row.

    They are found from the rows, which are few: a list that asks every ticket whether it has one costs what history costs.
    """
    own = rows.filter(ticket=OuterRef("pk"))
    found = tickets.filter(pk__in=rows.order_by().values("ticket"))
    return found.annotate(**{name: Subquery(own.values(column)[:1]) for name, column in columns.items()})


def in_state(*states, **more):
    return lambda user, now: seen(user).filter(state__in=states, **more)


def overdue(rows, now):
    return rows.filter(state__in=OPEN, next_due_at__lt=now)


def late(user, now):
    return overdue(seen(user), now)


# --- the desks of intake and review -----------------------------------------------------------------------------

def mine(**more):
    return lambda user, now: seen(user).filter(registered_by=user, **more)


def mine_soon_late(user, now):
    return seen(user).filter(registered_by=user, state__in=OPEN, next_due_at__lt=now + SOON)


def before_dispatch_late(user, now):
    return late(user, now).filter(state__in=BEFORE_DISPATCH)


DRAFTS = _("No drafts. Every matter that came in has been submitted.")
NOTHING_LATE = _("Nothing is late.")

MINE = Desk("mine", _("My tickets"), (Role.OP,), (
    WorkList("drafts", _("Drafts"), DRAFTS, mine(state=State.DRAFT), order="-registered_at"),
    WorkList("info", _("Sent back to me"), _("Nothing was sent back for information."), mine(state=State.NEED_INFO),
             edge="orange"),
    WorkList("soon", _("Late or soon late"), _("None of your tickets is late or soon late."), mine_soon_late, edge="red"),
    WorkList("open", _("In progress"), _("None of your tickets is in progress."), mine(state__in=OPEN), edge="blue"),
    WorkList("recent", _("All I registered"), _("You have not registered a ticket yet."), mine(), order="-registered_at",
             counted=False),
))
FLOOR = Desk("floor", _("Floor"), (Role.OPS,), (
    WorkList("review", _("Awaiting review"), _("Nothing waits for review."), in_state(State.PENDING_REVIEW), edge="blue"),
    WorkList("info", _("Information needed"), _("Nothing was sent back for information."), in_state(State.NEED_INFO),
             edge="orange"),
    WorkList("drafts", _("Drafts"), DRAFTS, in_state(State.DRAFT), order="-registered_at"),
    WorkList("late", _("Late before dispatch"), NOTHING_LATE, before_dispatch_late, edge="red"),
    WorkList("critical", _("Critical"), _("No critical ticket is open."), in_state(*OPEN, urgency=Urgency.CRITICAL),
             edge="red"),
    WorkList("shift", _("All of the shift"), _("Your team has not registered a ticket yet."), in_state(*State),
             order="-registered_at",
             counted=False),
))
REVIEW = Desk("review", _("Review"), (Role.RV,), (
    WorkList("cases", _("Awaiting review"), _("Nothing waits for review."), in_state(State.PENDING_REVIEW), edge="blue"),
    WorkList("replies", _("Replies to review"), _("No reply waits for review."), in_state(State.REPLY_REVIEW), edge="blue"),
    WorkList("info", _("Information needed"), _("No operator owes you information."), in_state(State.NEED_INFO),
             edge="orange"),
    WorkList("late", _("Late at the hotline"), NOTHING_LATE, before_dispatch_late, edge="red"),
    WorkList("negative", _("Negative callback"), _("No callback was negative."),
             in_state(State.PENDING_CALLBACK, callback_outcome=Outcome.NEGATIVE), edge="orange"),
))
LEADER = Desk("leader", _("Leader's board"), (Role.QL,), (
    WorkList("critical", _("Critical"), _("No critical ticket is open."), in_state(*OPEN, urgency=Urgency.CRITICAL),
             edge="red"),
    WorkList("late", _("Late"), NOTHING_LATE, late, edge="red"),
    WorkList("key", _("Key supervision"), _("No ticket is under key supervision."),
             in_state(*OPEN, key_supervision=True), edge="orange"),
    WorkList("many", _("Many reporters"), _("No open matter has several reporters."),
             in_state(*OPEN, reporter_count__gt=1), edge="yellow"),
    WorkList("hard", _("Adjudication"), _("No case is in adjudication."), in_state(State.ADJUDICATION), edge="orange"),
))
QUALITY = Desk("quality", _("Closed tickets"), (Role.QI,), (
    WorkList("closed", _("Closed"), _("Nothing was closed yet."), in_state(State.CLOSED, State.ARCHIVED),
             order="-registered_at",
             counted=False),
    WorkList("unhappy", _("First callback negative"), _("No closed ticket had a negative first callback."),
             in_state(State.CLOSED, State.ARCHIVED, first_outcome=Outcome.NEGATIVE), order="-registered_at", counted=False),
))
ALL = WorkList("all", _("All tickets"), _("No ticket fits. Try fewer filters."), in_state(*State), order="-registered_at",
               counted=False)
EVERYTHING = Desk("all", ALL.title, READERS, (ALL,))
