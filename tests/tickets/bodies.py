"""A sensible body for every step, as a page or an API client would send it. `pick` chooses among variants."""
from datetime import timedelta

from dispatch import conferring
from dispatch.difficulty import leaders_of
from tests import factories
from tickets.models import Ticket

TEXT = "这里写的是足够长的一段说明文字,可以通过长度检查。"
ANSWERS = [
    {"speaker": "himself", "contacted": "yes", "solved": "solved", "satisfied": "satisfied"},
    {"speaker": "himself", "contacted": "yes", "solved": "unsolved", "satisfied": "unsatisfied", "reason": "persists"},
    {"speaker": "proxy", "contacted": "yes", "solved": "no_comment", "satisfied": "no_comment"},
    {"speaker": "himself", "contacted": "no", "solved": "basically", "satisfied": "basically", "reason": "not_contacted"},
]
UNITS = ["ZJ", "CG", "WJJD"]


def first(options):
    return options[0]


def body_for(name, ticket, now, pick=first, masters=None):
    """A dict of what a client sends; the keys are the fields of the step's form."""
    make = BODIES.get(name)
    return make(ticket, now, pick, masters) if make else {}


def constant(**fields):
    return lambda ticket, now, pick, masters: dict(fields)


def complete(ticket, now, pick, masters):
    """What a draft may still lack."""
    return {"type": ticket.type or "complaint", "category": "010201", "area": "WJJD", "address": "江畔小区3栋", "target": "物业公司",
            "demand": "希望尽快维修", "content": TEXT, "duplicate_checked": True}


def lead(ticket, now, pick, masters):
    free = [code for code in UNITS if factories.unit(code).pk not in ticket.returned_by]
    unit = pick(free or UNITS)
    return {"lead_unit": unit, "co_units": pick([[], [code for code in ("HB", "SC") if code != unit][:1]]), **summed_up(ticket)}


def summed_up(ticket):
    return {"unit_summary": factories.SUMMARY} if ticket.is_confidential else {}


def with_lead(**fields):
    return lambda ticket, now, pick, masters: lead(ticket, now, pick, masters) | fields


def sign(ticket, now, pick, masters):
    return {"handler": ""}


def returning(ticket, now, pick, masters):
    others = [code for code in UNITS if ticket.lead_unit is None or code != ticket.lead_unit.code]
    return {"reason_code": "not_our_duty", "reason": TEXT, "legal_basis": "三定方案", "suggested_unit": pick(others)}


def suspension(ticket, now, pick, masters):
    return {"reason_code": "funds", "reason": TEXT, "plan": TEXT, "citizen_told_at": now.isoformat(),
            "review_date": (now + timedelta(days=pick([2, 30]))).date().isoformat()}


def contact(ticket, now, pick, masters):
    return {"method": "relay" if ticket.is_confidential else "phone", "reached": pick(["yes", "no"]), "told_deadline": True}


def reply(ticket, now, pick, masters):
    reached = ticket.contacts.filter(round=ticket.round, reached=True).exists()
    return {"truth": "yes", "contacted": "yes" if reached else "no", "not_contacted_reason": "" if reached else "多次联系未果",
            "solved": "yes", "text": TEXT, "self_callback": "satisfied" if reached else "not_reached",
            "beyond_duty": pick([False, False, True]), "hints_read": True}


def refusal(ticket, now, pick, masters):
    return {"reason": pick(["R4", "R9"]), "channel": "人民法院", "told_at": now.isoformat(), "note": TEXT}


def forced(ticket, now, pick, masters):
    return {"reason": "F1", "explanation": TEXT, "told_at": now.isoformat()}


def merge(ticket, now, pick, masters):
    others = masters if masters is not None else Ticket.objects.exclude(pk=ticket.pk)
    numbers = [other.ticket_no for other in others if other.pk != ticket.pk]
    return {"master": pick(numbers) if numbers else "20000101000001"}


def down(ticket, now, pick, masters):
    below = {"ZJ": ["ZJ-WY", "ZJ-ZJ"], "CG": ["CG-ZF", "CG-SZ"]}.get(ticket.lead_unit.code if ticket.lead_unit else "", ["ZJ-WY"])
    return {"unit": pick(below), "note": "请今日内上门"}


def extension(ticket, now, pick, masters):
    return {"hours": pick([4, 24]), "reason": TEXT, "citizen_told_at": now.isoformat()}


def urgency(ticket, now, pick, masters):
    return {"urgency": pick([code for code in ("urgent", "critical", "normal") if code != ticket.urgency]), "reason": "情况有变"}


def difficulty(ticket, now, pick, masters):
    leaders = [row.user.username for row in leaders_of(ticket.lead_unit).values()] if ticket.lead_unit else []
    return {"difficulty": pick(["composite", "hard", "general"] if leaders else ["general"]), "reason": "涉及多个产权人",
            "leader": pick(leaders or [""])}


def asked(ticket, pick):
    """Everybody who has a part, or nobody of them."""
    return pick([[unit.code for unit in conferring.units_to_ask(ticket)], []])


NOTE, REASON = constant(note="已核实"), constant(reason="情况说明")
BODIES = {
    "submit": complete,
    "direct_answer": constant(answer=TEXT, caller_understood=True),
    "express_dispatch": with_lead(reason=TEXT, emergency_told="已转120"),
    "transfer_out": constant(agency="110", receiver="接警员 12:00"),
    "void_draft": REASON,
    "approve": constant(category="010201", area="WJJD"),
    "return_for_info": constant(reason="incomplete", note="请补充门牌号"),
    "confirm_refusal": refusal,
    "withdraw_early": constant(reason="来电人要求撤回", identity_checked=True),
    "dispatch": with_lead(opinion="请尽快办理"),
    "recall": NOTE,
    "sign": sign,
    "request_return": returning,
    "approve_return": constant(decision="理由成立"),
    "reject_return": constant(decision="属本单位职责"),
    "escalate_return": constant(reason="职责不清"),
    "designate": with_lead(ruling=TEXT),
    "record_contact": contact,
    "submit_reply": reply,
    "assign_down": down,
    "request_extension": extension,
    "decide_extension": lambda ticket, now, pick, masters: {"approved": pick(["yes", "no"]), "decision": "已核实"},
    "approve_suspension": constant(decision="同意"),
    "resume": NOTE,
    "approve_reply": NOTE,
    "return_reply": constant(fault="off_point", note="答非所问"),
    "callback_no_answer": lambda ticket, now, pick, masters: {"result": pick(["no_answer", "powered_off", "wrong_number"])},
    "close_unreachable": NOTE,
    "order_redo": REASON,
    "to_adjudication": REASON,
    "adjudicate_redo": lambda ticket, now, pick, masters: {"case_owner": "leader", "reason": "领导包案"},
    "adjudicate_redispatch": REASON,
    "adjudicate_suspend": suspension,
    "force_close": forced,
    "reopen": REASON,
    "merge_into": merge,
    "request_withdraw": REASON,
    "withdraw_late": NOTE,
    "withdraw_denied": NOTE,
    "withdraw_denied_redispatch": NOTE,
    # operations
    "post_review": NOTE,
    "add_supplement": constant(text="诉求人补充了照片"),
    "change_urgency": urgency,
    "set_confidential": constant(is_confidential="True", reason="诉求人要求"),
    "edit_summary": constant(unit_summary=factories.SUMMARY),
    "request_suspension": suspension,
    "reject_suspension": constant(decision="理由不足"),
    "request_exclusion": constant(reason_code="unreasonable", reason="诉求不合理"),
    "decide_exclusion": lambda ticket, now, pick, masters: {"approved": pick(["yes", "no"]), "decision": "已核实"},
    "record_progress": constant(text="正在施工中"),
    "judge_difficulty": difficulty,
    "answer_part": constant(text="我单位已配合处理"),
    "add_co_unit": lambda ticket, now, pick, masters: {"co_units": [pick(["HB", "SCJG"])], "opinion": "请配合"},
    "waive_parts": REASON,
    "remind": constant(note="来电人再次来电"),
    "acknowledge_reminders": NOTE,
    "issue_supervision": lambda ticket, now, pick, masters: {"kind": pick(["leader", "media"]), "text": "请三日内反馈"},
    "instruct": lambda ticket, now, pick, masters: {
        "text": "请主动联系诉求人", "due_at": (now + timedelta(hours=pick([2, 100]))).isoformat()},
    "answer_supervision": constant(text="已整改完毕"),
    "send_back_supervision": REASON,
    "close_supervision": NOTE,
    "split_off": REASON,
    "open_conference": lambda ticket, now, pick, masters: {
        "question": "由哪个单位牵头维修?", "units": asked(ticket, pick), "desks": ["DP"]},
    "add_to_conference": constant(text="我单位可以派人配合"),
    "close_conference": constant(minutes="各单位同意联合上门", decision="由住建局牵头"),
    "keep_tracking": lambda ticket, now, pick, masters: {
        "text": "维修后再问一次", "until": (now + timedelta(days=pick([2, 9]))).date().isoformat()},
    "move_tracking": lambda ticket, now, pick, masters: {
        "note": "配件未到", "until": (now + timedelta(days=pick([3, 12]))).date().isoformat()},
    "finish_tracking": constant(note="已回访,情况平稳"),
    "log_tracking": lambda ticket, now, pick, masters: {"cause": pick(["slow", "funds"]), "text": "已约谈承办单位"},
    "propose_article": constant(title="停车登记怎么办", answer=TEXT, keywords="停车登记"),
    "record_outcome": lambda ticket, now, pick, masters: dict(pick(ANSWERS)),
    "correct_outcome": lambda ticket, now, pick, masters: dict(pick(ANSWERS)) | {"why": "记录有误,已重听录音"},
    "order_re_callback": constant(reason="承办单位对结果有异议"),
    "second_not_reached": lambda ticket, now, pick, masters: {"result": pick(["no_answer", "powered_off"])},
    "appeal_result": constant(grounds="misheard", text="回访记录与诉求人所说不符,请重听录音", evidence="录音20260302"),
    "object_to_decision": constant(reason="复核意见未采信录音"),
    "decide_appeal": lambda ticket, now, pick, masters: {
        "decision": pick(["upheld", "changed", "excluded"]), "result": pick(["neutral", "negative"]), "words": "已重听录音"},
    "record_declined": constant(note="不愿接受回访"),
    "give_up": NOTE,
    "record_withdrawal_answer": lambda ticket, now, pick, masters: {"confirmed": pick(["yes", "no"])},
}
