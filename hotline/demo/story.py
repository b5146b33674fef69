"""The last seven days of the demo district: cases are cast, given their plots, and played on the stage."""
import random
from datetime import timedelta

from django.db import transaction

from hotline.demo import desk_acts, programme
from hotline.demo.afterwards import Afterwards
from hotline.demo.case import WRITTEN, Case
from hotline.demo.letters import Letters
from hotline.demo.machines import Machines, refresh_statistics
from hotline.demo.places import PLACES
from hotline.demo.questions import OTHER_CALLS
from hotline.demo.stage import Stage, ending_by, instants
from tickets.calendars import LOCAL
from tickets.catalogue import Category
from tickets.models import Ticket
from tickets.states import State

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WEEK = timedelta(days=7)
# How many calls come in each hour of the day, beside the busiest one.
HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 9, 12, 12, 10, 7, 7, 10, 11, 10, 9, 7, 6, 5, 3, 2, 1)
CITY = [place for place in PLACES if not place.is_village]
VILLAGES = [place for place in PLACES if place.is_village]


class StatesMissing(Exception):
    """The demo would not show every state."""


@transaction.atomic
def play(cast, *, now, tickets, seed, on_progress=lambda total: lambda: None):
    """Play `tickets` cases up to `now`, all or nothing; returns the stage. Deterministic by seed and now."""
    rng = random.Random(seed)  # noqa: S311  (a demo, nothing secret)
    machines = Machines(cast, rng=random.Random(f"{seed} machines"), ends=now)  # noqa: S311
    planned = plan(cast, rng, now, tickets)
    stage = Stage(machines, opens=min(beats[0][0] for beats in planned), ends=now)
    for beats in planned:
        stage.plan_case(beats)
    plan_other_calls(stage, cast, rng)
    machines.schedule(stage)
    Afterwards(cast).schedule(stage)
    Letters(cast).schedule(stage)
    stage.progress = on_progress(len(stage.queue))
    stage.play()
    refresh_statistics()
    missing = set(State) - set(Ticket.objects.values_list("state", flat=True).distinct())
    if missing:
        raise StatesMissing(", ".join(sorted(missing)))
    return stage


def plan(cast, rng, now, tickets):
    """One list of (instant, beat) a case."""
    categories = {category.code: category for category in Category.objects.select_related("lead_unit")}
    pools = programme.pools(categories)
    planned = []
    for entry, often in programme.counts(tickets):
        for _case in range(often):
            case = cast_case(entry, cast, rng, categories, pools[entry.about], number=len(planned) * 5)
            beats = entry.plot(case, others_of(case, entry.others)) if entry.others else entry.plot(case)
            planned.append(ending_by(beats, now - rng.uniform(*entry.ends) * MINUTE) if entry.ends
                           else list(instants(beats, arrival(rng, now, *entry.arrives))))
    return planned


def cast_case(entry, cast, rng, categories, matters, number):
    matter = rng.choice(matters)
    rural = getattr(matter, "villages_only", False) or (getattr(matter, "hotline", "") == "96120" and rng.random() < 0.25)
    channel = rng.choice(WRITTEN) if rng.random() < entry.written else "phone"
    return Case(entry.plot.__name__, random.Random(rng.random()), cast, categories, matter,  # noqa: S311
                rng.choice(VILLAGES if rural else CITY), number, channel=channel)


def others_of(case, how_many):
    """Neighbours with the same matter at the same place."""
    return [Case(case.plot, case.rng, case.cast, case.categories, case.matter, case.place, case.number + place + 1, fill=case.fill)
            for place in range(how_many)]


def arrival(rng, now, latest, earliest):
    """An instant between so many hours before now, more likely when people are awake."""
    while True:
        at = now - rng.uniform(latest, earliest) * HOUR
        if rng.random() * max(HOURS) < HOURS[at.astimezone(LOCAL).hour] or earliest - latest < 25:
            return at


def plan_other_calls(stage, cast, rng):
    """Calls that make no ticket are in the ledger as well."""
    for _call in range(len(stage.queue) // 45):
        disposition, note = rng.choice(OTHER_CALLS)
        at = arrival(rng, stage.ends, 0, (stage.ends - stage.opens) / HOUR)
        stage.plan(at, desk_acts.log_other_call(rng.choice(cast.of_role("OP")), disposition, note))
