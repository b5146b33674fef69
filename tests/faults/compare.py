"""The rows beside what operators were told: every acknowledged call once, no other one twice, no number missing."""
import json
from collections import Counter
from pathlib import Path

from django.db.models import Count

from tickets.models import Call, Caller, DailyCounter, IdempotencyKey, Ticket
from tickets.states import State


def compare(said):
    told = json.loads(Path(said).read_text())
    keys = dict(IdempotencyKey.objects.values_list("key", "ticket__ticket_no"))
    faults = [*of_keys(told["registered"], keys), *of_states(told["submitted"]), *of_rows(), *of_numbers()]
    return {"faults": faults, "tickets": Ticket.objects.count()}


def of_keys(registered, keys):
    yield from (f"{key}: told {number}, the row is {keys.get(key)}"
                for key, number in registered.items() if keys.get(key) != number)
    numbers = Counter(registered.values())
    yield from (f"{number} was told for {times} keys" for number, times in numbers.items() if times > 1)
    if len(keys) != Ticket.objects.count():
        yield f"{len(keys)} keys, {Ticket.objects.count()} tickets"


def of_states(submitted):
    done = dict(Ticket.objects.values_list("ticket_no", "state"))
    yield from (f"{number}: submitted, the row is {done.get(number)}"
                for number in submitted if done.get(number) != State.PENDING_REVIEW)


def of_rows():
    """Whole tickets only: one caller, one call in the ledger, as many events as the row says, clocks from acceptance on."""
    tickets = Ticket.objects.annotate(
        rung_in=Count("calls", distinct=True), told=Count("events", distinct=True), wound=Count("clocks", distinct=True))
    for ticket in tickets:
        clocks = 3 if ticket.state == State.PENDING_REVIEW else 0
        if (ticket.rung_in, ticket.told, ticket.wound) != (1, ticket.version, clocks):
            yield (f"{ticket.ticket_no} {ticket.state}, version {ticket.version}: {ticket.rung_in} calls, "
                   f"{ticket.told} events, {ticket.wound} clocks")
    rows = [model.objects.count() for model in (Ticket, Caller, Call)]
    if len(set(rows)) > 1:
        yield f"tickets, callers and calls: {rows}"


def of_numbers():
    """1, 2, 3 … of each day, up to where the counter stands."""
    for counter in DailyCounter.objects.all():
        day, (model, field) = f"{counter.day:%Y%m%d}", {"T": (Ticket, "ticket_no"), "C": (Call, "call_no")}[counter.kind]
        numbers = model.objects.filter(**{f"{field}__startswith": day}).values_list(field, flat=True)
        found = sorted(int(number.removeprefix(day)) for number in numbers)
        if found != list(range(1, counter.value + 1)):
            yield f"{counter.kind} of {day}: {len(found)} numbers up to {found[-1:]}, the counter says {counter.value}"
