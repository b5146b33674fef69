"""Is every rung written once and none missing? Asked of the rows after each sweep."""
from django.db import connection

from insights import audit
from insights.chains import Walk
from tickets.clocks import Clock
from tickets.models import Ticket

RULES = ("I17", "C2", "C7", "C8")  # of the audit: rungs, next due dates, nothing after the end, everything was told
WALKED = 500  # tickets whose hashes are computed again

# A rung counts twice when two rows, two events or two notices of one channel to one person say it.
DOUBLED = """
    SELECT count(*) FROM (SELECT 1 FROM dispatch_escalation GROUP BY clock_id, level HAVING count(*) > 1
    UNION ALL
    SELECT 1 FROM notices_notice WHERE cause LIKE 'escalation:%%' GROUP BY cause, recipient_id, channel HAVING count(*) > 1
    UNION ALL
    SELECT 1 FROM tickets_ticketevent e, jsonb_each(e.data -> 'rungs') clock, jsonb_array_elements(clock.value) rung
    WHERE e.name = 'escalate' GROUP BY e.ticket_id, clock.key, rung HAVING count(*) > 1) doubled
"""
# Each clock's level says how many rungs it is past; each of them has its row, and the events say as many.
MISSING = """
    SELECT (SELECT sum(level) FROM tickets_clock) - (SELECT count(*) FROM dispatch_escalation),
           (SELECT count(*) FROM dispatch_escalation)
           - (SELECT count(*) FROM tickets_ticketevent e, jsonb_each(e.data -> 'rungs') clock,
                                   jsonb_array_elements(clock.value) WHERE e.name = 'escalate')
"""


def due(now):
    return Clock.objects.filter(next_fire_at__lte=now).count()


def faults(now):
    """Rungs doubled, clocks that are due and did not fire, rungs without row or event."""
    with connection.cursor() as cursor:
        cursor.execute(DOUBLED)
        (doubled,) = cursor.fetchone()
        cursor.execute(MISSING)
        without_row, without_event = cursor.fetchone()
    return doubled + due(now) + abs(without_row) + abs(without_event)


def contradictions():
    """Rules of the audit that are broken, and faults in the trails of some tickets picked at random."""
    from accounts.instant import database_now

    picked = Ticket.objects.filter(events__name="escalate").order_by("trail_hash").values_list("ticket_no", flat=True)
    walk = Walk(only=list(picked[:WALKED]))
    return len(list(walk)) + len(audit.broken(audit.run(now=database_now(), codes=RULES)))
