"""回访率 and what the answers say, of any period, for the whole and for each group of units (SPEC 6.1, 6.2, 6.4).

What each of them is, is said in insights/figures: these are the same measures, by the kind of the unit. Tickets that were
excluded (剔除) are left out of the last four, and their number is said. Who could not be reached, or would not be asked, has
an outcome and counts in 回访率; he is in none of the other numerators. Of a record that was corrected, and of one that a
second callback replaced, the later one counts, when it was recorded.
"""
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import UnitKind
from insights.figures.asked import Period, Scope
from insights.figures.counting import count_by_kind, nothing_of
from insights.figures.published import INDICATORS

RANK_MIN = settings.FIGURES["RANK_MIN"]  # 有效回访 under which a rate says nothing about a group
SHOWN = ("callback_rate", "effective_rate", "response_rate", "solved_rate", "satisfied_rate", "score")
CODES = tuple(dict.fromkeys(code for name in SHOWN for code in INDICATORS[name].measures))

GROUPS = {
    "department": (_("Departments"), (UnitKind.DEPARTMENT, UnitKind.SECTION, UnitKind.TASK_FORCE)),
    "street": (_("Streets and towns"), (UnitKind.STREET, UnitKind.TOWN, UnitKind.COMMUNITY, UnitKind.VILLAGE)),
    "utility": (_("Public services"), (UnitKind.UTILITY, UnitKind.EMERGENCY)),
    "hospital": (_("Medical institutions"), (UnitKind.HOSPITAL,)),
    "hotline": (_("Hotline"), (UnitKind.HOTLINE, UnitKind.HOTLINE_TEAM, UnitKind.DISTRICT)),
    "none": (_("No unit at present"), (None,)),
}
GROUP_OF = {kind: name for name, (_label, kinds) in GROUPS.items() for kind in kinds}


@dataclass
class Figures:
    """Of one group, or of all; `found` is how many of each measure."""

    found: dict

    @classmethod
    def of(cls, **found):
        return cls(nothing_of(CODES) | found)

    def add_all(self, other):
        for code, number in other.found.items():
            self.found[code] += number

    def __getattr__(self, name):
        """A figure, or how many of a measure."""
        if name in SHOWN[:-1]:
            return INDICATORS[name].rate(self.found)
        if name in CODES:
            return self.found[name]
        raise AttributeError(name)

    @property
    def score(self):
        """三率综合分, at most 100.00; None of nothing."""
        return INDICATORS["score"].value(self.found)

    @property
    def says_enough(self):
        return self.found["rated"] >= RANK_MIN


def figures(since, until):
    """{"": Figures of all, name of a group: its Figures}, of the period [since, until). One query.

    A ticket belongs to the group of the unit that leads it, or led it last.
    """
    by_kind = count_by_kind(CODES, Period(since, until, now=until), Scope())
    found: dict = {}
    for kind, counts in by_kind.items():
        found.setdefault(GROUP_OF[kind], Figures.of()).add_all(Figures(counts))
    whole = Figures.of()
    for group in found.values():
        whole.add_all(group)
    return {"": whole, **{name: found[name] for name in GROUPS if name in found}}
