"""The steps of intake and review, and the operations that the hotline may do at any time."""
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from tickets import forms, intake, second_person, who
from tickets.choices import RefusalReason
from tickets.states import BEFORE_DISPATCH, OPEN
from tickets.steps import Step, register

AFTER_DISPATCH = tuple(state for state in OPEN if state not in BEFORE_DISPATCH)
HOTLINE = (Role.OP, Role.OPS, Role.RV, Role.DP, Role.CB, Role.SV, Role.DL)


def refuses_alone(ticket, user, data):
    """Only reason R9 needs two persons: a reviewer proposes it, the duty leader approves."""
    return data.get("reason") != RefusalReason.R9


def proposes_refusal(ticket, user):
    return user.has_role(Role.RV, Role.OPS) and who.reviewer_not_registrar(ticket, user)


def was_not_reviewed(ticket, user):
    return "" if ticket.first_dispatched_at and not ticket.reviewed_at else _("The ticket was reviewed already.")


register(
    Step("submit", _("Submit"), intake.submit, forms.SubmitForm, tone="primary"),
    Step("direct_answer", _("Answer directly"), intake.direct_answer, forms.AnswerForm),
    Step("transfer_out", _("Transfer out"), intake.transfer_out, forms.TransferForm),
    Step("void_draft", _("Void the draft"), intake.void_draft, forms.ReasonForm, tone="danger"),
    Step("approve", _("Approve"), intake.approve, forms.ApproveForm, tone="primary", completes=True,
         several=forms.NoteForm),
    Step("return_for_info", _("Send back for information"), intake.return_for_info, forms.InfoForm),
    Step("confirm_refusal", _("Do not accept"), intake.confirm_refusal, forms.RefusalForm, tone="danger",
         alone=refuses_alone, propose=proposes_refusal, asks="duty_leader",
         second=who.by_role(Role.DL)),
    Step("withdraw_early", _("Withdraw before dispatch"), intake.withdraw_early, forms.WithdrawEarlyForm, tone="danger"),
    Step("post_review", _("Review the express dispatch"), intake.post_review, forms.NoteForm, tone="primary",
         several=forms.NoteForm, states=AFTER_DISPATCH, may=who.by_role(Role.RV, Role.OPS), ready=was_not_reviewed),
    Step("reject_proposal", _("Reject the proposal"), second_person.reject_proposal, forms.ReasonForm, tone="danger",
         states=OPEN, may=second_person.to_decide, ready=second_person.nothing_to_decide),
    Step("add_supplement", _("Add to the matter"), intake.add_supplement, forms.SupplementForm,
         states=OPEN, may=who.by_role(*HOTLINE)),
    Step("change_urgency", _("Change urgency"), intake.change_urgency, forms.UrgencyForm, several=forms.UrgencyFields,
         states=OPEN, may=who.by_role(Role.RV, Role.DP, Role.SV)),
)

