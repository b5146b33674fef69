"""What a figure is: so many of something, over so many; and how it is said. The figures themselves are in published.py.

`over` and `under` are measures; a figure with nothing under it is a number. What a figure says is computed here and nowhere
else; its numbers come from counting.py or, where hours may be added, from rollups.py.
"""
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from insights.figures.rates import NOTHING, Rate, plain, rounded

SETTINGS = settings.FIGURES


@dataclass(frozen=True)
class Indicator:
    code: str
    title: object
    meaning: object
    moment: object  # when a row counts
    over: tuple
    under: tuple = ()
    weights: tuple = ()  # of `over`; 1 each
    excluded: str = ""  # measure of what was left out of it
    target: Decimal | None = None
    is_time: bool = False

    @property
    def measures(self):
        return (*self.over, *self.under, *([self.excluded] if self.excluded else []))

    def numerator(self, found):
        weights = self.weights or (1,) * len(self.over)
        return sum((weight * Decimal(found[code]) for code, weight in zip(self.over, weights, strict=True)), Decimal(0))

    def rate(self, found):
        return Rate(self.numerator(found), sum(found[code] for code in self.under))

    def said(self, found):
        """What is printed, without the numbers below it."""
        if self.is_time:
            return hours(found[self.over[0]])
        if not self.under:
            return plain(self.numerator(found))
        rate = self.rate(found)
        return str(rate).partition(" ")[0]

    def misses(self, found):
        """Whether it is below its target; of nothing nobody can say so."""
        value = None if self.target is None else self.rate(found).value
        return value is not None and value < self.target


def hours(spread):
    """Mean, median, and the time within which nine in ten were through."""
    if not spread.get("n"):
        return NOTHING
    return " / ".join(str(rounded(Decimal(repr(spread[name])))) for name in ("mean", "median", "p90"))


@dataclass(frozen=True)
class Composite:
    """三率综合分: 100 x (0.1 response + 0.5 solved + 0.4 satisfied), so all perfect is 100.00."""

    code: str
    title: object
    meaning: object
    moment: object
    parts: tuple  # indicators, in the order of the weights
    excluded: str = ""
    is_time: bool = False
    over: tuple = ()
    under: tuple = ()

    @property
    def measures(self):
        return tuple(code for part in self.parts for code in part.measures)

    def value(self, found):
        rates = [part.rate(found).value for part in self.parts]
        if None in rates:
            return None
        return rounded(100 * sum(weight * rate for weight, rate in zip(SETTINGS["WEIGHTS"], rates, strict=True)))

    def said(self, found):
        value = self.value(found)
        return NOTHING if value is None else str(value)

    def misses(self, found):
        return False


@dataclass(frozen=True)
class Group:
    code: str
    title: object
    indicators: tuple
