"""Points and publication: each asked by one person and decided by another."""
import hashlib

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Unit
from accounts.roles import Role
from accounts.roster import people
from insights.models import Ranking, Rectification, ScoreAdjustment
from insights.ranking import months
from notices.actions import tell
from tickets import calendars, sla
from tickets.actions import Refused
from tickets.trail import canonical

READERS = (Role.SV, Role.ZH, Role.DL, Role.QL, Role.UL)
LAY_BEFORE = (Role.SV, Role.ZH)
PUBLISH = (Role.ZH, Role.DL)
GIVE_POINTS = (Role.ZH,)
DECIDE_POINTS = (Role.ZH, Role.DL, Role.SV)
DAYS_TO_EXPLAIN = {"wd": 5}
Status = Ranking.Status


def allowed(by, roles):
    if not by.has_role(*roles):
        raise PermissionDenied


@transaction.atomic
def give_points(*, by, now, unit, month, points, reason, basis=""):
    allowed(by, GIVE_POINTS)
    if months.accountable(unit, {unit.pk: unit}) is None:
        raise Refused(_("This unit is in no group that is ranked."))
    return ScoreAdjustment.objects.create(unit=unit, month=month, points=points, reason=reason, basis=basis, by=by, at=now)


@transaction.atomic
def decide_points(points_id, *, by, now, approved):
    allowed(by, DECIDE_POINTS)
    return decided(ScoreAdjustment, points_id, by=by, now=now, approved=approved)


@transaction.atomic
def lay_before(month, *, by, now):
    """What stands at this moment, for a second person to publish. Of a month that is not over there is nothing to publish."""
    allowed(by, LAY_BEFORE)
    if months.period_of(month, now).until >= now:
        raise Refused(_("The month is not over yet."))
    groups = months.standings(month, now)
    if not groups:
        raise Refused(_("No unit led anything in this month."))
    version = Ranking.objects.filter(month=month).count() + 1
    try:
        with transaction.atomic():
            return Ranking.objects.create(month=month, version=version, groups=groups, digest=digest(groups), by=by, at=now)
    except IntegrityError:
        raise Refused(_("A ranking of this month waits for its second person already.")) from None


@transaction.atomic
def decide_ranking(ranking_id, *, by, now, approved):
    """Published it is for good; who stands last has to explain himself."""
    allowed(by, PUBLISH)
    ranking = decided(Ranking, ranking_id, by=by, now=now, approved=approved)
    if approved:
        audit.record("CONFIG", user=by, now=now, what="ranking", reason=f"{ranking.month:%Y-%m} v{ranking.version}",
                     digest=ranking.digest)
        ask_to_explain(ranking, now=now)
    return ranking


def decided(model, pk, *, by, now, approved):
    row = model.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.status != Status.OPEN:
        raise Refused(_("It was decided already."))
    if row.by_id == by.pk:
        raise Refused(_("Somebody else has to decide what you asked for."))
    row.status = Status.APPROVED if approved else Status.REFUSED
    row.decided_by, row.decided_at = by, now
    row.save(update_fields=["status", "decided_by", "decided_at"])
    return row


def ask_to_explain(ranking, *, now):
    codes = [row["unit"] for group in ranking.groups for row in group["rows"] if row["explain"]]
    due = calendars.due_at(now, DAYS_TO_EXPLAIN, sla.calendar_in_force())
    asked = Rectification.objects.filter(ranking__month=ranking.month).values("unit")  # for an earlier version
    for unit in Unit.objects.filter(code__in=codes).exclude(pk__in=asked).order_by("pk"):
        Rectification.objects.create(ranking=ranking, unit=unit, due_at=due)
        tell(people("unit_leader", unit=unit, now=now), kind="rectification_asked", params={"due": due.isoformat()}, now=now,
             cause=f"rectification:{ranking.pk}:{unit.pk}")


@transaction.atomic
def explain(rectification_id, *, by, now, cause, measures, done_by):
    row = Rectification.objects.select_for_update(of=("self",)).select_related("unit").get(pk=rectification_id)
    if not by.covers(row.unit, Role.UL):
        raise PermissionDenied
    if row.at:
        raise Refused(_("It was answered already."))
    row.cause, row.measures, row.done_by, row.by, row.at = cause, measures, done_by, by, now
    row.save()
    return row


def digest(groups):
    return hashlib.sha256(canonical(groups).encode()).hexdigest()
