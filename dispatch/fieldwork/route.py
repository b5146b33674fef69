"""The order of a route: street or town, community or village, then the address as people count, 5号 before 12号."""
import re
import unicodedata

from accounts.models import UnitKind

LAST = "\U0010ffff"  # a place that nobody entered comes after all others
NUMBER = re.compile(r"([0-9]+)")
LONGEST_NUMBER = 18  # digits; what is longer is no house


def street_of(area):
    """The street or town that a place lies in; itself, when it is one. `area.parent` must have been read."""
    if area is None:
        return None
    return area.parent if area.kind in (UnitKind.COMMUNITY, UnitKind.VILLAGE) and area.parent else area


def place_of(ticket):
    return " · ".join(unit.name for unit in dict.fromkeys([street_of(ticket.area), ticket.area]) if unit)


def natural(text):
    """A key by which numbers inside a text stand by their size; full-width digits are digits, gaps are none."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    parts = NUMBER.split(plain)  # text, digits, text, digits, …: the same kind meets the same kind
    return [int(part[:LONGEST_NUMBER]) if place % 2 else part for place, part in enumerate(parts)]


def key(ticket, address):
    """`address` as the reader may see it: one that is withheld must not show in the order either."""
    street, area = street_of(ticket.area), ticket.area
    return (street.path if street else LAST, area.path if area else LAST, not address, natural(address), ticket.ticket_no)
