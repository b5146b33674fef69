"""How long a session lasts: IDLE_MINUTES without a request, twelve hours (one shift) in any case."""

from datetime import datetime, timedelta

from django.conf import settings

STARTED, SEEN = "session_started", "session_seen"
LONGEST_SESSION = timedelta(hours=12)
# Being seen is written down once a minute, not with every click.
SEEN_PRECISION = timedelta(minutes=1)


def begin(session, *, now: datetime) -> None:
    session[STARTED] = session[SEEN] = now.timestamp()


def is_over(session, *, now: datetime) -> bool:
    started, seen = session.get(STARTED), session.get(SEEN)
    if started is None or seen is None:  # not opened by our log-in page (a test client): starts counting now
        return False
    idle, age = now.timestamp() - seen, now.timestamp() - started
    return idle >= settings.IDLE_MINUTES * 60 or age >= LONGEST_SESSION.total_seconds()


def note_seen(session, *, now: datetime) -> None:
    if STARTED not in session:
        begin(session, now=now)
    elif now.timestamp() - session[SEEN] >= SEEN_PRECISION.total_seconds():
        session[SEEN] = now.timestamp()
