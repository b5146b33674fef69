"""One ticket in each of the eighteen states, brought there by the real actions."""
from datetime import timedelta

from dispatch import actions as dispatching
from dispatch import requests
from followup import actions as following
from tests import factories
from tests.factories import NOON, unit
from tickets import intake

RETURN = {"reason_code": "not_our_duty", "reason": "不属于本单位职责", "legal_basis": "三定方案"}
SUSPENSION = {"reason_code": "funds", "reason": "等待资金", "plan": "明年实施"}


def need_info(p):
    return intake.return_for_info(factories.in_review(p).pk, by=p.rv, now=NOON, reason="incomplete")


def return_review(p):
    return requests.request_return(factories.dispatched(p).pk, by=p.li, now=NOON, suggested_unit=unit("CG"), **RETURN)


def arbitration(p):
    return dispatching.escalate_return(return_review(p).pk, by=p.dp, now=NOON, reason="职责不清")


def suspended(p):
    ticket = factories.in_hand(p)
    requests.request_suspension(ticket.pk, by=p.ul, now=NOON, citizen_told_at=NOON,
                                review_date=(NOON + timedelta(days=90)).date(), **SUSPENSION)
    return requests.approve_suspension(ticket.pk, by=p.dl, now=NOON, decision="同意", proposed_by=p.sv)


def archived(p):
    return following.archive(factories.closed(p).pk, by=p.sv, now=NOON + timedelta(days=4))


def rejected(p):
    return intake.confirm_refusal(factories.in_review(p).pk, by=p.rv, now=NOON, reason="R4", channel="人民法院", told_at=NOON)


def transferred_out(p):
    return intake.transfer_out(factories.draft(p).pk, by=p.op, now=NOON, agency="110", receiver="接警员 12:00")


def merged(p):
    master = factories.in_review(p)
    return following.merge_into(factories.in_review(p).pk, by=p.rv, now=NOON, master=master)


def cancelled(p):
    return intake.void_draft(factories.draft(p).pk, by=p.op, now=NOON, reason="录入错误")


IN_STATE = {
    "draft": factories.draft,
    "need_info": need_info,
    "pending_review": factories.in_review,
    "pending_dispatch": factories.in_dispatch,
    "pending_receipt": factories.dispatched,
    "handling": factories.in_hand,
    "return_review": return_review,
    "arbitration": arbitration,
    "suspended": suspended,
    "reply_review": factories.replied,
    "pending_callback": factories.in_callback,
    "adjudication": factories.in_adjudication,
    "closed": factories.closed,
    "archived": archived,
    "rejected": rejected,
    "transferred_out": transferred_out,
    "merged": merged,
    "cancelled": cancelled,
}
