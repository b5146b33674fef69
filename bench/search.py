"""How long a search takes in a district with a million tickets, through the function that the page of all tickets uses.

    .venv/bin/python -m bench.search [--tickets 1000000] [--texts FILE.jsonl] [--data FOLDER [--load-only]] [--rounds 40]

Asked are a word that one ticket in twenty says, one that one in fifty says, both, a rare one, one that nobody says, a phone,
a number and a name; by a supervisor, who sees everything, and by the liaison of a unit. Printed are the middle and the
late answers in milliseconds, and how often as long the page takes as its bare SQL, measured in the same run. Texts are taken
from a file of messages (`topic`, `detail`) or made up out of four thousand words. With --data the district is kept, and found
again. Exit code 1 when 95 of 100 answers do not come within the limit.
"""
import argparse
import statistics
import sys
import time
from pathlib import Path

from bench import ground

LIMIT = 50.0  # milliseconds, of 95 answers in 100
PHONE, NAME = "13977778888", "南宫问天"
QUESTIONS = [
    ("1 in 20", "停水"), ("1 in 50", "医保"), ("both", "停水 医保"), ("newest first", "停水|newest"),
    ("three letters", "又停水"), ("rare", "孔雀石"), ("nobody says it", "紫貂皮"), ("one of two", "停水 紫貂"),
    ("a phone", PHONE), ("a name", NAME),
]


def milliseconds(act, rounds):
    taken = []
    for _round in range(rounds + 3):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken[3:]  # the first ones fill caches


def asked_for(user, question, after=""):
    from django.http import QueryDict

    from accounts.instant import database_now
    from tickets import list_page, queues

    words, _bar, sort = question.partition("|")
    query = QueryDict(mutable=True)
    query.update({"q": words, "sort": sort, "after": after})
    return list_page.Listing(queues.EVERYTHING, user, query, "/tickets/", database_now())


def bare(listing):
    """The SQL that finds the keys of the page, sent by itself."""
    from django.db import connection

    from tickets.finding.hits import BEST, LAST, Place

    if listing.search:
        sql, params = listing.search.sql(Place(listing.search.order == BEST, LAST), 26)
    else:
        sql, params = listing.rows.values("pk")[:26].query.sql_with_params()

    def send():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return len(cursor.fetchall())

    return send


def measure(who, user, questions, rounds):
    """Prints a line a question; whether all of them keep the limit."""
    kept = True
    for name, question in questions:
        listing = asked_for(user, question)
        found, after = listing.page()
        alone = statistics.median(milliseconds(bare(listing), rounds))
        rows = [(name, "")] + ([(f"{name}, page 2", after)] if after and name == "1 in 20" else [])
        for label, place in rows:
            taken = milliseconds(lambda place=place, question=question: asked_for(user, question, place).page(), rounds)
            middle, late = ground.middle_and_late(taken)
            kept &= late <= LIMIT
            print(f"{who:<12}{label:<20}{question.partition('|')[0]:<18}{len(found):>5}{alone:>10.1f}{middle:>9.1f}{late:>9.1f}"
                  f"{middle / max(alone, 0.01):>8.1f}{late / LIMIT:>9.2f}{'' if late <= LIMIT else '  TOO SLOW'}", flush=True)
    return kept


def insert_cost(tickets):
    """Milliseconds that the words of one ticket cost when they are written, of the newest ones again."""
    from django.db import connection

    from tickets.finding.index import FILL
    from tickets.models import Ticket

    last = Ticket.objects.order_by("-pk").values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tickets_searchtext WHERE ticket_id > %s", [last - tickets])
        begun = time.perf_counter()
        for number in range(last - tickets, last):
            cursor.execute(FILL, [number, number + 1])
        return (time.perf_counter() - begun) * 1000 / tickets


def sizes():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_table_size('tickets_searchtext'), pg_relation_size('search_keys'),"
                       " pg_total_relation_size('tickets_ticket'), (SELECT avg(length(words)) FROM"
                       " tickets_searchtext TABLESAMPLE SYSTEM (1))")
        return cursor.fetchone()


def run(standing, chosen):
    from accounts.models import User
    from bench import search_load
    from tickets.models import Ticket

    search_load.prepare(standing, chosen.tickets, chosen.texts)
    if chosen.load_only:
        return True
    words, index, tickets, length = sizes()
    print(f"{Ticket.objects.count():,} tickets of {length or 0:.0f} letters; words {words / 2**20:,.0f} MB, their index "
          f"{index / 2**20:,.0f} MB, tickets with all their indexes {tickets / 2**20:,.0f} MB")
    print(f"the words of one ticket are written in {insert_cost(300):.2f} ms")
    number = Ticket.objects.order_by("pk").values_list("ticket_no", flat=True)[chosen.tickets // 3]
    questions = [*QUESTIONS, ("a number", number), ("the end of one", number[-5:]), ("number and word", f"{number[:8]} 停水")]
    print(f"{'who':<12}{'what':<20}{'question':<18}{'found':>5}{'bare SQL':>10}{'p50 ms':>9}{'p95 ms':>9}{'/ bare':>8}"
          f"{'/ limit':>9}")
    units = search_load.shares()
    people = {"supervisor": User.objects.get(username="sv-bench")} | {
        name: User.objects.get(username=f"li-{units[place]}") for name, place in (("large unit", 0), ("small unit", -2),
                                                                                  ("least unit", -1))}
    kept = [measure(who, user, questions, chosen.rounds) for who, user in people.items()]
    return all(kept)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=1_000_000)
    options.add_argument("--texts", type=Path, help="messages as JSON lines with topic and detail")
    options.add_argument("--data", type=Path, help="a folder in which the district is kept; a temporary one by default")
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--load-only", action="store_true", help="with --data: measure another time")
    chosen = options.parse_args()
    with ground.servers(chosen.data) as standing:
        sys.exit(0 if run(standing, chosen) else 1)


if __name__ == "__main__":
    main()
