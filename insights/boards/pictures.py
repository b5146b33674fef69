"""Numbers as lengths. The server draws: a picture needs no script, prints, and is there with the page."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from insights.boards.tallies import MINUTE

STEPS, HIGH = 1000, 100  # of a bar that lies, of one that stands
HOT, WARM = 2 / 3, 1 / 3


@dataclass(frozen=True)
class Bar:
    """A bar that lies beside its name."""

    label: str
    count: int
    width: int
    tone: str

    @property
    def parts(self):
        return [{"left": 0, "width": self.width, "tone": self.tone}]


def bars(counted, tone="blue"):
    """`counted`: (label, count). Without a tone the longest are hot."""
    most = max((count for _label, count in counted), default=0) or 1
    return [Bar(label, count, round(STEPS * count / most), tone or warmth(count / most)) for label, count in counted]


def warmth(share):
    return "red" if share >= HOT else "orange" if share >= WARM else "blue"


@dataclass(frozen=True)
class Standing:
    x: int
    height: int
    tone: str

    @property
    def y(self):
        return HIGH - self.height


@dataclass(frozen=True)
class Minute:
    at: datetime
    tickets: int
    calls: int | None
    bars: Sequence[Standing]


@dataclass(frozen=True)
class Minutes:
    """For each minute of an hour a bar of tickets and, for whom there are calls, one of calls beside it; one scale for both."""

    each: Sequence[Minute]
    width: int
    has_calls: bool

    @property
    def tickets(self):
        return sum(minute.tickets for minute in self.each)

    @property
    def calls(self):
        return sum(minute.calls or 0 for minute in self.each)

    @property
    def most(self):
        return max(max(minute.tickets, minute.calls or 0) for minute in self.each)

    @property
    def ends(self):
        return self.each[0].at, self.each[-1].at


def minutes(tickets, calls, first, many=60):
    """`tickets`, `calls`: {minute: how many}; calls None for whom there are none to see."""
    kinds = [(tone, counted) for tone, counted in (("blue", tickets), ("green", calls)) if counted is not None]
    most = max((count for _tone, counted in kinds for count in counted.values()), default=0) or 1
    each = []
    for number in range(many):
        at = first + number * MINUTE
        bars = [Standing(10 * number + 5 * place, round(HIGH * counted[at] / most), tone)
                for place, (tone, counted) in enumerate(kinds) if counted.get(at)]
        each.append(Minute(at, tickets.get(at, 0), None if calls is None else calls.get(at, 0), bars))
    return Minutes(each, 10 * many, calls is not None)
