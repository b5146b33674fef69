"""The figures of one period and scope, ready to be shown; each number with the list that it counts."""
from dataclasses import dataclass

from django.urls import reverse

from insights.figures.measures import MEASURES
from insights.figures.published import GROUPS
from insights.figures.rates import plain


@dataclass(frozen=True)
class Number:
    """So many rows, and where they are listed; `weight` where one of them counts less than one."""

    said: str
    label: str
    url: str
    weight: str = ""


@dataclass(frozen=True)
class Row:
    title: str
    meaning: str
    moment: str
    said: str
    over: list
    under: list
    excluded: Number | None
    misses: bool


def groups(found, asked):
    """Calls have no unit: who asks for one, or sees but his own, is told nothing of them, not even that there are none."""
    return [(group, [row(indicator, found, asked) for indicator in group.indicators])
            for group in GROUPS if group.code != "calls" or asked.scope.counts_calls]


def row(indicator, found, asked):
    weights = getattr(indicator, "weights", ())
    over = [number(code, found, asked, weight) for code, weight in zip(indicator.over, weights or (1,) * 9, strict=False)]
    return Row(indicator.title, indicator.meaning, indicator.moment, indicator.said(found), over,
               [number(code, found, asked) for code in indicator.under],
               number(indicator.excluded, found, asked) if indicator.excluded else None, indicator.misses(found))


def number(code, found, asked, weight=1):
    many = found[code]
    if isinstance(many, dict):
        many = many.get("n", 0)
    return Number(str(many), MEASURES[code].label, f"{reverse('insights:figure-list', args=[code])}?{asked.query()}",
                  plain(weight) if weight != 1 else "")


