"""How often the detector of clusters is wrong, on a file of messages whose later course is known.

The messages come in their order, and after each the detector looks, as the worker does; what shares reports with a warning that
goes on is no second one. A warning was of a real matter when the matter went on: in the days after it came at least as many
further messages like the one in its middle as it had been given for. Warnings too near to the end of the file are not judged.
A file says neither category nor street: surges cannot be measured on it, and clusters are kept apart by their words alone.
"""
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from insights.alerts import clusters
from insights.alerts.keeping import BACK, MOST_READ, lives_until
from suggesting.messages import Malformed

DAY = timedelta(days=1)
SHAPES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M")


@dataclass
class Warned:
    cluster: clusters.Cluster
    rare: dict  # as it was then
    title: str
    ids: set = field(default_factory=set)
    live_until: datetime | None = None
    further: int | None = None  # None: nobody knows yet

    @property
    def is_real(self):
        return self.further is not None and self.further >= len(self.cluster.reports)


def reports_of(messages):
    """[(Report, title)] by time."""
    made = [(clusters.Report(number, moment(each), each.user, clusters.terms(each.topic, each.detail),
                             place=clusters.place_in(f"{each.topic}。{each.detail}")), each.topic)
            for number, each in enumerate(messages)]
    return sorted(made, key=lambda pair: (pair[0].at, pair[0].id))


def moment(message):
    for shape in SHAPES:
        try:
            return timezone.make_aware(datetime.strptime(message.time, shape))  # noqa: DTZ007  (made aware here)
        except ValueError:
            continue
    raise Malformed(f"message {message.id}: no time that could be read: {message.time!r}")


def play(messages, *, days, rules, progress=lambda share: None):
    """[Warned], the oldest first."""
    come, warned, first = reports_of(messages), [], 0
    reports, titles = [one for one, _title in come], {one.id: title for one, title in come}
    for place, report in enumerate(reports):
        now = report.at
        while reports[first].at <= now - BACK or place - first >= MOST_READ:
            first += 1
        read, live = reports[first:place + 1], [one for one in warned if one.live_until >= now]
        spent = frozenset().union(*(one.ids for one in warned if one.live_until < now))
        fresh, grown = clusters.look(read, [one.ids for one in live], now=now, rules=rules, spent=spent)
        for number, ids in grown:
            keep(live[number], ids, now)
        for cluster in fresh:
            warned.append(Warned(cluster, clusters.rarity(read), titles[cluster.centre.id]))
            keep(warned[-1], cluster.ids, now)
        progress(place / len(reports))
    for one in warned:
        judge(one, reports, days * DAY)
    return warned


def keep(one, ids, now):
    one.ids |= ids
    one.live_until = lives_until(now, one.cluster.at - one.cluster.since)


def judge(one, reports, span):
    at, end = one.cluster.at, one.cluster.at + span
    if reports[-1].at >= end:
        one.further = sum(at < report.at <= end and clusters.alike(one.cluster.centre, report, one.rare) for report in reports)


def figures(warned, *, messages, days, rules):
    judged = [one for one in warned if one.further is not None]
    real = sum(one.is_real for one in judged)
    return {
        "messages": messages, "days": days, "rules": [[rule.span.total_seconds() / 60, rule.least] for rule in rules],
        "warnings": len(warned), "judged": len(judged), "real": real, "false": len(judged) - real,
        "false_alarm_rate": share(len(judged) - real, len(judged)),
        "went_on_at_all": sum(one.further > 0 for one in judged),
        "by_rule": {f"{rule.span.total_seconds() / 60:g} min, {rule.least} people": dict(Counter(
            "not judged" if one.further is None else "real" if one.is_real else "false"
            for one in warned if one.cluster.rule == rule)) for rule in rules},
        "list": [told(one) for one in warned],
    }


def share(part, whole):
    return round(part / whole, 4) if whole else None


def told(one):
    cluster = one.cluster
    return {"at": timezone.localtime(cluster.at).isoformat(timespec="minutes"), "reports": len(cluster.reports),
            "people": cluster.people, "minutes": cluster.rule.span.total_seconds() / 60, "place": clusters.place_of(cluster),
            "words": clusters.words_of(cluster, one.rare), "title": one.title, "in_all": len(one.ids), "further": one.further,
            "real": one.is_real if one.further is not None else None}
