"""The headings of a list that is sorted by what is due: late, within the hour, today, tomorrow, later, no deadline."""
from datetime import timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Orders that tell when something is due, and what a moment that has passed is called there.
WHAT_IS_PAST = {"deadline": _("Late"), "order_due": _("Late"), "next_try": _("Now"), "look_at": _("Now")}
HOUR = timedelta(hours=1)


def heading(moment, now, past):
    if moment is None:
        return _("No deadline")
    if moment < now:
        return past
    if moment <= now + HOUR:
        return _("Due within the hour")
    days = (timezone.localdate(moment) - timezone.localdate(now)).days
    return _("Later") if days > 1 else _("Tomorrow") if days else _("Today")


def groups(rows, sorting, now):
    """[(heading, rows)]; one group without a heading when the list is not sorted by what is due; none without rows."""
    past = WHAT_IS_PAST.get(sorting.name)
    if past is None:
        return [("", rows)] if rows else []
    return [(title, list(members)) for title, members in groupby(rows, lambda row: heading(row.ticket.place, now, past))]
