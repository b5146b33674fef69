"""What a special rule would concern among the tickets that are open now, said before it is written."""
from django.utils.translation import ngettext

from tickets.choices import URGENT_OR_WORSE, Urgency
from tickets.demands import LABELS
from tickets.models import Ticket
from tickets.overrides import PERSON, URGENCY, rank
from tickets.states import OPEN, State

TO_CLASSIFY = (State.DRAFT, State.NEED_INFO, State.PENDING_REVIEW)  # a step that judges the category is still to come


def sentence(*, category, what, value, **_rest):
    """How many tickets of this category it would meet, and how."""
    there = Ticket.objects.filter(category__code__startswith=category, state__in=OPEN)
    if what == PERSON:
        count = there.filter(urgency__in=URGENT_OR_WORSE).count()
        return ngettext("%(n)d open urgent ticket of this category would be followed by this person from its first day.",
                        "%(n)d open urgent tickets of this category would be followed by this person from its first day.",
                        count) % {"n": count}
    if what == URGENCY or what in LABELS:
        waiting = there.filter(state__in=TO_CLASSIFY)
        if what == URGENCY:
            waiting = waiting.filter(urgency__in=[code for code in Urgency.values if rank(code) < rank(value)])
        count = waiting.count()
        return ngettext("%(n)d ticket of this category waits to be submitted or approved and would meet the rule then.",
                        "%(n)d tickets of this category wait to be submitted or approved and would meet the rule then.",
                        count) % {"n": count}
    count = there.count()
    return ngettext("%(n)d ticket of this category is open: what runs stays, a clock that starts later gets this limit.",
                    "%(n)d tickets of this category are open: what runs stays, a clock that starts later gets this limit.",
                    count) % {"n": count}
