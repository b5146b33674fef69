"""The marks printed on a ticket (SPEC B29-B31, E19), computed from what is so, never typed."""
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tickets.choices import Urgency

URGENT_MEDICAL = "1003"
CHECKPOINT = "100401"


def marks_of(ticket):
    """(text, tone, icon), the most pressing first; an icon, since colour alone is no sign."""
    category = ticket.category
    if ticket.urgency == Urgency.CRITICAL or (category and category.l2_code == URGENT_MEDICAL):
        yield pgettext("mark", "Urgent"), "red", "urgent"
    if category and category.code == CHECKPOINT:
        yield _("Special case"), "orange", "star"
    if ticket.repeat_count:
        yield _("Repeated, time no. %(count)d") % {"count": ticket.repeat_count}, "orange", "repeat"
    if ticket.reporter_count > 1:
        yield _("%(count)d reporters") % {"count": ticket.reporter_count}, "orange", "users"
    if ticket.redo_round:
        yield _("Redo no. %(count)d") % {"count": ticket.redo_round}, "purple", "rotate-clockwise"
    if ticket.key_supervision:
        yield _("Key supervision"), "red", "flag"
    if ticket.tracked_until:
        yield _("Keep tracking until %(date)s") % {"date": f"{ticket.tracked_until:%m-%d}"}, "blue", "eye-check"
    if getattr(ticket, "layers_differ", False):  # said by who has read the callbacks
        yield _("Callbacks differ"), "orange", "arrows-diff"
    if ticket.is_confidential:
        yield _("Confidential"), "dark", "lock"
