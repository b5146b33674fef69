"""What the hotline does with a case up to dispatch. Each act is act(case, now), options by keyword."""
from accounts.models import Unit
from dispatch import actions as dispatching
from dispatch import routing
from hotline.demo import knowledge, phrases
from tickets import intake
from tickets.choices import Channel, Type
from tickets.models import Ticket
from tickets.redaction import automatic_summary
from tickets.states import State


def intake_of(case):
    """The cleaned form of what the caller said. What came in writing is classified by the reviewer."""
    matter, caller = case.matter, case.caller
    said = {"channel": case.channel, "caller_name": caller.name, "caller_gender": caller.gender, "contact_phone": caller.phone,
            "content": case.say(matter.content), "need_reply": bool(caller.phone), "subject_type": "person",
            "is_confidential": case.is_confidential, "hotline_code": getattr(matter, "hotline", "12345"),
            "title": case.say(matter.title)[:40], "urgency": case.urgency, "address": case.say("{home}")}
    if case.channel == Channel.PHONE:
        said |= {"type": matter.type, "category": case.category, "area": case.area}
    said |= {name: case.say(getattr(matter, name, "")) for name in ("demand", "target")}
    if getattr(matter, "target_unit", ""):
        said["target_unit"] = case.cast.units[matter.target_unit]
    if said["target"] == "" and matter.type in (Type.COMPLAINT, Type.REPORT):
        said["target"] = "不详"
    return said


def draft(case, now, by="op"):
    case.pk = intake.register(by=case.staff[by], now=now, **intake_of(case))[0].pk


def register(case, now):
    case.pk = intake.register_and_submit(by=case.op, now=now, **intake_of(case))[0].pk


def answer(case, now):
    said = intake_of(case)
    case.pk = intake.register_and_answer(by=case.op, now=now, answer=case.say(case.matter.answer),
                                         article=knowledge.cited_for(case.matter.title), **said)[0].pk


def transfer(case, now):
    case.take("transfer_out", case.op, now, agency=case.matter.agency, receiver=f"值班座席{case.rng.randint(10, 60)}号",
              other_number=f"W{now:%m%d}{case.rng.randint(1000, 9999)}" if "热线" in case.matter.agency else "")


def void(case, now):
    case.take("void_draft", case.op, now, reason=case.pick(phrases.SLIPS_NOTED))


def return_for_info(case, now):
    reason = case.pick(list(phrases.INFO_NOTES))
    case.take("return_for_info", case.rv, now, reason=reason, note=phrases.INFO_NOTES[reason])


def complete(case, now):
    """The operator called back and adds what was missing."""
    case.take("submit", case.op, now, content=case.say(case.matter.content).rstrip("。") + case.pick(phrases.COMPLETED))


def approve(case, now):
    given = {} if case.channel == Channel.PHONE else {"type": case.matter.type, "category": case.category, "area": case.area}
    intake.approve(case.pk, by=case.rv, now=now, **given)


def refuse(case, now):
    case.take("confirm_refusal", case.rv, now, reason=case.matter.reason, channel=case.matter.agency, told_at=now.isoformat(),
              note=phrases.R9_REASON)


def confirm_refusal(case, now):
    case.take("confirm_refusal", case.dl, now)


def withdraw_early(case, now):
    case.take("withdraw_early", case.rv, now, reason=case.pick(phrases.WITHDRAWN), identity_checked=True)


def first_suggested(case, now):
    """(lead unit, co-units) that the form of a dispatch starts from."""
    first = routing.suggest_units(case.ticket(), now)[0]
    return first.unit, first.co_units


def dispatch(case, now, to=None, co_units=None):
    """To the unit that category and place suggest, or to one that it might be taken for."""
    lead, others = first_suggested(case, now)
    case.lead = lead = case.cast.units[to] if to else lead
    chosen = [case.cast.units[code] for code in co_units] if co_units is not None else []
    if co_units is None and case.chance(0.15):
        chosen = [unit for unit in others if unit != lead][:1]
    dispatching.dispatch(case.pk, by=case.dp, now=now, lead_unit=lead, co_units=chosen, opinion=case.pick(phrases.OPINIONS),
                         **summed_up(case))


def summed_up(case):
    """Reports say nothing of who calls: the automatic summary stands as it is."""
    return {"unit_summary": automatic_summary(case.ticket())} if case.is_confidential else {}


def express(case, now):
    case.lead, others = first_suggested(case, now)
    codes = [unit.code for unit in others if unit != case.lead][:1]
    case.take("express_dispatch", case.ops, now, lead_unit=case.lead.code, co_units=codes, reason=phrases.EXPRESS,
              emergency_told=phrases.TOLD_FIRST, **summed_up(case))


def post_review(case, now):
    case.take("post_review", case.rv, now, note=phrases.POST_REVIEWED)


def recall(case, now):
    if case.state() == State.PENDING_RECEIPT:
        case.take("recall", case.dp, now, note=phrases.RECALLED)


def approve_return(case, now):
    case.take("approve_return", case.dp, now, decision=case.pick(phrases.RETURN_GRANTED))


def reject_return(case, now):
    case.take("reject_return", case.dp, now, decision=case.pick(phrases.RETURN_REFUSED))


def ask_for_ruling(case, now):
    case.take("escalate_return", case.dp, now, reason=case.pick(phrases.RULING_ASKED))


def designate(case, now):
    case.lead, _others = first_suggested(case, now)
    case.take("designate", case.sv, now, lead_unit=case.lead.code, ruling=case.pick(phrases.RULINGS), **summed_up(case))


def remind(case, now):
    """The citizen calls again about an open ticket."""
    case.take("remind", case.op, now, note=case.pick(phrases.REMINDERS))


def urge(case, now):
    case.take("remind", case.sv, now, note=case.pick(phrases.URGED))


def supplement(case, now):
    case.take("add_supplement", case.op, now, text=case.pick(phrases.SUPPLEMENTS))


def raise_urgency(case, now):
    case.take("change_urgency", case.rv, now, urgency="urgent", reason=phrases.RAISED)


def add_co_unit(case, now):
    _lead, others = first_suggested(case, now)
    held = set(Ticket.objects.values_list("unit_ids", flat=True).get(pk=case.pk))
    for unit in [*others, *Unit.objects.filter(code="SF")]:
        if unit.pk not in held:
            case.take("add_co_unit", case.dp, now, co_units=[unit.code], opinion=case.pick(phrases.DOWNWARD))
            return


def waive_parts(case, now):
    case.take("waive_parts", case.dp, now, reason=phrases.WAIVED)


def merge(case, now, master):
    case.take("merge_into", case.rv, now, master=Ticket.objects.values_list("ticket_no", flat=True).get(pk=master.pk),
              note=case.pick(phrases.SAME_MATTER))


def log_other_call(operator, disposition, note):
    def act(now):
        intake.log_call(by=operator, now=now, disposition=disposition, note=note)

    return act
