"""The rows of HourlyFigures, written: the hours that are marked, or all of them.

An hour is always counted as a whole, from the rows themselves. So it does not matter how often, or in which order, or
whether a look before was cut off: what is written is what is so.
"""
from collections import defaultdict
from datetime import UTC, timedelta
from types import SimpleNamespace

from django.db import transaction
from django.db.models import BigIntegerField, DateTimeField, F, Max, Min, Q, Value
from django.db.models.functions import Trunc

from accounts import many_rows
from accounts.turns import is_my_turn, take_turn
from insights.figures.asked import Period, Scope
from insights.figures.counting import by_source, grouped
from insights.models import Axis, HourlyFigures, HourMark
from insights.rollups.hours import HOUR, hour_of, moments, parcels, touched
from insights.rollups.packing import packed
from insights.rollups.rows import EACH, ROLLED
from tickets.models import Call

BATCH = 100  # marks looked at in one transaction
STEP = timedelta(days=7)  # of a rebuild


@transaction.atomic
def fold():
    """Count the hours of the oldest marks again; returns how many marks are gone. Any number may look at once: one counts."""
    if not is_my_turn("hourly figures"):
        return 0
    marks = list(HourMark.objects.order_by("pk")[:BATCH])
    if marks:
        for parts in parcels(touched(marks)):
            write(parts)
        HourMark.objects.filter(pk__in=[mark.pk for mark in marks]).delete()
    return len(marks)


@transaction.atomic
def rebuild(progress=lambda share: None):
    """All hours from scratch, a week at a time, in one transaction: cut off, it leaves everything as it was. What changes
    meanwhile stays marked."""
    take_turn("hourly figures")
    HourMark.objects.all().delete()
    HourlyFigures.objects.all().delete()
    first, last = bounds()
    start = first
    while start and start < last:
        end = min(start + STEP, last)
        write([(start, end)])
        start = end
        progress((start - first) / (last - first))


def bounds():
    """From the first hour in which anything counts to the end of the last one; (None, None) when there is nothing."""
    found = [Call.objects.aggregate(low=Min("started_at"), high=Max("started_at"))]
    found += [model.objects.aggregate(low=Min(column), high=Max(column)) for model, _way, column in moments()]
    low = min((one["low"] for one in found if one["low"]), default=None)
    high = max((one["high"] for one in found if one["high"]), default=None)
    return (hour_of(low), hour_of(high) + HOUR) if low else (None, None)


def write(parts):
    """Count these spans of whole hours, and put the rows in the place of those that were there."""
    within = Q(*[Q(hour__gte=since, hour__lt=until) for since, until in parts], _connector=Q.OR)
    HourlyFigures.objects.filter(within, axis__in=Axis.values).delete()
    none, found = dict.fromkeys(ROLLED, 0) | dict.fromkeys(EACH, b""), counted(parts)
    many_rows.insert(HourlyFigures, [  # not the model itself: to begin its seventy columns one by one takes most of the time
        SimpleNamespace(hour=hour, axis=axis, key=key, **none | counts) for (hour, axis, key), counts in found.items()])


def counted(parts):
    """{(hour, axis, key): {code: how many, or each of them, packed}}, of what there is."""
    period = Period(parts[0][0], parts[-1][1], now=parts[-1][1]).only(parts)
    found: defaultdict = defaultdict(dict)
    for source, measures in by_source((*ROLLED, *EACH)):
        rows = Scope().narrow(source.within(period), source).annotate(
            hour_of_it=Trunc(F(source.moment), "hour", output_field=DateTimeField(), tzinfo=UTC), **keys(source))
        for hour, unit, area, category, said in grouped(rows, measures, "hour_of_it", "of_unit", "of_area", "of_category"):
            for axis, key in ((Axis.WHOLE, 0), (Axis.UNIT, unit), (Axis.AREA, area), (Axis.CATEGORY, category)):
                if key is not None:
                    add(found[hour, axis, key], said)
    return {place: counts | {code: packed(counts[code]) for code in counts.keys() & EACH}
            for place, counts in found.items() if counts}


def add(counts, said):
    for code, more in said.items():
        if more:
            counts[code] = counts[code] + more if code in counts else more


def keys(source):
    """Of a row: its unit, place and category. A call has none of them."""
    if source.ticket is None:
        return {name: Value(None, BigIntegerField()) for name in ("of_unit", "of_area", "of_category")}
    return {"of_unit": F(f"{source.unit}_id"), "of_area": F(f"{source.ticket}area_id"),
            "of_category": F(f"{source.ticket}category_id")}
