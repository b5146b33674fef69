"""How far the callback desk is today: what was called and what came of it, for one agent and for all of them."""
from dataclasses import dataclass

from django.db.models import Count, Value

from followup import claims
from followup.models import CallbackAttempt
from tickets.calendars import local_date
from tickets.choices import Outcome
from tickets.weeks import midnight

Result = CallbackAttempt.Result
IN_VAIN = (Result.NO_ANSWER, Result.POWERED_OFF, Result.WRONG_NUMBER, Result.NOT_HIMSELF)
NOBODY, DUE = 0, "due"  # rows beside those of the calls


@dataclass
class Day:
    called: int = 0
    reached: int = 0
    positive: int = 0
    negative: int = 0
    in_vain: int = 0

    def add(self, result, outcome, n):
        self.called += n
        self.in_vain += n * (result in IN_VAIN)
        if result == Result.ANSWERED:
            self.reached += n
            self.positive += n * (outcome == Outcome.POSITIVE)
            self.negative += n * (outcome == Outcome.NEGATIVE)


def of_day(user, now):
    """{"mine": Day, "all": Day, "due": how many callbacks this agent could be given now}. One query."""
    today = midnight(local_date(now))
    calls = counted(CallbackAttempt.objects.filter(at__gte=today, at__lte=now), "by_id", "result", "task__outcome")
    due = counted(claims.due(user, now).annotate(who=Value(NOBODY), what=Value(DUE)), "who", "what", "outcome")
    mine, everybody, waiting = Day(), Day(), 0
    for who, result, outcome, n in calls.union(due, all=True):
        if result == DUE:
            waiting += n
            continue
        everybody.add(result, outcome, n)
        if who == user.pk:
            mine.add(result, outcome, n)
    return {"mine": mine, "all": everybody, "due": waiting}


def counted(rows, *groups):
    return rows.values(*groups).annotate(n=Count("pk")).values_list(*groups, "n")
