"""One after the other, where there is no row yet that could be locked."""
from django.db import connection


def take_turn(what: str) -> None:
    """Whoever asks for the same in another transaction waits until this one ends."""
    _asked("pg_advisory_xact_lock", what)


def is_my_turn(what: str) -> bool:
    """The same for those who need not wait: False while another is at it."""
    return _asked("pg_try_advisory_xact_lock", what)


def _asked(function, what):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [what])  # noqa: S608 (one of the two above)
        return cursor.fetchone()[0]
