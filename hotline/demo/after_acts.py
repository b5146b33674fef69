"""What happens after the reply: review, callback, redo, adjudication, requests decided, orders. Each act is act(case, now)."""
from datetime import timedelta

from followup import actions as following
from followup import callbacks
from followup.models import CallbackTask
from hotline.demo import phrases
from tickets.states import State

HAPPY = {"contacted": True, "solved": "solved", "satisfied": "satisfied", "process_satisfied": "satisfied", "reply_true": True}


def approve_reply(case, now):
    following.approve_reply(case.pk, by=case.rv, now=now)


def return_reply(case, now):
    fault, note = case.pick(phrases.REPLY_FAULTS)
    case.take("return_reply", case.rv, now, fault=fault, note=note)


# --- callback ---------------------------------------------------------------------------------------------------


def happy(case, now):
    """Every reporter is asked, and each is content; some only basically."""
    while CallbackTask.objects.filter(ticket=case.pk, outcome="").exists():
        answers = HAPPY | {"note": case.pick(phrases.CITIZEN_HAPPY)}
        if case.chance(0.25):
            answers |= {"solved": "basically", "satisfied": "basically"}
        elif case.chance(0.08):
            answers |= {"solved": "no_comment", "satisfied": "no_comment", "note": case.pick(phrases.CITIZEN_NO_COMMENT)}
        elif case.chance(0.06):
            answers |= {"satisfied": "unsatisfied", "reason": "slow", "note": phrases.CITIZEN_SLOW}
        callbacks.record_outcome(case.pk, by=case.cb, now=now, **answers)


def unhappy(case, now):
    reason = case.pick(list(phrases.CITIZEN_UNHAPPY))
    answers = {"contacted": reason != "not_contacted", "solved": "unsolved", "satisfied": "unsatisfied", "process_satisfied": "unsatisfied",
               "reply_true": False, "reason": reason, "note": phrases.CITIZEN_UNHAPPY[reason]}
    callbacks.record_outcome(case.pk, by=case.cb, now=now, **answers)


def declined(case, now):
    case.take("record_declined", case.cb, now, note=phrases.CITIZEN_DECLINED)


def not_reached(case, now):
    case.take("callback_no_answer", case.cb, now, result=case.pick(("no_answer", "powered_off", "no_answer")))


def wrong_number(case, now):
    case.take("callback_no_answer", case.cb, now, result="wrong_number")


def close(case, now):
    following.close_satisfied(case.pk, by=case.cb, now=now)


def propose_unreachable(case, now):
    case.take("close_unreachable", case.cb, now, note="")


def confirm_unreachable(case, now):
    case.take("close_unreachable", case.sv, now)


def order_redo(case, now):
    case.take("order_redo", case.cb, now, reason=case.pick(phrases.REDO_ORDERED))


# --- adjudication -----------------------------------------------------------------------------------------------


def to_adjudication(case, now):
    case.take("to_adjudication", case.cb, now, reason=case.pick(phrases.TO_ADJUDICATION))


def leader_takes_case(case, now):
    case.take("adjudicate_redo", case.sv, now, case_owner=case.team().ul.username, reason=phrases.CASE_TAKEN)


def other_unit(case, now):
    case.take("adjudicate_redispatch", case.sv, now, reason=phrases.OTHER_UNIT)


def suspend_by_ruling(case, now):
    code, reason, plan = case.pick(phrases.SUSPENSIONS)
    case.take("adjudicate_suspend", case.dl, now, reason_code=code, reason=reason, plan=plan,
              review_date=(now + timedelta(days=60)).date().isoformat(), citizen_told_at=now.isoformat())


def propose_force(case, now):
    reason, explanation = case.pick(phrases.FORCED)
    case.take("force_close", case.sv, now, reason=reason, explanation=explanation, told_at=(now - timedelta(minutes=20)).isoformat())


def confirm_force(case, now):
    case.take("force_close", case.dl, now)


# --- requests and orders ------------------------------------------------------------------------------------------


def decide_extension(case, now, approved=True):
    decision = phrases.EXTENSION_GRANTED if approved else phrases.EXTENSION_REFUSED
    case.take("decide_extension", case.sv, now, approved=approved, decision=decision)


def propose_suspension(case, now):
    case.take("approve_suspension", case.sv, now, decision=phrases.SUSPENSION_ADVICE)


def confirm_suspension(case, now):
    case.take("approve_suspension", case.dl, now, decision=phrases.SUSPENSION_GRANTED)


def reject_suspension(case, now):
    case.take("reject_suspension", case.dl, now, decision=phrases.SUSPENSION_REFUSED)


def propose_exclusion(case, now, approved=True):
    case.take("decide_exclusion", case.sv, now, approved=approved, decision=phrases.EXCLUDED if approved else phrases.NOT_EXCLUDED)


def confirm_exclusion(case, now):
    case.take("decide_exclusion", case.zh, now)


def supervise(case, now, kind="repeated", by="sv"):
    case.take("issue_supervision", case.staff[by], now, kind=kind, text=phrases.ORDERS[kind])


def send_back_order(case, now):
    case.take("send_back_supervision", case.sv, now, reason=phrases.ORDER_SENT_BACK)


def close_order(case, now):
    case.take("close_supervision", case.sv, now, note=phrases.ORDER_CLOSED)


# --- withdrawing and reopening ------------------------------------------------------------------------------------


def ask_withdrawal(case, now):
    case.take("request_withdraw", case.op, now, reason=case.pick(phrases.WITHDRAWN))


def withdrawal_answer(case, now, confirmed=True):
    note = phrases.WITHDRAWAL_CONFIRMED if confirmed else phrases.WITHDRAWAL_DENIED
    case.take("record_withdrawal_answer", case.cb, now, confirmed=confirmed, note=note)


def propose_withdrawal(case, now):
    case.take("withdraw_late", case.cb, now, note=phrases.WITHDRAWAL_CONFIRMED)


def confirm_withdrawal(case, now):
    case.take("withdraw_late", case.sv, now)


def withdrawal_refuted(case, now):
    step = "withdraw_denied" if case.ticket().withdraw_from == "handling" else "withdraw_denied_redispatch"
    case.take(step, case.cb, now, note=phrases.WITHDRAWAL_DENIED)


def reopen(case, now):
    if case.state() in (State.CLOSED, State.ARCHIVED):
        case.take("reopen", case.sv, now, reason=phrases.REOPENED)
