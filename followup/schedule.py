"""When to call a citizen back again: pure functions over past attempts (SPEC 7.5). No clock, no database."""
from datetime import datetime, time, timedelta

from tickets.calendars import LOCAL, ONE_DAY

BANDS = ((time(9), time(12)), (time(14), time(18)), (time(18, 30), time(20, 30)))
GAP = timedelta(hours=2)
MAX_ATTEMPTS = 3
MIN_DAYS = 2
MIN_BANDS = 2
QUIET_FROM, QUIET_UNTIL = time(21), time(8, 30)
SURVEY_OPEN = timedelta(hours=48)


def band_of(moment: datetime) -> int | None:
    """Index of the time band an instant lies in, or None between bands."""
    clock = moment.astimezone(LOCAL).time()
    return next((i for i, (start, end) in enumerate(BANDS) if start <= clock < end), None)


def is_quiet(moment: datetime) -> bool:
    """Nobody is called at night, except about what is critical."""
    clock = moment.astimezone(LOCAL).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def next_attempt(attempts: list[datetime], now: datetime) -> datetime:
    """The earliest start of a try that keeps the rule: in a band, 2 h after the last, and so that the third one
    still makes two days and two bands."""
    last_try = len(attempts) + 1 >= MAX_ATTEMPTS
    days = {moment.astimezone(LOCAL).date() for moment in attempts}
    bands = {band_of(moment) for moment in attempts} - {None}
    earliest = max(now, attempts[-1] + GAP) if attempts else now
    for start, band in openings(earliest):
        new_day = start.astimezone(LOCAL).date() not in days
        if last_try and len(days) < MIN_DAYS and not new_day:
            continue
        if last_try and len(bands) < MIN_BANDS and band in bands:
            continue
        return start
    raise AssertionError("unreachable: openings() never ends")


def openings(earliest: datetime):
    """Endless (start, band index): the instant itself if it lies in a band, then every band's beginning."""
    current = band_of(earliest)
    if current is not None:
        yield earliest, current
    day = earliest.astimezone(LOCAL).date()
    while True:
        for band, (start, _end) in enumerate(BANDS):
            moment = datetime.combine(day, start, LOCAL)
            if moment > earliest:
                yield moment, band
        day += ONE_DAY


def enough(attempts: list[datetime]) -> bool:
    """At least three tries, on two days, in two bands. Tries made too early are kept, but do not replace a later one."""
    days = {moment.astimezone(LOCAL).date() for moment in attempts}
    bands = {band_of(moment) for moment in attempts} - {None}
    return len(attempts) >= MAX_ATTEMPTS and len(days) >= MIN_DAYS and len(bands) >= MIN_BANDS


def exhausted(attempts: list[datetime], survey_sent_at: datetime | None, now: datetime) -> bool:
    """Enough tries, and the questionnaire by text message ran out."""
    survey_over = survey_sent_at is not None and now >= survey_sent_at + SURVEY_OPEN
    return enough(attempts) and survey_over
