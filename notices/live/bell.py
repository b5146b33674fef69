"""Tells a listener that there is a new notice for him; the number in the bell he fetches himself."""
from django.db.models import Max, Q

from notices.live.rows import NewRows
from notices.models import Notice


class Bell:
    """A source for the hub."""

    def __init__(self):
        self.rows = NewRows(read, lambda: Notice.objects.aggregate(last=Max("id"))["last"])

    def look(self, listeners, *, now):
        """[(listener, event, data)] of what he has to hear."""
        known = self.rows.last is not None  # the first look finds old ones
        rows = self.rows.look(now)
        told = {recipient for _id, recipient, channel in rows if channel == Notice.Channel.INAPP} if known else set()
        return [(listener, "bell", {}) for listener in listeners if listener.user.pk in told]


def read(after, among, limit):
    rows = Notice.objects.filter(Q(id__gt=after) | Q(id__in=among)).order_by("id")
    return list(rows.values_list("id", "recipient", "channel")[:limit])
