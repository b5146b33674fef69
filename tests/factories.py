"""Plain functions that make rows and take tickets through their life by the real actions."""
from datetime import datetime
from itertools import count
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from accounts.models import Membership, Unit, User
from accounts.roles import Role
from accounts.units import load_units
from dispatch import actions as dispatching
from dispatch import replies
from followup import actions as following
from followup import callbacks
from tickets import intake, reference
from tickets.models import Category

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
HOTLINE_ROLES = (Role.OP, Role.OPS, Role.RV, Role.DP, Role.CB, Role.SV, Role.ZH, Role.DL, Role.QL, Role.KE, Role.QI)
HOME = {Role.OP: "RX-JX", Role.OPS: "RX-JX", Role.CB: "RX-HF", Role.SV: "RX-DB", Role.QL: "QF"}
LEAD = "ZJ"
_serial = count(1)


def load_reference():
    if not Category.objects.exists():
        load_units()
        reference.load()


def make_user(role=None, unit="RX", **fields):
    serial = next(_serial)
    defaults = {"username": f"person{serial}", "display_name": f"张{serial}"} | fields
    user = User.objects.create(**defaults)
    if role:
        Membership.objects.create(user=user, unit=Unit.objects.get(code=unit), role=role)
    return user


def make_people(unit=LEAD):
    """One person for each role, as attributes named like the role codes in lower case; li, hd, ul of `unit`."""
    load_reference()
    people = {role.lower(): make_user(role, HOME.get(role, "RX")) for role in HOTLINE_ROLES}
    people |= {role.lower(): make_user(role, unit) for role in (Role.LI, Role.HD, Role.UL)}
    people |= {role.lower(): make_user(role, "RX") for role in (Role.AD, Role.AU)}
    return SimpleNamespace(**people, system=User.objects.system())


def unit(code=LEAD):
    return Unit.objects.get(code=code)


def category(code="010201"):
    """010201 房屋渗漏开裂: normal urgency, led by ZJ."""
    return Category.objects.get(code=code)


def matter(**fields):
    """The cleaned data of an intake form for a complete complaint."""
    return {
        "channel": "phone", "caller_name": "彭某", "caller_gender": "male", "contact_phone": "13800138000",
        "type": "complaint", "area": unit("WJJD"), "address": "江畔小区3栋", "content": "家中屋顶漏水已经两周,物业一直没有派人来修。",
        "demand": "希望尽快维修", "target": "物业公司", "category": category(), "urgency": "normal", "need_reply": True,
        "is_confidential": False, "subject_type": "person",
    } | fields


def draft(p, now=NOON, **fields):
    return intake.register(by=p.op, now=now, **matter(**fields))[0]


def in_review(p, now=NOON, **fields):
    return intake.register_and_submit(by=p.op, now=now, **matter(**fields))[0]


def in_dispatch(p, now=NOON, **fields):
    return intake.approve(in_review(p, now, **fields).pk, by=p.rv, now=now)


SUMMARY = "有人反映辖区内的一件事,请核实并依法处理。"  # of a confidential matter, for the unit


def dispatched(p, now=NOON, to=LEAD, co_units=(), **fields):
    ticket = in_dispatch(p, now, **fields)
    return dispatching.dispatch(ticket.pk, by=p.dp, now=now, lead_unit=unit(to), co_units=[unit(c) for c in co_units],
                                unit_summary=SUMMARY if ticket.is_confidential else "")


def in_hand(p, now=NOON, **fields):
    return dispatching.sign(dispatched(p, now, **fields).pk, by=p.li, now=now)


def reply_block(**fields):
    return {"truth": "yes", "contacted": True, "solved": "yes", "text": "已联系诉求人并上门维修完毕,屋顶防水已重做,请放心。",
            "self_callback": "satisfied"} | fields


def replied(p, now=NOON, **fields):
    ticket = in_hand(p, now, **fields)
    replies.record_contact(ticket.pk, by=p.hd, now=now, method="phone", reached=True)
    return replies.submit_reply(ticket.pk, by=p.ul, now=now, **reply_block())


def in_callback(p, now=NOON, **fields):
    return following.approve_reply(replied(p, now, **fields).pk, by=p.rv, now=now)


HAPPY = {"contacted": True, "solved": "solved", "satisfied": "satisfied"}
UNHAPPY = {"contacted": True, "solved": "unsolved", "satisfied": "unsatisfied", "reason": "persists"}


def answered(p, now=NOON, answers=None, **fields):
    ticket = in_callback(p, now, **fields)
    return callbacks.record_outcome(ticket.pk, by=p.cb, now=now, **(answers or HAPPY))


def closed(p, now=NOON, **fields):
    return following.close_satisfied(answered(p, now, **fields).pk, by=p.cb, now=now)


def redo_again(p, ticket, now=NOON):
    """From a negative outcome through a redo round back to the next negative outcome."""
    following.order_redo(ticket.pk, by=p.cb, now=now, reason="问题仍在")
    return fail_again(p, ticket, now)


def fail_again(p, ticket, now=NOON):
    replies.record_contact(ticket.pk, by=p.hd, now=now, method="phone", reached=True)
    replies.submit_reply(ticket.pk, by=p.ul, now=now, **reply_block())
    following.approve_reply(ticket.pk, by=p.rv, now=now)
    return callbacks.record_outcome(ticket.pk, by=p.cb, now=now, **UNHAPPY)


def in_adjudication(p, now=NOON, **fields):
    ticket = answered(p, now, answers=UNHAPPY, **fields)
    for _round in range(2):
        redo_again(p, ticket, now)
    return following.to_adjudication(ticket.pk, by=p.cb, now=now, reason="三次不满意")
