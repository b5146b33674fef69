"""How long the pages of figures take in a district with a history, beside the bare SQL that answers the same question.

    .venv/bin/python -m bench.figures [--tickets 200000] [--rounds 20]

A demo district gets a history of so many tickets (bench/history.py), then its hourly figures from scratch. Asked are the page
of figures for a day, a month, a quarter and a year, narrowed to a unit and as that unit's leader sees it, the list behind a
number, and the ranking of a month. One line a page: queries, the middle and the late answers in milliseconds, the same
question in bare SQL over the rows, and how often as long the page takes. Exit code 1 when 95 of 100 answers are not within
the limit.
"""
import argparse
import os
import statistics
import sys
import time
from datetime import timedelta

from bench import history
from bench.district import demo_district

LIMIT, RANKING_LIMIT = 300.0, 2000.0  # milliseconds, of 95 answers in 100
BARE = """
    SELECT (SELECT count(*) FROM tickets_ticket WHERE accepted_at >= %(a)s AND accepted_at < %(b)s AND state <> 'merged'),
           (SELECT count(*) FROM tickets_ticket WHERE first_dispatched_at >= %(a)s AND first_dispatched_at < %(b)s
                                                      AND state <> 'merged'),
           (SELECT count(*) FROM tickets_ticket WHERE completed_at >= %(a)s AND completed_at < %(b)s AND state <> 'merged'),
           (SELECT count(*) FILTER (WHERE c.status = 'met' AND c.stopped_at <= c.due_at) FROM tickets_clock c
            JOIN tickets_ticket t ON t.id = c.ticket_id WHERE c.due_at >= %(a)s AND c.due_at < %(b)s AND t.state <> 'merged'
            AND c.kind IN ('RECEIPT', 'RESPONSE', 'COMPLETION') AND c.status NOT IN ('void', 'paused')),
           (SELECT count(DISTINCT c.ticket_id) FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
            WHERE c.kind = 'CALLBACK_ALL' AND c.due_at >= %(a)s AND c.due_at < %(b)s AND c.status <> 'void'),
           (SELECT count(*) FILTER (WHERE f.satisfied = 'satisfied') FROM followup_callbacktask f JOIN tickets_ticket t
            ON t.id = f.ticket_id WHERE f.outcome > '' AND f.outcome_at >= %(a)s AND f.outcome_at < %(b)s)"""
LIST = """SELECT t.id, t.accepted_at FROM tickets_ticket t WHERE t.accepted_at >= %(a)s AND t.accepted_at < %(b)s
          AND t.state NOT IN ('merged', 'rejected') ORDER BY t.accepted_at DESC, t.id DESC LIMIT 26"""
BY_UNIT = """SELECT t.lead_unit_id, count(*), count(*) FILTER (WHERE f.satisfied = 'satisfied') FROM followup_callbacktask f
             JOIN tickets_ticket t ON t.id = f.ticket_id WHERE f.outcome > '' AND f.outcome_at >= %(a)s AND f.outcome_at < %(b)s
             GROUP BY t.lead_unit_id"""


def milliseconds(act, rounds):
    taken = []
    for _round in range(rounds + 2):  # the first ones fill caches
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken[2:]), statistics.quantiles(taken[2:], n=20, method="inclusive")[-1]


def questions(now):
    """(name, log-in, path, bare SQL, its period, limit)"""
    from insights.figures.periods import local
    from tickets.calendars import local_date
    from tickets.weeks import midnight

    today = midnight(local_date(now))
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)

    def figures(name, who, days, more="", path="", sql=BARE):
        since = today - timedelta(days=days)
        return (name, who, f"/desk/figures/{path}?since={local(since)}&until={local(now)}{more}", sql, (since, now), LIMIT)

    return [
        figures("a day", "sv", 1), figures("a month", "sv", 30), figures("a quarter", "sv", 91), figures("a year", "sv", 365),
        figures("a quarter of a unit", "sv", 91, "&unit=ZJ"), figures("a quarter, its leader", "ul.zj", 91),
        figures("a quarter, unit and matter", "sv", 91, "&unit=ZJ&category=01"),
        figures("the list of a quarter", "sv", 91, path="accepted/", sql=LIST),
        ("the ranking of a month", "sv", f"/desk/ranking/?month={month:%Y-%m}", BY_UNIT,
         (month, today.replace(day=1)), RANKING_LIMIT),
    ]


def measure(rounds):
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.instant import database_now
    from accounts.models import User

    kept = True
    print(f"{'page':<30}{'queries':>8}{'p50 ms':>9}{'p95 ms':>9}{'SQL ms':>9}{'/ SQL':>8}")
    for name, who, path, sql, (since, until), limit in questions(database_now()):
        client = Client()
        client.force_login(User.objects.get(username=who))

        def page(client=client, path=path):
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path} answers {answer.status_code}")

        def bare(sql=sql, asked={"a": since, "b": until}):  # noqa: B006 (bound, never changed)
            with connection.cursor() as cursor:
                cursor.execute(sql, asked)
                cursor.fetchall()

        page()
        with CaptureQueriesContext(connection) as queries:
            page()
        middle, late = milliseconds(page, rounds)
        plain, _late = milliseconds(bare, rounds)
        kept &= late <= limit
        print(f"{name:<30}{len(queries):>8}{middle:>9.1f}{late:>9.1f}{plain:>9.1f}{middle / plain:>8.1f}"
              f"{'' if late <= limit else '  TOO MUCH'}", flush=True)
    return kept


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=20)
    chosen = options.parse_args()
    with demo_district() as (_site, _password, folder):
        from tickets.states import OPEN
        begun = time.monotonic()
        added = history.load(folder, chosen.tickets, [str(state) for state in OPEN])
        print(f"{added} tickets added in {time.monotonic() - begun:.0f} s", flush=True)
        os.environ |= {"HOTLINE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "hotline.settings"}
        import django
        django.setup()
        from insights.models import HourlyFigures
        from insights.rollups import keeping
        begun = time.monotonic()
        keeping.rebuild()
        print(f"{HourlyFigures.objects.count()} hourly rows from scratch in {time.monotonic() - begun:.0f} s", flush=True)
        return 0 if measure(chosen.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
