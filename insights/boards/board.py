"""What stands on a board: for each role its sections, each of which says only what the viewer may count.

A board as of a past minute tells what the rows of that time tell: who called when, what was recorded, who sat where, and the
states and lights, which the trail gives back. What a theme was then is not kept; such a section is not there.
"""
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import DISTRICT, Role
from dispatch import boards, wall
from insights.boards import past, tallies
from insights.boards.pictures import bars, minutes
from insights.figures import counting
from insights.figures.asked import Period, Scope
from insights.figures.forms import own_unit
from insights.figures.indicators import Composite
from insights.figures.periods import local
from insights.figures.published import INDICATORS
from insights.memos.acts import TONES, Status
from suggesting import themes
from tickets.calendars import local_date
from tickets.models import Seat
from tickets.states import OPEN, State
from tickets.weeks import midnight

READERS = (*DISTRICT, Role.UL)
UNITS, TOPICS, STREETS = 10, 6, 8
WEEK = timedelta(days=6)  # and this day
TODAY = ("calls", "answer_rate", "accepted", "direct_rate", "dispatched", "cleared_same_day", "repeat_rate")
OF_CALLS = ("calls", "answer_rate")
RATED = ("response_rate", "solved_rate", "satisfied_rate", "score")


@dataclass(frozen=True)
class Board:
    role: Role
    sections: tuple
    desk: Any = None  # where its numbers lead
    numbers: tuple = wall.USUAL


BOARDS = (  # whoever has several roles gets the first one
    Board(Role.DL, ("numbers", "pressing", "seats", "intake", "states", "heat", "topics", "today"), boards.DUTY,
          wall.OF_DUTY),
    Board(Role.SV, ("numbers", "pressing", "units", "intake", "states", "heat", "topics", "rates", "seats"),
          boards.SUPERVISION),
    Board(Role.ZH, ("numbers", "units", "pressing", "states", "intake", "heat", "topics", "rates"), boards.COORDINATION),
    Board(Role.QL, ("numbers", "rates", "today", "intake", "heat", "topics", "units", "states")),
    Board(Role.UL, ("numbers", "pressing", "units", "memos", "states", "rates", "today", "intake", "heat"),
          boards.UNIT_BOARD),
)
ON_THE_WALL = ("numbers", "intake", "rates", "seats", "states", "heat", "topics")
NOT_KEPT = ("pressing", "units", "topics", "memos")


def board_of(user):
    return next(board for board in BOARDS if user.has_role(board.role))


@dataclass(frozen=True)
class View:
    """Who looks, and as of which instant; a past one is before `now`."""

    user: User
    at: datetime
    now: datetime

    @property
    def is_past(self):
        return self.at < self.now

    @property
    def sees_all(self):
        return Scope(self.user).sees_all and self.user.has_role(*DISTRICT)


@dataclass(frozen=True)
class Section:
    name: str
    title: Any
    said: Any

    @property
    def template(self):
        return f"boards/_{self.name}.html"


def sections(names, view):
    """In this order; what is not kept, or not for this viewer, is not there. Few queries for all of them."""
    named = [name for name in names if not (view.is_past and name in NOT_KEPT)]
    tallied = tallies.tallied(dict(part for name in named for part in parts_of(name, view)))
    titles = TITLES | THEN if view.is_past else TITLES
    found = [Section(name, titles[name], MADE[name](view, tallied)) for name in named]
    return [section for section in found if section.said is not None]


def parts_of(name, view):
    """What a section needs to be tallied."""
    wanted = {"intake": ["intake", "calls"] if view.sees_all else ["intake"], "heat": ["heat", "streets"],
              "states": [] if view.is_past else ["states"], "memos": ["memos"],
              "seats": [] if not view.sees_all else ["seats_then" if view.is_past else "seats"]}.get(name, [])
    return [(part, getattr(tallies, part)(view.user, view.at)) for part in wanted]


# --- the sections: of the view, and of what was tallied for it ------------------------------------------------------


def numbers(view, tallied):
    if view.is_past:
        counted = past.lights(view.user, view.at, view.now)
        return counted and [{"number": number, "url": ""} for number in wall.numbers([counted], past.LIGHTS)]
    mine = board_of(view.user)
    desk = mine.desk
    lists = {work.name for work in desk.lists} if desk else ()
    return [{"number": number, "url": f"{desk.url}?list={number.name}" if number.name in lists else ""}
            for number in wall.numbers(sizes(view, tallied), mine.numbers)]


def pressing(view, tallied):
    return wall.pressing(view.user, view.now)


def units(view, tallied):
    return wall.units(sizes(view, tallied), UNITS)


def memos(view, tallied):
    """Those to the units of who looks, by status: (name, how many, tone)."""
    named = [("late", _("Late"), "red"), *((name, name.label, TONES[name]) for name in Status if name != Status.DRAFTED)]
    return [(label, tallied["memos"].get(name, 0), tone) for name, label, tone in named]


def sizes(view, tallied):
    if "sizes" not in tallied:
        tallied["sizes"] = wall.sizes(view.user, view.now)
    return tallied["sizes"]


def topics(view, tallied):
    """Words only: a title is a citizen's. Where nobody looked for themes there are none."""
    if not view.sees_all:
        return None
    kept, rows = themes.shown_to(view.user)
    return {"at": kept and kept.at, "rows": rows[:TOPICS]}


def intake(view, tallied):
    first = tallies.first_minute(view.at)
    tickets, calls = ({tallies.minute_of(key): many for key, many in tallied[name].items()} for name in ("intake", "calls"))
    return minutes(tickets, calls if view.sees_all else None, first)


def states(view, tallied):
    counted = past.states(view.user, view.at, view.now) if view.is_past else tallied["states"]
    if counted is None:
        return None
    return bars([(State(state).label, counted[state]) for state in OPEN if counted.get(state)], "blue")


def heat(view, tallied):
    """Of each street, with all its communities; the hottest first."""
    named = dict(text.split(tallies.BETWEEN, 1) for text in tallied["streets"])
    counted = dict.fromkeys(named, 0)
    for place, many in tallied["heat"].items():
        street = next((path for path in named if place.startswith(path)), None)
        if street:
            counted[street] += many
    hottest = sorted(counted, key=lambda path: (-counted[path], path))[:STREETS]
    return bars([(named[path], counted[path]) for path in hottest if counted[path]], tone="")


def seats(view, tallied):
    if not view.sees_all:
        return None
    counted = tallied["seats_then" if view.is_past else "seats"]
    kinds = Seat.Place if view.is_past else Seat.Mode
    return {"total": sum(counted.values()), "kinds": [(kind.label, counted.get(kind, 0)) for kind in kinds]}


def today(view, tallied):
    return figures(view, tallied)["today"]


def rates(view, tallied):
    return figures(view, tallied)["rates"]


def figures(view, tallied):
    """Both sections in one query, whichever is asked first."""
    if "figures" not in tallied:
        day = midnight(local_date(view.at))
        scope = Scope(view.user, unit=own_unit(view.user))
        spans = {"today": ([INDICATORS[code] for code in TODAY if scope.counts_calls or code not in OF_CALLS],
                           Period(day, view.at, view.at)),
                 "rates": ([INDICATORS[code] for code in RATED], Period(day - WEEK, view.at, view.at))}
        asked = [(measures_of(indicators), period) for indicators, period in spans.values()]
        counted = counting.merged([code for codes, _period in asked for code in codes], counting.read(asked, scope))
        tallied["figures"] = {name: [figure(indicator, counted, period) for indicator in indicators]
                              for name, (indicators, period) in spans.items()}
    return tallied["figures"]


def measures_of(indicators):
    return [code for indicator in indicators for code in indicator.measures]


def figure(indicator, counted, period):
    """With the list behind it, and what it is a share of."""
    said = {"title": indicator.title, "said": indicator.said(counted), "misses": indicator.misses(counted)}
    if isinstance(indicator, Composite):
        return said
    query = urlencode({"since": local(period.since), "until": local(period.until)})
    rate = str(indicator.rate(counted)).partition(" ")[2] if indicator.under else ""
    many = bool(counted[indicator.over[0]])
    return said | {"behind": rate, "url": many and f"{reverse('insights:figure-list', args=[indicator.over[0]])}?{query}"}


MADE = {"numbers": numbers, "pressing": pressing, "units": units, "topics": topics, "intake": intake, "states": states,
        "heat": heat, "seats": seats, "today": today, "rates": rates, "memos": memos}
TITLES = {"numbers": _("What matters now"), "pressing": _("First of all"), "units": _("Units"), "topics": _("Hot topics"),
          "intake": _("Per minute, the last hour"), "states": _("Open tickets by state"), "heat": _("This day by street"),
          "seats": _("Seats on duty"), "today": _("The day so far"), "rates": _("Satisfaction in seven days"),
          "memos": _("Memos to my units")}
THEN = {"numbers": _("Late, soon late and open at that minute"), "intake": _("Per minute, the hour before"),
        "heat": _("That day by street, until then"), "seats": _("Seats on duty then"), "today": _("That day until then"),
        "rates": _("Satisfaction in the seven days until then"), "states": _("Open tickets by state then")}
