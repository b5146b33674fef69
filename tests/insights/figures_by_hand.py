"""Every measure as SPEC 6.2 words it, in plain Python over all rows, without a query of the product.

`rows_of(code, world, since, until)` gives the keys of the rows that count. A row is booked to a unit: `unit_of`.
"""
from collections import defaultdict
from datetime import datetime, time, timedelta
from statistics import mean, quantiles
from zoneinfo import ZoneInfo

from dispatch.models import Assignment, Contact, Reminder, Reply, Request, SupervisionOrder
from followup.models import AppealReview, CallbackTask, SampleFinding
from knowledge.models import Use
from tests.insights.by_hand import settled
from tickets.clocks import Clock
from tickets.models import Call, PhoneCall, Split, Ticket, TicketEvent

LOCAL = ZoneInfo("Asia/Shanghai")
OVER = {"closed", "archived", "rejected", "transferred_out", "merged", "cancelled"}


class Everything:
    """All rows at one moment."""

    def __init__(self, now):
        self.now = now
        self.tickets = {row.pk: row for row in Ticket.objects.all()}
        for name, model in (("clocks", Clock), ("tasks", CallbackTask), ("events", TicketEvent), ("parts", Assignment),
                            ("contacts", Contact), ("requests", Request), ("replies", Reply), ("reminders", Reminder),
                            ("orders", SupervisionOrder)):
            setattr(self, name, list(model.objects.order_by("pk")))
        self.reviews = list(AppealReview.objects.select_related("appeal"))
        self.calls, self.phones = list(Call.objects.all()), {row.call_id: row for row in PhoneCall.objects.all()}
        self.findings = {row.pk: (row, row.sampled.task) for row in SampleFinding.objects.select_related("sampled__task")}
        self.cited = set(Use.objects.values_list("ticket_no", flat=True))
        self.split = set(Split.objects.values_list("merged_id", flat=True))
        self.told = defaultdict(set)
        for event in self.events:
            self.told[event.ticket_id].add(event.name)

    def ticket(self, row):
        return self.tickets[row.ticket_id]

    def counting_tasks(self):
        """Of each reporter and round the record that counts: the second call if it rated something, else the first."""
        corrected = {task.corrects_id for task in self.tasks}
        standing = [task for task in self.tasks if task.pk not in corrected]
        again = {(t.ticket_id, t.round, t.caller_id) for t in standing
                 if t.kind == "re_callback" and t.outcome in ("positive", "neutral", "negative")}
        for task in standing:
            if task.outcome in ("", "left", "dropped"):
                continue
            first = task.kind == "result" and (task.ticket_id, task.round, task.caller_id) not in again
            if first or task.kind == "re_callback" and task.outcome in ("positive", "neutral", "negative"):
                yield task

    def suspended(self, ticket):
        """How long it was suspended until it was completed."""
        total, since = timedelta(0), None
        for event in sorted((e for e in self.events if e.ticket_id == ticket.pk), key=lambda e: e.seq):
            if since is None and event.target == "suspended":
                since = event.at
            elif since is not None and event.target != "suspended":
                if event.at <= ticket.completed_at:
                    total += event.at - since
                since = None
        return total


def in_time(clock):
    return clock.status == "met" and clock.stopped_at <= clock.due_at


def is_done(ticket):
    return ticket.completed_at is not None and ticket.state != "reply_review"


def reached(task):
    return task.contacted is not None and not (task.solved == "no_comment" and task.satisfied == "no_comment")


def midnight_after(moment):
    return datetime.combine(moment.astimezone(LOCAL).date() + timedelta(days=1), time(), LOCAL)


def rows(world):
    """{code: [(moment, key, ticket or None, unit id)]} of all measures that have a moment."""
    found = defaultdict(list)
    for part in (of_tickets, of_clocks, of_outcomes, of_acts, of_calls):
        for code, moment, key, ticket, unit_id in part(world):
            if moment is not None:
                found[code].append((moment, key, ticket, unit_id))
    return found


def of_tickets(world):
    for ticket in world.tickets.values():
        yield from of_ticket(world, ticket)


def of_ticket(world, ticket):
    def row(code, moment, counts=True):
        return [(code, moment, ticket.pk, ticket, ticket.lead_unit_id)] if counts else []

    if ticket.state == "merged":
        yield from row("merged", ticket.registered_at, ticket.pk not in world.split)
        return
    went, told, out = ticket.first_dispatched_at, world.told[ticket.pk], ticket.excluded_from_assessment
    yield from row("refused" if ticket.state == "rejected" else "accepted", ticket.accepted_at)
    yield from row("direct", ticket.accepted_at, ticket.closure_kind == "direct")
    yield from row("cited", ticket.accepted_at, ticket.closure_kind == "direct" and ticket.ticket_no in world.cited)
    yield from row("sent_back", ticket.accepted_at, "return_for_info" in told and ticket.state != "rejected")
    yield from row("accepted_dispatched", ticket.accepted_at, went)
    yield from row("cleared_same_day", ticket.accepted_at, went and is_done(ticket) and ticket.accepted_at
                   and ticket.completed_at < midnight_after(ticket.accepted_at))
    early = [clock for clock in world.clocks if clock.ticket_id == ticket.pk and went and clock.started_at <= went
             and clock.kind in ("REVIEW", "DISPATCH")]
    yield from row("dispatched", went)
    yield from row("dispatched_in_time", went, all(map(in_time, early)))
    yield from row("first_right", went, not told & {"approve_return", "recall"})
    yield from row("to_do_excluded" if out else "to_do", went)
    yield from row("done", went, is_done(ticket) and not out)
    yield from row("forced", ticket.closed_at, ticket.closure_kind == "forced")
    if is_done(ticket) and ticket.accepted_at:
        yield from row("handling_time", ticket.completed_at)
        yield from row(f"handling_time_{ticket.urgency}", ticket.completed_at)


def of_clocks(world):
    replied = {(reply.ticket_id, reply.round) for reply in world.replies if reply.status == "approved"}
    silent = {(part.ticket_id, part.unit_id, part.signed_at) for part in world.parts
              if part.deemed_signed and part.role == "lead" and part.level == 1}
    for clock in world.clocks:
        ticket = world.ticket(clock)
        if clock.status not in ("void", "paused") and ticket.state != "merged":
            yield from of_clock(clock, ticket, replied, silent)


def of_clock(clock, ticket, replied, silent):
    out, went, good = ticket.excluded_from_assessment, ticket.first_dispatched_at, in_time(clock)
    unit = clock.holder_id if clock.kind == "RECEIPT" else ticket.lead_unit_id

    def row(code, counts=True):
        return [(code, clock.due_at, clock.pk, ticket, unit)] if counts else []

    def due(code, counts=True):
        return row(f"{code}_excluded" if out else code, counts)

    if clock.kind == "RECEIPT":
        yield from due("receipts_due")
        yield from row("receipts_in_time", good and not out and (
            clock.ticket_id, clock.holder_id, clock.stopped_at) not in silent)
    if clock.kind == "RESPONSE" and went:
        yield from due("responses_due")
        yield from row("responses_in_time", good and not out and not clock.attempted)
        yield from row("responses_attempted", clock.status == "met" and clock.attempted and not out)
    if clock.kind == "COMPLETION":
        yield from due("completions_due")
        yield from row("completions_in_time", good and not out)
        yield from row("completions_late", not good and not out)
        yield from due("replies_due", went)
        yield from row("replied", went and not out and (ticket.pk, clock.round) in replied)


def of_outcomes(world):
    for task in world.counting_tasks():
        yield from of_task(task, world.ticket(task))


def of_task(task, ticket):
    out = ticket.excluded_from_assessment

    def row(code, counts=True):
        return [(code, task.outcome_at, task.pk, ticket, ticket.lead_unit_id)] if counts else []

    yield from row("outcomes")
    yield from row("reached", reached(task))
    if task.round == 1:
        yield from row("first_outcomes_excluded" if out else "first_outcomes")
        yield from row("redone", not out and ticket.redo_round >= 1)
    yield from row("service_rated", task.process_satisfied in ("satisfied", "basically", "unsatisfied"))
    yield from row("service_satisfied", task.process_satisfied == "satisfied")
    if reached(task):
        yield from row("rated_excluded" if out else "rated")
        if not out:
            yield from row("contacted", task.contacted)
            yield from row("solved", task.solved == "solved")
            yield from row("basically_solved", task.solved == "basically")
            yield from row("satisfied", task.satisfied == "satisfied")
            yield from row("basically_satisfied", task.satisfied == "basically")


def of_acts(world):
    for part in world.parts:
        if part.role == "lead" and part.level == 1:
            yield "lead_parts", part.opened_at, part.pk, world.ticket(part), part.unit_id
            taken = part.signed_at or (part.closed_at if part.status == "returned" else None)
            yield "taken", taken, part.pk, world.ticket(part), part.unit_id
    for request in world.requests:
        said = (request.pk, world.ticket(request), request.unit_id)
        if request.kind == "return":
            yield "returns_asked", request.at, *said
        if request.status == "approved":
            if request.kind == "return":
                yield "returns_granted", request.at, *said
            else:
                code = {"suspension": "suspended", "extension": "extended", "exclusion": "exclusions"}[request.kind]
                yield code, request.decided_at, *said
    for reply in world.replies:
        if reply.reviewed_at:
            said = (reply.reviewed_at, reply.pk, world.ticket(reply), reply.unit_id)
            yield "replies_reviewed", *said
            if reply.status == "returned":
                yield "replies_returned", *said
    for key, (finding, task) in world.findings.items():
        ticket = world.ticket(task)
        yield "callbacks_checked", finding.at, key, ticket, ticket.lead_unit_id
        if finding.kept:
            yield "callbacks_kept", finding.at, key, ticket, ticket.lead_unit_id
    for review in world.reviews:
        if review.decision == "excluded":
            yield "appealed_out", review.at, review.pk, world.ticket(review.appeal), review.appeal.unit_id
    for reminder in world.reminders:
        if reminder.kind == "repeat_call":
            ticket = world.ticket(reminder)
            yield "called_again", reminder.at, reminder.pk, ticket, ticket.lead_unit_id
    for order in world.orders:
        said = (order.pk, world.ticket(order), order.unit_id)
        yield "orders", order.at, *said
        yield "orders_due", order.due_at, *said
        if order.status == "closed" and order.closed_at <= order.due_at:
            yield "orders_closed", order.due_at, *said
    first = {}
    for contact in sorted(world.contacts, key=lambda row: (row.at, row.pk)):
        if contact.reached and contact.ticket_id not in first:
            first[contact.ticket_id] = contact
    for contact in first.values():
        ticket = world.ticket(contact)
        if ticket.accepted_at and ticket.state != "merged":
            yield "response_time", contact.at, contact.pk, ticket, ticket.lead_unit_id


def of_calls(world):
    for call in world.calls:
        phone = world.phones.get(call.pk)
        if call.disposition != "outgoing":
            yield "calls", call.started_at, call.pk, None, None
        if call.disposition in ("harassment", "silent", "wrong_number", "test"):
            yield "calls_nuisance", call.started_at, call.pk, None, None
        if phone and phone.direction == "in" and phone.rang_at:
            yield "calls_offered", call.started_at, call.pk, None, None
            if phone.answered_at:
                yield "calls_answered", call.started_at, call.pk, None, None
                if (phone.answered_at - phone.rang_at).total_seconds() <= 15:
                    yield "calls_answered_soon", call.started_at, call.pk, None, None


def of_period(world, since, until):
    """What the moment of a row alone does not say: {code: keys}."""
    late = {t.pk for t in world.tickets.values() if t.state not in OVER and t.next_due_at and t.next_due_at < world.now}
    due, asked = set(), set()
    for ticket in world.tickets.values():
        required = ticket.first_dispatched_at is not None or ticket.type in ("help", "complaint", "report")
        ends = [clock for clock in world.clocks if clock.ticket_id == ticket.pk and clock.kind == "CALLBACK_ALL"
                and clock.status != "void" and since <= clock.due_at < until]
        if required and ends and ticket.state != "merged":
            due.add(ticket.pk)
            if all(settled(clock, world.tasks, world.events) for clock in ends):
                asked.add(ticket.pk)
    return {"late_now": late, "callbacks_due": due, "callbacks_done": asked}


def hours_of(world, code, keys):
    """{"n", "mean", "median", "p90"} in hours, or {"n": 0}."""
    if code == "response_time":
        contacts = {row.pk: row for row in world.contacts}
        took = [contacts[key].at - world.ticket(contacts[key]).accepted_at for key in keys]
    else:
        took = [ticket.completed_at - ticket.accepted_at - world.suspended(ticket) for ticket in map(world.tickets.get, keys)]
    hours = [span.total_seconds() / 3600 for span in took]
    if len(hours) < 2:
        return {"n": len(hours)} | ({"mean": hours[0], "median": hours[0], "p90": hours[0]} if hours else {})
    tenths = quantiles(hours, n=10, method="inclusive")
    return {"n": len(hours), "mean": mean(hours), "median": tenths[4], "p90": tenths[8]}
