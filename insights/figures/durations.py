"""How long something took: mean, median and the time within which nine in ten were through, in hours.

The database says the single times, and the three are made of them here: so it does not matter whether the times come from
the rows or from hours that were counted beforehand.
"""
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import Case, Exists, F, FloatField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Extract

from dispatch.models import Request
from tickets.models import TicketEvent
from tickets.states import State

HOUR = 3_600_000_000  # microseconds


@dataclass(frozen=True, eq=False)
class Spread:
    needs: dict  # annotations; `took` is the duration
    took: Any = F("took")

    def each(self, only=None):
        """Of each row, in microseconds."""
        return ArrayAgg(Cast(Extract(self.took, "epoch") * 1_000_000, models.BigIntegerField()), filter=only)

    def summary(self, times):
        """{"n", "mean", "median", "p90"} of microseconds, in hours; {"n": 0} of none. Where the middle lies between two of
        them, the median lies between their values, as percentile_cont of SQL has it."""
        if not len(times):
            return {"n": 0}
        times = np.asarray(times, np.int64)
        median, p90 = np.percentile(times, (50, 90))
        return {"n": len(times), "mean": int(times.sum()) / len(times) / HOUR, "median": float(median) / HOUR,
                "p90": float(p90) / HOUR}


def paused():
    """How long a ticket was suspended until it was completed: the moves into that state and out of it, from the trail."""
    sign = Case(When(target=State.SUSPENDED, then=Value(-1.0)), default=Value(1.0))
    turns = TicketEvent.objects.filter(Q(target=State.SUSPENDED) ^ Q(source=State.SUSPENDED), ticket=OuterRef("pk"),
                                       at__lte=OuterRef("completed_at"))
    total = turns.order_by().values("ticket").annotate(
        seconds=Sum(sign * Extract("at", "epoch"), output_field=FloatField())).values("seconds")
    seldom = Q(Exists(Request.objects.filter(ticket=OuterRef("pk"), kind=Request.Kind.SUSPENSION,
                                             status=Request.Status.APPROVED)))
    seconds = Coalesce(Subquery(total, output_field=FloatField()), 0.0)
    return Case(When(seldom, then=seconds * Value(timedelta(seconds=1))), default=Value(timedelta(0)),
                output_field=models.DurationField())


HANDLING = Spread({"took": F("completed_at") - F("accepted_at") - paused()})
RESPONDING = Spread({"took": F("at") - F("ticket__accepted_at")})
