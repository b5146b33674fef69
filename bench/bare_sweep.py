"""The limit of a sweep: one statement that writes every row the product writes, with nothing around it."""
from django.db import connection, transaction

from accounts.models import Membership, User
from accounts.roles import Role
from dispatch.recipients import quiet_until

# RESPONSE reaches L1: a rung, an event with its hash, bell and text message to the unit's leader, clock and ticket.
STATEMENT = """
WITH due AS (
    SELECT t.id AS ticket, t.ticket_no, t.state, t.version + 1 AS seq, t.trail_hash, t.lead_unit_id, c.id AS clock,
           c.kind, c.round, c.level, c.due_at, c.next_fire_at
    FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
    WHERE c.next_fire_at > %(since)s AND c.next_fire_at <= %(now)s
    ORDER BY c.next_fire_at FOR NO KEY UPDATE OF t SKIP LOCKED
), said AS MATERIALIZED (
    SELECT *, '{"rungs":{"' || kind || '#' || round || '":["L1"]},"skipped":0}' AS data FROM due
), hashed AS MATERIALIZED (
    SELECT *, encode(sha256(convert_to(
        '["' || ticket_no || '",' || seq || ',"escalate","' || state || '","' || state || '",false,' || %(system)s || ','
        || lead_unit_id || ',"' || %(written)s || '","",' || data || ',"' || trail_hash || '"]', 'UTF8')), 'hex') AS hash
    FROM said
), rungs AS (
    INSERT INTO dispatch_escalation (ticket_id, clock_id, kind, round, level, rung, due_at, fired_at, skipped, needs_ack)
    SELECT ticket, clock, kind, round, level, 'L1', next_fire_at, %(now)s, false, false FROM hashed
), events AS (
    INSERT INTO tickets_ticketevent (ticket_id, seq, name, source, target, is_move, by_id, unit_id, at, note, data,
                                     prev_hash, hash)
    SELECT ticket, seq, 'escalate', state, state, false, %(system)s, lead_unit_id, %(now)s, '', data::jsonb, trail_hash, hash
    FROM hashed
), notices AS (
    INSERT INTO notices_notice (cause, kind, channel, recipient_id, address, ticket_no, params, created_at, not_before,
                                status, attempts, next_try_at, error, wording)
    SELECT 'escalation:' || clock || ':' || level, 'escalation', channel, person, '', ticket_no,
           jsonb_build_object('clock', 'Response', 'rung', 'L1',
                              'due', to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
           %(now)s, later, 'queued', 0, coalesce(later, %(now)s), '', ''
    FROM hashed JOIN unnest(%(units)s::bigint[], %(leaders)s::bigint[]) leader (unit, person) ON unit = lead_unit_id,
         (VALUES ('inapp', NULL), ('sms', %(quiet)s::timestamptz)) told (channel, later)
), clocks AS (
    UPDATE tickets_clock c SET level = c.level + 1, next_fire_at = c.due_at + interval '60 minutes'
    FROM hashed WHERE c.id = hashed.clock
)
UPDATE tickets_ticket t SET version = hashed.seq, trail_hash = hashed.hash FROM hashed WHERE t.id = hashed.ticket
"""


def values(since, now):
    leaders = dict(Membership.objects.filter(role=Role.UL).values_list("unit", "user"))
    return {"since": since, "now": now, "system": User.objects.system().pk, "units": list(leaders),
            "leaders": list(leaders.values()), "written": now.isoformat(timespec="microseconds"),
            "quiet": quiet_until(now, "normal", "L1")}


def sweep(since, now):
    """Fire what fell due after `since`; returns how many tickets."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STATEMENT, values(since, now))
        return cursor.rowcount
