"""回访率 and what the answers say, of any period, for the whole and for each group of units (SPEC 6.1, 6.2, 6.4).

    回访率      tickets with every required callback outcome recorded / tickets whose CALLBACK_ALL is due in the period;
                required of what was ever dispatched, and of 求助, 投诉 and 举报
    有效回访率  outcomes of citizens who were reached and rated something / outcomes recorded in the period
    响应率      "the unit made contact" / 有效回访
    解决率      (solved + W_BASIC_SOLVED x basically solved) / 有效回访
    满意率      (satisfied + W_BASIC_SATISFIED x basically satisfied) / 有效回访
    综合分      100 x (0.1 响应率 + 0.5 解决率 + 0.4 满意率)

The last four assess units: tickets that were excluded (剔除) are left out of them, and their number is said. Who could not
be reached, or would not be asked, has an outcome and counts in 回访率; he is in none of the other numerators. Of a record that
was corrected, and of one that a second callback replaced, the later one counts, when it was recorded.
"""
from collections import defaultdict
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, DateTimeField, Exists, ExpressionWrapper, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.models import UnitKind
from followup import results
from followup.models import CallbackTask
from tickets.choices import CALLBACK_TYPES
from tickets.clocks import Clock, Kind, Status
from tickets.models import TicketEvent
from tickets.states import State

W_BASIC_SOLVED, W_BASIC_SATISFIED = Decimal("1.0"), Decimal("0.9")
W_RESPONSE, W_SOLVED, W_SATISFIED = Decimal("0.1"), Decimal("0.5"), Decimal("0.4")
RANK_MIN = 5  # 有效回访 under which a rate says nothing about a group
OWED = (*CallbackTask.RATINGS, CallbackTask.Kind.WITHDRAW_CHECK)
HUNDREDTH = Decimal("0.01")

GROUPS = {
    "department": (_("Departments"), (UnitKind.DEPARTMENT, UnitKind.SECTION, UnitKind.TASK_FORCE)),
    "street": (_("Streets and towns"), (UnitKind.STREET, UnitKind.TOWN, UnitKind.COMMUNITY, UnitKind.VILLAGE)),
    "utility": (_("Public services"), (UnitKind.UTILITY, UnitKind.EMERGENCY)),
    "hospital": (_("Medical institutions"), (UnitKind.HOSPITAL,)),
    "hotline": (_("Hotline"), (UnitKind.HOTLINE, UnitKind.HOTLINE_TEAM, UnitKind.DISTRICT)),
    "none": (_("No unit at present"), (None,)),
}
GROUP_OF = {kind: name for name, (_label, kinds) in GROUPS.items() for kind in kinds}


@dataclass(frozen=True)
class Rate:
    numerator: Decimal
    denominator: int

    @property
    def value(self):
        """A fraction between 0 and 1; None of nothing, which is neither 0 % nor 100 %."""
        return self.numerator / self.denominator if self.denominator else None

    def __str__(self):
        return f"{percent(self.value)} ({self.numerator.normalize():f}/{self.denominator})" if self.denominator else "—"


def percent(value):
    return f"{(100 * value).quantize(HUNDREDTH, ROUND_HALF_UP)}%"


@dataclass
class Figures:
    """Counts of one group, or of all."""

    due: int = 0  # tickets
    asked: int = 0  # of them, those with every outcome
    outcomes: int = 0
    reached: int = 0  # 有效回访
    excluded: int = 0  # of them 剔除
    contacted: int = 0
    solved: int = 0
    basically_solved: int = 0
    satisfied: int = 0
    basically_satisfied: int = 0

    def add(self, **counts):
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)

    def add_all(self, other):
        self.add(**{field.name: getattr(other, field.name) for field in fields(other)})

    @property
    def callback_rate(self):
        return Rate(Decimal(self.asked), self.due)

    @property
    def effective_rate(self):
        return Rate(Decimal(self.reached), self.outcomes)

    @property
    def assessed(self):
        return self.reached - self.excluded

    @property
    def response_rate(self):
        return Rate(Decimal(self.contacted), self.assessed)

    @property
    def solved_rate(self):
        return Rate(self.solved + W_BASIC_SOLVED * self.basically_solved, self.assessed)

    @property
    def satisfied_rate(self):
        return Rate(self.satisfied + W_BASIC_SATISFIED * self.basically_satisfied, self.assessed)

    @property
    def score(self):
        """三率综合分, at most 100.00; None of nothing."""
        if not self.assessed:
            return None
        parts = ((W_RESPONSE, self.response_rate), (W_SOLVED, self.solved_rate), (W_SATISFIED, self.satisfied_rate))
        return (100 * sum(weight * rate.value for weight, rate in parts)).quantize(HUNDREDTH, ROUND_HALF_UP)

    @property
    def says_enough(self):
        return self.assessed >= RANK_MIN


def figures(since, until):
    """{"": Figures of all, name of a group: its Figures}, of the period [since, until). Two queries.

    A ticket belongs to the group of the unit that leads it, or led it last.
    """
    found: defaultdict[str, Figures] = defaultdict(Figures)
    for kind, due, missing in due_by_kind(since, until):
        found[GROUP_OF[kind]].add(due=due, asked=due - missing)
    for kind, counts in outcomes_by_kind(since, until):
        found[GROUP_OF[kind]].add(**counts)
    whole = Figures()
    for group in found.values():
        whole.add_all(group)
    return {"": whole, **{name: found[name] for name in GROUPS if name in found}}


def due_by_kind(since, until):
    """(kind of the lead unit, tickets due, those of them that lack an outcome)"""
    missing = Q(complete=False)
    rows = due_clocks(since, until).annotate(complete=complete()).values("ticket__lead_unit__kind").annotate(
        due=Count("ticket", distinct=True), missing=Count("ticket", distinct=True, filter=missing))
    return rows.values_list("ticket__lead_unit__kind", "due", "missing")


def due_clocks(since, until):
    """The CALLBACK_ALL clocks that end in the period. What was merged is asked about under its master."""
    required = Q(ticket__first_dispatched_at__isnull=False) | Q(ticket__type__in=CALLBACK_TYPES)
    due = Clock.objects.filter(required, kind=Kind.CALLBACK_ALL, due_at__gte=since, due_at__lt=until)
    return due.exclude(status=Status.VOID).exclude(ticket__state=State.MERGED)


def complete():
    """Whether all callbacks opened while a clock ran have an outcome, and none that the trail tells of is gone."""
    owed = while_it_ran(CallbackTask.objects.filter(kind__in=OWED, corrects=None), "created_at")
    told = while_it_ran(TicketEvent.objects.filter(name="callback_outcome"), "at")
    none_gone = GreaterThanOrEqual(counted(owed.exclude(outcome="")), counted(told))
    return Exists(owed) & ~Exists(owed.filter(outcome="")) & none_gone


def counted(rows):
    return Coalesce(Subquery(rows.order_by().values("ticket").annotate(n=Count("pk")).values("n")), 0,
                    output_field=IntegerField())


def while_it_ran(rows, moment):
    """Rows of the ticket of the outer clock from its start to its stop."""
    stopped = ExpressionWrapper(OuterRef("stopped_at"), output_field=DateTimeField())
    return rows.filter(ticket=OuterRef("ticket"), **{f"{moment}__gte": OuterRef("started_at")}).annotate(
        stopped=stopped).filter(Q(stopped=None) | Q(**{f"{moment}__lte": F("stopped")}))


def outcomes_by_kind(since, until):
    """(kind of the lead unit, counts by their names in Figures)"""
    task = CallbackTask
    reached = Q(contacted__isnull=False) & ~Q(solved=task.Solved.NO_COMMENT, satisfied=task.Satisfied.NO_COMMENT)
    assessed = reached & Q(ticket__excluded_from_assessment=False)
    recorded = results.counting().filter(outcome_at__gte=since, outcome_at__lt=until)
    wanted = {
        "outcomes": Q(), "reached": reached, "excluded": reached & Q(ticket__excluded_from_assessment=True),
        "contacted": assessed & Q(contacted=True),
        "solved": assessed & Q(solved=task.Solved.SOLVED),
        "basically_solved": assessed & Q(solved=task.Solved.BASICALLY),
        "satisfied": assessed & Q(satisfied=task.Satisfied.SATISFIED),
        "basically_satisfied": assessed & Q(satisfied=task.Satisfied.BASICALLY),
    }
    counts = {f"n_{name}": Count("pk", filter=which) for name, which in wanted.items()}
    for kind, *found in recorded.annotate(kind_of_unit=F("ticket__lead_unit__kind")).values("kind_of_unit").annotate(
            **counts).values_list("kind_of_unit", *counts):
        yield kind, dict(zip(wanted, found, strict=True))
