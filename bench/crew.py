"""People, a profile and one ticket per unit, made by the real actions: the models that bench/copies.py copies."""
from datetime import timedelta

from accounts.models import DutyShift, Membership, Unit, UnitKind, User
from accounts.roles import Role
from dispatch import actions
from tickets import intake
from tickets.models import Category, SlaProfile
from tickets.sla import LADDERS

UNITS = 24  # that hold the tickets: each has its own people to be told
RESPONSE_MINUTES = 24 * 60
COMPLETION_MINUTES = 1980  # its first rung, at three quarters, comes 45 minutes after the end of RESPONSE
HOTLINE = {Role.RV: "RX", Role.DP: "RX", Role.SV: "RX-DB", Role.QL: "QF", Role.DL: "RX", Role.OPS: "RX-JX"}
PHONE = "13912345678"  # of staff and of the copied callers; who calls meanwhile has another one


def person(role, unit, name):
    user = User.objects.create(username=name, display_name=name, phone=PHONE)
    Membership.objects.create(user=user, unit=unit, role=role)
    return User.objects.get(pk=user.pk)


def hotline_people(now):
    people = {role: person(role, Unit.objects.get(code=unit), f"{role.lower()}-bench") for role, unit in HOTLINE.items()}
    for kind, role in (("duty_leader", Role.DL), ("shift_leader", Role.OPS)):
        DutyShift.objects.create(kind=kind, unit=Unit.objects.get(code="RX"), user=people[role],
                                 starts_at=now - timedelta(days=30), ends_at=now + timedelta(days=30))
    return people


def profile(now):
    """The shipped one, with two changes: a longer time, so that nothing falls due while rows are being loaded, and no
    warnings on RESPONSE, so that a clock that falls due raises one rung, L1, and not three at once."""
    shipped = SlaProfile.objects.current(now)
    limits = shipped.limits | {"RESPONSE": {"normal": RESPONSE_MINUTES}, "COMPLETION": {"normal": COMPLETION_MINUTES}}
    first = next(place for place, rung in enumerate(LADDERS["RESPONSE"]) if rung[0] == "L1")
    return SlaProfile.objects.create(code="bench", title="bench", limits=limits, is_default=True,
                                     ladders={"RESPONSE": LADDERS["RESPONSE"][first:]}, valid_from=shipped.valid_from,
                                     version=shipped.version + 1)


def models(operator, now):
    """One ticket in hand a unit, the citizen not called yet: RESPONSE and COMPLETION run."""
    people, made = hotline_people(now), []
    units = Unit.objects.filter(is_active=True, can_receive=True, kind=UnitKind.DEPARTMENT).order_by("pk")
    category, area = Category.objects.get(code="010201"), Unit.objects.get(code="WJJD")
    for unit in units[:UNITS]:
        crew = {role: person(role, unit, f"{role.lower()}-{unit.pk}") for role in (Role.LI, Role.UL, Role.HD)}
        ticket, _created = intake.register_and_submit(
            by=operator, now=now, channel="phone", caller_name="彭某", caller_gender="male", contact_phone=PHONE,
            type="complaint", area=area, address="江畔小区3栋", content="家中屋顶漏水已经两周,物业一直没有派人来修。",
            demand="希望尽快维修", target="物业公司", category=category, urgency="normal", need_reply=True,
            is_confidential=False, subject_type="person")
        intake.approve(ticket.pk, by=people[Role.RV], now=now)
        actions.dispatch(ticket.pk, by=people[Role.DP], now=now, lead_unit=unit)
        made.append(actions.sign(ticket.pk, by=crew[Role.LI], now=now))
    return made
