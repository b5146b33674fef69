"""Reading an append-only table as it grows: each row once, also the ones that are committed late."""
from collections.abc import Callable

LOOK_BACK = 200  # rows before the first look among which unfinished transactions may still fill gaps
WAIT = 90.0  # seconds: no transaction of ours lives longer; a number still missing then was rolled back
MOST_GAPS = 5_000
BATCH = 1_000


class NewRows:
    """A row's number is given when it is written, but seen when it is committed: a smaller one may appear after a larger
    one. Numbers that were skipped are therefore asked for again until they appear or nobody can hold them any more.

    `read(after, among, limit)` returns tuples that begin with the number, in its order: those above `after`, and those
    among the given numbers. `newest()` is the largest number there is.
    """

    def __init__(self, read: Callable, newest: Callable):
        self.read, self.newest = read, newest
        self.last: int | None = None
        self.missing: dict[int, float] = {}

    def look(self, now: float) -> list[tuple]:
        """What is new since the last look; the first one returns what stands at the end. `now` is monotonic."""
        if self.last is None:
            self.last = max(0, (self.newest() or 0) - LOOK_BACK)
        return self._take(now)

    def _take(self, now: float) -> list[tuple]:
        assert self.last is not None
        self.missing = {number: since for number, since in self.missing.items() if now - since < WAIT}
        rows = self.read(self.last, list(self.missing), BATCH)
        seen = {row[0] for row in rows}
        end = max(seen | {self.last})
        gaps = [number for number in range(max(self.last + 1, end - MOST_GAPS), end) if number not in seen]
        waiting = {number: since for number, since in self.missing.items() if number not in seen}
        self.missing = waiting | dict.fromkeys(gaps, now)
        self.last = end
        return rows
