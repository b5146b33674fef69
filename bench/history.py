"""Every board, figure and report in a district with ten years of history, beside the bare SQL that answers the same.

    .venv/bin/python -m bench.history [--tickets 5000000] [--years 10] [--rounds 20] [--data FOLDER]

The tickets of a demo district are copied inside the database, again and again. Most of what a hotline keeps is over: of the
copies 97 in 100 are, spread over the years: archived, and with their appeals decided; what is open does not grow with them.
Copied is what lists and figures read: the ticket, its clocks, parts, contacts, requests, replies, reminders, orders,
proposals, callback tasks, appeals and what the city heard; not the trail, which only the page of one ticket reads. While rows
are loaded, and only on the connection that loads them, triggers and foreign keys are off: copies are not born as drafts. Then
the hourly figures are counted from scratch, and, once the workers have dealt with what is due, the pages of bench/figures.py
are asked. With --data the district is kept, and found again. Exit code 1 when 95 of 100 answers of a page are not within its
limit.
"""
import argparse
import os
import sys
import time
from pathlib import Path

from bench import figures, ground
from bench.district import demo_district
from hotline.embedded import Postgres
from hotline.home import Home

OPEN_SHARE, MOST_OPEN = 0.03, 6_000
DAYS = 365
TABLES = ("tickets_searchtext", "tickets_clock", "tickets_proposal", "dispatch_assignment", "dispatch_contact",
          "dispatch_request", "dispatch_reply", "dispatch_reminder", "dispatch_supervisionorder", "followup_callbacktask",
          "followup_citycallback", "followup_appeal")
COPIES = """
    CREATE TEMPORARY TABLE copies AS
    WITH sources AS (SELECT id, state = ANY(%(open)s) AS is_open,
                            row_number() OVER (PARTITION BY state = ANY(%(open)s) ORDER BY id) - 1 AS place,
                            count(*) OVER (PARTITION BY state = ANY(%(open)s)) AS many FROM tickets_ticket),
         numbers AS (SELECT n, n > %(over)s AS is_open FROM generate_series(1, %(all)s) n)
    SELECT sources.id AS source, numbers.n, (SELECT max(id) FROM tickets_ticket) + numbers.n AS id,
           CASE WHEN numbers.is_open THEN 0 ELSE 8 + n %% %(days)s END * interval '1 day' AS back
    FROM numbers JOIN sources ON sources.is_open = numbers.is_open AND sources.place = numbers.n %% sources.many"""
DUE = """SELECT EXISTS (SELECT FROM tickets_clock WHERE next_fire_at < clock_timestamp() - interval '30 s')
    OR EXISTS (SELECT FROM notices_notice WHERE next_try_at < clock_timestamp() - interval '30 s')
    OR (SELECT count(*) > 100 FROM insights_hourmark)"""
NUMBER = "to_char(t.registered_at - c.back, 'YYYYMMDD') || lpad(c.n::text, 7, '0')"
LINK = "CASE WHEN t.survey_hash > '' THEN encode(sha256(convert_to(t.survey_hash || c.n, 'UTF8')), 'hex') ELSE '' END"
OVER = "c.back > interval '0' AND t.state = 'closed'"
OWN = {  # what is not as in the ticket that is copied
    "tickets_ticket": {"id": "c.id", "ticket_no": NUMBER, "state": f"CASE WHEN {OVER} THEN 'archived' ELSE t.state END",
                       "archived_at": f"CASE WHEN {OVER} THEN t.closed_at + interval '4 days' ELSE t.archived_at END - c.back"},
    "followup_callbacktask": {"survey_hash": LINK},
    "followup_appeal": {"status": """CASE WHEN c.back > interval '0' AND t.status = 'first' THEN 'decided'
                                          WHEN c.back > interval '0' AND t.status = 'second' THEN 'final' ELSE t.status END"""},
}
COLUMNS = """SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"""


def load(folder: Path, tickets: int, open_states: list[str], years: int = 2) -> int:
    """Bring the district whose servers run in `folder` to `tickets` tickets; returns how many were added."""
    with ground.loader(Postgres(Home(folder))) as database:
        with database, database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tickets_ticket")
            missing = max(tickets - cursor.fetchone()[0], 0)
        if not missing:
            return 0
        with database, database.cursor() as cursor, ground.without_indexes(cursor, "tickets_ticket", *TABLES):
            over = missing - min(round(missing * OPEN_SHARE), MOST_OPEN)
            cursor.execute(COPIES, {"open": open_states, "all": missing, "over": over, "days": DAYS * years})
            copy(cursor, "tickets_ticket", {})
            for table in TABLES:
                copy(cursor, table, {"ticket_id": "c.id"})
            cursor.execute("SELECT setval(pg_get_serial_sequence('tickets_ticket', 'id'), max(id)) FROM tickets_ticket")
        ground.settle(database)
    return missing


def catch_up(folder: Path, patience: float = 900) -> None:
    """The workers of the district find what the copies brought with them, or what came due while it was kept, all at once, as
    no district does; returns when nothing is due any more, nobody is to be told of anything and few hours are marked."""
    give_up = time.monotonic() + patience
    with ground.loader(Postgres(Home(folder))) as database, database.cursor() as cursor:
        database.autocommit = True
        while is_behind(cursor):
            if time.monotonic() > give_up:
                raise SystemExit(f"after {patience:.0f} s the workers are still behind with what was loaded")
            time.sleep(1)


def is_behind(cursor) -> bool:
    cursor.execute(DUE)
    return cursor.fetchone()[0]


def copy(cursor, table, own):
    """`own`: expressions of columns that differ. What has an identity of its own gets a new one; times move back."""
    own = OWN.get(table, {}) | own
    cursor.execute(COLUMNS, [table])
    columns = {name: own.get(name) or (f't."{name}" - c.back' if kind.startswith("timestamp") else f't."{name}"')
               for name, kind in cursor.fetchall() if name != "id" or "id" in own}
    source = "id" if "id" in own else "ticket_id"
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} "  # noqa: S608 (names of our own)
                   f"FROM copies c JOIN {table} t ON t.{source} = c.source")


def size():
    """Bytes of the database."""
    from django.db import connection as database

    with database.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


def run(folder, chosen):
    os.environ |= {"HOTLINE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "hotline.settings"}
    import django

    django.setup()
    from insights.models import HourlyFigures
    from insights.rollups import keeping
    from tickets.states import OPEN

    begun = time.monotonic()
    added = load(folder, chosen.tickets, [str(state) for state in OPEN], chosen.years)
    print(f"{added:,} tickets added in {time.monotonic() - begun:.0f} s; {size():,} bytes", flush=True)
    if added:
        begun = time.monotonic()
        keeping.rebuild()
        print(f"{HourlyFigures.objects.count():,} hourly rows from scratch in {time.monotonic() - begun:.0f} s", flush=True)
    catch_up(folder)
    return figures.measure(chosen.rounds)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=5_000_000)
    options.add_argument("--years", type=int, default=10)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--data", type=Path, help="a folder in which the district is kept; a temporary one by default")
    chosen = options.parse_args()
    with demo_district(chosen.data) as (_site, _password, folder):
        return 0 if run(folder, chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
