"""How long a list of a hundred thousand tickets takes as a file, and how much memory the process that writes it needs.

    .venv/bin/python -m bench.exports [--rows 100000] [--data FOLDER] [--form xlsx csv]

The file is asked for as the page does and written as the worker does: by `manage.py write_exports`, in a process of its own,
with its entry in the log, a row of who read what for each ticket, and the encrypted parts in the database. Beside it stands
the bare COPY of the same rows and columns, in the same run. The file is then read back and its rows are counted. With --data
the district is kept, and found again. Exit code 1 when a limit is not kept.
"""
import argparse
import csv
import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import ground

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
    """(seconds of the COPY, the middle of three; its bytes)"""
    from django.db import connection

    taken = []
    for _round in range(3):
        sink, begun = Nowhere(), time.perf_counter()
        with connection.cursor() as cursor:
            cursor.copy_expert(BARE, sink)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), sink.size


def ask(user, form):
    """As the page does, and approved as a duty leader would."""
    from accounts.instant import database_now
    from accounts.models import User
    from tickets import queues
    from tickets.exports import asking
    from tickets.exports.sources import TicketList
    from tickets.models import Export

    source = TicketList(queues.EVERYTHING, user, "list=all", database_now())
    export = asking.ask(source, query="list=all", reason="bench", form=form, in_full=False, request=None, now=source.now)
    Export.objects.filter(pk=export.pk).update(status="queued", decided_by=User.objects.system(), decided_at=export.at)
    return export


def highest(pid):
    """Megabytes that a process held at the most until now; 0 once it has gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def processor():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def written():
    """(seconds, seconds of the processor, megabytes at the most) of a process that writes what waits."""
    begun, before, memory = time.perf_counter(), processor(), 0
    process = subprocess.Popen([sys.executable, "manage.py", "write_exports"], cwd=Path(__file__).resolve().parent.parent)
    while process.poll() is None:
        memory = max(memory, highest(process.pid))
        time.sleep(0.05)
    if process.returncode:
        sys.exit("the file was not written")
    return time.perf_counter() - begun, processor() - before, memory


def rows_of(export):
    """How many rows there are in the file, beside its heads."""
    import openpyxl

    from tickets.exports import making

    with tempfile.TemporaryFile() as file:
        for piece in making.content_of(export):
            file.write(piece)
        file.seek(0)
        if export.form == "csv":
            return sum(1 for _row in csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))) - 1
        *sheets, _about = openpyxl.load_workbook(file, read_only=True).worksheets
        return sum(sum(1 for _row in sheet.iter_rows(values_only=True)) - 1 for sheet in sheets)


def run(standing, chosen):
    from accounts.models import User
    from bench import search_load
    from tickets.models import Ticket

    search_load.prepare(standing, chosen.rows, None)
    supervisor, rows, kept = User.objects.get(username="sv-bench"), Ticket.objects.count(), True
    limit = SECONDS_A_ROW * rows
    for form in chosen.form:
        alone, size = bare()
        export = ask(supervisor, form)
        seconds, busy, memory = written()
        export.refresh_from_db()
        read = rows_of(export)
        print(f"{form}: {export.status}, {read:,} of {rows:,} rows, {export.size / 2**20:.1f} MB; bare COPY {alone:.2f} s, "
              f"{size / 2**20:.1f} MB\n  {seconds:.1f} s ({busy:.1f} s of a processor), {seconds / alone:.1f} x COPY, "
              f"{seconds / limit:.2f} of the limit of {limit:.1f} s\n  {memory:.0f} MB, {memory / MEGABYTES:.2f} of the limit "
              f"of {MEGABYTES} MB", flush=True)
        kept &= read == export.done == rows and seconds <= limit and memory <= MEGABYTES
    return kept


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--form", nargs="+", choices=("xlsx", "csv"), default=["xlsx", "csv"])
    options.add_argument("--data", type=Path, help="a folder in which the district is kept; a temporary one by default")
    chosen = options.parse_args()
    with ground.servers(chosen.data) as standing:
        kept = run(standing, chosen)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
