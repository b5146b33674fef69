"""Which unit a matter belongs to: suggestions for the dispatcher, never an order (SPEC 8).

First what was proposed when the call was taken, then the rules - to a specialist, to the territory -, then the default
of the category, what the unit that returned it proposes, how it was ruled before, and the place of the incident.
"""
from collections import defaultdict
from copy import copy
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Unit, UnitKind
from accounts.roster import CLOSES, OPENS
from dispatch import precedents, rules
from dispatch.assignments import conflict_with_target
from dispatch.models import Request, RoutingRule
from dispatch.precedents import Precedents
from dispatch.rules import TERRITORY
from tickets import sla
from tickets.calendars import LOCAL, local_date
from tickets.fields import AREA_KINDS

MOST = 3
OUT_OF_HAND = (Request.Status.APPROVED, Request.Status.EXPIRED)  # of a return: the unit has lost the ticket by it


@dataclass
class Suggestion:
    unit: Unit
    co_units: list
    reasons: list[str]
    precedents: Precedents = field(default_factory=Precedents)


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


def may_take(ticket, unit, area):
    """Whether this ticket may be given to the unit to lead; the same that a dispatch refuses."""
    return (unit.is_active and unit.can_receive and unit.pk not in ticket.returned_by
            and not conflict_with_target(ticket, unit) and may_lead(unit, area))


class Known:
    """What suggestions are made of, read once for any number of tickets; at most four queries."""

    def __init__(self, tickets, rules):
        self.rules = list(rules)
        self.units = Unit.objects.in_bulk()
        for unit in self.units.values():  # so that nobody asks for the unit above one by one
            unit.parent = self.units.get(unit.parent_id)
        self.by_code = {unit.code: unit for unit in self.units.values()}
        self.rulings = precedents.rows_about(tickets)
        self.proposed = defaultdict(list)
        self.calendar = sla.calendar_shown()
        returned = [ticket.pk for ticket in tickets if ticket.returned_by]
        if not returned:
            return
        returns = Request.objects.filter(ticket__in=returned, kind=Request.Kind.RETURN, status__in=OUT_OF_HAND)
        for ticket_id, unit_id in returns.order_by("-pk").values_list("ticket_id", "suggested_unit_id"):
            if unit_id:
                self.proposed[ticket_id].append(self.units[unit_id])

    def with_rules(self, rules):
        """The same with other rules, for a look at what they would change."""
        other = copy(self)
        other.rules = list(rules)
        return other

    def receivers(self):
        """The choices of a field for several units, from the units that were read already."""
        units = sorted(self.units.values(), key=lambda unit: unit.path)
        return [(unit.code, f"{unit.name} · {unit.code}") for unit in units if unit.is_active and unit.can_receive]

    def working(self, moment):
        """Working hours as the roster has them, on the working days of the holiday table."""
        return self.calendar.is_workday(local_date(moment)) and OPENS <= moment.astimezone(LOCAL).time() < CLOSES

    def is_in(self, here):
        return lambda area_id: here is not None and area_id in self.units and territory_of(self.units[area_id]) == here


def suggest_units(ticket, now, *, reader=None):
    """Up to three Suggestions, best first. `reader` is who will read the rulings behind them; nobody reads only counts."""
    return suggested(ticket, now, known_of(ticket, now), reader=reader)


def known_of(ticket, now):
    return Known([ticket], RoutingRule.objects.at(now))


def suggest_for_all(tickets, now):
    """Up to three units that are suggested first to some of these tickets, those of most tickets first."""
    known = Known(tickets, RoutingRule.objects.at(now))
    firsts = [found[0] for found in (suggested(ticket, now, known) for ticket in tickets) if found]
    by_unit = defaultdict(list)
    for one in firsts:
        by_unit[one.unit.pk].append(one)
    most = sorted(by_unit.values(), key=lambda group: -len(group))[:MOST]
    return [Suggestion(group[0].unit, [unit for unit in group[0].co_units if all(unit in one.co_units for one in group)],
                       [_("first for %(n)d of %(all)d") % {"n": len(group), "all": len(tickets)}]) for group in most]


def suggested(ticket, moment, known, *, reader=None):
    """The same from what is known already; `moment` decides about working hours. Asks at most for words of rulings."""
    area = known.units.get(ticket.area_id)
    ruled = precedents.by_unit(ticket, known.rulings, known.is_in(territory_of(area)))
    found: dict[int, Suggestion] = {}
    for unit, codes, reason in candidates(ticket, territory_of(area), moment, known, ruled):
        if unit is None or unit.pk not in found and (len(found) == MOST or not may_take(ticket, unit, area)):
            continue
        mine = found.setdefault(unit.pk, Suggestion(unit, co_units(ticket, unit, codes, territory_of(area), known), []))
        if reason not in mine.reasons:
            mine.reasons.append(reason)
    if reader is not None:
        told = precedents.told({unit_id: rows for unit_id, rows in ruled if unit_id in found}, reader)
        for unit_id, said in told.items():
            found[unit_id].precedents = said
    return list(found.values())


def candidates(ticket, here, moment, known, ruled):
    """(unit or None, codes of co-units, why), best first; a unit may come several times, each time with another reason."""
    category = ticket.category
    usual = category.co_unit_codes if category else []
    yield known.units.get(ticket.proposed_unit_id), usual, _("proposed when the matter was taken in")
    for rule in rules.best(known.rules, ticket, here, working=known.working(moment)):
        lead = here if rule.lead_is_territory else known.units.get(rule.lead_id)
        yield lead, rule.co_unit_codes or usual, rule.said
    if category:
        lead = here if category.lead_is_territory else known.units.get(category.lead_unit_id)
        yield lead, usual, _("default of the category")
    for unit in known.proposed[ticket.pk]:
        yield unit, usual, _("proposed by the returning unit")
    for unit_id, rows in ruled:
        said = ngettext("%(n)d earlier ruling", "%(n)d earlier rulings", len(rows)) % {"n": len(rows)}
        yield known.units.get(unit_id), usual, said
    yield here, usual, _("territory of the incident")


def co_units(ticket, lead, codes, here, known):
    """The units behind the codes that may have a part; the lead has one already."""
    units = [here if code == TERRITORY else known.by_code.get(code) for code in codes]
    unique = {unit.pk: unit for unit in units if unit is not None and unit != lead}
    return [unit for unit in unique.values()
            if unit.is_active and unit.can_receive and not conflict_with_target(ticket, unit)]
