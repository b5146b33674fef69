"""More of one category in one place than usual (SPEC A1): compared with the window before and with the same weekday.

The arithmetic is pure; counting() asks the database once for a span.
"""
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q

from accounts.models import Unit, UnitKind
from dispatch.patterns import NO_MATTER
from tickets.models import Category, Ticket
from tickets.states import State

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
SPANS = (HOUR, DAY)
STREETS = (UnitKind.STREET, UnitKind.TOWN)


@dataclass(frozen=True)
class Counts:
    now: int = 0
    before: int = 0
    weekday: int = 0

    def __add__(self, other):
        return Counts(self.now + other.now, self.before + other.before, self.weekday + other.weekday)

    @property
    def usual(self):
        """What it has to exceed: the larger of both."""
        return max(self.before, self.weekday)


def surges(counts, *, least, pct):
    """At least so many, and so many per cent more than both windows that it is compared with. Where there was nothing any
    growth is enough."""
    return counts.now >= max(least, 1) and 100 * (counts.now - counts.usual) >= pct * counts.usual


def is_one(counts):
    return surges(counts, least=settings.EARLY_WARNING["SURGE_MIN"], pct=settings.EARLY_WARNING["SURGE_PCT"])


# --- counting -----------------------------------------------------------------------------------------------------------


def reported():
    """What early warning reads: nothing confidential, no draft, nothing that turned out to be no matter of the hotline. A
    ticket that was merged is somebody's report all the same."""
    return Ticket.objects.filter(is_confidential=False, split_into=None).exclude(
        state__in=(State.DRAFT, *NO_MATTER)).order_by()


def within(since, until):
    return Q(registered_at__gt=since, registered_at__lte=until)


@dataclass(frozen=True)
class Key:
    """A category or its group, in a street or in the whole district."""

    code: str
    street: int | None

    @property
    def order(self):
        """The most exact first: what it explains needs no second warning."""
        return self.street is None, -len(self.code), self.code, self.street or 0

    def rows(self, streets):
        rows = reported().filter(category__code__startswith=self.code)
        if self.street is None:
            return rows
        return rows.filter(area__in=[area for area, street in streets.items() if street == self.street])


@dataclass(frozen=True)
class Surge:
    key: Key
    span: timedelta
    at: datetime
    counts: Counts
    reports: dict  # {pk of a ticket: whose it is}

    @property
    def people(self):
        return len({who or pk for pk, who in self.reports.items()})


def streets_of():
    """{pk of a street, community or village: pk of its street}"""
    rows = list(Unit.objects.order_by("path").values_list("pk", "path", "kind"))
    roots = {path: pk for pk, path, kind in rows if kind in STREETS}
    return {pk: street for pk, path, _kind in rows if (street := street_above(path, roots)) is not None}


def street_above(path, roots):
    parts = path.strip("/").split("/")
    return next((roots[above] for end in range(len(parts), 0, -1) if (above := f"/{'/'.join(parts[:end])}/") in roots), None)


def counting(span, now, streets):
    """{Key: Counts} of everything that was reported in the window that ends now."""
    windows = {"now": (now - span, now), "before": (now - 2 * span, now - span), "weekday": (now - WEEK - span, now - WEEK)}
    asked = Q()
    for since, until in windows.values():
        asked |= within(since, until)
    groups = reported().filter(asked, category__isnull=False).values_list("category", "area").annotate(
        **{f"n_{name}": Count("pk", filter=within(*window)) for name, window in windows.items()})
    codes = dict(Category.objects.values_list("pk", "code"))
    found: defaultdict = defaultdict(Counts)
    for category, area, *numbers in groups:
        code, street = codes[category], streets.get(area)
        for place in {street, None}:
            for part in (code, code[:4]):
                found[Key(part, place)] += Counts(*numbers)
    return found


def look(explained, *, now, also=()):
    """[Surge], the most exact first. `explained`: pks of tickets that a warning which goes on stands for: without them it has
    to be a surge still. `also`: Keys that are told whatever explains them, because a warning of them goes on."""
    streets, found, taken = streets_of(), [], set(explained)
    seen: set = set()
    for span in SPANS:
        counted = counting(span, now, streets)
        for key in sorted((key for key, counts in counted.items() if is_one(counts)), key=lambda key: key.order):
            if key in seen:
                continue
            reports = dict(key.rows(streets).filter(within(now - span, now)).values_list("pk", "phone_hash"))
            counts = counted[key]
            rest = Counts(len(reports.keys() - taken), counts.before, counts.weekday)
            if key in also or is_one(rest):
                seen.add(key)
                taken |= reports.keys()
                found.append(Surge(key, span, now, counts, reports))
    return found
