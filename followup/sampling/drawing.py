"""抽查 of callbacks that ended unreachable: who is drawn follows from the trail, so nobody chooses, and anyone can draw again.

    head  = hash of the last event of the trail before the week's end (Monday 00:00, local); 64 zeros when there is none
    seed  = sha256("unreachable|<Monday of the week>|<head>")
    order = the week's callbacks with outcome "unreachable" by sha256("<seed>|<number of the callback>")
    drawn = the first tenth of them, rounded up

The head closes the week: it does not exist before, and with the trail chained and append-only it is never another one.
"""
import hashlib
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from followup.models import CallbackTask
from followup.sampling.rows import SampledCallback, SampleDraw, SampleSeed
from tickets.actions import Refused
from tickets.calendars import local_date
from tickets.choices import Outcome
from tickets.models import TicketEvent
from tickets.trail import GENESIS
from tickets.weeks import WEEK, bounds, monday_of

ONE_OF = 10  # 10 %
GRACE = timedelta(hours=1)  # what was under way at the week's end is written by then
READERS = (Role.SV, Role.QI, Role.AU)


def last_week(now):
    """The Monday of the week that ended last."""
    return monday_of(local_date(now - GRACE)) - WEEK


def head_of(week):
    """(the last event of the week or None, its hash)"""
    event = TicketEvent.objects.filter(at__lt=bounds(week)[1]).order_by("-at", "-pk").first()
    return event, event.hash if event else GENESIS


def seed_of(week, head):
    return sha256(f"unreachable|{week:%Y-%m-%d}|{head}")


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def population(week):
    """Numbers of the callbacks that ended unreachable in the week."""
    start, end = bounds(week)
    ended = CallbackTask.objects.filter(outcome=Outcome.UNREACHABLE, outcome_at__gte=start, outcome_at__lt=end)
    return list(ended.order_by("pk").values_list("pk", flat=True))


def size_of(count):
    """A tenth, rounded up: at least one, where there is any."""
    return -(-count // ONE_OF)


def chosen(seed, numbers):
    """[(hash, number)] of those who are drawn, in the order of the hashes."""
    return sorted((sha256(f"{seed}|{number}"), number) for number in numbers)[:size_of(len(numbers))]


@transaction.atomic
def publish(week, *, by, now):
    """The seed of a week that is over, before anything is drawn with it. Published twice it is the same row."""
    only_supervisors(by, "publish_seed")
    check_week(week, now)
    _one_after_the_other()
    row = SampleSeed.objects.filter(week=week).first()
    if row is None:
        event, head = head_of(week)
        row = SampleSeed.objects.create(week=week, event=event, event_hash=head, seed=seed_of(week, head), published_at=now,
                                        published_by=by)
    return row


@transaction.atomic
def draw(week, *, by, now):
    """The sample of a week whose seed is published; once. Raises Refused."""
    only_supervisors(by, "draw_sample")
    _one_after_the_other()
    seed = SampleSeed.objects.filter(week=week).first()
    if seed is None:
        raise Refused(_("The seed of this week is not published yet."))
    if SampleDraw.objects.filter(seed=seed).exists():
        raise Refused(_("This week is drawn already."))
    numbers = population(week)
    drawn = chosen(seed.seed, numbers)
    row = SampleDraw.objects.create(seed=seed, population=len(numbers), size=len(drawn), drawn_at=now, drawn_by=by)
    SampledCallback.objects.bulk_create(SampledCallback(draw=row, task_id=number, place=place, hash=digest)
                                        for place, (digest, number) in enumerate(drawn, start=1))
    return row


def check_week(week, now):
    if week.weekday() != 0 or bounds(week)[1] + GRACE > now:
        raise Refused(_("Only a week that is over is drawn."))


def only_supervisors(by, name):
    if not by.has_role(Role.SV):
        raise PermissionDenied(name)


def _one_after_the_other():
    """Two supervisors at the same moment: the second sees what the first did."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=User.objects.system().pk)


def differences(week):
    """What a stored draw says otherwise than the trail does, in sentences; nothing when all of it holds."""
    seed = SampleSeed.objects.select_related("draw").get(week=week)
    _event, head = head_of(week)
    found = []
    if seed.event_hash != head:
        found.append(f"head: kept {seed.event_hash}, the trail says {head}")
    if seed.seed != seed_of(week, seed.event_hash):
        found.append(f"seed: kept {seed.seed}, the formula says {seed_of(week, seed.event_hash)}")
    if hasattr(seed, "draw"):
        kept = [(one.hash, one.task_id) for one in seed.draw.callbacks.order_by("place")]
        numbers = population(week)
        if seed.draw.population != len(numbers):
            found.append(f"population: kept {seed.draw.population}, now {len(numbers)}")
        if kept != chosen(seed.seed, numbers):
            found.append(f"drawn: kept {[number for _hash, number in kept]}, "
                         f"the formula says {[number for _hash, number in chosen(seed.seed, numbers)]}")
    return found
