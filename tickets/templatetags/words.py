"""Words for the countdowns that hotline.js keeps moving: the same that the server writes."""
import json

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def clock_words():
    return json.dumps({
        "left": _("%(time)s left"), "late": _("late by %(time)s"), "days": _("%(days)d d %(hours)d h"),
        "hours": _("%(hours)d h %(minutes)d min"), "minutes": _("%(minutes)d min"),
    }, ensure_ascii=False)
