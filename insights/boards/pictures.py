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
class Minute:
    at: datetime
    count: int
    x: int
    height: int

    @property
    def y(self):
        return HIGH - self.height


@dataclass(frozen=True)
class Minutes:
    """One standing bar for each minute of an hour."""

    bars: Sequence[Minute]
    total: int
    most: int
    width: int

    @property
    def ends(self):
        return self.bars[0].at, self.bars[-1].at


def minutes(counted, first, many=60):
    """`counted`: {minute: how many}."""
    found = [counted.get(first + number * MINUTE, 0) for number in range(many)]
    most = max(found)
    drawn = [Minute(first + number * MINUTE, count, 10 * number, round(HIGH * count / (most or 1)))
             for number, count in enumerate(found)]
    return Minutes(drawn, sum(found), most, 10 * many)
