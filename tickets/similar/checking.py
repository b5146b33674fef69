"""Before a matter is submitted: what is very likely the same must have been looked at (SPEC 7.3). Nothing is merged by it."""
from django.utils.translation import gettext_lazy as _

from tickets.models import IdempotencyKey
from tickets.similar import lookup

NAMED = 3
SENTENCE = _("Very like the matter of %(numbers)s: join it, or tick that you checked and it is another one.")


def unchecked(given, *, now, but=None, others=()):
    """Numbers of suggested tickets that nobody has said a word about; none when the tick is there. At most two queries."""
    if given.get("duplicate_checked"):
        return []
    found = lookup.find(lookup.matter(given), now=now, but=but)
    return [one.ticket.ticket_no for one in found if one.score.is_suggested and one.ticket.ticket_no not in others]


def demand(form, *, now, but=None, others=(), was_sent=lambda: False):
    """Put the sentence beside the tick of a valid form, if it is missing; whether the form still stands."""
    numbers = unchecked(form.cleaned_data, now=now, but=but, others=others)
    if not numbers or was_sent():
        return True
    form.add_error("duplicate_checked", SENTENCE % {"numbers": ", ".join(numbers[:NAMED])})
    return False


def stands(request, form, now):
    """The same on the operator's screen. A form that came before became a ticket, which it is like indeed: that one is shown
    again, and nothing is asked."""
    return demand(form, now=now, others=request.POST.getlist("other"), was_sent=lambda: IdempotencyKey.objects.filter(
        user=request.user, key=form.given_key).exists())
