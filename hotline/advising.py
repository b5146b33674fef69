"""What connects suggestions and dispatch: the units that the rules name for a matter that is no ticket yet."""
from dispatch import routing
from suggesting import units
from tickets.models import Ticket

KNOWN = ("type", "category", "area", "target_unit", "urgency", "subject_type", "address", "content", "title")


def proposals(given, *, now):
    """The same that the dispatcher will see, of a ticket that is nowhere stored."""
    said = {name: given[name] for name in KNOWN if given.get(name)}
    ticket = Ticket(**said, is_confidential=bool(given.get("is_confidential")))
    return [units.Proposal(one.unit, one.reasons[0]) for one in routing.suggest_units(ticket, now)]


def connect():
    units.register(proposals)
