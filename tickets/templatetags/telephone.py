"""Numbers that can be dialled from the page."""
from django import template

from tickets.disclosure import sees_in_full
from tickets.telephony import adapters, dialling
from tickets.telephony.seats import TAKES_CALLS

register = template.Library()


@register.simple_tag(takes_context=True)
def dialled(context, ticket, identity):
    """[(which, number, tel: address)] of the numbers that stand there in full; the address is "" where the telephone of the
    house dials. That one is asked by the ticket, so that no number goes into a request."""
    user = context["request"].user
    if identity["masked"]:
        return []
    by_telephone = adapters.is_configured() and user.has_role(*TAKES_CALLS) and sees_in_full(ticket, user)
    return [(which, identity[which], "" if by_telephone else dialling.address(identity[which]))
            for which in ("phone", "phone2") if identity[which]]
