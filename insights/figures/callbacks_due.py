"""回访率: tickets whose CALLBACK_ALL is due in a period, and those of them that lack an answer (SPEC 6.2, B28, B34).

A ticket with two rounds in one period is one ticket, and complete when both are. So the figure of a month is not the sum of
its hours. What its hours keep are the rounds themselves, each by its ticket; of all of them together the tickets are counted.
"""
import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, DateTimeField, Exists, ExpressionWrapper, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import GreaterThanOrEqual

from followup.models import CallbackTask
from tickets.choices import CALLBACK_TYPES
from tickets.clocks import Clock, Kind, Status
from tickets.models import Ticket, TicketEvent
from tickets.states import State

OWED = (*CallbackTask.RATINGS, CallbackTask.Kind.WITHDRAW_CHECK)


def rounds():
    """The CALLBACK_ALL clocks. What was merged is asked about under its master."""
    required = Q(ticket__first_dispatched_at__isnull=False) | Q(ticket__type__in=CALLBACK_TYPES)
    due = Clock.objects.filter(required, kind=Kind.CALLBACK_ALL)
    return due.exclude(status=Status.VOID).exclude(ticket__state=State.MERGED)


def clocks(period):
    """Those that end in the period."""
    return period.of("due_at", rounds())


def tickets(period):
    """Each with `unasked`: whether an answer is missing."""
    due = clocks(period)
    return Ticket.objects.filter(pk__in=due.values("ticket")).annotate(
        unasked=Q(pk__in=due.exclude(complete()).values("ticket")))


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


class Rounds:
    """Rounds one by one: twice the number of the ticket, and one more when it is complete."""

    needs = {"is_done": complete()}

    def each(self, only=None):
        said = F("ticket_id") * 2 + Cast("is_done", IntegerField())
        return ArrayAgg(ExpressionWrapper(said, IntegerField()), filter=only)

    def summary(self, rounds):
        return len(rounds)


def tally(rounds):
    """(tickets, those of which every round is complete) of Rounds."""
    rounds = np.asarray(rounds, np.int64)
    tickets, lacking = (len(np.unique(found >> 1)) for found in (rounds, rounds[rounds & 1 == 0]))
    return tickets, tickets - lacking
