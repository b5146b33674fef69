"""The pages that count, beside the bare SQL that answers the same question; bench/history.py makes the district for them.

Asked are the page of figures for a day, a month, a quarter and a year, narrowed to a unit and as that unit's leader sees it,
the list behind a number, the ranking of a month, the boards of now and of an hour ago, the wall, the reports and a report of
a month. One line a page: queries, the middle and the late answers in milliseconds, the same question in bare SQL over the
rows, and how often as long the page takes. Two things asked at once, a unit and a matter, are counted from the rows of the
period: that line is printed to be read and has no limit.
"""
import statistics
import time
from datetime import timedelta

HOUR = timedelta(hours=1)
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

BOARD = """
    SELECT 'state', state, count(*) FROM tickets_ticket WHERE state = ANY(%(open)s) GROUP BY 2
    UNION ALL SELECT 'late', '', count(*) FROM tickets_ticket WHERE state = ANY(%(open)s) AND next_due_at < %(b)s
    UNION ALL SELECT 'minute', date_trunc('minute', registered_at)::text, count(*) FROM tickets_ticket
              WHERE registered_at >= %(b)s - interval '1 hour' AND registered_at < %(b)s GROUP BY 2
    UNION ALL SELECT 'place', area_id::text, count(*) FROM tickets_ticket
              WHERE registered_at >= %(a)s AND registered_at < %(b)s GROUP BY 2"""
PAST = """
    SELECT t.state, e.source, count(*) FROM (SELECT DISTINCT ON (ticket_id) ticket_id, source FROM tickets_ticketevent
                                             WHERE at >= %(b)s ORDER BY ticket_id, seq) e
    JOIN tickets_ticket t ON t.id = e.ticket_id GROUP BY 1, 2
    UNION ALL SELECT state, '', count(*) FROM tickets_ticket WHERE state = ANY(%(open)s) GROUP BY 1"""
REPORTS = "SELECT id, kind, since, status FROM insights_report ORDER BY since DESC, id DESC LIMIT 26"
REPORT = "SELECT content FROM insights_report WHERE kind = 'monthly' ORDER BY since DESC LIMIT 1"


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

    def figures(name, who, days, more="", path="", sql=BARE, limit: float | None = LIMIT):
        since = today - timedelta(days=days)
        return (name, who, f"/desk/figures/{path}?since={local(since)}&until={local(now)}{more}", sql, (since, now), limit)

    return [
        figures("a day", "sv", 1), figures("a month", "sv", 30), figures("a quarter", "sv", 91), figures("a year", "sv", 365),
        figures("a quarter of a unit", "sv", 91, "&unit=ZJ"), figures("a quarter, its leader", "ul.zj", 91),
        figures("a quarter, unit and matter", "sv", 91, "&unit=ZJ&category=01", limit=None),
        figures("the list of a quarter", "sv", 91, path="accepted/", sql=LIST),
        ("the ranking of a month", "sv", f"/desk/ranking/?month={month:%Y-%m}", BY_UNIT,
         (month, today.replace(day=1)), RANKING_LIMIT),
        *[(f"the board, {who}", who, "/desk/board/", BOARD, (today, now), LIMIT) for who in ("sv", "dl", "ql", "ul.zj")],
        ("the wall", "sv", "/desk/wall/", BOARD, (today, now), LIMIT),
        ("the board, an hour ago", "sv", f"/desk/board/?at={local(now - HOUR)}", PAST, (today, now - HOUR), LIMIT),
        ("reports", "sv", "/desk/reports/", REPORTS, (today, now), LIMIT),
        ("a report of a month", "sv", f"/desk/reports/{monthly(today, now).pk}/", REPORT, (today, now), LIMIT),
    ]


def monthly(today, now):
    """The report of the month before, made if nobody did."""
    from accounts.instant import database_now
    from accounts.models import User
    from insights.models import Report
    from insights.reports import acts, making

    found = Report.objects.filter(kind="monthly", content__isnull=False).order_by("-since").first()
    if found is None:
        begun = time.perf_counter()
        found = acts.ask("monthly", today.replace(day=1) - timedelta(days=1), by=User.objects.get(username="sv"), now=now)
        making.make_all(database_now)
        print(f"the report of a month was made in {time.perf_counter() - begun:.1f} s")
    return found


def measure(rounds):
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.instant import database_now
    from accounts.models import User
    from tickets.states import OPEN

    kept = True
    print(f"{'page':<30}{'queries':>8}{'p50 ms':>9}{'p95 ms':>9}{'SQL ms':>9}{'/ SQL':>8}")
    for name, who, path, sql, (since, until), limit in questions(database_now()):
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(User.objects.get(username=who))

        def page(client=client, path=path):
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path} answers {answer.status_code}")

        def bare(sql=sql, asked={"a": since, "b": until, "open": [str(state) for state in OPEN]}):  # noqa: B006 (bound, never changed)
            with connection.cursor() as cursor:
                cursor.execute(sql, asked)
                cursor.fetchall()

        page()
        with CaptureQueriesContext(connection) as queries:
            page()
        many = len(queries)  # now: the next request begins the log anew
        middle, late = milliseconds(page, rounds)
        plain, _late = milliseconds(bare, rounds)
        fits = limit is None or late <= limit
        kept &= fits
        print(f"{name:<30}{many:>8}{middle:>9.1f}{late:>9.1f}{plain:>9.1f}{middle / plain:>8.1f}"
              f"{'' if fits else '  TOO MUCH'}", flush=True)
    return kept

