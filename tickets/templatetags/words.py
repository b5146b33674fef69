"""Small words of templates: values as people read them, and the countdown texts that js/clock.js keeps true."""
import json
from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.faces import Face
from tickets import presenters
from tickets.presenters import short

register = template.Library()


@register.filter
def shown(value):
    """An instant in local time, a day, or the text itself."""
    if isinstance(value, datetime):
        return short(value)
    return date_format(value, "Y-m-d") if isinstance(value, date) else value


@register.filter
def day_said(moment, now):
    """The day of an instant: today, yesterday, Fri 27 Nov."""
    return presenters.day_said(moment, now)


@register.filter
def citizen(identity):
    """The citizen for components/person.html, as far as disclosure.identity_of tells this reader."""
    return Face(identity["name"], phone=identity["phone"])


@register.simple_tag
def clock_words():
    """The same words that the server writes, for js/clock.js."""
    return json.dumps({
        "left": _("%(time)s left"), "late": _("late by %(time)s"), "days": _("%(days)d d %(hours)d h"),
        "hours": _("%(hours)d h %(minutes)d min"), "minutes": _("%(minutes)d min"),
        "working_days": _("%(days)d working days %(hours)d h"), "working": _("%(time)s working time"),
        "working_day": presenters.A_WORKING_DAY,
    }, ensure_ascii=False)
