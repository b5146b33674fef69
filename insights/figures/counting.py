"""Many measures of one period and scope, from the rows themselves, in one query."""
from collections import defaultdict

from django.db.models import CharField, Count, F, Value
from django.db.models.functions import JSONObject

from insights.figures.measures import MEASURES

WHOLE = Value("", CharField())


def count(codes, period, scope):
    """{code: how many, or {"n", "mean", "median", "p90"} of a duration}."""
    return merged(codes, read([(codes, period)], scope))


def merged(codes, rows):
    return summed_up(raw(codes, rows))


def raw(codes, rows):
    """As merged(), but one by one what a measure says each by itself."""
    found = nothing_of(codes)
    for _key, said in rows:
        found |= said
    return found


def count_by_kind(codes, period, scope):
    """The same for each kind of the units that the rows are booked to; None for what has no unit."""
    found = defaultdict(lambda: nothing_of(codes))
    for kind, said in read([(codes, period)], scope, key=lambda source: F(f"{source.unit}__kind")):
        found[kind] |= said
    return {kind: summed_up(said) for kind, said in found.items()}


def nothing_of(codes):
    return {code: () if MEASURES[code].spread else 0 for code in codes}


def summed_up(found):
    spreads = {code: MEASURES[code].spread for code in found}
    return {code: found[code] if spread is None else spread.summary(() if found[code] is None else found[code])
            for code, spread in spreads.items()}


def read(asked, scope, key=lambda source: WHOLE):
    """(key, {code: how many, or each by itself}). `asked`: (codes, period), as often as parts of a period are asked for
    different measures. One query."""
    queries = [grouped(scope.narrow(source.within(period), source).annotate(key=key(source)), measures, "key")
               for codes, period in asked for source, measures in by_source(codes)]
    return queries[0].union(*queries[1:], all=True) if queries else []


def by_source(codes):
    found = defaultdict(list)
    for measure in dict.fromkeys(MEASURES[code] for code in codes):
        found[measure.source.name, measure.spread].append(measure)
    return [(measures[0].source, measures) for measures in found.values()]


def grouped(rows, measures, *keys):
    """(*keys, {code: value}) of the rows of one source."""
    needs = {}
    for measure in measures:
        needs |= measure.needs | (measure.spread.needs if measure.spread else {})
    return rows.annotate(**needs).order_by().values(*keys).annotate(
        said=JSONObject(**{measure.code: value_of(measure) for measure in measures})).values_list(*keys, "said")


def value_of(measure):
    only = measure.which or None
    return Count("pk", filter=only) if measure.spread is None else measure.spread.each(only)
