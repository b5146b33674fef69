"""The life of a ticket, top to bottom: every transition of SPEC 3.3 except T01, which is the row's birth.

A method sets fields of its own row and nothing else. It runs only inside `tickets.actions.move()`,
which locks, asks the conditions, asks the permission, starts and stops clocks and writes the event.
"""
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from accounts.roles import UNIT_ROLES, Role
from tickets import who
from tickets.choices import (
    CALLBACK_TYPES,
    CLOSING_OUTCOMES,
    DIRECT_TYPES,
    ClosureKind,
    Outcome,
    Urgency,
    WithdrawFrom,
)
from tickets.conditions import Require
from tickets.states import State

S = State
REDO_LIMIT = 2
RETURN_LIMIT = 2
TRIES_APART = timedelta(minutes=30)
unit = who.by_lead_unit
desk = who.by_role

is_direct_type = Require(_("Only consultations, praise and other matters can be answered on the line."),
                         lambda t: t.type in DIRECT_TYPES)
is_critical = Require(_("Express dispatch is for critical tickets only."), lambda t: t.urgency == Urgency.CRITICAL)
answer_needs_no_review = Require(_("A special rule asks for a review in this category: submit it."),
                                 lambda t: not t.force_review)
answer_needs_no_callback = Require(_("A special rule asks for a callback in this category: submit it."),
                                   lambda t: not t.force_callback)
leaves_after_review = Require(_("A special rule asks for a review in this category: submit it."),
                              lambda t: not t.force_review or t.state != State.DRAFT)
was_reviewed_if_demanded = Require(_("A special rule asks for a review in this category: review the express dispatch first."),
                                   lambda t: not t.force_review or t.reviewed_at)
never_submitted = Require(_("A ticket that was accepted cannot be voided."), lambda t: t.accepted_at is None)
is_classified = Require(_("Set category, urgency and incident area first."),
                        lambda t: t.category_id and t.urgency and (t.area_id or not t.needs_area))
may_dispatch_again = Require(_("Returned twice already: only a ruling can name the unit now."),
                             lambda t: t.return_count < RETURN_LIMIT)
may_return = Require(_("This unit was named by a ruling or already returned the ticket; it stays."),
                     lambda t: not t.return_locked and t.lead_unit_id not in t.returned_by)
returns_left = Require(_("Two returns were accepted already: ask for a ruling."), lambda t: t.return_count < RETURN_LIMIT)
not_critical = Require(_("A critical ticket is never suspended."), lambda t: t.urgency != Urgency.CRITICAL)
was_dispatched = Require(_("Only a ticket that was dispatched."), lambda t: t.first_dispatched_at is not None)
never_dispatched = Require(_("The ticket was dispatched already: the citizen must be asked."),
                           lambda t: t.first_dispatched_at is None)
no_redo_yet = Require(_("A ticket that is being handled again cannot be merged."), lambda t: t.redo_round == 0)
has_redo_left = Require(_("Two redo rounds are used up: the case goes to adjudication."),
                        lambda t: t.redo_round < REDO_LIMIT)
redo_used_or_claimed = Require(_("Adjudication needs two redo rounds, or the unit's claim that the demand is beyond it."),
                               lambda t: t.redo_round >= REDO_LIMIT or t.beyond_duty)
not_adjudicated_yet = Require(_("Adjudication ordered a redo once already."), lambda t: t.redo_round <= REDO_LIMIT)
not_redispatched_yet = Require(_("Adjudication changed the unit once already."), lambda t: not t.redispatched)
checks_withdrawal = Require(_("No withdrawal is being checked."), lambda t: bool(t.withdraw_from))
rates_result = Require(_("This callback checks a withdrawal, not a result."), lambda t: not t.withdraw_from)
from_handling = Require(_("The unit had not signed yet."), lambda t: t.withdraw_from == WithdrawFrom.HANDLING)
from_dispatch = Require(_("The unit had signed already."), lambda t: t.withdraw_from == WithdrawFrom.DISPATCH)


def outcome_in(text, *outcomes):
    return Require(text, lambda t: t.callback_outcome in outcomes)


is_satisfied = outcome_in(_("Record a callback outcome first; only a solved and satisfied one closes."), *CLOSING_OUTCOMES)
is_unreachable = outcome_in(_("The callback attempts are not used up yet."), Outcome.UNREACHABLE)
is_negative = outcome_in(_("Only after a negative callback outcome."), Outcome.NEGATIVE)
has_outcome_or_none_due = Require(
    _("The callback outcome is missing."),
    lambda t: t.callback_outcome
    or (t.first_dispatched_at is None and t.type not in CALLBACK_TYPES and not t.force_callback))
withdraw_confirmed = outcome_in(_("The citizen has not confirmed the withdrawal."), Outcome.WITHDRAW_CONFIRMED)
withdraw_not_confirmed = outcome_in(_("Only when the citizen denies or cannot be reached."),
                                    Outcome.WITHDRAW_DENIED, Outcome.UNREACHABLE)


class Life(FSMModelMixin, models.Model):
    state = FSMField(_("state"), choices=State.choices, default=State.DRAFT, protected=True, max_length=20)

    accepted_at = models.DateTimeField(null=True, blank=True)
    force_review = models.BooleanField(default=False)  # demanded by a rule of its category (demands.py)
    force_callback = models.BooleanField(default=False)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    first_dispatched_at = models.DateTimeField(null=True, blank=True)
    lead_unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    deemed_signed = models.BooleanField(default=False)
    first_try_at = models.DateTimeField(null=True, blank=True)
    tries_failed_at = models.DateTimeField(null=True, blank=True)  # the second failed try, 30 minutes after the first
    first_contact_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    round = models.PositiveSmallIntegerField(default=1)  # of handling, over redo and reopening
    redo_round = models.PositiveSmallIntegerField(default=0)
    reopen_count = models.PositiveSmallIntegerField(default=0)
    return_count = models.PositiveSmallIntegerField(default=0)
    return_locked = models.BooleanField(default=False)
    returned_by = ArrayField(models.BigIntegerField(), default=list, blank=True)  # unit ids, this cycle
    redispatched = models.BooleanField(default=False)
    info_return_count = models.PositiveSmallIntegerField(default=0)
    reply_return_count = models.PositiveSmallIntegerField(default=0)
    extension_count = models.PositiveSmallIntegerField(default=0)
    beyond_duty = models.BooleanField(default=False)  # the unit claims so in its reply
    review_date = models.DateField(null=True, blank=True)  # of a suspension
    case_owner = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")

    callback_outcome = models.CharField(max_length=20, choices=Outcome, blank=True)  # of this round
    callback_at = models.DateTimeField(null=True, blank=True)
    callback_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    first_outcome = models.CharField(max_length=20, choices=Outcome, blank=True)  # of the first round, kept for ever
    withdraw_from = models.CharField(max_length=10, choices=WithdrawFrom, blank=True)
    integrity_flag = models.BooleanField(default=False)  # a unit said "withdrawn", the citizen said no

    closure_kind = models.CharField(max_length=12, choices=ClosureKind, blank=True)
    closing_reason = models.CharField(max_length=40, blank=True)  # code of refusal, force, void or withdrawal
    told_channel = models.CharField(max_length=200, blank=True)  # where the citizen was guided to
    told_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    second_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    master = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        abstract = True

    # --- intake ---------------------------------------------------------------------------------

    @transition(state, [S.DRAFT, S.NEED_INFO], S.PENDING_REVIEW, permission=who.registering_operator)
    def submit(self, *, by, now):  # T02
        self.accepted_at = self.accepted_at or now

    @transition(state, S.DRAFT, S.CLOSED, conditions=[is_direct_type, answer_needs_no_review, answer_needs_no_callback],
                permission=who.registering_operator)
    def direct_answer(self, *, by, now, answer):  # T03
        self.accepted_at = self.closed_at = now
        self.answer, self.closure_kind = answer, ClosureKind.DIRECT

    @transition(state, S.DRAFT, S.PENDING_RECEIPT, conditions=[is_critical], permission=desk(Role.OPS, Role.DL))
    def express_dispatch(self, *, by, now, lead_unit):  # T04
        self.accepted_at = now
        self._give_to(lead_unit, now)

    @transition(state, [S.DRAFT, S.PENDING_REVIEW], S.TRANSFERRED_OUT, conditions=[leaves_after_review],
                permission=who.any_of(who.registrar_before_demanded_review, desk(Role.RV)))
    def transfer_out(self, *, by, now, agency):  # T05
        self.told_channel, self.told_at, self.decided_by = agency, now, by

    @transition(state, S.DRAFT, S.CANCELLED, conditions=[never_submitted], permission=who.registering_operator)
    def void_draft(self, *, by, now, reason):  # T06
        self.closing_reason, self.decided_by = reason, by

    # --- review ---------------------------------------------------------------------------------

    @transition(state, S.PENDING_REVIEW, S.NEED_INFO, permission=desk(Role.RV, Role.OPS))
    def return_for_info(self, *, by, now):  # T07
        self.info_return_count += 1

    @transition(state, S.PENDING_REVIEW, S.PENDING_DISPATCH, conditions=[is_classified], permission=desk(Role.RV, Role.OPS))
    def approve(self, *, by, now):  # T08
        self.reviewed_at, self.reviewed_by = now, by

    @transition(state, S.PENDING_REVIEW, S.REJECTED, permission=who.reviewer_not_registrar)
    def confirm_refusal(self, *, by, now, reason, channel, told_at, second_by=None):  # T09
        self.closing_reason, self.told_channel, self.told_at = reason, channel, told_at
        self.decided_by, self.second_by = by, second_by

    # --- dispatch, receipt and return --------------------------------------------------------------

    @transition(state, S.PENDING_DISPATCH, S.PENDING_RECEIPT, conditions=[may_dispatch_again],
                permission=desk(Role.DP, Role.SV, Role.DL))
    def dispatch(self, *, by, now, lead_unit):  # T10
        self._give_to(lead_unit, now)

    @transition(state, S.PENDING_RECEIPT, S.PENDING_DISPATCH, permission=desk(Role.DP, Role.SV, Role.DL))
    def recall(self, *, by, now):  # T11
        self.lead_unit, self.handler_ids = None, []

    @transition(state, S.PENDING_RECEIPT, S.HANDLING, permission=unit(Role.LI, Role.UL))
    def sign(self, *, by, now, handler=None):  # T12
        self.signed_at = now
        self.handler_ids = [handler.pk] if handler else []

    @transition(state, S.PENDING_RECEIPT, S.HANDLING, permission=who.system)
    def deem_signed(self, *, by, now):  # T13
        self.signed_at, self.deemed_signed = now, True

    @transition(state, [S.PENDING_RECEIPT, S.HANDLING], S.RETURN_REVIEW, conditions=[may_return],
                permission=unit(Role.LI, Role.UL))
    def request_return(self, *, by, now):  # T14
        pass

    @transition(state, S.RETURN_REVIEW, S.PENDING_DISPATCH, conditions=[returns_left], permission=desk(Role.DP))
    def approve_return(self, *, by, now):  # T15
        self.return_count += 1
        self.returned_by = [*self.returned_by, self.lead_unit_id]
        self.lead_unit, self.handler_ids = None, []

    @transition(state, S.RETURN_REVIEW, S.HANDLING, permission=desk(Role.DP))
    def reject_return(self, *, by, now):  # T16
        self.return_locked, self.signed_at = True, self.signed_at or now

    @transition(state, [S.RETURN_REVIEW, S.PENDING_DISPATCH], S.ARBITRATION,
                permission=who.any_of(desk(Role.DP), who.system))
    def escalate_return(self, *, by, now):  # T17
        if self.lead_unit_id:
            self.returned_by = [*self.returned_by, self.lead_unit_id]
        self.lead_unit, self.handler_ids = None, []

    @transition(state, S.ARBITRATION, S.PENDING_RECEIPT, permission=desk(Role.SV, Role.DL))
    def designate(self, *, by, now, lead_unit):  # T18
        self._give_to(lead_unit, now)
        self.return_locked = True

    # --- handling ------------------------------------------------------------------------------------

    @transition(state, S.HANDLING, S.HANDLING, permission=unit(Role.LI, Role.UL))
    def assign_down(self, *, by, now, handler=None):  # T19
        if handler:
            self.handler_ids = [handler.pk]

    @transition(state, S.HANDLING, S.HANDLING, permission=unit(*UNIT_ROLES))
    def record_contact(self, *, by, now, reached):  # T20
        if reached:
            self.first_contact_at = self.first_contact_at or now
        elif self.first_try_at and not self.tries_failed_at and now - self.first_try_at >= TRIES_APART:
            self.tries_failed_at = now
        self.first_try_at = self.first_try_at or now

    @transition(state, S.HANDLING, S.HANDLING, permission=unit(Role.HD, Role.LI, Role.UL))
    def request_extension(self, *, by, now):  # T21
        pass

    @transition(state, S.HANDLING, S.HANDLING, permission=desk(Role.SV, Role.DL))
    def decide_extension(self, *, by, now, approved):  # T22
        self.extension_count += bool(approved)

    @transition(state, S.HANDLING, S.SUSPENDED, conditions=[not_critical], permission=desk(Role.DL))
    def approve_suspension(self, *, by, now, review_date):  # T23
        self.review_date = review_date

    @transition(state, S.SUSPENDED, S.HANDLING, permission=who.any_of(unit(Role.LI, Role.UL), who.system))
    def resume(self, *, by, now):  # T24
        self.review_date = None

    @transition(state, S.HANDLING, S.REPLY_REVIEW, permission=unit(Role.HD, Role.LI, Role.UL))
    def submit_reply(self, *, by, now, beyond_duty=False):  # T25
        self.completed_at, self.beyond_duty = now, beyond_duty

    @transition(state, S.REPLY_REVIEW, S.PENDING_CALLBACK, conditions=[was_reviewed_if_demanded],
                permission=desk(Role.RV, Role.SV))
    def approve_reply(self, *, by, now):  # T26
        self._expect_callback("")

    @transition(state, S.REPLY_REVIEW, S.HANDLING, permission=desk(Role.RV, Role.SV))
    def return_reply(self, *, by, now):  # T27
        self.completed_at = None
        self.reply_return_count += 1

    # --- callback -------------------------------------------------------------------------------------

    @transition(state, S.PENDING_CALLBACK, S.PENDING_CALLBACK, permission=who.neutral_callback_agent)
    def callback_no_answer(self, *, by, now):  # T28
        pass

    @transition(state, S.PENDING_CALLBACK, S.CLOSED, conditions=[rates_result, is_satisfied],
                permission=who.neutral_callback_agent)
    def close_satisfied(self, *, by, now):  # T29
        self.closed_at, self.closure_kind = now, ClosureKind.CALLBACK

    @transition(state, S.PENDING_CALLBACK, S.CLOSED, conditions=[rates_result, is_unreachable], permission=desk(Role.SV))
    def close_unreachable(self, *, by, now, proposed_by):  # T30
        self.closed_at, self.closure_kind = now, ClosureKind.UNREACHABLE
        self.decided_by, self.second_by = proposed_by, by

    @transition(state, S.PENDING_CALLBACK, S.HANDLING, conditions=[rates_result, is_negative, has_redo_left],
                permission=who.any_of(who.neutral_callback_agent, desk(Role.RV)))
    def order_redo(self, *, by, now):  # T31
        self.redo_round += 1
        self._next_round()

    @transition(state, S.PENDING_CALLBACK, S.ADJUDICATION, conditions=[rates_result, is_negative, redo_used_or_claimed],
                permission=who.any_of(who.neutral_callback_agent, who.system))
    def to_adjudication(self, *, by, now):  # T32
        pass

    @transition(state, S.ADJUDICATION, S.HANDLING, conditions=[not_adjudicated_yet], permission=desk(Role.SV))
    def adjudicate_redo(self, *, by, now, case_owner):  # T33
        self.case_owner, self.return_locked = case_owner, True
        self.redo_round = max(self.redo_round, REDO_LIMIT) + 1  # whatever was left of the ordinary ones is spent
        self._next_round()

    @transition(state, S.ADJUDICATION, S.PENDING_DISPATCH, conditions=[not_redispatched_yet], permission=desk(Role.SV))
    def adjudicate_redispatch(self, *, by, now):  # T34
        self.redispatched, self.return_locked = True, False
        self.lead_unit, self.handler_ids = None, []
        self._next_round()

    @transition(state, S.ADJUDICATION, S.SUSPENDED, conditions=[not_critical], permission=desk(Role.DL))
    def adjudicate_suspend(self, *, by, now, review_date):  # T35
        self.review_date = review_date
        self._next_round()

    @transition(state, S.ADJUDICATION, S.CLOSED, conditions=[is_negative], permission=desk(Role.DL))
    def force_close(self, *, by, now, reason, told_at, proposed_by):  # T36
        self.closed_at, self.closure_kind, self.closing_reason = now, ClosureKind.FORCED, reason
        self.told_at, self.decided_by, self.second_by = told_at, proposed_by, by

    # --- after the end ----------------------------------------------------------------------------------

    @transition(state, S.CLOSED, S.ARCHIVED, conditions=[has_outcome_or_none_due],
                permission=who.any_of(who.system, desk(Role.SV)))
    def archive(self, *, by, now):  # T37
        self.archived_at = now

    @transition(state, [S.CLOSED, S.ARCHIVED], S.PENDING_DISPATCH, conditions=[was_dispatched], permission=desk(Role.SV))
    def reopen(self, *, by, now):  # T38
        self.reopen_count += 1
        self.redo_round = self.return_count = 0
        self.return_locked = self.redispatched = self.deemed_signed = False
        self.returned_by, self.lead_unit, self.handler_ids = [], None, []
        self.signed_at = self.first_contact_at = self.first_try_at = self.tries_failed_at = None
        self.extension_count = 0
        self._next_round()

    # --- merging and withdrawing --------------------------------------------------------------------------

    @transition(state, [S.DRAFT, S.NEED_INFO, S.PENDING_REVIEW, S.PENDING_DISPATCH, S.PENDING_RECEIPT, S.HANDLING],
                S.MERGED, conditions=[no_redo_yet, leaves_after_review], permission=who.merger)
    def merge_into(self, *, by, now, master):  # T39
        self.master = master

    @transition(state, [S.NEED_INFO, S.PENDING_REVIEW, S.PENDING_DISPATCH], S.CANCELLED, conditions=[never_dispatched],
                permission=desk(Role.RV))
    def withdraw_early(self, *, by, now, reason):  # T40
        self.closing_reason, self.decided_by, self.told_at = reason, by, now

    @transition(state, S.PENDING_CALLBACK, S.CANCELLED, conditions=[checks_withdrawal, withdraw_confirmed],
                permission=desk(Role.SV))
    def withdraw_late(self, *, by, now, reason, proposed_by):  # T41
        self.closing_reason, self.decided_by, self.second_by = reason, proposed_by, by

    @transition(state, [S.PENDING_DISPATCH, S.PENDING_RECEIPT, S.HANDLING], S.PENDING_CALLBACK, conditions=[was_dispatched],
                permission=who.any_of(unit(Role.LI), desk(Role.OP, Role.OPS)))
    def request_withdraw(self, *, by, now):  # T42
        self._expect_callback(WithdrawFrom.HANDLING if self.state == S.HANDLING else WithdrawFrom.DISPATCH)
        if self.withdraw_from == WithdrawFrom.DISPATCH:
            self.lead_unit, self.handler_ids = None, []

    @transition(state, S.PENDING_CALLBACK, S.HANDLING,
                conditions=[checks_withdrawal, withdraw_not_confirmed, from_handling], permission=who.neutral_callback_agent)
    def withdraw_denied(self, *, by, now):  # T43
        self._withdrawal_refuted()

    @transition(state, S.PENDING_CALLBACK, S.PENDING_DISPATCH,
                conditions=[checks_withdrawal, withdraw_not_confirmed, from_dispatch], permission=who.neutral_callback_agent)
    def withdraw_denied_redispatch(self, *, by, now):  # T44
        self._withdrawal_refuted()

    # --- shared by several steps ---------------------------------------------------------------------------

    def _give_to(self, lead_unit, now):
        self.first_dispatched_at = self.first_dispatched_at or now
        self.lead_unit, self.handler_ids = lead_unit, []
        self.signed_at, self.deemed_signed = None, False

    def _expect_callback(self, withdraw_from):
        self.withdraw_from = withdraw_from
        self.callback_outcome, self.callback_at, self.callback_by = "", None, None

    def _next_round(self):
        self.round += 1
        self.completed_at = self.closed_at = self.archived_at = None
        self.closure_kind = self.closing_reason = ""
        self.decided_by = self.second_by = self.told_at = None
        self.beyond_duty = False
        self._expect_callback("")

    def _withdrawal_refuted(self):
        self.integrity_flag = self.integrity_flag or self.callback_outcome == Outcome.WITHDRAW_DENIED
        self._expect_callback("")
