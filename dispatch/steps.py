"""The steps of dispatch, receipt, handling and requests, each with its form."""
from django.utils.translation import gettext_lazy as _

from accounts.roles import UNIT_ROLES, Role
from dispatch import actions, conferring, confidentiality, difficulty, forms, orders, reminders, replies, requests, supervision
from dispatch.conference_forms import CloseConferenceForm, ConferenceForm, ContributionForm
from dispatch.models import Request
from tickets import who
from tickets.choices import ExclusionReason
from tickets.forms import ConfidentialForm, NoteForm, ReasonForm, SummaryForm, is_urgent
from tickets.intake_steps import AFTER_DISPATCH
from tickets.states import OPEN, State
from tickets.steps import Step, register

Kind = Request.Kind
leader = who.by_lead_unit(Role.UL)
unit_people = who.by_lead_unit(*UNIT_ROLES)
below_leader = who.by_lead_unit(Role.LI, Role.HD)


class ExclusionForm(ReasonForm):
    reason_code = forms.forms.ChoiceField(label=_("Ground"), choices=ExclusionReason.choices)


def leader_if_urgent(ticket, user, data):
    """Urgent cases need the unit leader's signature; the leader himself acts alone."""
    return not is_urgent(ticket) or leader(ticket, user)


def leader_signs_reply(ticket, user, data):
    needed = is_urgent(ticket) or ticket.redo_round or ticket.key_supervision or difficulty.is_led(ticket)
    return not needed or leader(ticket, user)


def leader_only(ticket, user, data):
    return leader(ticket, user)


def never_alone(ticket, user, data):
    return False


def has_part(ticket, user):
    return replies.own_part(ticket, user) is not None


def waits_for_parts(ticket, user):
    return "" if replies.open_co_units(ticket) else _("No co-unit is waiting.")


def waits_for_acknowledgement(ticket, user):
    return "" if reminders.unacknowledged(ticket).exists() else _("No reminder waits for an answer.")


SUPERVISED = (*OPEN, State.CLOSED)
WITH_PARTS = (State.PENDING_RECEIPT, State.HANDLING, State.SUSPENDED)

register(
    Step("set_confidential", _("Change confidentiality"), confidentiality.set_confidential, ConfidentialForm,
         states=OPEN, may=who.by_role(Role.OP, Role.OPS, Role.RV, Role.SV)),
    Step("edit_summary", _("Edit the summary for the unit"), confidentiality.edit_summary, SummaryForm,
         states=AFTER_DISPATCH, may=who.by_role(Role.RV, Role.DP, Role.SV), ready=confidentiality.has_no_summary),
    Step("dispatch", _("Dispatch"), actions.dispatch, forms.DispatchForm, tone="primary",
         several=forms.SeveralForm),
    Step("express_dispatch", _("Express dispatch"), actions.express_dispatch, forms.ExpressForm, tone="danger"),
    Step("recall", _("Recall"), actions.recall, NoteForm, several=NoteForm),
    Step("sign", _("Sign for it"), actions.sign, forms.SignForm, tone="primary", several=forms.SignForm),
    Step("deem_signed", _("Count as signed"), actions.deem_signed),
    Step("request_return", _("Ask to return it"), requests.request_return, forms.ReturnForm,
         propose=who.by_lead_unit(Role.LI), alone=leader_if_urgent, second=leader, asks="unit_leader"),
    Step("approve_return", _("Accept the return"), requests.approve_return, forms.DecisionForm, tone="primary",
         ready=requests.one_waits(Kind.RETURN)),
    Step("reject_return", _("Reject the return"), requests.reject_return, forms.StrictDecisionForm,
         ready=requests.one_waits(Kind.RETURN)),
    Step("escalate_return", _("Ask for a ruling"), actions.escalate_return, forms.RulingRequestForm),
    Step("designate", _("Name the unit by ruling"), actions.designate, forms.DesignateForm, tone="primary"),
    Step("record_contact", _("Log contact with the citizen"), replies.record_contact, forms.ContactForm, tone="primary"),
    Step("submit_reply", _("Submit the reply"), replies.submit_reply, forms.ReplyForm, tone="primary",
         propose=below_leader, alone=leader_signs_reply, second=leader, asks="unit_leader"),
    Step("assign_down", _("Assign down"), actions.assign_down, forms.AssignDownForm, several=forms.AssignDownForm),
    Step("request_extension", _("Ask for an extension"), requests.request_extension, forms.ExtensionForm,
         propose=below_leader, asks="unit_leader", alone=leader_only, second=leader, ready=requests.none_waits(Kind.EXTENSION)),
    Step("decide_extension", _("Decide the extension"), requests.decide_extension, forms.ExtensionDecisionForm, tone="primary",
         ready=requests.one_waits(Kind.EXTENSION)),
    Step("approve_suspension", _("Approve the suspension"), requests.approve_suspension, forms.StrictDecisionForm,
         tone="primary", propose=who.by_role(Role.SV), asks="duty_leader", alone=never_alone,
         ready=requests.one_waits(Kind.SUSPENSION)),
    Step("resume", _("Resume"), requests.resume, NoteForm, tone="primary"),
    Step("return_reply", _("Send the reply back"), replies.return_reply, forms.ReplyReturnForm),
    # operations
    Step("request_suspension", _("Ask for suspension"), requests.request_suspension, forms.SuspensionForm,
         states=(State.HANDLING,), may=unit_people, propose=below_leader, asks="unit_leader", alone=leader_only, second=leader,
         ready=requests.none_waits(Kind.SUSPENSION)),
    Step("reject_suspension", _("Reject the suspension"), requests.reject_suspension, forms.StrictDecisionForm,
         states=(State.HANDLING,), may=who.by_role(Role.SV, Role.DL), ready=requests.one_waits(Kind.SUSPENSION)),
    Step("request_exclusion", _("Ask for exclusion from assessment"), requests.request_exclusion, ExclusionForm,
         states=OPEN, may=leader, ready=requests.none_waits(Kind.EXCLUSION)),
    Step("decide_exclusion", _("Decide the exclusion"), requests.decide_exclusion, forms.ExtensionDecisionForm,
         states=SUPERVISED, may=who.by_role(Role.ZH), propose=who.by_role(Role.SV), asks="coordination", alone=never_alone,
         ready=requests.one_waits(Kind.EXCLUSION)),
    Step("record_progress", _("Report progress"), replies.record_progress, forms.PartForm,
         states=(State.HANDLING, State.SUSPENDED), may=who.any_of(unit_people, has_part)),
    Step("judge_difficulty", _("Judge the difficulty"), difficulty.judge_difficulty, difficulty.DifficultyForm,
         states=difficulty.STATES, may=who.any_of(unit_people, who.by_role(Role.SV))),
    Step("answer_part", _("Answer our part"), replies.answer_part, forms.PartForm, states=WITH_PARTS, may=has_part),
    Step("add_co_unit", _("Add co-units"), replies.add_co_unit, forms.CoUnitForm, several=forms.CoUnitForm,
         states=WITH_PARTS, may=who.by_role(Role.DP, Role.SV, Role.DL)),
    Step("waive_parts", _("Waive open co-units"), replies.waive_parts, ReasonForm,
         states=WITH_PARTS, may=who.by_role(Role.DP, Role.SV), ready=waits_for_parts),
    Step("remind", _("Urge"), reminders.remind, forms.ReminderForm, several=forms.ReminderForm,
         states=OPEN, may=who.by_role(Role.OP, Role.OPS, Role.SV, Role.DL)),
    Step("acknowledge_reminders", _("Acknowledge reminders"), reminders.acknowledge_reminders, NoteForm,
         states=OPEN, may=unit_people, ready=waits_for_acknowledgement),
    Step("issue_supervision", _("Issue a supervision order"), orders.issue, forms.OrderForm, several=forms.OrderForm,
         states=OPEN, may=who.by_role(Role.SV, Role.ZH, Role.DL, Role.QL)),
    Step("instruct", _("Give an instruction"), orders.instruct, forms.InstructionForm,
         states=OPEN, may=who.by_role(*supervision.LEADERS), ready=orders.takes_instruction),
    Step("answer_supervision", _("Answer the supervision order"), orders.answer, forms.FeedbackForm,
         states=SUPERVISED, may=unit_people, ready=orders.waits(orders.to_answer)),
    Step("send_back_supervision", _("Send the answer to the order back"), orders.send_back, ReasonForm,
         states=SUPERVISED, may=who.by_role(Role.SV, Role.ZH, Role.DL, Role.QL), ready=orders.waits(orders.to_send_back)),
    Step("close_supervision", _("Close the supervision order"), orders.close, NoteForm,
         states=SUPERVISED, may=who.by_role(Role.SV, Role.ZH, Role.DL, Role.QL), ready=orders.waits(orders.to_judge)),
    Step("open_conference", _("Open a consultation"), conferring.open_conference, ConferenceForm,
         states=OPEN, may=who.by_role(*conferring.HOSTS), ready=conferring.none_open),
    Step("add_to_conference", _("Speak in the consultation"), conferring.add, ContributionForm,
         states=conferring.TALKING, may=who.by_role(*conferring.DESKS, *UNIT_ROLES), ready=conferring.takes_part),
    Step("close_conference", _("Close the consultation"), conferring.close, CloseConferenceForm,
         states=conferring.CLOSING, may=who.by_role(*conferring.HOSTS), ready=conferring.one_open),
)
