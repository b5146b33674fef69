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
        told = {recipient for _id, recipient, channel in self.rows.look(now) if channel == Notice.Channel.INAPP}
        return [(listener, "bell", {}) for listener in listeners if listener.user.pk in told]


def read(after, among, limit):
    rows = Notice.objects.filter(Q(id__gt=after) | Q(id__in=among)).order_by("id")
    return list(rows.values_list("id", "recipient", "channel")[:limit])
