"""Makes the list of a week: what came in that week and is not over, whom the callback found unsatisfied in it, and
everything of the weeks before that has not left.

Each look makes what is missing, week by week, so a Monday on which nothing ran loses nothing; two that look at once
wait for each other at the row of the week. "In the week" means Monday 00:00 to Monday 00:00 in local time.
"""
from contextlib import suppress
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from dispatch.models import Reply
from followup.models import CallbackTask, TrackedItem, TrackedRow, TrackingWeek
from followup.tracking.rows import Bucket, Left
from tickets.calendars import local_date
from tickets.choices import ClosureKind, Outcome
from tickets.models import Ticket
from tickets.states import DONE, OPEN, State
from tickets.weeks import WEEK, bounds, monday_of

LOOK_BACK = 13  # weeks that are made up for at most: a quarter
OVER = (*DONE, State.SUSPENDED)
ON_THE_WAY = tuple(state for state in OPEN if state not in (State.SUSPENDED, State.DRAFT))
SAID_UNSOLVED = (Reply.Solved.NO, Reply.Solved.PARTLY)


def last_week(now: datetime) -> date:
    """The Monday of the last week that is over."""
    return monday_of(local_date(now)) - WEEK


def catch_up(*, now):
    """Make the lists of all weeks that are over and have none, the oldest first; and let go who may leave."""
    let_go(now=now)
    newest = last_week(now)
    made = TrackingWeek.objects.order_by("-monday").values_list("monday", flat=True).first()
    monday = max(made + WEEK, newest - LOOK_BACK * WEEK) if made else newest
    while monday <= newest:
        make(monday, now=now)
        monday += WEEK


@transaction.atomic
def make(monday, *, now):
    """The list about the week that begins on `monday`; making it twice is making it once."""
    week, is_new = TrackingWeek.objects.get_or_create(monday=monday, defaults={"at": now})
    if not is_new:  # whoever was quicker has committed it whole: the row of the week was his lock
        return week
    came = Ticket.objects.filter(Q(pk__in=entering(monday).values("pk")), no_open_item(), state__in=ON_THE_WAY)
    TrackedItem.objects.bulk_create(
        [TrackedItem(ticket_id=pk, since=week, at=now) for pk in came.order_by("pk").values_list("pk", flat=True)],
        ignore_conflicts=True)
    standing = TrackedItem.objects.filter(left_at=None).annotate(
        outcome=Subquery(Ticket.objects.filter(pk=OuterRef("ticket")).values("callback_outcome")[:1]),
        said=Subquery(newest_negative().values("solved")[:1]), judged=Subquery(newest_reply().values("solved")[:1]))
    TrackedRow.objects.bulk_create(
        [TrackedRow(item=item, week=week, bucket=bucket_of(item.outcome, item.said, item.judged)) for item in standing],
        ignore_conflicts=True)
    return week


def entering(monday):
    """Tickets that this week brings onto the list if they are not over: accepted in it, dissatisfied in it, or back in
    hand after they had left."""
    since, until = bounds(monday)
    unhappy = CallbackTask.objects.filter(outcome=Outcome.NEGATIVE, outcome_at__gte=since, outcome_at__lt=until)
    been = TrackedItem.objects.filter(ticket=OuterRef("pk"))
    return Ticket.objects.filter(Q(accepted_at__gte=since, accepted_at__lt=until) | Q(pk__in=unhappy.values("ticket"))
                                 | Exists(been) & Q(accepted_at__lt=until))


def no_open_item():
    return ~Exists(TrackedItem.objects.filter(ticket=OuterRef("pk"), left_at=None))


def newest_negative():
    return CallbackTask.objects.filter(ticket=OuterRef("ticket"), outcome=Outcome.NEGATIVE).order_by("-outcome_at", "-pk")


def newest_reply():
    standing = Reply.objects.filter(ticket=OuterRef("ticket")).exclude(status=Reply.Status.RETURNED)
    return standing.order_by("-round", "-pk")


def bucket_of(outcome, said, judged):
    """What the citizen says goes before what the unit says. `said` is the answer to "Is it solved?" of the newest negative
    callback, None when there was none: a redo keeps its bucket until somebody is asked again."""
    if said == CallbackTask.Solved.UNSOLVED:
        return Bucket.UNSOLVED
    if said is not None or outcome == Outcome.NEGATIVE:
        return Bucket.DISSATISFIED
    return Bucket.UNSOLVED if judged in SAID_UNSOLVED else Bucket.IN_HAND


def let_go(*, now):
    """Who is resolved or suspended leaves. One whose ticket comes back in this very moment stays: the database sees to it."""
    gone: dict = {}
    over = TrackedItem.objects.filter(left_at=None, ticket__state__in=OVER)
    for pk, state, kind in over.values_list("pk", "ticket__state", "ticket__closure_kind"):
        gone.setdefault(way_of(state, kind), []).append(pk)
    for how, items in gone.items():
        with suppress(IntegrityError), transaction.atomic():
            TrackedItem.objects.filter(pk__in=items, left_at=None).update(left_at=now, left_how=how)


def way_of(state, kind):
    """A ticket closes as its own rules demand: by the citizen's word, or, with a bad or no word of his, by two persons."""
    if state in (State.CLOSED, State.ARCHIVED):
        return Left.FORCED if kind in (ClosureKind.FORCED, ClosureKind.UNREACHABLE) else Left.RESOLVED
    return {State.SUSPENDED: Left.SUSPENDED, State.MERGED: Left.MERGED}.get(state, Left.ENDED)
