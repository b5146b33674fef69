"""Who stands where (SPEC 6.4). Pure: counts of units in, rows out; what is shown and what is published are these rows."""
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings

from insights.figures.published import INDICATORS
from insights.figures.rates import rounded

RATES = ("response_rate", "solved_rate", "satisfied_rate")
CODES = tuple(dict.fromkeys([*INDICATORS["score"].measures, *INDICATORS["completion_rate"].measures, "dispatched",
                             "appeals_won", "fell_short"]))
BEST, LAST = 3, 3  # who is praised, and who has to explain himself
NOBODY = Decimal(-1)  # of nothing: behind everybody with something


@dataclass(frozen=True)
class Entry:
    """One unit in one month, after appeals."""

    unit: Any
    counts: dict
    points: Decimal = Decimal(0)

    @property
    def is_ranked(self):
        return self.counts["rated"] >= settings.FIGURES["RANK_MIN"]

    @property
    def score(self):
        return INDICATORS["score"].value(self.counts)

    @property
    def total(self):
        """With the points; None of nothing."""
        return None if self.score is None else self.score + self.points

    def value(self, code):
        value = INDICATORS[code].rate(self.counts).value
        return NOBODY if value is None else value

    @property
    def key(self):
        return (self.total, self.value("satisfied_rate"), self.value("solved_rate"), self.value("completion_rate"),
                self.counts["dispatched"])


def after_appeals(counts, won):
    """`won`: (contacted, solved, satisfied) of each rating that an appeal changed: it counts as a good one."""
    found = dict(counts)
    for contacted, solved, satisfied in won:
        found["contacted"] += not contacted
        for name, said, best in (("solved", solved, "solved"), ("satisfied", satisfied, "satisfied")):
            found[name] += said != best
            found[f"basically_{name}"] -= said == "basically"
    return found


def ranked(entries):
    """[(rank, entry)]: 1, 2, 2, 4 where two are equal in everything; last those of whom too little is known, without a rank."""
    some = sorted((entry for entry in entries if entry.is_ranked), key=lambda entry: (entry.key, entry.unit.code), reverse=True)
    found, rank = [], 0
    for place, entry in enumerate(some, start=1):
        if not found or entry.key != found[-1][1].key:
            rank = place
        found.append((rank, entry))
    return found + [(None, entry) for entry in sorted((e for e in entries if not e.is_ranked), key=lambda e: e.unit.code)]


def rows(entries, before):
    """`before`: {code of a unit: (rank, total)} of the month before. The rows of a group, as they are kept."""
    places = ranked(entries)
    last = [entry.unit.code for rank, entry in places if rank and rank > BEST][-LAST:]
    best = min(BEST, math.ceil(sum(rank is not None for rank, _entry in places) / 2))  # nobody of the lower half is praised
    found = [row(rank, entry, before.get(entry.unit.code, (None, None))) for rank, entry in places]
    moved = [one["progress"] for one in found if one["progress"] is not None]
    up, down = max(moved, default=0), min(moved, default=0)
    for one in found:
        one["praise"] = bool(one["rank"] and one["rank"] <= best or up > 0 and one["progress"] == up)
        one["explain"] = one["unit"] in last or down < 0 and one["progress"] == down
    return found


def row(rank, entry, before):
    was, total = before
    is_known = rank is not None and was is not None
    return {
        "unit": entry.unit.code, "name": entry.unit.name, "rank": rank, "counts": entry.counts,
        "rates": [str(INDICATORS[code].rate(entry.counts)) for code in (*RATES, "completion_rate")],
        "score": said(entry.score), "points": said(entry.points), "total": said(entry.total),
        "progress": was - rank if is_known else None, "change": said(entry.total - Decimal(total)) if is_known else "",
    }


def said(number):
    return "" if number is None else str(rounded(Decimal(number)))


def enough(entry, wanted, most=500):
    """How many further callbacks, all of them good, lift the total above `wanted`; None if even `most` do not."""
    for many in range(1, most + 1):
        counts = dict(entry.counts)
        for code in ("rated", "contacted", "solved", "satisfied"):
            counts[code] += many
        if Entry(entry.unit, counts, entry.points).total > wanted:
            return many
    return None
