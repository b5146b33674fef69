"""A look for what to warn of: the rows of Alert, written. Any number may look at once, and as often as they like: what goes on
is added to the warning that was given, and a warning is told once."""
from collections import Counter
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.roster import people
from accounts.turns import take_turn
from insights.alerts import clusters, surge
from insights.models import Alert, AlertTicket
from notices.actions import tell
from tickets.models import Category

Kind, Status = Alert.Kind, Alert.Status
BACK, MOST_READ = timedelta(days=30), 5000  # what words are usual is learnt from the newest of these
QUIET = timedelta(days=1)  # after so long without news a warning is over, and the same is a new one
SAID = {Kind.SURGE: gettext_noop("Surge"), Kind.CLUSTER: gettext_noop("Many people, one matter")}


@transaction.atomic
def look(*, now):
    """Returns the new warnings."""
    take_turn("early warning")
    end_quiet_ones(now)
    live = list(Alert.objects.filter(live_until__gte=now, at__lte=now).order_by("pk"))
    linked = linked_to(live)
    made = look_for_clusters([one for one in live if one.kind == Kind.CLUSTER], linked, now=now)
    out = left_out_of(live)
    made += look_for_surges([one for one in live if one.kind == Kind.SURGE], linked, out, now=now)
    for alert in made:
        tell(people("duty_leader", unit=None, now=now), kind="early_warning", cause=f"alert:{alert.pk}", now=now,
             params={"what": SAID[alert.kind], "count": alert.count, "matter": alert.matter or "–"})
    return made


def end_quiet_ones(now):
    """What somebody has taken up, he ends himself."""
    quiet = Alert.objects.filter(status=Status.OPEN, live_until__lt=now)
    quiet.update(status=Status.OVER, ended_by=User.objects.system(), ended_at=now)


def linked_to(alerts):
    """With what was left out, so that it is not added again."""
    found: dict = {alert.pk: set() for alert in alerts}
    for alert, ticket in AlertTicket.objects.filter(alert__in=alerts).values_list("alert", "ticket"):
        found[alert].add(ticket)
    return found


def left_out_of(alerts):
    return set(AlertTicket.objects.filter(alert__in=alerts, is_out=True).values_list("alert", "ticket"))


def lives_until(now, span):
    return now + max(QUIET, span)


def link(alert, ids, linked, *, now):
    """Add what is new to it, which keeps it alive."""
    new = set(ids) - linked.setdefault(alert.pk, set())
    if not new:
        return
    AlertTicket.objects.bulk_create(AlertTicket(alert=alert, ticket_id=pk, at=now) for pk in sorted(new))
    linked[alert.pk] |= new
    alert.live_until = max(alert.live_until, lives_until(now, alert.until - alert.since))
    alert.save(update_fields=["live_until"])


# --- several people about one thing -----------------------------------------------------------------------------------------


def reports(now):
    """[clusters.Report] of the newest tickets. The place is that of the matter, never where the caller lives."""
    streets = surge.streets_of()
    rows = surge.reported().filter(surge.within(now - BACK, now)).order_by("-registered_at", "-pk")
    read = rows.values_list("pk", "registered_at", "phone_hash", "content", "area", "address", "category__l2_code")[:MOST_READ]
    return [report(row, streets) for row in read]


def report(row, streets):
    """Titles are not read: they are made of address and category, so that all of one category would be alike. Where the street
    is known the name of the place says nothing more: two matters at one gate are two."""
    pk, at, who, content, area, address, group = row
    place, street = clusters.place_in(address) or clusters.place_in(content), streets.get(area)
    text = content.replace(place, " ") if place and street else content
    return clusters.Report(pk, at, who, clusters.terms("", text), street, group or "", place)


def spent(now):
    """Tickets of the longest window that a warning stood for which is over."""
    since = now - max(rule.span for rule in rules())
    rows = AlertTicket.objects.filter(alert__kind=Kind.CLUSTER, alert__live_until__lt=now, ticket__registered_at__gt=since)
    return frozenset(rows.values_list("ticket", flat=True))


def rules():
    pairs: Any = settings.EARLY_WARNING["CLUSTERS"]
    return tuple(clusters.Rule(timedelta(minutes=minutes), least) for minutes, least in pairs)


def look_for_clusters(live, linked, *, now):
    read = reports(now)
    fresh, grown = clusters.look(read, [linked[alert.pk] for alert in live], now=now, rules=rules(), spent=spent(now))
    for place, ids in grown:
        link(live[place], ids, linked, now=now)
    rare = clusters.rarity(read) if fresh else {}
    return [warn_of_cluster(cluster, rare, linked, now=now) for cluster in fresh]


def warn_of_cluster(cluster, rare, linked, *, now):
    streets = {report.street for report in cluster.reports}
    category = usual_category(cluster.ids)
    alert = Alert.objects.create(
        kind=Kind.CLUSTER, at=now, since=cluster.since, until=now, count=len(cluster.reports), people=cluster.people,
        area_id=streets.pop() if len(streets) == 1 else None, centre_id=cluster.centre.id, place=clusters.place_of(cluster),
        words=[word[:60] for word in clusters.words_of(cluster, rare)], live_until=lives_until(now, now - cluster.since),
        code=category.code if category else "", matter=named(category) if category else "")
    link(alert, cluster.ids, linked, now=now)
    return alert


def usual_category(ids):
    """That of at least half of the tickets, or None."""
    counts = Counter(surge.reported().filter(pk__in=ids).values_list("category", flat=True))
    pk, many = counts.most_common(1)[0] if counts else (None, 0)
    return Category.objects.filter(pk=pk).first() if 2 * many >= len(ids) else None


def named(category):
    return f"{category.l2} / {category.name}"


# --- more than usual ----------------------------------------------------------------------------------------------------------


def look_for_surges(live, linked, out, *, now):
    """What was left out of a warning is not explained by it."""
    going_on = {surge.Key(alert.code, alert.area_id): alert for alert in live}
    others = {ticket for alert, tickets in linked.items() for ticket in tickets if (alert, ticket) not in out}
    found = surge.look(others, now=now, also=set(going_on))
    names = names_of({one.key.code for one in found})
    made = []
    for one in found:
        if alert := going_on.get(one.key):
            link(alert, one.reports, linked, now=now)
        else:
            made.append(warn_of_surge(one, names, linked))
    return made


def warn_of_surge(one, names, linked):
    alert = Alert.objects.create(
        kind=Kind.SURGE, at=one.at, since=one.at - one.span, until=one.at, count=one.counts.now, people=one.people,
        before=one.counts.before, weekday=one.counts.weekday, code=one.key.code, matter=names[one.key.code],
        area_id=one.key.street, live_until=lives_until(one.at, one.span))
    link(alert, one.reports, linked, now=one.at)
    return alert


def names_of(codes):
    """{code of a category, or of a group: what it is called}"""
    known = Category.objects.filter(Q(code__in=codes) | Q(l2_code__in=codes))
    found = {}
    for category in known:
        found[category.code], found[category.l2_code] = named(category), category.l2
    return found
