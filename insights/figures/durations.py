"""How long something took: mean, median and the time within which nine in ten were through, in hours."""
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Aggregate, Avg, Case, DurationField, F, FloatField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Extract

from dispatch.models import Request
from tickets.models import TicketEvent
from tickets.states import State


class Percentile(Aggregate):
    """percentile_cont: between two rows it lies between their values, as a median does."""

    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, eq=False)
class Spread:
    needs: dict  # annotations; `took` is the duration
    took: Any = F("took")

    def aggregates(self, only=None):
        hours = Extract(self.took, "epoch") / 3600.0
        return {"mean": Avg(hours, output_field=FloatField(), filter=only), "median": Percentile(hours, share=0.5, filter=only),
                "p90": Percentile(hours, share=0.9, filter=only)}


def paused():
    """How long a ticket was suspended until it was completed: the moves into that state and out of it, from the trail."""
    sign = Case(When(target=State.SUSPENDED, then=Value(-1.0)), default=Value(1.0))
    turns = TicketEvent.objects.filter(Q(target=State.SUSPENDED) ^ Q(source=State.SUSPENDED), ticket=OuterRef("pk"),
                                       at__lte=OuterRef("completed_at"))
    total = turns.order_by().values("ticket").annotate(
        seconds=Sum(sign * Extract("at", "epoch"), output_field=FloatField())).values("seconds")
    seldom = Q(pk__in=Request.objects.filter(kind=Request.Kind.SUSPENSION, status=Request.Status.APPROVED).values("ticket"))
    seconds = Coalesce(Subquery(total, output_field=FloatField()), 0.0)
    return Case(When(seldom, then=seconds * Value(timedelta(seconds=1))), default=Value(timedelta(0)),
                output_field=DurationField())


HANDLING = Spread({"took": F("completed_at") - F("accepted_at") - paused()})
RESPONDING = Spread({"took": F("at") - F("ticket__accepted_at")})
