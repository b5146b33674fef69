"""For each of the 43 moves a ticket that waits for just this step, brought there by the real actions; and who takes it."""
from datetime import timedelta

from dispatch import actions as dispatching
from dispatch import replies, requests
from followup import actions as following
from followup import callbacks
from tests import factories as make
from tests.api import lives
from tests.factories import NOON
from tickets.models import Proposal

EXTENSION = {"reason": "需要采购材料", "amount": {"h": 4}, "citizen_told_at": NOON}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def consult(p):
    return make.draft(p, type="consult", area=None, address="")


def critical(p):
    return make.draft(p, urgency="critical")


def extension_asked(p):
    ticket = make.in_hand(p)
    return requests.request_extension(ticket.pk, by=p.ul, now=NOON, **EXTENSION)


def suspension_asked(p):
    ticket = make.in_hand(p)
    requests.request_suspension(ticket.pk, by=p.ul, now=NOON, citizen_told_at=NOON,
                                review_date=(NOON + 30 * DAY).date(), **lives.SUSPENSION)
    return propose(ticket, "approve_suspension", p.sv, {"decision": "同意"})


def unreachable(p):
    """Three tries on two days in two bands, and nobody answered the text message."""
    ticket = make.in_callback(p)
    for tried in (NOON - HOUR, NOON + 3 * HOUR, NOON + DAY):
        callbacks_fail(p, ticket, tried)
    return callbacks.give_up(ticket.pk, by=p.cb, now=NOON + 4 * DAY)


def callbacks_fail(p, ticket, now, result="no_answer"):
    return following.callback_no_answer(ticket.pk, by=p.cb, now=now, result=result)


def nobody_reached(p):
    return propose(unreachable(p), "close_unreachable", p.cb, {"note": ""})


def negative(p, now=NOON, **fields):
    return make.answered(p, now, answers=make.UNHAPPY, **fields)


def three_times_negative(p):
    ticket = negative(p)
    for _round in range(2):
        ticket = make.redo_again(p, ticket)
    return ticket


def forced(p):
    body = {"reason": "F1", "explanation": "诉求缺乏政策依据,已多次解释。", "told_at": NOON.isoformat()}
    return propose(make.in_adjudication(p), "force_close", p.sv, body)


def withdrawing(p, begin=make.in_hand):
    ticket = begin(p)
    return following.request_withdraw(ticket.pk, by=p.op, now=NOON, reason="来电人说不用办了")


def withdrawing_unsigned(p):
    return withdrawing(p, make.dispatched)


def denied(p, begin=make.in_hand):
    ticket = withdrawing(p, begin)
    return callbacks.record_withdrawal_answer(ticket.pk, by=p.cb, now=NOON, confirmed=False)


def denied_unsigned(p):
    return denied(p, make.dispatched)


def withdrawal_confirmed(p):
    ticket = withdrawing(p)
    ticket = callbacks.record_withdrawal_answer(ticket.pk, by=p.cb, now=NOON, confirmed=True)
    return propose(ticket, "withdraw_late", p.cb, {"note": ""})


def unsigned_for_hours(p):
    return make.dispatched(p, NOON - 5 * HOUR)


def contacted(p, now=NOON, **fields):
    ticket = make.in_hand(p, now, **fields)
    return replies.record_contact(ticket.pk, by=p.hd, now=now, method="phone", reached=True)


def doubled(p):
    make.in_review(p)
    return make.in_review(p)


def closed_days_ago(p):
    return make.closed(p, NOON - 4 * DAY)


def twice_returned(p):
    """Returned by two units, so that only a ruling is left."""
    ticket = make.dispatched(p)
    for unit, code in ((p.li, "CG"), (make.make_user("LI", "CG"), "HB")):
        requests.request_return(ticket.pk, by=unit, now=NOON, suggested_unit=make.unit(code), **lives.RETURN)
        requests.approve_return(ticket.pk, by=p.dp, now=NOON)
        if ticket.refresh_from_db() or ticket.return_count < 2:
            dispatching.dispatch(ticket.pk, by=p.dp, now=NOON, lead_unit=make.unit(code))
    return ticket


def propose(ticket, step, by, body):
    Proposal.objects.create(ticket=ticket, step=step, by=by, at=NOON, data=body)
    return ticket


# step: (a ticket that waits for it, who takes it as the only or the second person)
READY = {
    "submit": (make.draft, "op"), "direct_answer": (consult, "op"), "express_dispatch": (critical, "ops"),
    "transfer_out": (make.draft, "op"), "void_draft": (make.draft, "op"), "return_for_info": (make.in_review, "rv"),
    "approve": (make.in_review, "rv"), "confirm_refusal": (make.in_review, "rv"), "dispatch": (make.in_dispatch, "dp"),
    "recall": (make.dispatched, "dp"), "sign": (make.dispatched, "li"), "deem_signed": (unsigned_for_hours, "system"),
    "request_return": (make.dispatched, "li"), "approve_return": (lives.return_review, "dp"),
    "reject_return": (lives.return_review, "dp"), "escalate_return": (lives.return_review, "dp"),
    "designate": (lives.arbitration, "sv"), "assign_down": (make.in_hand, "li"), "record_contact": (make.in_hand, "hd"),
    "request_extension": (make.in_hand, "ul"), "decide_extension": (extension_asked, "sv"),
    "approve_suspension": (suspension_asked, "dl"), "resume": (lives.suspended, "li"), "submit_reply": (contacted, "hd"),
    "approve_reply": (make.replied, "rv"), "return_reply": (make.replied, "rv"),
    "callback_no_answer": (make.in_callback, "cb"), "close_satisfied": (make.answered, "cb"),
    "close_unreachable": (nobody_reached, "sv"), "order_redo": (negative, "cb"),
    "to_adjudication": (three_times_negative, "cb"), "adjudicate_redo": (make.in_adjudication, "sv"),
    "adjudicate_redispatch": (make.in_adjudication, "sv"), "adjudicate_suspend": (make.in_adjudication, "dl"),
    "force_close": (forced, "dl"), "archive": (closed_days_ago, "sv"), "reopen": (make.closed, "sv"),
    "merge_into": (doubled, "rv"), "withdraw_early": (make.in_review, "rv"), "withdraw_late": (withdrawal_confirmed, "sv"),
    "request_withdraw": (make.in_hand, "op"), "withdraw_denied": (denied, "cb"),
    "withdraw_denied_redispatch": (denied_unsigned, "cb"),
}
