"""The table of SPEC 4.1: which step starts, stops, holds or pauses which clocks."""
from tickets import clocks
from tickets.choices import Channel
from tickets.clocks import FEEDBACK, PROMISED, Kind, Status
from tickets.states import State

POST_REVIEW_MINUTES = 30


def start(*kinds):
    return lambda f: [f.start(kind) for kind in kinds]


def met(*kinds):
    return lambda f: f.stop(kinds)


def void(*kinds):
    return lambda f: f.stop(kinds, Status.VOID)


def all_met(f):
    f.stop(list(Kind))


def all_void(f):
    f.stop(list(Kind), Status.VOID)


def if_not_by_phone(*kinds):
    """What came in writing has waited since it came in (SPEC 4.1), not since somebody took it."""
    return lambda f: None if f.ticket.channel == Channel.PHONE else [f.start(kind, at=f.ticket.received_at) for kind in kinds]


def citizen_clocks(f):
    """RESPONSE and COMPLETION start with acceptance, once; no later submit moves them."""
    if f.ticket.accepted_at == f.now:
        f.start(Kind.RESPONSE)
        f.start(Kind.COMPLETION)


def review(f):
    if f.pick([Kind.REVIEW], Status.PAUSED):
        f.resume([Kind.REVIEW], at_least_a_day=False)
    else:
        f.start(Kind.REVIEW)


def post_review(f):
    """后审: an express dispatch is reviewed afterwards."""
    f.start(Kind.REVIEW, rule=POST_REVIEW_MINUTES)


def response(f):
    """The first reached contact meets RESPONSE; two failed tries, 30 minutes apart, stop it as attempted."""
    if f.ticket.first_contact_at == f.now:
        f.stop([Kind.RESPONSE])
    elif f.ticket.tries_failed_at == f.now:
        for clock in f.pick([Kind.RESPONSE], Status.RUNNING):
            clock.attempted = True
            clock.finish(Status.MET, f.now)


def hold(f):
    f.hold(PROMISED)


def release(f):
    f.release(PROMISED)


def pause(f):
    f.pause(PROMISED)


def resume(f):
    f.resume(PROMISED, at_least_a_day=True)


def pause_review(f):
    f.pause([Kind.REVIEW])


def redo_paused(f):
    f.start(Kind.REDO, status=Status.PAUSED)


def void_response_of_last_round(f):
    f.stop([Kind.RESPONSE], Status.VOID)


def feedback(f, urgency=None, kind=Kind.PROGRESS):
    """O10: while a unit has an urgent matter in hand, it says every few hours how far it is; the next one counts from
    the last. Where limits and rules know no such duty there is no clock."""
    f.stop(FEEDBACK)
    override = f.overrides.get(kind)
    rule = f.ticket.sla_profile.rule(kind, urgency=urgency or f.ticket.urgency, type_=f.ticket.type)
    if override or rule:
        f.start(kind, rule=None if override else rule)


def monthly_feedback(f):
    """O10: so it does while the matter is suspended."""
    feedback(f, kind=Kind.MONTHLY)


def fed_back(f, state):
    (monthly_feedback if state == State.SUSPENDED else feedback)(f)


def change_urgency(f, urgency, state):
    """What becomes urgent in the hands of a unit is fed back on from now on."""
    f.retime(urgency)
    if state == State.HANDLING and not f.pick([K.PROGRESS]):
        feedback(f, urgency)


K = Kind
UNIT_CLOCKS = (K.RECEIPT, K.RETURN_WINDOW)
CALLBACKS = (K.CALLBACK_FIRST, K.CALLBACK_ALL)

CLOCKS = {
    "create": [if_not_by_phone(K.ACCEPT)],
    "submit": [met(K.ACCEPT, K.INFO), citizen_clocks, review],
    "direct_answer": [all_met],
    "express_dispatch": [met(K.ACCEPT), citizen_clocks, start(*UNIT_CLOCKS), post_review],
    "transfer_out": [all_void],
    "void_draft": [all_void],
    "return_for_info": [pause_review, start(K.INFO)],
    "approve": [met(K.REVIEW), start(K.DISPATCH)],
    "confirm_refusal": [met(K.REVIEW), all_void],
    "dispatch": [met(K.DISPATCH), start(*UNIT_CLOCKS)],
    "recall": [void(*UNIT_CLOCKS), start(K.DISPATCH)],
    "sign": [met(K.RECEIPT), feedback],
    "deem_signed": [met(*UNIT_CLOCKS), feedback],
    "request_return": [met(*UNIT_CLOCKS, *FEEDBACK), start(K.RETURN_DECISION)],
    "approve_return": [met(K.RETURN_DECISION), start(K.DISPATCH)],
    "reject_return": [met(K.RETURN_DECISION), feedback],
    "escalate_return": [met(K.RETURN_DECISION, K.DISPATCH), start(K.ARBITRATION)],
    "designate": [met(K.ARBITRATION), start(*UNIT_CLOCKS)],
    "assign_down": [],
    "record_contact": [response],
    "request_extension": [],
    "decide_extension": [],  # an approved one moves the due date through `extend`
    "approve_suspension": [pause, monthly_feedback],
    "resume": [resume, feedback],
    "submit_reply": [met(K.RETURN_WINDOW, *FEEDBACK), hold, start(K.REPLY_REVIEW)],
    "approve_reply": [met(K.REPLY_REVIEW, *PROMISED), start(*CALLBACKS)],
    "return_reply": [met(K.REPLY_REVIEW), release, feedback],
    "callback_no_answer": [met(K.CALLBACK_FIRST)],
    "close_satisfied": [all_met],
    "close_unreachable": [all_met],
    "order_redo": [met(*CALLBACKS), start(K.REDO), feedback],
    "to_adjudication": [met(*CALLBACKS), start(K.ADJUDICATION)],
    "adjudicate_redo": [met(K.ADJUDICATION), start(K.REDO), feedback],
    "adjudicate_redispatch": [met(K.ADJUDICATION), start(K.REDO, K.DISPATCH)],
    "adjudicate_suspend": [met(K.ADJUDICATION), redo_paused, monthly_feedback],
    "force_close": [met(K.ADJUDICATION), all_void],
    "archive": [all_void],
    "reopen": [void_response_of_last_round, start(K.RESPONSE, K.COMPLETION, K.DISPATCH)],
    "merge_into": [all_void],
    "withdraw_early": [all_void],
    "withdraw_late": [met(*CALLBACKS), all_void],
    "request_withdraw": [met(*FEEDBACK), void(K.DISPATCH, *UNIT_CLOCKS), start(*CALLBACKS)],
    "withdraw_denied": [met(*CALLBACKS), feedback],
    "withdraw_denied_redispatch": [met(*CALLBACKS), start(K.DISPATCH)],
}


def apply(ticket, step, now, *, urgency_was=""):
    """Wind the clocks of a locked ticket as CLOCKS says for this step; returns the due dates that moved."""
    wound = clocks.face(ticket, now)
    if urgency_was and urgency_was != ticket.urgency:
        change_urgency(wound, ticket.urgency, ticket.state)
    for turn in CLOCKS[step]:
        turn(wound)
    return wound.save()


def retime(ticket, now, *, urgency):
    """Recompute the running clocks of a locked ticket for the urgency that it gets: {kind: [old, new due date]}."""
    wound = clocks.face(ticket, now)
    change_urgency(wound, urgency, ticket.state)
    return wound.save()


def feed_back(ticket, now):
    """The unit of a locked ticket has said how far it is."""
    wound = clocks.face(ticket, now)
    fed_back(wound, ticket.state)
    wound.save()
