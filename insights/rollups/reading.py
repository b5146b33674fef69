"""Figures of a long period: the hours that were counted beforehand, and the rest from the rows themselves.

The rest are the pieces of an hour at both ends, the hours that are marked, and what cannot be added up. So the answer is the
same as from the rows alone, at every moment; where too much is marked, all of it is counted from the rows.
"""
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Aggregate, BinaryField, F, Sum

from accounts.models import Unit
from insights.figures import callbacks_due, counting
from insights.figures.asked import Period, Scope
from insights.models import Axis, HourlyFigures, HourMark
from insights.rollups.hours import few_spans, in_spans, touched, whole
from insights.rollups.packing import packed, unpacked
from insights.rollups.rows import EACH, ROLLED
from tickets.models import Category

LONG = timedelta(days=2)  # what is shorter is counted as quickly from the rows
MOST_MARKS = 300
ADDED = frozenset((*ROLLED, *EACH))
ROUNDS = "callback_rounds"
OF_ROUNDS = ("callbacks_due", "callbacks_done")


def count(codes, period, scope):
    """As counting.count()."""
    wanted = list(dict.fromkeys(ROUNDS if code in OF_ROUNDS else code for code in codes))
    added = [code for code in wanted if code in ADDED]
    place = place_of(scope)
    cut = cut_of(period, marked()) if added and place and is_long(period) else None
    if cut is None:
        return counting.count(codes, period, scope)
    others = [code for code in wanted if code not in ADDED]
    asked = [(part, span) for part, span in ((others, period), (added, cut.rest)) if part and span]
    found = counting.raw(wanted, counting.read(asked, scope))
    axis, keys = place
    add_hours(found, cut.rows(axis).filter(key__in=keys), added)
    if ROUNDS in found:
        found |= dict(zip(OF_ROUNDS, callbacks_due.tally(found[ROUNDS]), strict=True))
    return counting.summed_up({code: found[code] for code in codes})


def add_hours(found, hours, codes):
    """To what the rest says: numbers are added, what is said one by one stands behind one another."""
    kept = hours.aggregate(**{f"n_{code}": Behind(code) if code in EACH else Sum(code) for code in codes})
    for code in codes:
        more = kept[f"n_{code}"]
        found[code] = unpacked(packed(found[code] or ()), more or b"") if code in EACH else found[code] + (more or 0)


class Behind(Aggregate):
    """The bytes of all rows behind one another."""

    template = "string_agg(%(expressions)s, ''::bytea)"
    output_field = BinaryField()


def count_by_unit(codes, period, hours):
    """{pk of a unit, None for none: {code: how many}} of the whole district; of measures that add up. `hours` is marked()."""
    cut = cut_of(period, hours)
    found: defaultdict = defaultdict(lambda: counting.nothing_of(codes))
    span = cut.rest if cut else period
    for unit, said in counting.read([(codes, span)], Scope(), key=lambda source: F(f"{source.unit}_id")) if span else ():
        found[unit] |= said
    if cut:
        sums = cut.rows(Axis.UNIT).values("key").annotate(**{f"n_{code}": Sum(code) for code in codes})
        for row in sums:
            for code in codes:
                found[row["key"]][code] += row[f"n_{code}"]
    return dict(found)


@dataclass(frozen=True)
class Cut:
    """A period in two: hours that are kept, and the rest; None when nothing is left."""

    first: datetime
    end: datetime
    changed: list
    rest: Period | None

    def rows(self, axis):
        return HourlyFigures.objects.filter(axis=axis, hour__gte=self.first, hour__lt=self.end).exclude(hour__in=self.changed)


def is_long(period):
    return period.until - period.since >= LONG


def marked():
    """The hours that are to be read from the rows; None when that is nearly all of them."""
    marks = list(HourMark.objects.order_by("pk")[:MOST_MARKS + 1])
    return touched(marks) if len(marks) <= MOST_MARKS else None


def cut_of(period, hours):
    """None when it is better counted from the rows."""
    if hours is None or not is_long(period):
        return None
    first, end = whole(period.since, period.until)
    changed = few_spans([hour for hour in hours if first <= hour < end])
    rest = [(since, until) for since, until in ((period.since, first), *changed, (end, period.until)) if since < until]
    return Cut(first, end, in_spans(changed), period.only(rest) if rest else None)


def place_of(scope):
    """(axis, keys) of the rows that are this scope's; None when they are not kept: a viewer who does not see everything, or
    more than one of unit, place and matter, or something else."""
    if not scope.counts_all or len(scope.parts) > 1 or scope.chosen:
        return None
    if scope.unit:
        return Axis.UNIT, Unit.objects.filter(scope.of_unit()).values("pk")
    if scope.area:
        return Axis.AREA, Unit.objects.under(scope.area).values("pk")
    if scope.category:
        return Axis.CATEGORY, Category.objects.filter(code__startswith=scope.category).values("pk")
    return Axis.WHOLE, [0]
