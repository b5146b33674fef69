"""The one clock: the database's, so that several web nodes agree on what time it is."""

from datetime import UTC, datetime

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

# The same clock inside a query (`expires_at__gt=DATABASE_CLOCK`), at no extra round trip.
DATABASE_CLOCK = Now()


def database_now() -> datetime:
    """The instant on the database server, aware, in UTC; not the start of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (instant,) = cursor.fetchone()
    return instant.astimezone(UTC)


def machine_now() -> datetime:
    """This machine's clock, without a query; only for how long a browser was silent, as Django's own session expiry."""
    return timezone.now()
