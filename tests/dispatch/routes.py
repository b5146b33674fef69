"""Routing rules and rulings as tests need them."""
from dispatch import actions as dispatching
from dispatch import routing
from dispatch.models import Ruling
from dispatch.rulebook import writing
from tests import factories as make
from tests.api import lives
from tests.factories import NOON, unit

GIVEN = {"category": "0102", "leads": "unit", "lead": "CG", "owner": "区住建局", "reason": "外墙整治期间由城管牵头"}


def rule(p, now=NOON, *, lead="CG", area=None, **fields):
    """A rule about 0102 房屋质量与维修, whose default leads to 住建局 (ZJ); `lead=None` is the territory."""
    return writing.write(**{
        "category": "0102", "area": area and unit(area), "hours": "", "marks": "", "lead": lead and unit(lead),
        "lead_is_territory": lead is None, "co_unit_codes": [], "valid_from": now, "valid_to": None, "owner": "区住建局",
        "reason": "外墙整治", "by": p.ad, "now": now} | fields)


def codes(ticket, now=NOON, reader=None):
    return [one.unit.code for one in routing.suggest_units(ticket, now, reader=reader)]


def ruled(p, code="CG", now=NOON, text="", **fields):
    """A matter that went to arbitration and was given to a unit; as a row, when only the row matters."""
    ticket = make.dispatched(p, now, **fields)
    return Ruling.objects.create(ticket=ticket, unit=unit(code), text=text or "由该单位牵头办理", by=p.sv, at=now)


def designated(p, code="CG"):
    return dispatching.designate(lives.arbitration(p).pk, by=p.sv, now=NOON, lead_unit=unit(code), ruling="由城管局牵头办理此事")
