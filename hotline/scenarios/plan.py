"""Published days of real hotlines, as numbers to be played again: how many matters of which kind came when.

The totals are those of the published reports (SPEC 1.6). What a report does not say was fitted so that every published
share comes out, and is marked as ours.
"""
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from insights.published.measured import PLAYED
from tickets.calendars import ONE_DAY
from tickets.choices import Type

HOUR = timedelta(hours=1)
SEED = 12345
# How many calls come in each hour of the day, beside the busiest one.
HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 9, 12, 12, 10, 7, 7, 10, 11, 10, 9, 7, 6, 5, 3, 2, 1)


@dataclass(frozen=True)
class Cell:
    """So many matters of one field and one type."""

    field: str  # of FIELDS
    type: str
    tickets: int


@dataclass(frozen=True)
class Wave:
    """So many matters come between two instants; a half-life of days lets them become fewer."""

    since: datetime
    until: datetime
    tickets: int
    half_life: float = 0


@dataclass(frozen=True)
class Scenario:
    name: str
    hotline: str
    cells: tuple[Cell, ...]
    waves: tuple[Wave, ...]

    @property
    def tickets(self):
        return sum(cell.tickets for cell in self.cells)

    @property
    def mark(self):
        return f"scenario:{self.name}:"

    def reference(self, serial):
        """Under which each matter is known: two loads of the same scenario cannot take it in twice."""
        return f"{self.mark}{self.tickets}:{serial:05d}"

    def shrunk(self, share):
        """The same proportions with fewer matters."""
        cells = apportion([cell.tickets for cell in self.cells], round(self.tickets * share))
        waves = apportion([wave.tickets for wave in self.waves], sum(cells))
        return replace(self, cells=tuple(replace(cell, tickets=n) for cell, n in zip(self.cells, cells, strict=True)),
                       waves=tuple(replace(wave, tickets=n) for wave, n in zip(self.waves, waves, strict=True)))

    def arrivals(self):
        """[(instant, cell)] in the order of time, the same at every call."""
        rng = random.Random(f"{SEED} {self.name}")  # noqa: S311  (a demo, nothing secret)
        instants = sorted(at for wave in self.waves for at in moments(wave, rng))
        cells = [cell for cell in self.cells for _matter in range(cell.tickets)]
        rng.shuffle(cells)
        return list(zip(instants, cells, strict=True))


def apportion(counts, total):
    """Whole numbers in the proportions of `counts` that make exactly `total`: the largest remainders are rounded up."""
    whole = sum(counts) or 1
    exact = [count * total / whole for count in counts]
    found = [int(value) for value in exact]
    rest = sorted(range(len(counts)), key=lambda place: (found[place] - exact[place], place))
    for place in rest[:total - sum(found)]:
        found[place] += 1
    return found


def moments(wave, rng):
    """Instants of a wave to the second, more of them in the hours when people are awake."""
    hours = []
    at = wave.since
    while at < wave.until:
        end = min(at.replace(minute=0, second=0) + HOUR, wave.until)
        fading = 0.5 ** ((at - wave.since) / ONE_DAY / wave.half_life) if wave.half_life else 1
        hours.append((at, end, HOURS[at.hour] * fading * ((end - at) / HOUR)))
        at = end
    weights = list(accumulate(weight for _start, _end, weight in hours))
    for start, end, _weight in rng.choices(hours, cum_weights=weights, k=wave.tickets):
        yield start + timedelta(seconds=rng.randrange(int((end - start).total_seconds())))


def table(fields, types, counts):
    return tuple(Cell(field, type_, n) for field, row in zip(fields, counts, strict=True)
                 for type_, n in zip(types, row, strict=True) if n)


def spread(type_, tickets, **shares):
    """One type over several fields."""
    return tuple(Cell(field, type_, n) for field, n in zip(shares, apportion(list(shares.values()), tickets), strict=True))


ASK, HELP, TELL, REPORT, SUGGEST, OTHER = Type.CONSULT, Type.HELP, Type.COMPLAINT, Type.REPORT, Type.SUGGEST, Type.OTHER
OPENED, PRINTED = PLAYED["xiaogan"].since, PLAYED["xiaogan"].until
XIAOGAN = Scenario(
    "xiaogan", "96120",
    cells=table(("traffic", "medical", "supplies", "general"), (ASK, HELP, TELL),
                [[8467, 3021, 828], [2172, 1966, 172], [178, 593, 50], [1909, 783, 387]]),
    waves=(Wave(OPENED, OPENED + ONE_DAY, 860), Wave(OPENED + ONE_DAY, PRINTED, 19_666, half_life=30)))

EVERYDAY = {"traffic": 12, "medical": 20, "general": 68}
NANTONG = Scenario(
    "nantong", "12345",
    cells=(*spread(ASK, 2640, **EVERYDAY), *spread(HELP, 998, **EVERYDAY), *spread(SUGGEST, 47, **EVERYDAY),
           *spread(REPORT, 721, general=1), *spread(TELL, 1444, **EVERYDAY), *spread(OTHER, 557, general=1)),
    waves=(Wave(PLAYED["nantong"].since, PLAYED["nantong"].until, 6407),))

CHENGDU = Scenario(
    "chengdu_hour", "12345",
    cells=(*spread(ASK, 760, epidemic=1), *spread(HELP, 246, epidemic=1), *spread(TELL, 60, epidemic=1),
           *spread(ASK, 420, general=1), *spread(HELP, 192, general=1), *spread(TELL, 100, general=1)),
    waves=(Wave(PLAYED["chengdu_hour"].since, PLAYED["chengdu_hour"].until, 1778),))

SCENARIOS = {scenario.name: scenario for scenario in (XIAOGAN, NANTONG, CHENGDU)}
