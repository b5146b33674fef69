"""I14: what a notice to a unit's people may never hold. Names and phones are encrypted, so this check reads them."""
from accounts.models import Membership
from accounts.roles import UNIT_ROLES
from notices.models import Notice
from tickets.models import Ticket

SHORTEST = 2  # a single character is in any text


def leaks():
    """Numbers of confidential tickets of which a notice to somebody of a unit says who or where the citizen is."""
    in_units = Membership.objects.filter(role__in=UNIT_ROLES).values("user")
    numbers = Ticket.objects.filter(is_confidential=True).values("ticket_no")
    notices = Notice.objects.filter(ticket_no__in=numbers, recipient__in=in_units).exclude(params={}, wording="")
    said: dict[str, list[str]] = {}
    for number, params, wording in notices.values_list("ticket_no", "params", "wording").iterator(chunk_size=1000):
        said.setdefault(number, []).extend([*map(str, params.values()), wording])
    tickets = Ticket.objects.filter(ticket_no__in=list(said)).select_related("caller").only("ticket_no", "address", "caller")
    return [ticket.ticket_no for ticket in tickets if any(
        secret in text for secret in secrets_of(ticket) for text in said[ticket.ticket_no])]


def secrets_of(ticket):
    caller = ticket.caller
    known = (caller.name, caller.phone, caller.phone2, caller.beneficiary, ticket.address)
    return [text for text in known if len(text) >= SHORTEST]
