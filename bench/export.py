"""How long a list of a hundred thousand tickets takes as an Excel file, and how much memory the process that writes it needs.

    .venv/bin/python -m bench.export [--rows 100000] [--data FOLDER] [--form xlsx]

The file is asked for as the page does and written as the worker does: by `manage.py write_exports`, in a process of its own,
with its entry in the log, a row of who read what for each ticket, and the encrypted parts in the database. Beside it stands
the bare COPY of the same rows and columns, in the same run. With --data the district is kept, and found again. Exit code 1
when a limit is not kept.
"""
import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS_A_ROW, MEGABYTES = 15.0 / 100_000, 150
BARE = """COPY (SELECT t.ticket_no, t.title, t.state, t.next_due_at, t.type, u.name AS unit, t.registered_at,
                       k.name AS category, a.name AS area, p.display_name
                FROM tickets_ticket t LEFT JOIN accounts_unit u ON u.id = t.lead_unit_id
                LEFT JOIN tickets_category k ON k.id = t.category_id LEFT JOIN accounts_unit a ON a.id = t.area_id
                JOIN accounts_user p ON p.id = t.registered_by_id
                ORDER BY t.registered_at DESC, t.id DESC) TO STDOUT WITH (FORMAT csv)"""


class Nowhere:
    def __init__(self):
        self.size = 0

    def write(self, piece):
        self.size += len(piece)


def bare():
    """Seconds of the COPY, the middle of three."""
    from django.db import connection

    taken = []
    for _round in range(3):
        sink, begun = Nowhere(), time.perf_counter()
        with connection.cursor() as cursor:
            cursor.copy_expert(BARE, sink)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), sink.size


def ask(user, form):
    """As the page does, without its limit of what one person may take away."""
    from accounts.instant import database_now
    from tickets import queues
    from tickets.exports import asking
    from tickets.exports.sources import TicketList

    source = TicketList(queues.EVERYTHING, user, "list=all", database_now())
    return asking.ask(source, query="list=all", reason="bench", form=form, in_full=False, request=None, now=source.now)


def written():
    """(seconds, megabytes at the most) of a process that writes what waits."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "manage.py", "write_exports"])
    _pid, status, used = os.wait4(process.pid, 0)
    if process.returncode is None:
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit("the file was not written")
    return time.perf_counter() - begun, used.ru_maxrss / 1024


def run(postgres, chosen):
    from accounts.models import User
    from bench import search_load
    from tickets.models import Export, Ticket

    search_load.prepare(postgres, chosen.rows, None)
    supervisor = User.objects.get(username="sv-bench")
    rows = Ticket.objects.count()
    alone, size = bare()
    print(f"{rows:,} rows; bare COPY {alone:.2f} s, {size / 2**20:.1f} MB")
    export = ask(supervisor, chosen.form)
    if export.status != "queued":
        Export.objects.filter(pk=export.pk).update(status="queued", decided_by=User.objects.system(), decided_at=export.at)
    seconds, memory = written()
    export.refresh_from_db()
    limit = SECONDS_A_ROW * rows
    print(f"{chosen.form} {export.status}, {export.done:,} rows, {export.size / 2**20:.1f} MB: {seconds:.1f} s, "
          f"{seconds / alone:.1f} x COPY, {seconds / limit:.2f} of the limit of {limit:.1f} s; "
          f"{memory:.0f} MB, {memory / MEGABYTES:.2f} of the limit of {MEGABYTES} MB")
    return export.done == rows and seconds <= limit and memory <= MEGABYTES


def main():
    from bench.search import district

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--form", choices=("xlsx", "csv"), default="xlsx")
    options.add_argument("--data", type=Path, help="a folder in which the district is kept; a temporary one by default")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and folder go, too
    os.chdir(Path(__file__).resolve().parent.parent)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        if chosen.data:
            chosen.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with district(chosen.data or folder) as postgres:
            sys.exit(0 if run(postgres, chosen) else 1)


if __name__ == "__main__":
    main()
