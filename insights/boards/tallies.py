"""How many of each: several counts in one query, each over few rows (open tickets, an hour, a day), never over history."""
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from django.db.models import Case, Count, DateTimeField, F, IntegerField, TextField, Value, When
from django.db.models.functions import Cast, Concat, Trunc

from accounts.models import Unit, UnitKind
from dispatch import wall
from insights.memos import acts as memo_acts
from tickets.calendars import local_date
from tickets.models import Call, Seat, Ticket
from tickets.people import Disposition
from tickets.weeks import midnight

MINUTE, HOUR, LONGEST_SHIFT = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24)
STREETS = (UnitKind.STREET, UnitKind.TOWN)
BETWEEN = "|"  # of path and name


def tallied(parts):
    """`parts`: {name: (rows, key)}; {name: {key as text: how many}}."""
    queries = [by_key(rows, name, key) for name, (rows, key) in parts.items()]
    found: defaultdict = defaultdict(dict)
    for name, key, many in queries[0].union(*queries[1:], all=True) if queries else ():
        found[name][key] = many
    return found


def by_key(rows, name, key):
    said = rows.order_by().annotate(part=Value(name, TextField()), key=Cast(key, TextField()))
    if name == "streets":  # names, not counts: in the same query
        return said.annotate(n=Value(0, IntegerField())).values_list("part", "key", "n")
    return said.values("part", "key").annotate(n=Count("pk")).values_list("part", "key", "n")


# --- what there is to be tallied, for who looks, at an instant -----------------------------------------------------


def seen(user):
    return Ticket.objects.visible_to(user)


def states(user, at):
    """Open tickets, now."""
    return wall.tickets(user), F("state")


def intake(user, at):
    return within_the_hour(seen(user), "registered_at", at)


def calls(user, at):
    """Those that came in. They have no unit: for who sees all tickets only."""
    return within_the_hour(Call.objects.exclude(disposition=Disposition.OUTGOING), "started_at", at)


def within_the_hour(rows, column, at):
    span = {f"{column}__gte": first_minute(at), f"{column}__lt": at}
    return rows.filter(**span), Trunc(F(column), "minute", output_field=DateTimeField(), tzinfo=UTC)


def first_minute(at):
    """Sixty minutes, the last one is the one that goes on."""
    return (at - timedelta(microseconds=1)).replace(second=0, microsecond=0) - HOUR + MINUTE


def minute_of(key):
    return datetime.fromisoformat(key).replace(tzinfo=UTC)


def heat(user, at):
    """Of this day, by the place of the matter."""
    day = seen(user).filter(registered_at__gte=midnight(local_date(at)), registered_at__lt=at, area__isnull=False)
    return day, F("area__path")


def streets(user, at):
    return Unit.objects.filter(kind__in=STREETS, is_active=True), Concat("path", Value(BETWEEN), "name")


def memos(user, at):
    """Sent to the units of this user; one that was not answered in time counts as late."""
    late = When(status=memo_acts.Status.SENT, due_at__lt=at, then=Value("late"))
    return memo_acts.seen(user), Case(late, default=F("status"), output_field=TextField())


def seats(user, at):
    """Who sits at a telephone now, by what he is at."""
    return Seat.objects.filter(left_at=None), F("mode")


def seats_then(user, at):
    """What each was at is not kept; that he sat there is."""
    sat = Seat.objects.filter(sat_down_at__gt=at - LONGEST_SHIFT, sat_down_at__lte=at)
    return sat.exclude(left_at__lte=at), F("place")
