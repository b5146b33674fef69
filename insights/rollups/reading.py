"""Figures of a long period: the hours that were counted beforehand, and the rest from the rows themselves.

The rest are the pieces of an hour at both ends, the hours that are marked, and what cannot be added up. So the answer is the
same as from the rows alone, at every moment; where too much is marked, all of it is counted from the rows.
"""
from datetime import timedelta

from django.db.models import Sum

from accounts.models import Unit
from insights.figures import counting
from insights.models import Axis, HourlyFigures, HourMark
from insights.rollups.hours import spans, touched, whole
from insights.rollups.rows import ROLLED
from tickets.models import Category

LONG = timedelta(days=2)  # what is shorter is counted as quickly from the rows
MOST_MARKS = 300
ADDED = frozenset(ROLLED)


def count(codes, period, scope):
    """As counting.count()."""
    added = [code for code in codes if code in ADDED]
    place = place_of(scope)
    if not added or place is None or period.until - period.since < LONG:
        return counting.count(codes, period, scope)
    marks = list(HourMark.objects.order_by("pk")[:MOST_MARKS + 1])
    if len(marks) > MOST_MARKS:
        return counting.count(codes, period, scope)
    first, end = whole(period.since, period.until)
    changed = {hour for hour in touched(marks) if first <= hour < end}
    rest = [(since, until) for since, until in ((period.since, first), *spans(changed), (end, period.until)) if since < until]
    others = [code for code in codes if code not in ADDED]
    asked = [(part, span) for part, span in ((others, period), (added if rest else [], period.only(rest))) if part]
    found = counting.merged(codes, counting.read(asked, scope))
    for code, many in zip(added, summed(added, place, first, end, changed), strict=True):
        found[code] += many or 0
    return found


def place_of(scope):
    """(axis, keys) of the rows that are this scope's; None when they are not kept: a viewer who does not see everything, or
    more than one of unit, place and matter."""
    if not scope.sees_all or len(scope.parts) > 1:
        return None
    if scope.unit:
        return Axis.UNIT, Unit.objects.under(scope.unit).values("pk")
    if scope.area:
        return Axis.AREA, Unit.objects.under(scope.area).values("pk")
    if scope.category:
        return Axis.CATEGORY, Category.objects.filter(code__startswith=scope.category).values("pk")
    return Axis.WHOLE, [0]


def summed(codes, place, first, end, changed):
    axis, keys = place
    rows = HourlyFigures.objects.filter(axis=axis, key__in=keys, hour__gte=first, hour__lt=end).exclude(hour__in=changed)
    return rows.aggregate(**{f"n_{code}": Sum(code) for code in codes}).values()
