"""What the scripts of an open page need to know of it."""
import json

from django import template
from django.utils.translation import gettext as _

from notices.live.hub import mark

register = template.Library()


@register.simple_tag
def moment():
    """When this page was made, in epoch seconds: what happened later it does not show."""
    return mark()


@register.simple_tag
def live_words():
    """Everything that live.js and its neighbours say."""
    return json.dumps({
        "live": _("Live: this page keeps itself up to date"),
        "lost": _("Connecting again …"),
        "polling": _("No live connection: looking for news every 15 seconds"),
        "offline": _("No connection"),
        "unsent": _("No connection. Your text is kept here; send it again when the connection is back."),
        "restored": _("Restored: what you had typed before."),
        "discard": _("Discard it"),
        "meanwhile": _("Meanwhile: %(value)s"),
        "take": _("Take it"),
        "empty": _("(empty)"),
        "over": _("This step is not possible any more. What you typed is kept here, to copy."),
        "looks": _("%(name)s is looking at this ticket"),
        "types": _("%(name)s is typing in this ticket"),
    }, ensure_ascii=False)
