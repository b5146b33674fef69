"""A month's units with what they are ranked by."""
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum
from django.http import Http404

from accounts.models import Unit
from insights.callback_rates.figures import GROUP_OF, GROUPS
from insights.figures.asked import BELOW, Period, Scope
from insights.figures.measures import MEASURES
from insights.figures.periods import months_later
from insights.models import Ranking, ScoreAdjustment
from insights.ranking.standing import CODES, Entry, after_appeals, rows
from insights.rollups.reading import count_by_unit, marked
from tickets.weeks import midnight

RANKED = ("department", "street", "utility", "hospital")  # groups, never mixed
NAMED = re.compile(r"(2[01][0-9]{2})-(0[1-9]|1[0-2])")


def named(text):
    """The first day of "2026-11"; 404 for what names no month."""
    found = NAMED.fullmatch(text)
    if not found:
        raise Http404
    return date(int(found[1]), int(found[2]), 1)


def period_of(month, now):
    return Period(midnight(month), midnight(months_later(month, 1)), now)


@dataclass(frozen=True)
class Known:
    """What several months need alike, read once."""

    units: dict  # {pk: Unit}
    hours: set | None  # reading.marked()

    @classmethod
    def now(cls):
        return cls(Unit.objects.in_bulk(), marked())


def entries(month, now, known):
    return entries_of(period_of(month, now), known, points_of(month))


def entries_of(period, known, points):
    """{group: [Entry]} as the rows say now, of every unit that led something in the period."""
    units = known.units
    counts: defaultdict = defaultdict(lambda: dict.fromkeys(CODES, 0))
    for pk, found in count_by_unit(CODES, period, known.hours).items():
        if (unit := accountable(units.get(pk), units)) is not None:
            for code, many in found.items():
                counts[unit.pk][code] += many
    won = won_by(period, units) if any(found["appeals_won"] for found in counts.values()) else {}
    groups: dict = {name: [] for name in RANKED}
    for pk, found in counts.items():
        if any(found.values()):
            entry = Entry(units[pk], after_appeals(found, won.get(pk, ())), points.get(pk, Decimal(0)))
            groups[GROUP_OF[units[pk].kind]].append(entry)
    return groups


def won_by(period, units):
    """{pk of a unit: what was said in each rating that an appeal changed}"""
    found = defaultdict(list)
    changed = MEASURES["appeals_won"].rows(period, Scope())
    for pk, *answers in changed.values_list("ticket__lead_unit", "contacted", "solved", "satisfied"):
        if (unit := accountable(units.get(pk), units)) is not None:
            found[unit.pk].append(answers)
    return found


def accountable(unit, units):
    """The department or street that answers for a section, community or village; None for what is in no group."""
    while unit is not None and unit.kind in BELOW and unit.parent_id:
        unit = units[unit.parent_id]
    return unit if unit is not None and GROUP_OF[unit.kind] in RANKED else None


def points_of(month):
    """{pk of a unit: points that two persons gave or took}"""
    given = ScoreAdjustment.objects.filter(month=month, status=ScoreAdjustment.Status.APPROVED)
    return dict(given.order_by().values("unit").annotate(points=Sum("points")).values_list("unit", "points"))


def published(month):
    return Ranking.objects.filter(month=month, status=Ranking.Status.APPROVED).select_related("by", "decided_by").order_by(
        "-version").first()


def standings(month, now):
    """[{"code", "rows"}] as the rows say now, compared with the month before as it was published, or as it is."""
    known = Known.now()
    before = places_before(months_later(month, -1), now, known)
    return [{"code": code, "rows": rows(found, before)} for code, found in entries(month, now, known).items() if found]


def places_before(month, now, known):
    was = published(month)
    groups = was.groups if was else [{"rows": rows(found, {})} for found in entries(month, now, known).values()]
    return {row["unit"]: (row["rank"], row["total"]) for group in groups for row in group["rows"]}


def least():
    """Rated callbacks that are enough to be ranked."""
    return settings.FIGURES["RANK_MIN"]


def shown(groups):
    """With their titles."""
    return [(group["code"], GROUPS[group["code"]][0], group["rows"]) for group in groups]
