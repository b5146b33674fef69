"""Whether the holidays that deadlines will need are entered: asked daily, shown on the page and to the health check."""
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from notices.actions import tell
from notices.models import Notice
from tickets.calendars import local_date
from tickets.holidays.table import newest

WARN_FROM = (11, 15)  # the State Council publishes the next year in the first half of November


def missing_year(version, today):
    """The year whose holidays are missing although deadlines may soon run into it; None when all is well."""
    if today.year not in version.years:
        return today.year
    soon = (today.month, today.day) >= WARN_FROM
    return today.year + 1 if soon and today.year + 1 not in version.years else None


def warn(*, now):
    """Tell administrators and duty leaders; each once a year that is missing, however often this is asked."""
    year = missing_year(newest(), local_date(now))
    if year:
        people = User.objects.filter(is_active=True, memberships__role__in=(Role.AD, Role.DL)).distinct().order_by("pk")
        tell(people, cause=f"calendar_missing:{year}", kind="calendar_missing", params={"year": year},
             channels=(Notice.Channel.INAPP, Notice.Channel.SMS), now=now)
    return year


def warnings(now):
    """For the health check: [{"code": …, "text": …}], empty when all is well."""
    year = missing_year(newest(), local_date(now))
    return [{"code": "calendar_missing", "text": sentence(year)}] if year else []


def sentence(year):
    return _("No holidays are entered for %(year)s.") % {"year": year}
