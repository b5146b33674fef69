"""What was published, counted again: whether parts make the whole, and whether a share or a mean is what was printed.

A printed share holds when it is the exact one, rounded half up or cut off: publishers do either. Nothing is guessed: what
does not hold says by how much.
"""
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

MODES = {"HALF_UP": ROUND_HALF_UP, "TRUNC": ROUND_DOWN}


def rounded(part, whole, places, mode="HALF_UP", scale=100):
    """scale x part / whole to so many places; None of nothing, which is neither 0 nor all."""
    if not whole:
        return None
    return (scale * Decimal(part) / whole).quantize(Decimal(1).scaleb(-places), MODES[mode])


@dataclass(frozen=True)
class Sum:
    """Parts that should make a whole."""

    label: str
    whole: int
    parts: tuple[tuple[str, int], ...]

    @property
    def published(self):
        return f"{self.whole:,}"

    @property
    def recomputed(self):
        return " + ".join(f"{name} {n:,}".strip() for name, n in self.parts) + f" = {self.total:,}"

    @property
    def total(self):
        return sum(n for _name, n in self.parts)

    @property
    def missing(self):
        return self.whole - self.total

    @property
    def holds(self):
        return self.missing == 0


@dataclass(frozen=True)
class Share:
    """A part of a whole in percent, with its own numerator and denominator."""

    label: str
    part: int
    whole: int
    printed: str = ""  # "59.9"; empty: nothing was published
    of: str = ""  # what the whole is, where it is easily taken for another
    trap: int = 0  # the other number, which it is not a share of

    @property
    def published(self):
        return f"{self.printed}%" if self.printed else "—"

    @property
    def recomputed(self):
        if not self.whole:
            return "—"
        return f"{rounded(self.part, self.whole, 2)}% ({self.part:,}/{self.whole:,})"

    @property
    def cut(self):
        """To the places that were printed, cut off; only where that says another number than rounding."""
        found = [rounded(self.part, self.whole, self.places, mode) for mode in MODES]
        return f"{found[1]}%" if found[0] != found[1] else ""

    @property
    def places(self):
        return len(self.printed.partition(".")[2])

    @property
    def trapped(self):
        return f"{rounded(self.part, self.trap, 2)}% ({self.part:,}/{self.trap:,})" if self.trap else ""

    @property
    def holds(self):
        """None when nothing was printed to hold it against."""
        if not self.printed:
            return None
        return Decimal(self.printed) in [rounded(self.part, self.whole, self.places, mode) for mode in MODES]


@dataclass(frozen=True)
class Mean:
    """A total over so many days or hours: the number of them is always said."""

    label: str
    total: int
    by: int
    unit: str
    printed: str = ""

    @property
    def published(self):
        return f"{int(self.printed):,}" if self.printed else "—"

    @property
    def recomputed(self):
        return f"{rounded(self.total, self.by, 1, scale=1):,} ({self.total:,}/{self.by} {self.unit})"

    @property
    def holds(self):
        return Decimal(self.printed) == rounded(self.total, self.by, 0, scale=1) if self.printed else None


@dataclass(frozen=True)
class Count:
    """A number of rows, held against the published one."""

    label: str
    n: int
    printed: str = ""

    @property
    def published(self):
        return f"{int(self.printed):,}" if self.printed else "—"

    @property
    def recomputed(self):
        return f"{self.n:,}"

    @property
    def holds(self):
        return int(self.printed) == self.n if self.printed else None
