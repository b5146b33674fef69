"""The ranking of a month as one reader sees it: leaders all units, a unit's leader what is published, and his own place."""
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Unit
from accounts.roles import DISTRICT, Role
from insights.figures.forms import own_unit
from insights.figures.periods import local
from insights.models import Ranking, Rectification, ScoreAdjustment
from insights.ranking import acts, months, standing
from insights.ranking.forms import PointsForm, RectificationForm

LISTED = ("rated", "rated_excluded", "appeals_won")  # numbers of a row that lead to their tickets


@dataclass(frozen=True)
class Place:
    """Where a unit stands now, and what would change that."""

    unit: Unit
    rank: int | None
    of: int
    total: str
    missing: int  # rated callbacks until it is ranked
    gap: str  # points to the next better total
    enough: int | None  # good callbacks that lift it above that
    costly: int
    costly_url: str


def place_of(unit, month, now):
    """None when the unit led nothing in the month."""
    for found in months.entries(month, now, months.Known.now()).values():
        own = next((entry for entry in found if entry.unit.pk == unit.pk), None)
        if own is None:
            continue
        ranked = [(rank, entry) for rank, entry in standing.ranked(found) if rank]
        rank = next((rank for rank, entry in ranked if entry is own), None)
        better = [entry.total for _rank, entry in ranked if own.is_ranked and entry.total > own.total]
        wanted = min(better, default=None)
        return Place(
            unit=unit, rank=rank, of=len(ranked), total=standing.said(own.total),
            missing=max(months.least() - own.counts["rated"], 0), gap=standing.said(wanted - own.total) if better else "",
            enough=standing.enough(own, wanted) if better else None, costly=own.counts["fell_short"],
            costly_url=list_url("fell_short", month, now, unit.code))
    return None


def list_url(code, month, now, unit):
    period = months.period_of(month, now)
    asked = {"since": local(period.since), "until": local(period.until), "unit": unit, "answers": "on"}
    return f"{reverse('insights:figure-list', args=[code])}?{urlencode(asked)}"


def groups_for(user, month, now):
    """(groups, the Ranking that they are of or None). A unit reads of others only what was published."""
    ranking = months.published(month)
    if not user.has_role(*DISTRICT):
        return (ranking.groups if ranking else []), ranking
    waiting = Ranking.objects.filter(month=month, status=Ranking.Status.OPEN).select_related("by").first()
    ranking = waiting or ranking
    return (ranking.groups if ranking else months.standings(month, now)), ranking


def context(user, month, now, **bound):
    watches = user.has_role(*DISTRICT)
    groups, ranking = groups_for(user, month, now)
    shown = [(code, title, [row | {"links": links(row, month, now) if watches else {}} for row in rows])
             for code, title, rows in months.shown(groups)]
    unit = None if watches else months.accountable(own_unit(user), Unit.objects.in_bulk())
    points = ScoreAdjustment.objects.filter(month=month).select_related("unit", "by", "decided_by").order_by("pk")
    explained = Rectification.objects.filter(ranking__month=month).select_related("unit", "by").order_by("pk")
    return {
        "month": month, "groups": shown, "ranking": ranking, "watches": watches,
        "is_waiting": bool(ranking and ranking.status == Ranking.Status.OPEN),
        "is_over": months.period_of(month, now).until < now,
        "may_lay": user.has_role(*acts.LAY_BEFORE),
        "may_publish": bool(ranking and user.has_role(*acts.PUBLISH) and ranking.by_id != user.pk),
        "points": [(row, row.status == ScoreAdjustment.Status.OPEN and row.by_id != user.pk
                    and user.has_role(*acts.DECIDE_POINTS)) for row in points if watches or unit and row.unit_id == unit.pk],
        "points_form": (bound.get("points") or PointsForm(auto_id="points-%s")) if user.has_role(*acts.GIVE_POINTS) else None,
        "place": place_of(unit, month, now) if unit else None,
        "explained": [(row, form_of(row, user, now, bound)) for row in explained
                      if watches or user.covers(row.unit, Role.UL)],
    }


def form_of(row, user, now, bound):
    if row.at or not user.covers(row.unit, Role.UL):
        return None
    return bound.get(f"explain {row.pk}") or RectificationForm(now=now)


def links(row, month, now):
    return {code: list_url(code, month, now, row["unit"]) for code in LISTED}
