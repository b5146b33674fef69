"""What a section of a report is made of. All of it is plain JSON: it is counted once, kept, and shown in any language.

A section: {"name", "chart": "" | "bars" | "columns", "columns": [{"name", "since", "until"}], "rows": [row], "note"}
A row:     {"label": [word], "scope": what the lists behind it are asked for, "cells": [cell]}
A cell:    {"text": as it is printed, "parts": [[text, what lies behind it or ""]], "n": for a chart}

A word names what is translated when it is shown ("indicator:calls", "type:help"), or is a name ("text:…"). Behind a part lies
"figure:<measure>", whose list is asked for the period of the column, or "ticket:<number>".
"""
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from accounts.models import Unit
from insights.boards.tallies import STREETS
from insights.figures import counting
from insights.figures.asked import BELOW, Period, Scope
from insights.figures.indicators import Composite
from insights.figures.published import INDICATORS
from insights.figures.rates import NOTHING, Rate, plain
from insights.rollups import reading

AS_MADE = ("late_now",)  # of no period: as it is when the report is made
WHOLE = Scope()  # a report is of the whole district


def section(name, columns, rows, *, chart="", note=""):
    """`columns`: (word, Period or None)."""
    return {"name": name, "chart": chart, "note": note, "rows": rows, "columns": [column(*pair) for pair in columns]}


def column(word, period=None):
    since, until = (period.since.isoformat(), period.until.isoformat()) if period else ("", "")
    return {"name": word, "since": since, "until": until}


def row(label, cells, **scope):
    return {"label": [label] if isinstance(label, str) else label, "scope": scope, "cells": cells}


def text(said, n=None):
    return {"text": str(said), "parts": [[str(said), ""]], "n": n}


def number(code, n):
    """So many rows of one measure."""
    return {"text": str(n), "parts": [[str(n), f"figure:{code}" if n else ""]], "n": n}


def ratio(n, total):
    return str(Rate(Decimal(n), total))


def share(part, n, whole, total):
    """n rows of a measure as a share of those of another: `x.xx% (n/d)`."""
    rate = ratio(n, total)
    if not total:
        return text(rate)
    head = rate.partition("(")[0]
    return {"text": rate, "n": None, "parts": [[f"{head}(", ""], *number(part, n)["parts"], ["/", ""],
                                               *number(whole, total)["parts"], [")", ""]]}


def word(said):
    """A cell that says something in words, which are translated."""
    return {"text": "", "word": said, "parts": [], "n": None}


def ticket(ticket_no):
    return {"text": ticket_no, "parts": [[ticket_no, f"ticket:{ticket_no}"]], "n": None}


def figure(code, found):
    """One indicator of counted measures, as its page says it."""
    indicator = INDICATORS[code]
    if isinstance(indicator, Composite) or indicator.is_time:
        return text(indicator.said(found))
    if not indicator.under:
        if len(indicator.over) == 1:
            return number(indicator.over[0], found[indicator.over[0]])
        return text(indicator.said(found))
    if len(indicator.over) == len(indicator.under) == 1 and not indicator.weights:
        over, under = indicator.over[0], indicator.under[0]
        return share(over, found[over], under, found[under])
    return composed(indicator, found)


def composed(indicator, found):
    """A share whose numerator or denominator is a sum: printed as one, with a way to each of its numbers."""
    said = str(indicator.rate(found))
    if said == NOTHING:
        return text(said)
    parts = [[f"{said} = ", ""]]
    for codes, weights, between in ((indicator.over, indicator.weights, " ÷ "), (indicator.under, (), "")):
        weights = weights or (1,) * len(codes)
        parts.append(["(" if len(codes) > 1 else "", ""])
        for place, (code, weight) in enumerate(zip(codes, weights, strict=True)):
            parts.append([(" + " if place else "") + (f"{plain(weight)} × " if weight != 1 else ""), ""])
            parts += number(code, found[code])["parts"]
        parts.append([(")" if len(codes) > 1 else "") + between, ""])
    return {"text": said, "parts": [part for part in parts if part[0]], "n": None}


# --- counting ---------------------------------------------------------------------------------------------------------


def of_indicators(name, codes, columns):
    """A table of figures: a line for each of them, a column for each period. The definitions are those of insights/figures."""
    measures = list(dict.fromkeys(measure for code in codes for measure in INDICATORS[code].measures))
    found = [reading.count(measures, period, WHOLE) for _word, period in columns]
    rows = [row(f"indicator:{code}", [figure(code, one) if code not in AS_MADE or not place else text("")
                                      for place, one in enumerate(found)]) for code in codes]
    return section(name, columns, rows, note="late_as_made" if set(AS_MADE) & set(codes) else "")


def by(measure, period, key, scope=WHOLE):
    """{value of a column of the ticket: how many} of one measure."""
    counted: dict[Any, int] = {}
    for value, said in counting.read([([measure], period)], scope, key=lambda source: F(f"{source.ticket}{key}")):
        counted[value] = counted.get(value, 0) + said[measure]
    return counted


def total(measure, period, scope=WHOLE):
    return counting.count([measure], period, scope)[measure]


def of_choices(name, choice, key, columns, *, chart="bars"):
    """Accepted tickets by a choice of theirs: how many, their share, and how many in the period before."""
    (_word, period), *others = columns
    now, before = by("accepted", period, key), [by("accepted", other, key) for _word, other in others]
    whole = sum(now.values())
    order = sorted(set(now).union(*before), key=lambda value: (-now.get(value, 0), value or ""))
    rows = [row(f"{choice}:{value or ''}", [number("accepted", now.get(value, 0)), text(ratio(now.get(value, 0), whole)),
                                            *[number("accepted", one.get(value, 0)) for one in before]],
                **{choice: value or "none"}) for value in order]
    return section(name, with_share(columns), rows, chart=chart)


def with_share(columns):
    return [columns[0], ("share", None), *columns[1:]]


def of_categories(name, columns, most=10):
    """The second level of the tree."""
    (_word, period), *others = columns
    now, before = by("accepted", period, "category__l2_code"), [by("accepted", one, "category__l2_code") for _w, one in others]
    whole = sum(now.values())
    names = category_names()
    order = sorted((code for code in now if code), key=lambda code: (-now[code], code))[:most]
    rows = [row(f"text:{names[code]}", [number("accepted", now[code]), text(ratio(now[code], whole)),
                                        *[number("accepted", one.get(code, 0)) for one in before]], category=code)
            for code in order]
    return section(name, with_share(columns), rows, chart="bars")


def category_names():
    from tickets.models import Category
    return {code: f"{l1} / {l2}" for code, l1, l2 in Category.objects.values_list("l2_code", "l1", "l2").distinct()}


def of_streets(name, columns, most=5):
    """A street or town, with all its communities."""
    streets = list(Unit.objects.filter(kind__in=STREETS).order_by("path"))
    found = [by_street(streets, by("accepted", period, "area__path")) for _word, period in columns]
    order = sorted((unit for unit in streets if found[0].get(unit.pk)), key=lambda unit: (-found[0][unit.pk], unit.path))[:most]
    whole = total("accepted", columns[0][1])
    rows = [row(f"text:{unit.name}", [number("accepted", found[0][unit.pk]), text(ratio(found[0][unit.pk], whole)),
                                      *[number("accepted", one.get(unit.pk, 0)) for one in found[1:]]], area=unit.code)
            for unit in order]
    return section(name, with_share(columns), rows, chart="bars")


def by_street(streets, by_path):
    counted: dict[int, int] = {}
    for path, many in by_path.items():
        street = next((unit for unit in streets if (path or "").startswith(unit.path)), None)
        if street:
            counted[street.pk] = counted.get(street.pk, 0) + many
    return counted


def by_unit(measure, period):
    """[(Unit or None, how many)], the most first; a department answers for its sections, a street for its communities."""
    units = Unit.objects.in_bulk()
    counted: dict[Any, int] = {}
    for pk, said in counting.read([([measure], period)], WHOLE, key=lambda source: F(f"{source.unit}_id")):
        unit = units.get(pk)
        while unit is not None and unit.kind in BELOW and unit.parent_id:
            unit = units[unit.parent_id]
        counted[unit] = counted.get(unit, 0) + said[measure]
    found = [(unit, many) for unit, many in counted.items() if many]
    return sorted(found, key=lambda pair: (-pair[1], pair[0].path if pair[0] else ""))


def of_period(since, until, now):
    return Period(since, until, now)


def moment(iso):
    return datetime.fromisoformat(iso)
