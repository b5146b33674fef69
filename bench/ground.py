"""What the scripts of this folder stand on: servers with the product set up, a way to load rows, and what counts as late."""
import os
import signal
import statistics
import sys
import tempfile
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOADING = """SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '1GB';
    SET max_parallel_maintenance_workers = 1"""
INDEXES = """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
    WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique
          AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"""


@dataclass(frozen=True)
class Ground:
    home: Any
    postgres: Any

    def loader(self):
        return loader(self.postgres)


@contextmanager
def servers(folder=None):
    """Servers on a folder, a temporary one by default, with the product set up in this process."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and folder go, too
    with ExitStack() as stack:
        if folder:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        os.environ |= {"HOTLINE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "hotline.settings", "HOTLINE_DEMO": "0"}
        from hotline.embedded import Servers
        from hotline.home import Home

        home = Home(folder)
        running = stack.enter_context(Servers(home))
        import django

        django.setup()
        yield Ground(home, next((server for server in running.all if server.name == "postgres"), None))


def is_there():
    """Whether somebody set up the product on these servers before."""
    from django.db import connection

    return "tickets_ticket" in connection.introspection.table_names()


@contextmanager
def loader(postgres):
    """A connection of the owner on which triggers and foreign keys are off."""
    with closing(postgres.connect("hotline", owner=True)) as database:
        with database, database.cursor() as cursor:
            cursor.execute(LOADING)
        yield database


@contextmanager
def without_indexes(cursor, *tables):
    """The indexes of these tables that guard nothing are away in the block and made in one go at its end, in the same
    transaction: filled row by row they cost a search for each row, and for each pair of letters of each text."""
    cursor.execute(INDEXES, [list(tables)])
    made = cursor.fetchall()
    for name, _sql in made:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, sql in made:
        cursor.execute(sql)


def settle(database):
    """What autovacuum would do in time."""
    database.autocommit = True
    with database.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    database.autocommit = False


def middle_and_late(taken):
    """The median, and what 95 of 100 keep below."""
    return statistics.median(taken), statistics.quantiles(taken, n=20, method="inclusive")[-1]
