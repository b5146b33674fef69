"""Shares as they are printed: `x.xx% (numerator/denominator)`; "—" of nothing, which is neither 0 % nor 100 % (SPEC 6.1)."""
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.conf import settings

NOTHING = "—"
MODES = {"half_up": ROUND_HALF_UP, "trunc": ROUND_DOWN}


def rounded(value):
    """Half up to two places; where figures are to be met that others published, cut off, or to another number of places."""
    said = settings.FIGURES
    return value.quantize(Decimal(1).scaleb(-said["PCT_PLACES"]), MODES[said["PCT_MODE"]])


def percent(value):
    return f"{rounded(100 * value)}%"


def plain(number):
    """2.9, 40, never 4E+1."""
    return f"{Decimal(number).normalize():f}"


@dataclass(frozen=True)
class Rate:
    numerator: Decimal
    denominator: int

    @property
    def value(self):
        """Mostly between 0 and 1; None of nothing."""
        return self.numerator / self.denominator if self.denominator else None

    def __str__(self):
        return f"{percent(self.value)} ({plain(self.numerator)}/{self.denominator})" if self.denominator else NOTHING
