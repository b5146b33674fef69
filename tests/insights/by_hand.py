"""回访率 as SPEC 6.2 words it, counted row by row without a query of the product."""
from followup.models import CallbackTask
from tickets.clocks import Clock
from tickets.models import Ticket, TicketEvent


def by_brute_force(since, until):
    """(tickets with every required outcome on record, tickets whose CALLBACK_ALL is due in the period)"""
    clocks, tasks, events = (list(model.objects.all()) for model in (Clock, CallbackTask, TicketEvent))
    asked = due = 0
    for ticket in Ticket.objects.all():
        required = ticket.first_dispatched_at is not None or ticket.type in ("help", "complaint", "report")
        ends = [clock for clock in clocks if clock.ticket_id == ticket.pk and clock.kind == "CALLBACK_ALL"
                and clock.status != "void" and since <= clock.due_at < until]
        if not required or not ends or ticket.state == "merged":
            continue
        due += 1
        asked += all(settled(clock, tasks, events) for clock in ends)
    return asked, due


def settled(clock, tasks, events):
    def during(moment):
        return clock.started_at <= moment and (clock.stopped_at is None or moment <= clock.stopped_at)

    owed = [task for task in tasks if task.ticket_id == clock.ticket_id and task.corrects_id is None
            and task.kind in ("result", "withdraw_check", "re_callback") and during(task.created_at)]
    told = [event for event in events if event.ticket_id == clock.ticket_id and event.name == "callback_outcome"
            and during(event.at)]
    return bool(owed) and all(task.outcome for task in owed) and len(told) <= len(owed)
