"""The reference model: what transitions.json and SPEC 3.3, 3.6, 5.1 say of a ticket, written without the product's code.

It follows the names of the events, one by one, and knows from them alone where a ticket stands, which steps start
there, who may take them and which guards forbid them.
"""
import json
from dataclasses import dataclass, field
from pathlib import Path

DOMAIN = json.loads((Path(__file__).parents[1] / "api" / "transitions.json").read_text(encoding="utf-8"))
MOVES = {move["method"]: move for move in DOMAIN["transitions"]}
STATES = [state["code"] for state in DOMAIN["states"]]
KIND = {state["code"]: state["kind"] for state in DOMAIN["states"]}

# The actor column of transitions.json, with the permission matrix of SPEC 5.2 where that says more.
ACTORS = {
    "submit": "op ops", "direct_answer": "op ops", "express_dispatch": "ops dl", "transfer_out": "op ops rv",
    "void_draft": "op ops", "return_for_info": "rv ops", "approve": "rv ops", "confirm_refusal": "rv ops dl",
    "dispatch": "dp sv dl", "recall": "dp sv dl", "sign": "li ul", "deem_signed": "system", "request_return": "li ul",
    "approve_return": "dp", "reject_return": "dp", "escalate_return": "dp system", "designate": "sv dl",
    "assign_down": "li ul", "record_contact": "li hd ul", "request_extension": "li hd ul", "decide_extension": "sv dl",
    "approve_suspension": "sv dl", "resume": "li ul system", "submit_reply": "li hd ul", "approve_reply": "rv sv",
    "return_reply": "rv sv", "callback_no_answer": "cb", "close_satisfied": "cb", "close_unreachable": "cb sv",
    "order_redo": "cb rv", "to_adjudication": "cb system", "adjudicate_redo": "sv", "adjudicate_redispatch": "sv",
    "adjudicate_suspend": "dl", "force_close": "sv dl", "archive": "sv system", "reopen": "sv", "merge_into": "op ops rv",
    "withdraw_early": "rv", "withdraw_late": "cb sv", "request_withdraw": "op ops li", "withdraw_denied": "cb",
    "withdraw_denied_redispatch": "cb",
}
UNIT_ROLES = ("li", "hd", "ul")
DIRECT = ("consult", "praise", "other")
CLOSING = ("positive", "neutral", "refused")


@dataclass
class Case:
    """One ticket as the model knows it."""

    state: str = ""
    type: str = ""
    urgency: str = "normal"
    accepted: bool = False
    dispatched: bool = False
    returns: int = 0
    locked: bool = False
    redo: int = 0
    adjudicated: bool = False
    redispatched: bool = False
    beyond_duty: bool = False
    withdrawal: str = ""  # where the withdrawal that is being checked came from
    outcome: str = ""
    steps: list = field(default_factory=list)

    def follow(self, name, source, target, data):
        """Take over one move that happened; asserts that transitions.json knows it."""
        move = MOVES[name]
        assert source == self.state, f"{name} starts from {source}, the model is in {self.state}"
        assert source in move["src"] or move["src"] == ["START"] and source == "", f"{name} does not start in {source}"
        assert target == move["dst"], f"{name} leads to {move['dst']}, not to {target}"
        self.state = target
        self.steps.append(name)
        effect = getattr(self, f"_{name}", None)
        if effect:
            effect(source)

    # --- what the steps leave behind -----------------------------------------------------------------------

    def _submit(self, source):
        self.accepted = True

    def _direct_answer(self, source):
        self.accepted = True

    def _express_dispatch(self, source):
        self.accepted = self.dispatched = True

    def _dispatch(self, source):
        self.dispatched = True

    def _designate(self, source):
        self.dispatched = self.locked = True

    def _approve_return(self, source):
        self.returns += 1

    def _reject_return(self, source):
        self.locked = True

    def _approve_reply(self, source):
        self.withdrawal = self.outcome = ""

    def _order_redo(self, source):
        self.redo += 1
        self.outcome = ""

    def _adjudicate_redo(self, source):
        self.redo, self.adjudicated, self.locked, self.outcome = 3, True, True, ""

    def _adjudicate_redispatch(self, source):
        self.redispatched, self.locked, self.outcome = True, False, ""

    def _adjudicate_suspend(self, source):
        self.outcome = ""

    def _reopen(self, source):
        self.returns = self.redo = 0
        self.locked = self.redispatched = self.adjudicated = False
        self.outcome = ""

    def _request_withdraw(self, source):
        self.withdrawal, self.outcome = ("handling" if source == "handling" else "dispatch"), ""

    def _withdraw_denied(self, source):
        self.withdrawal = self.outcome = ""

    _withdraw_denied_redispatch = _withdraw_denied

    # --- what is allowed ----------------------------------------------------------------------------------------

    def starts_here(self, name):
        return self.state in MOVES[name]["src"]

    def moves(self):
        return [name for name in ACTORS if self.starts_here(name)]

    def may(self, name, role):
        if name == "merge_into":
            return role in (("op", "ops") if self.state == "draft" else ("rv",))
        return role in ACTORS[name].split()

    def forbids(self, name):
        """Whether a guard of SPEC 3.3 that only looks at the ticket's story forbids the step."""
        guard = getattr(self, f"_no_{name}", None)
        return bool(guard and guard())

    def _no_direct_answer(self):
        return self.type not in DIRECT

    def _no_express_dispatch(self):
        return self.urgency != "critical"

    def _no_void_draft(self):
        return self.accepted

    def _no_dispatch(self):
        return self.returns >= 2

    def _no_approve_return(self):
        return self.returns >= 2

    def _no_request_return(self):
        return self.locked

    def _no_approve_suspension(self):
        return self.urgency == "critical"

    _no_adjudicate_suspend = _no_approve_suspension

    def _no_close_satisfied(self):
        return bool(self.withdrawal) or self.outcome not in CLOSING

    def _no_close_unreachable(self):
        return bool(self.withdrawal) or self.outcome != "unreachable"

    def _no_order_redo(self):
        return bool(self.withdrawal) or self.outcome != "negative" or self.redo >= 2

    def _no_to_adjudication(self):
        return bool(self.withdrawal) or self.outcome != "negative" or (self.redo < 2 and not self.beyond_duty)

    def _no_adjudicate_redo(self):
        return self.adjudicated

    def _no_adjudicate_redispatch(self):
        return self.redispatched

    def _no_reopen(self):
        return not self.dispatched

    def _no_merge_into(self):
        return self.redo > 0

    def _no_withdraw_early(self):
        return self.dispatched

    def _no_request_withdraw(self):
        return not self.dispatched

    def _no_withdraw_late(self):
        return not self.withdrawal or self.outcome != "withdraw_confirmed"

    def _no_withdraw_denied(self):
        return self.withdrawal != "handling" or self.outcome not in ("withdraw_denied", "unreachable")

    def _no_withdraw_denied_redispatch(self):
        return self.withdrawal != "dispatch" or self.outcome not in ("withdraw_denied", "unreachable")
