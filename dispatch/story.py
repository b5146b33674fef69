"""What dispatch, handling and supervision add to the time line and to the page of a ticket."""
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from dispatch import compliance, conference_panel
from dispatch.evidence import acts as evidence
from dispatch.evidence import panel as evidence_panel
from dispatch.models import Assignment, Reminder, Reply, Request, SupervisionOrder
from dispatch.supervision import NOT_CLOSED
from notices.models import Notice
from tickets.choices import ContactMethod, ReplyFault
from tickets.clocks import Kind
from tickets.presenters import Pill, short
from tickets.sla import rung_label
from tickets.states import State
from tickets.story import Chapter, Item, Panel, Word, events_of, instant, label_of, register, yes_or_no

PART_TONE = {
    Assignment.Status.PENDING: "yellow",
    Assignment.Status.ACCEPTED: "blue",
    Assignment.Status.REPLIED: "green",
    Assignment.Status.CONFIRMED: "green",
    Assignment.Status.RETURNED: "orange",
    Assignment.Status.REDO: "orange",
}
REPLY_TONE = {Reply.Status.SUBMITTED: "yellow", Reply.Status.APPROVED: "green", Reply.Status.RETURNED: "orange"}
REQUEST_TONE = {Request.Status.PENDING: "yellow", Request.Status.APPROVED: "green", Request.Status.REJECTED: "red"}
ORDER_TONE = {SupervisionOrder.Status.CLOSED: "green", SupervisionOrder.Status.FED_BACK: "yellow"}


def some(*pairs):
    """The pairs that say something."""
    return [(label, value) for label, value in pairs if value]


def chapter(ticket, user, reading):
    parts, asked, replies = [], [], []  # not asked for where the trail knows that there are none
    if ticket.first_dispatched_at:
        parts = list(ticket.assignments.select_related("unit", "handler", "leader").order_by("-round", "level", "pk"))
        asked = list(ticket.requests.select_related("by", "unit", "suggested_unit", "decided_by").order_by("-pk"))
    if any(event.name == "submit_reply" for event in events_of(ticket)):
        replies = list(ticket.replies.select_related("by", "unit").order_by("-pk"))
    ticket._replies = replies  # for what is said of them further up
    orders = list(ticket.supervision_orders.select_related("unit", "by").order_by("-pk"))
    unanswered = ticket.escalations.filter(needs_ack=True, acknowledged_at=None)
    waiting = list(unanswered.annotate(told=was_told(user)).order_by("-pk"))
    known_to_steps(ticket, asked, orders, parts)
    names = {part.unit.code: part.unit.name for part in parts}
    panels = [
        Panel(_("Escalated, to be acknowledged"), [escalation_item(rung, user) for rung in waiting], "trending-up"),
        Panel(_("Replies"), reply_items(replies, reading, ticket), "message-check"),
        Panel(_("Who holds it"), [part_item(part, reading) for part in parts], "building"),
        Panel(_("Requests"), [request_item(request, reading) for request in asked], "calendar-plus"),
        Panel(_("Supervision orders"), [order_item(order, reading) for order in orders], "flag"),
        conference_panel.panel(ticket, user, reading, names),
        evidence_panel.panel(ticket, reading, evidence.takes(ticket, user)),
    ]
    return Chapter(
        panels=[panel for panel in panels if panel.items],
        units=names,
        facts=facts_of_parts(parts),
    )


def facts_of_parts(parts):
    """Which units a dispatch went to."""
    facts = {}
    for part in parts:
        for name in ("dispatch", "express_dispatch", "designate"):
            told, fact = facts.setdefault((name, part.opened_at), []), (part.get_role_display(), part.unit.name)
            if fact not in told:
                told.append(fact)
    return facts


def part_item(part, reading):
    role = part.get_role_display() if part.level == 1 else _("Level %(level)d") % {"level": part.level}
    return Item(
        head=f"{part.unit.name} · {role}",
        pill=Pill(part.get_status_display(), PART_TONE.get(part.status, "")),
        facts=some(
            (_("Handler"), part.handler and part.handler.display_name),
            (_("Leader of this round"), part.leader and part.leader.display_name),
            (_("Given"), part.opened_at),
            (_("Due"), part.due_at),
            (_("Signed"), part.signed_at),
            (_("Counts as signed"), _("Yes") if part.deemed_signed else ""),
            (_("Opinion"), reading.text(part.opinion)),
        ),
        text=reading.text(part.result),
    )


def reply_items(replies, reading, ticket):
    """The newest one is open while somebody weighs it."""
    is_weighed = ticket.state in (State.REPLY_REVIEW, State.PENDING_CALLBACK, State.ADJUDICATION)
    return [reply_item(reply, reading, is_weighed and reply is replies[0]) for reply in replies]


def reply_item(reply, reading, is_asked_about):
    return Item(
        is_open=is_asked_about,
        head=f"{reply.unit.name} · {reply.by.display_name}",
        pill=Pill(reply.get_status_display(), REPLY_TONE.get(reply.status, "")),
        facts=some(
            (_("Given"), reply.at),
            (_("Is what was reported true?"), reply.get_truth_display()),
            (_("Was the citizen contacted?"), yes_or_no(reply.contacted)),
            (_("If not, why"), reading.text(reply.not_contacted_reason)),
            (_("Is it solved?"), reply.get_solved_display()),
            (_("Why not solved"), reading.text(reply.unsolved_reason)),
            (_("Basis"), reading.text(reply.basis)),
            (_("The unit's own callback"), reply.get_self_callback_display()),
            (_("What the citizen said"), reading.text(reply.self_callback_note)),
            (_("Beyond our duty"), _("Yes") if reply.beyond_duty else ""),
            (_("Follow up on"), reply.follow_up_on),
            (_("Hints kept"), reading.text("; ".join(hint.name for hint in compliance.Finding.kept(reply.findings)))),
            (_("Fault"), reply.get_fault_display()),
            (_("What to mend"), reading.text(reply.review_note)),
        ),
        text=reading.text(reply.text),
    )


def request_item(request, reading):
    asker = request.unit.name if request.unit else request.by.display_name
    return Item(
        is_open=request.status == Request.Status.PENDING,
        head=f"{request.get_kind_display()} · {asker}",
        pill=Pill(request.get_status_display(), REQUEST_TONE.get(request.status, "")),
        facts=some(
            (_("Asked"), request.at),
            (_("By"), request.by.display_name),
            (_("Amount"), amount_of(request.amount)),
            (_("Legal basis"), reading.text(request.legal_basis)),
            (_("Unit that should have it"), request.suggested_unit and request.suggested_unit.name),
            (_("Plan"), reading.text(request.plan)),
            (_("Review date"), request.review_date),
            (_("When the citizen was told"), request.citizen_told_at),
            (_("Decided by"), request.decided_by and request.decided_by.display_name),
            (_("Decision"), reading.text(request.decision)),
        ),
        text=reading.text(request.reason),
    )


def amount_of(amount):
    if not amount:
        return ""
    if "wd" in amount:
        return _("%(days)d working days") % {"days": amount["wd"]}
    return _("%(hours)d hours") % {"hours": amount["h"]}


def order_item(order, reading):
    return Item(
        is_open=order.status != SupervisionOrder.Status.CLOSED,
        head=f"{order.get_kind_display()} · {order.unit.name if order.unit else ''}",
        pill=Pill(order.get_status_display(), ORDER_TONE.get(order.status, "red")),
        facts=some(
            (_("Issued"), order.at),
            (_("By"), _("The system") if order.by.is_system else order.by.display_name),
            (_("Due"), order.due_at),
            (_("Answer to the order"), reading.text(order.feedback)),
            (_("Answered"), order.fed_back_at),
        ),
        text=reading.text(order.text),
    )


def known_to_steps(ticket, asked, orders, parts):
    """The steps on offer ask for the same rows (requests.waiting_kinds, orders.open_of,
    replies.own_part): they need not ask again."""
    ticket._waiting_kinds = {request.kind for request in asked if request.status == Request.Status.PENDING}
    ticket._parts = parts
    ticket._open_orders = [order for order in reversed(orders) if order.status in NOT_CLOSED]


def was_told(user):
    """Whether the notice of an escalation went to this user (dispatch.escalation.cause_of), asked within its query."""
    cause = Concat(Value("escalation:"), OuterRef("clock_id"), Value(":"), OuterRef("level"), output_field=CharField())
    return Exists(Notice.objects.filter(recipient=user, cause=cause))


def escalation_item(rung, user):
    is_mine = rung.told or user.has_role(Role.DL)
    return Item(
        is_open=True,
        head=f"{Kind(rung.kind).label} · {rung_label(rung.rung)}",
        pill=Pill(_("Not acknowledged"), "red"),
        facts=[(_("Reached at"), rung.fired_at)],
        act=reverse("dispatch:acknowledge", args=[rung.pk]) if is_mine else "",
        act_label=_("Acknowledge"),
    )


def clock_label(text):
    """ "COMPLETION#1" as "Completion"."""
    return Kind(text.split("#")[0]).label


def rungs(said):
    """{"COMPLETION#1": ["L1", "L2"]} as "Completion: L1, L2"."""
    return "; ".join(f"{clock_label(clock)}: {', '.join(map(rung_label, reached))}" for clock, reached in said.items())


register(
    words={
        "edit_summary": Word(gettext_lazy("%(who)s edited the summary for the unit"), "orange"),
        "dispatch": Word(gettext_lazy("%(who)s dispatched it"), "blue"),
        "express_dispatch": Word(gettext_lazy("%(who)s dispatched it at once"), "red"),
        "recall": Word(gettext_lazy("%(who)s recalled the dispatch"), "orange"),
        "sign": Word(gettext_lazy("%(who)s signed for it"), "blue"),
        "deem_signed": Word(gettext_lazy("%(who)s counts it as signed: the time to sign is over"), "red"),
        "request_return": Word(gettext_lazy("%(who)s asked to return it"), "orange"),
        "approve_return": Word(gettext_lazy("%(who)s accepted the return"), "orange"),
        "reject_return": Word(gettext_lazy("%(who)s rejected the return: the unit keeps it"), "orange"),
        "escalate_return": Word(gettext_lazy("%(who)s asked for a ruling"), "orange"),
        "designate": Word(gettext_lazy("%(who)s named the unit by ruling"), "blue"),
        "assign_down": Word(gettext_lazy("%(who)s assigned it down"), "blue"),
        "record_contact": Word(gettext_lazy("%(who)s logged a contact with the citizen"), "blue"),
        "request_extension": Word(gettext_lazy("%(who)s asked for an extension"), "orange"),
        "decide_extension": Word(gettext_lazy("%(who)s decided the extension")),
        "request_suspension": Word(gettext_lazy("%(who)s asked for suspension"), "orange"),
        "approve_suspension": Word(gettext_lazy("%(who)s suspended it")),
        "reject_suspension": Word(gettext_lazy("%(who)s rejected the suspension")),
        "resume": Word(gettext_lazy("%(who)s resumed it"), "blue"),
        "submit_reply": Word(gettext_lazy("%(who)s submitted the reply"), "green"),
        "return_reply": Word(gettext_lazy("%(who)s sent the reply back"), "orange"),
        "progress": Word(gettext_lazy("%(who)s reported progress"), "blue"),
        "answer_part": Word(gettext_lazy("%(who)s gave the answer of a co-unit"), "blue"),
        "add_co_unit": Word(gettext_lazy("%(who)s added co-units"), "blue"),
        "waive_parts": Word(gettext_lazy("%(who)s waived the open co-units")),
        "remind": Word(gettext_lazy("%(who)s urged the unit"), "orange"),
        "acknowledge_reminders": Word(gettext_lazy("%(who)s acknowledged the reminders")),
        "request_exclusion": Word(gettext_lazy("%(who)s asked for exclusion from assessment"), "orange"),
        "decide_exclusion": Word(gettext_lazy("%(who)s decided the exclusion")),
        "mark_key_supervision": Word(gettext_lazy("The matter came back: put under key supervision"), "red"),
        "issue_supervision": Word(gettext_lazy("%(who)s issued a supervision order"), "red"),
        "judge_difficulty": Word(gettext_lazy("%(who)s judged the difficulty"), "orange"),
        "instruct": Word(gettext_lazy("%(who)s gave an instruction"), "red"),
        "acknowledge_supervision": Word(gettext_lazy("%(who)s acknowledged the supervision order")),
        "feed_back_supervision": Word(gettext_lazy("%(who)s answered the supervision order")),
        "send_back_supervision": Word(gettext_lazy("%(who)s sent the answer to the supervision order back"), "orange"),
        "close_supervision": Word(gettext_lazy("%(who)s closed the supervision order"), "green"),
        **conference_panel.WORDS,
        **evidence_panel.WORDS,
        "escalate": Word(gettext_lazy("%(who)s escalated a deadline"), "red"),
        "acknowledge_escalation": Word(gettext_lazy("%(who)s acknowledged an escalation")),
    },
    decoders={
        "method": (gettext_lazy("How"), label_of(ContactMethod)),
        "reached": (gettext_lazy("Was the citizen reached?"), yes_or_no),
        "told_deadline": (gettext_lazy("The citizen was told by when"), yes_or_no),
        "emergency_told": (gettext_lazy("Emergency line told"), None),
        "kind": (gettext_lazy("Kind"), label_of(SupervisionOrder.Kind, Reminder.Kind)),
        "fault": (gettext_lazy("Fault"), label_of(ReplyFault)),
        "approved": (gettext_lazy("Granted"), yes_or_no),
        "clock": (gettext_lazy("Clock"), clock_label),
        "due_at": (gettext_lazy("Answer due"), lambda text: short(instant(text))),
        "rung": (gettext_lazy("Level"), rung_label),
        "rungs": (gettext_lazy("Levels reached"), rungs),
        "unit": (gettext_lazy("Unit"), "units"),
        "units": (gettext_lazy("Units"), "units"),
        **conference_panel.DECODERS,
        **evidence_panel.DECODERS,
    },
    chapter=chapter,
)
