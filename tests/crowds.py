"""People and reference data that a whole module of page tests shares, and clients signed in as them."""
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tickets.finding import hits

_around: list = []  # the transactions around modules that are open: one at most


@contextmanager
def made_once(django_db_blocker):
    """Everybody of factories.make_people(), rolled back at the end; each test's own transaction is a savepoint inside."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        _around.append(around)
        try:
            yield factories.make_people()
        finally:
            leave()


def leave():
    """The end of the module's transaction; also when one of its tests that commit is next, which would see nothing in it."""
    while _around:
        transaction.set_rollback(True)
        _around.pop().__exit__(None, None, None)


def signed_in(user, language="zh-hans", **options):
    client = Client(**options)
    client.force_login(user)
    client.cookies["django_language"] = language
    return client


def cost(client, url, *, first=False, **options):
    """How many queries a page takes; with `first` also those that only the first opening needs, and once a minute again."""
    def opened():
        assert client.get(url, **options).status_code == 200

    if first:
        with patch.object(hits, "_estimates", {}):
            return queries_of(opened)
    opened()
    return min(queries_of(opened) for _time in range(2))


def queries_of(act):
    """How many queries `act()` takes, without the savepoints that only the transaction around a test needs."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return len([query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]])
