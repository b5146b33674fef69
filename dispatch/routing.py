"""Which unit a matter belongs to: a suggestion for the dispatcher, never an order (SPEC 8)."""
from accounts.models import Unit, UnitKind
from tickets.fields import AREA_KINDS

TERRITORY = "@TERR"


def territory_of(area):
    """属地: the street or town that an area belongs to."""
    if area is None:
        return None
    if area.kind in (UnitKind.STREET, UnitKind.TOWN):
        return area
    return area.parent


def may_lead(unit, area):
    """A street, town or community leads only matters of its own territory."""
    own = territory_of(unit) if unit.kind in AREA_KINDS else None
    return own is None or area is None or own == territory_of(area)


def suggest(ticket):
    """(lead unit or None, [co-units]) from the category and the place of the incident."""
    category = ticket.category
    if category is None:
        return ticket.proposed_unit or territory_of(ticket.area), []
    here = territory_of(ticket.area)
    lead = ticket.proposed_unit or (here if category.lead_is_territory else category.lead_unit)
    codes = [code for code in category.co_unit_codes if code != TERRITORY]
    others = list(Unit.objects.filter(code__in=codes, is_active=True))
    if TERRITORY in category.co_unit_codes and here:
        others.append(here)
    return lead, [unit for unit in others if unit != lead]
