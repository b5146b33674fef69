"""Rules that need the trail in order: plain SQL with window functions, each statement one pass over the events.

Every statement gives one column, the names of what breaks the rule: mostly ticket numbers.
"""
import pgtrigger
from django.db import connection

from tickets import guards, trail
from tickets.life import REDO_LIMIT, RETURN_LIMIT, Life

FIRST_ACCEPTED = ("submit", "direct_answer", "express_dispatch")
FIRST_GIVEN = ("dispatch", "express_dispatch", "designate")
MOVES_DUE = ("approve", "submit", "change_urgency", "decide_extension", "resume", "merged_in",  # steps that may move
             "apply_calendar", "apply_profile", "split_from")  # a due date


def names(*statements):
    """What the statements find, each name once."""
    found: dict[str, None] = {}
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            found |= {str(name): None for (name,) in cursor.fetchall()}
    return list(found)


def triggers_off():
    """Names of the product's triggers that are missing in this database or disabled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled = 'O' AND NOT tgisinternal")
        in_force = {name for (name,) in cursor.fetchall()}
    return [f"{model._meta.db_table}: {trigger.name}" for model, trigger in pgtrigger.registered()
            if trigger.get_pgid(model) not in in_force]


def quoted(values):
    return ", ".join(f"'{value}'" for value in values)


# A reopened ticket begins a new life: rounds and returns are counted from there.
LIMITS = f"""
    WITH lives AS (
        SELECT ticket_id, name, count(*) FILTER (WHERE name = 'reopen') OVER (PARTITION BY ticket_id ORDER BY seq) AS life
        FROM tickets_ticketevent WHERE name IN ('reopen', 'order_redo', 'adjudicate_redo', 'approve_return')
    ), excess AS (
        SELECT ticket_id FROM lives GROUP BY ticket_id, life
        HAVING count(*) FILTER (WHERE name = 'order_redo') > {REDO_LIMIT}
            OR count(*) FILTER (WHERE name = 'adjudicate_redo') > 1
            OR count(*) FILTER (WHERE name = 'approve_return') > {RETURN_LIMIT}
    )
    SELECT ticket_no FROM tickets_ticket
    WHERE redo_round > {REDO_LIMIT + 1} OR return_count > {RETURN_LIMIT} OR id IN (SELECT ticket_id FROM excess)
"""

WRITTEN_ONCE = f"""
    WITH firsts AS (
        SELECT ticket_id, min(at) FILTER (WHERE name IN ({quoted(FIRST_ACCEPTED)})) AS accepted,
               min(at) FILTER (WHERE name IN ({quoted(FIRST_GIVEN)})) AS given
        FROM tickets_ticketevent WHERE is_move GROUP BY ticket_id
    )
    SELECT t.ticket_no FROM tickets_ticket t LEFT JOIN firsts f ON f.ticket_id = t.id
    WHERE t.accepted_at IS DISTINCT FROM f.accepted OR t.first_dispatched_at IS DISTINCT FROM f.given
"""

# The citizen's clocks: due when start and limit say, or when the last recorded change says. `length` is what was
# counted at the start; `consistency.clocks_as_replayed` counts it again from the calendar.
DUE_DATES = f"""
    WITH moved AS (
        SELECT e.ticket_id, e.seq, e.at, e.name, d.key AS kind, (d.value ->> 1)::timestamptz AS due
        FROM tickets_ticketevent e, jsonb_each(e.data -> 'due') d
        WHERE jsonb_typeof(e.data -> 'due') = 'object'
    ), promised AS (
        SELECT c.*, (SELECT m.due FROM moved m WHERE m.ticket_id = c.ticket_id AND m.kind = c.kind
                     AND m.at >= c.started_at AND m.at <= coalesce(c.stopped_at, 'infinity')
                     ORDER BY m.seq DESC LIMIT 1) AS said
        FROM tickets_clock c WHERE c.kind IN ('RESPONSE', 'COMPLETION', 'REDO')
    )
    SELECT t.ticket_no FROM promised p JOIN tickets_ticket t ON t.id = p.ticket_id
    WHERE abs(extract(epoch FROM p.due_at - coalesce(p.said, p.started_at + make_interval(secs => p.length)))) >= 1
    UNION
    SELECT t.ticket_no FROM moved m JOIN tickets_ticket t ON t.id = m.ticket_id
    WHERE m.kind IN ('RESPONSE', 'COMPLETION', 'REDO') AND m.name NOT IN ({quoted(MOVES_DUE)})
"""

CHAIN = f"""
    WITH linked AS (
        SELECT ticket_id, seq, hash, prev_hash, lag(hash, 1, '{trail.GENESIS}') OVER w AS before,
               row_number() OVER w AS place, lead(seq) OVER w IS NULL AS is_last
        FROM tickets_ticketevent WINDOW w AS (PARTITION BY ticket_id ORDER BY seq)
    ), torn AS (
        SELECT DISTINCT ticket_id FROM linked WHERE prev_hash <> before OR seq <> place
    )
    SELECT t.ticket_no FROM tickets_ticket t LEFT JOIN linked l ON l.ticket_id = t.id AND l.is_last
    WHERE t.id IN (SELECT ticket_id FROM torn) OR t.version IS DISTINCT FROM l.seq OR t.trail_hash IS DISTINCT FROM l.hash
"""

NUMBERS = """
    WITH used AS (
        SELECT 'T' AS kind, left(ticket_no, 8) AS day, substr(ticket_no, 9)::int AS n FROM tickets_ticket
        UNION ALL SELECT 'C', left(call_no, 8), substr(call_no, 9)::int FROM tickets_call
    ), days AS (
        SELECT kind, day, count(DISTINCT n) AS numbers, count(*) AS rows, max(n) AS last FROM used GROUP BY kind, day
    )
    SELECT format('%s%s: %s numbers, the counter says %s', kind, day, coalesce(d.rows, 0), coalesce(c.value, 0))
    FROM days d FULL JOIN (SELECT kind, to_char(day, 'YYYYMMDD') AS day, value FROM tickets_dailycounter
                           WHERE kind IN ('T', 'C')) c USING (kind, day)
    WHERE d.numbers IS DISTINCT FROM c.value OR d.rows IS DISTINCT FROM d.numbers OR d.last IS DISTINCT FROM c.value
"""

# What the callbacks of the round say together, against what the ticket says and what was written down at that time.
OUTCOMES = """
    WITH standing AS (
        SELECT * FROM followup_callbacktask f
        WHERE kind IN ('result', 'withdraw_check', 're_callback') AND outcome NOT IN ('left', 'dropped') AND NOT after_closing
          AND NOT EXISTS (SELECT FROM followup_callbacktask c WHERE c.corrects_id = f.id AND NOT c.after_closing)
    ), second AS (
        SELECT * FROM standing WHERE kind = 're_callback' AND outcome IN ('', 'positive', 'neutral', 'negative')
    ), said AS (
        SELECT f.ticket_id, f.round, f.kind, coalesce(s.outcome, f.outcome) AS outcome
        FROM standing f LEFT JOIN second s ON (s.ticket_id, s.round, s.caller_id) = (f.ticket_id, f.round, f.caller_id)
                                           AND f.kind = 'result'
        WHERE f.kind <> 're_callback'
    ), rounds AS (
        SELECT ticket_id, round, kind,
               CASE WHEN bool_or(outcome = '') THEN ''
                    WHEN bool_or(outcome = 'negative') THEN 'negative'
                    WHEN bool_or(outcome = 'refused') THEN 'refused'
                    WHEN bool_or(outcome = 'neutral') THEN 'neutral'
                    WHEN bool_or(outcome = 'positive') THEN 'positive'
                    ELSE max(outcome) END AS worst
        FROM said GROUP BY ticket_id, round, kind
    ), settled AS (
        SELECT DISTINCT ON (ticket_id) ticket_id, data ->> 'outcome' AS outcome
        FROM tickets_ticketevent WHERE name = 'callback_settled' ORDER BY ticket_id, seq DESC
    )
    SELECT t.ticket_no FROM tickets_ticket t
    LEFT JOIN settled s ON s.ticket_id = t.id
    LEFT JOIN rounds r ON r.ticket_id = t.id AND r.round = t.round
                      AND r.kind = CASE WHEN t.withdraw_from = '' THEN 'result' ELSE 'withdraw_check' END
    WHERE t.callback_outcome <> ''
      AND (s.outcome IS DISTINCT FROM t.callback_outcome
           OR (t.withdraw_from = '' AND r.worst IS DISTINCT FROM t.callback_outcome))
"""

# A second callback was ordered by somebody, after a first one, and made by a third person; a correction is of the same
# call, later than it, and says why.
SECONDS = """
    SELECT t.ticket_no FROM followup_callbacktask f JOIN tickets_ticket t ON t.id = f.ticket_id
    JOIN accounts_user u ON u.id = f.outcome_by_id
    WHERE f.kind = 're_callback' AND f.corrects_id IS NULL AND u.username <> 'system'
      AND (f.ordered_by_id IS NULL OR f.ordered_by_id = f.outcome_by_id
           OR EXISTS (SELECT FROM followup_callbacktask a WHERE (a.ticket_id, a.round) = (f.ticket_id, f.round)
                                                             AND a.kind = 'result' AND a.outcome_by_id = f.outcome_by_id
                                                             AND a.outcome_at <= f.outcome_at))
    UNION
    SELECT t.ticket_no FROM followup_callbacktask f JOIN followup_callbacktask old ON old.id = f.corrects_id
    JOIN tickets_ticket t ON t.id = f.ticket_id
    WHERE f.why = '' OR old.outcome = '' OR f.outcome_at < old.outcome_at
       OR (f.ticket_id, f.round, f.kind, f.caller_id) IS DISTINCT FROM (old.ticket_id, old.round, old.kind, old.caller_id)
"""


def life_table():
    """(step, source, target) rows of the machine as SQL values; the birth of a ticket is one of them."""
    born = [("create", "", "draft")]
    moves = [(name, str(source), str(target)) for name, source, target in guards.transitions_of(Life)]
    return ", ".join(f"('{name}', '{source}', '{target}')" for name, source, target in born + moves)


# Each move is one of the machine's, begins where the last one ended, and the last one ends in the ticket's state.
REPLAY = f"""
    WITH life (name, source, target) AS (VALUES {life_table()}), steps AS (
        SELECT ticket_id, seq, name, source, target, is_move, lag(target, 1, '') OVER w AS stood,
               lead(seq) OVER w IS NULL AS is_last
        FROM tickets_ticketevent WINDOW w AS (PARTITION BY ticket_id ORDER BY seq)
    ), wrong AS (
        SELECT ticket_id FROM steps s WHERE s.source <> s.stood OR (NOT s.is_move AND s.source <> s.target)
        UNION SELECT ticket_id FROM steps s LEFT JOIN life l USING (name, source, target) WHERE s.is_move AND l.name IS NULL
    )
    SELECT t.ticket_no FROM tickets_ticket t LEFT JOIN steps s ON s.ticket_id = t.id AND s.is_last
    WHERE t.id IN (SELECT ticket_id FROM wrong) OR t.state IS DISTINCT FROM s.target
"""

# The last recorded value of every field is the row's. Derived columns are not recorded; they have checks of their own.
FIELDS = """
    WITH said AS (
        SELECT e.ticket_id, jsonb_object_agg(c.key, c.value -> 1 ORDER BY e.seq) AS fields
        FROM tickets_ticketevent e, jsonb_each(e.data -> 'changed') c WHERE c.key <> 'unit_ids' GROUP BY e.ticket_id
    )
    SELECT DISTINCT t.ticket_no FROM said s JOIN tickets_ticket t ON t.id = s.ticket_id
    CROSS JOIN LATERAL (SELECT to_jsonb(t) AS fields OFFSET 0) r
    CROSS JOIN LATERAL jsonb_each(s.fields) f
    WHERE CASE WHEN right(f.key, 3) = '_at' THEN
                    (f.value #>> '{}')::timestamptz IS DISTINCT FROM (r.fields ->> f.key)::timestamptz
               ELSE f.value IS DISTINCT FROM r.fields -> f.key END
"""
