"""Tells an operator's pages that his telephone did something; what it is they fetch themselves, masked as for him."""
from datetime import timedelta

from django.db.models import Max, Q

from accounts.instant import machine_now
from notices.live.rows import NewRows
from tickets.models import PhoneEvent

LATELY = timedelta(seconds=120)  # a page that was being made meanwhile looks once more


class Telephone:
    """A source for the hub. Tells `phone` {}."""

    is_urgent = True  # the screen pops within a second

    def __init__(self):
        self.rows = NewRows(read, lambda: PhoneEvent.objects.aggregate(last=Max("id"))["last"])

    def look(self, listeners, *, now):
        known = self.rows.last is not None  # the first look finds old ones
        rows = self.rows.look(now)
        told = called(Q(phone_call__in={call for _id, call in rows})) if known and rows else set()
        new = {one.user.pk for one in listeners if one.is_new}
        if new:
            since = machine_now() - LATELY
            late = called(Q(operator__in=new, taken_at__gt=since))
            return [(one, "phone", {}) for one in listeners if one.user.pk in (told | late if one.is_new else told)]
        return [(one, "phone", {}) for one in listeners if one.user.pk in told]


def called(which):
    """The people at whose seats it rang: also of those that somebody else has answered by now."""
    return set(PhoneEvent.objects.filter(which, operator__isnull=False).values_list("operator", flat=True))


def read(after, among, limit):
    rows = PhoneEvent.objects.filter(Q(id__gt=after) | Q(id__in=among)).order_by("id")
    return list(rows.values_list("id", "phone_call")[:limit])
