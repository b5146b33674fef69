"""Hours: of a moment, of a span, and all those that a change of a ticket can have touched."""
from datetime import UTC, datetime, timedelta

from django.db.models import DateTimeField, F, Q
from django.db.models.functions import Trunc

from insights.figures.sources import SOURCES
from tickets.models import TicketEvent

HOUR = timedelta(hours=1)
MOST_SPANS = 24


def hour_of(moment):
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def whole(since, until):
    """(first, end) of the whole hours in a span; None when there is none."""
    first = hour_of(since + HOUR - timedelta(microseconds=1))
    end = hour_of(until)
    return (first, end) if first < end else None


def spans(hours, gap=timedelta(0)):
    """The same hours as spans; gaps as long as `gap` are filled."""
    found: list = []
    for hour in sorted(hours):
        if found and hour - found[-1][1] <= gap:
            found[-1] = found[-1][0], hour + HOUR
        else:
            found.append((hour, hour + HOUR))
    return found


def parcels(hours):
    """The same hours, in lists of not too many spans each."""
    found = spans(hours, HOUR)
    return [found[start:start + MOST_SPANS] for start in range(0, len(found), MOST_SPANS)]


def few_spans(hours):
    """Not many spans that hold all these hours. To count an hour more does no harm, a thousand spans in one query do."""
    gap = timedelta(0)
    while len(found := spans(hours, gap)) > MOST_SPANS:
        gap = 2 * gap + HOUR
    return found


def in_spans(parts):
    return [start + n * HOUR for start, end in parts for n in range((end - start) // HOUR)]


def touched(marks):
    """Every hour in which the marked tickets count now, or counted before one of the marked events. Two queries."""
    found = {mark.hour.astimezone(UTC) for mark in marks if mark.hour}
    tickets = {mark.ticket for mark in marks if mark.ticket}
    if tickets:
        found |= set(hours_of(tickets)) | set(hours_left([(mark.ticket, mark.seq) for mark in marks if mark.ticket]))
    return found


def hours_of(tickets):
    """Where the rows of these tickets stand, whether they count or not."""
    queries = [model.objects.filter(**{f"{way}pk__in": tickets, f"{column}__isnull": False}).annotate(
        at_hour=Trunc(F(column), "hour", output_field=DateTimeField(), tzinfo=UTC)).order_by().values_list("at_hour").distinct()
        for model, way, column in moments()]
    return (hour for (hour,) in queries[0].union(*queries[1:]))


def moments():
    """(model, way to the ticket, column) of all moments at which something counts."""
    return sorted({(source.rows().model, source.ticket, column) for source in SOURCES.values()
                   if source.ticket is not None and source.adds_up for column in source.columns or (source.moment,)},
                  key=lambda found: (found[0].__name__, found[2]))


def hours_left(events):
    """The moments that these events moved: the trail tells what a ticket, or a due date, was before."""
    wanted = Q(*[Q(ticket=ticket, seq=seq) for ticket, seq in events], _connector=Q.OR)
    for data in TicketEvent.objects.filter(wanted).exclude(data={}).values_list("data", flat=True):
        moved = [*data.get("changed", {}).values(), *data.get("due", {}).values()]
        yield from (hour_of(moment) for old, _new in moved if (moment := instant(old)))


def instant(value):
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) > len("2026-01-01") else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
