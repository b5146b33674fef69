"""Clocks whose due date somebody set, as a leader does with his instruction (O12): beside the ones of the tables.

Such a clock has the ladder of its kind and runs for itself. Its limit says how long it was, and nothing counts it again:
neither another urgency nor other limits nor another holiday table.
"""
from tickets import calendars
from tickets.clocks import Clock, Kind


def start(face, kind, due):
    """Start one for the unit that leads the ticket of `face`."""
    ticket, seconds = face.ticket, int((due - face.now).total_seconds())
    clock = Clock(ticket=ticket, kind=kind, round=ticket.round, holder=ticket.lead_unit, profile=ticket.sla_profile,
                  rule=max(round(seconds / 60), 1), started_at=face.now, due_at=due, length=max(seconds, 1), by_hand=True)
    clock.plan_fire()
    face.clocks.append(clock)


def of_unit(face, unit_id, *, by_hand):
    """The unfinished clocks of a unit's orders: its common one, or the one of an instruction."""
    return [clock for clock in face.pick([Kind.SUPERVISION]) if clock.holder_id == unit_id and clock.by_hand == by_hand]


def usual_due(ticket, now, calendar_for):
    """When an order is due whose issuer names no date; `calendar_for` gives the holiday table that a limit needs."""
    rule = ticket.sla_profile.rule(Kind.SUPERVISION, urgency=ticket.urgency, type_=ticket.type)
    return calendars.due_at(now, rule, calendar_for(rule))
