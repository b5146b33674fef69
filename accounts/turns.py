"""One after the other, where there is no row yet that could be locked."""
from django.db import connection


def take_turn(what: str) -> None:
    """Whoever asks for the same in another transaction waits until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
