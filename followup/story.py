"""What callback, redo and adjudication add to the time line and to the page of a ticket."""

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from dispatch.models import Reply
from dispatch.story import some
from followup.annotations import panel as annotations
from followup.appeals import panel as appeals
from followup.appeals.models import Appeal, AppealReview
from followup.callbacks import may_call
from followup.city.layers import BAD, GOOD, MEANS, layers_of, worded
from followup.models import CallbackAttempt, CallbackTask
from followup.tracking import panel as tracking
from tickets import presenters
from tickets.choices import Outcome
from tickets.models import Ticket
from tickets.presenters import Pill
from tickets.states import State
from tickets.story import Chapter, Item, Panel, Word, events_of, instant, label_of, noted, register, yes_or_no
from tickets.who import neutral_callback_agent

HEAR = (Role.QI, Role.SV, Role.CB)  # who works with recordings (SPEC 5.1, 5.2)
OPENS = {"approve_reply", "request_withdraw"}  # callbacks; and a draft may come from another ticket's
OUTCOME_TONE = {
    Outcome.POSITIVE: "green",
    Outcome.NEGATIVE: "red",
    Outcome.WITHDRAW_DENIED: "red",
    Outcome.UNREACHABLE: "orange",
}


def chapter(ticket, user, reading):
    """Its own callbacks, and the one that it comes from; both in one query, the calls of all of them in another."""
    calls = Prefetch("attempts", CallbackAttempt.objects.select_related("by").order_by("pk"))
    found = CallbackTask.objects.filter(Q(ticket=ticket) | Q(new_ticket=ticket)).select_related(
        "outcome_by", "claimed_by", "ordered_by", "correction", "new_ticket", "ticket").prefetch_related(calls)
    opened = any(event.name in OPENS or event.name == "create" and "ticket" in event.data for event in events_of(ticket))
    rows = list(found.order_by("-pk")) if opened else []  # not asked for where the trail knows that there are none
    ticket._callbacks = [task for task in rows if task.ticket_id == ticket.pk]
    callable_now = ticket.state in (State.PENDING_CALLBACK, State.CLOSED) and neutral_callback_agent(ticket, user)
    hears = user.has_role(*HEAR)
    items = [task_item(task, reading, callable_now and not task.outcome and may_call(task, user, ticket._callbacks), hears)
             if task.ticket_id == ticket.pk else origin(task, user) for task in rows]
    panels = [appeals.panel(ticket, user, reading), Panel(_("Callbacks"), items, "phone-outgoing") if items else None,
              compared(ticket, reading), annotations.panel(ticket, reading), tracking.panel(ticket, user, reading)]
    return Chapter(panels=[panel for panel in panels if panel])


def compared(ticket, reading):
    """What an agent who makes a second callback does not see."""
    if reading.is_blind or not ticket._callbacks:
        return None
    layers = layers_of(ticket, ticket._callbacks)
    ticket.layers_differ = layers.differ  # for its marks
    return layers_panel(layers, reading)


def layers_panel(layers, reading):
    """Unit, district and city side by side; open while they say different things."""
    unit, city = layers.unit, layers.city
    return Panel(_("Three layers of callback"), [
        Item(head=_("Unit's own"), is_open=layers.differ, pill=layer_pill(unit and unit.self_callback),
             facts=some((_("By"), unit and unit.unit.name), (_("When"), unit and unit.at)),
             text=reading.said(unit.self_callback_note) if unit else ""),
        Item(head=_("District"), is_open=layers.differ, pill=layer_pill(layers.district_outcome),
             facts=some((_("Reporters"), len(layers.district)))),
        Item(head=_("City"), is_open=layers.differ, pill=layer_pill(city and city.result),
             facts=some((_("Is it solved?"), city and city.get_solved_display()), (_("When"), city and city.at),
                        (_("Satisfied with the result"), city and city.get_satisfied_display())),
             text=reading.said(city.note) if city else ""),
    ], "stack-2")


def layer_pill(value):
    tone = {GOOD: "green", BAD: "red"}.get(MEANS.get(value or "", ""), "")
    return Pill(worded(value), tone) if value else Pill(_("Nothing yet"))


def origin(task, user):
    """Of a draft that began in the callback of another ticket."""
    is_read = Ticket.objects.visible_to(user).filter(pk=task.ticket_id).exists()
    return Item(
        head=_("Told when called back about %(no)s") % {"no": task.ticket.ticket_no},
        href=reverse("tickets:by_number", args=[task.ticket.ticket_no]) if is_read else "",
        href_label=_("Open that ticket"),
    )


def task_item(task, reading, can_call, hears):
    head = _("%(kind)s, round %(round)d") % {"kind": task.get_kind_display(), "round": task.round}
    if reading.is_blind and task.outcome and task.round == reading.ticket.round:
        return Item(head=head, pill=Pill(_("Hidden until the second call is made")))
    return Item(
        head=_("%(record)s, corrected") % {"record": head} if task.corrects_id else head,
        pill=pill_of(task),
        facts=facts_of(task, reading, hears),
        text=noted(task.note, reading),
        is_open=can_call or must_reopen(task, reading.ticket),
        href=href_of(task, reading, can_call),
        href_label=_("Open the callback") if can_call else _("Reopen the ticket"),
    )


def told_of(call, hears):
    """One line of the log. Where its recording lies is told to those who listen to it."""
    words = [call.get_result_display(), call.get_number_used_display(), call.by.display_name]
    return " · ".join([*words, call.recording_ref] if hears and call.recording_ref else words)


def pill_of(task):
    if not task.outcome:
        return Pill(task.get_status_display(), "yellow")
    if getattr(task, "correction", None):
        return Pill(_("Was wrong: %(outcome)s") % {"outcome": task.get_outcome_display()})
    return Pill(task.get_outcome_display(), OUTCOME_TONE.get(task.outcome, ""))


def facts_of(task, reading, hears):
    told_why = _("Why it was wrong") if task.corrects_id else _("Why a second time")
    calls = task.attempts.all()
    return some(
        (_("Tries"), len(calls) or ""),
        *((presenters.short(call.at), told_of(call, hears)) for call in calls),
        (_("Next try"), "" if task.outcome else task.next_attempt_at),
        (_("Claimed by"), task.claimed_by and task.claimed_by.display_name),
        (_("Ordered by"), task.ordered_by and task.ordered_by.display_name),
        (told_why, "" if reading.is_blind else reading.said(task.why)),
        (_("Questionnaire sent"), task.survey_sent_at),
        (_("Who spoke"), task.get_speaker_display()),
        (_("Did the unit contact?"), said(task.contacted)),
        (_("Is it solved?"), task.get_solved_display()),
        (_("Satisfied with the result"), task.get_satisfied_display()),
        (_("With attitude and speed"), task.get_process_satisfied_display()),
        (_("Reply is true"), said(task.reply_true)),
        (_("Reason"), task.get_reason_display()),
        (_("New demand"), task.new_ticket and task.new_ticket.ticket_no),
        (_("Corrected by") if task.corrects_id else _("Asked by"), asker_of(task)),
        (_("Corrected") if task.corrects_id else _("Asked"), task.outcome_at),
        (_("What follows"), _("The citizen is dissatisfied after all: a supervisor reopens the ticket.")
         if must_reopen(task, reading.ticket) else ""),
    )


def asker_of(task):
    return _("Text message") if task.said_by_message else task.outcome_by and task.outcome_by.display_name


def must_reopen(task, ticket):
    """Recorded when the ticket was closed already: closing it so would have been forbidden."""
    return (task.after_closing and task.outcome == Outcome.NEGATIVE and not getattr(task, "correction", None)
            and ticket.state in (State.CLOSED, State.ARCHIVED) and ticket.round == task.round
            and ticket.callback_outcome != Outcome.NEGATIVE)


def href_of(task, reading, can_call):
    number = reading.ticket.ticket_no
    if can_call:
        return reverse("followup:callback", args=[number])
    if must_reopen(task, reading.ticket) and reading.user.has_role(Role.SV):
        return reverse("tickets:do", args=[number, "reopen"])
    return ""


def said(answer):
    return "" if answer is None else yes_or_no(answer)


register(
    words={
        **annotations.WORDS,
        **tracking.WORDS,
        "approve_reply": Word(gettext_lazy("%(who)s approved the reply"), "green"),
        "callback_outcome": Word(gettext_lazy("%(who)s recorded the callback"), "blue"),
        "callback_settled": Word(gettext_lazy("%(who)s: every reporter was asked, the outcome is settled"), "blue"),
        "correct_outcome": Word(gettext_lazy("%(who)s corrected a callback record"), "orange"),
        "order_re_callback": Word(gettext_lazy("%(who)s ordered a second callback"), "orange"),
        "second_not_reached": Word(gettext_lazy("%(who)s called a second time and did not reach the citizen"), "orange"),
        "callback_no_answer": Word(gettext_lazy("%(who)s called and did not reach the citizen"), "orange"),
        "city_callback": Word(gettext_lazy("%(who)s imported the city's callback"), "blue"),
        "sample_given_back": Word(gettext_lazy("%(who)s checked the calls and gave the callback back"), "orange"),
        "close_satisfied": Word(gettext_lazy("%(who)s closed it"), "green"),
        "close_unreachable": Word(gettext_lazy("%(who)s closed it: the citizen could not be reached")),
        "order_redo": Word(gettext_lazy("%(who)s ordered a redo"), "red"),
        "to_adjudication": Word(gettext_lazy("%(who)s passed it to adjudication"), "red"),
        "adjudicate_redo": Word(gettext_lazy("%(who)s ordered a redo under a leader"), "red"),
        "adjudicate_redispatch": Word(gettext_lazy("%(who)s sent it to another unit"), "orange"),
        "adjudicate_suspend": Word(gettext_lazy("%(who)s suspended it by ruling")),
        "force_close": Word(gettext_lazy("%(who)s closed it by force"), "red"),
        "appeal_result": Word(gettext_lazy("%(who)s appealed the result"), "orange"),
        "object_to_decision": Word(gettext_lazy("%(who)s objected to the decision about the appeal"), "orange"),
        "decide_appeal": Word(gettext_lazy("%(who)s decided the appeal"), "blue"),
        "archive": Word(gettext_lazy("%(who)s archived it")),
        "reopen": Word(gettext_lazy("%(who)s reopened it"), "orange"),
        "merge_into": Word(gettext_lazy("%(who)s merged it into another ticket")),
        "merged_in": Word(gettext_lazy("%(who)s merged another ticket into this one"), "orange"),
        "split_off": Word(gettext_lazy("%(who)s took it out again: it is accepted anew as a ticket of its own"), "orange"),
        "split_out": Word(gettext_lazy("%(who)s took a merged ticket out of this one"), "orange"),
        "split_from": Word(gettext_lazy("%(who)s took it out of a merged ticket; earlier promises count"), "orange"),
        "request_withdraw": Word(gettext_lazy("%(who)s reported that the citizen wants to withdraw"), "orange"),
        "withdraw_late": Word(gettext_lazy("%(who)s confirmed the withdrawal")),
        "withdraw_denied": Word(gettext_lazy("%(who)s: not withdrawn, back to the unit"), "red"),
        "withdraw_denied_redispatch": Word(gettext_lazy("%(who)s: not withdrawn, back to dispatch"), "red"),
    },
    decoders={
        **annotations.DECODERS,
        "result": (gettext_lazy("What happened"), label_of(CallbackAttempt.Result)),
        "next": (gettext_lazy("Next try"), instant),
        "outcome_was": (gettext_lazy("Recorded before"), label_of(Outcome)),
        "outcome": (gettext_lazy("Outcome"), label_of(Outcome)),
        "solved": (gettext_lazy("Is it solved?"), label_of(CallbackTask.Solved, Reply.Solved)),
        "satisfied": (gettext_lazy("Satisfied with the result"), label_of(CallbackTask.Satisfied)),
        "speaker": (gettext_lazy("Who spoke"), label_of(CallbackTask.Speaker)),
        "new_demand": (gettext_lazy("New demand"), None),
        "grounds": (gettext_lazy("Grounds"), label_of(Appeal.Grounds)),
        "appeal_decision": (gettext_lazy("Decision"), label_of(AppealReview.Decision)),
        "appeal_result": (gettext_lazy("Changed to"), label_of(Outcome)),
        "called_at": (gettext_lazy("The city called"), instant),
        "way": (gettext_lazy("Asked by"), {"message": gettext_lazy("Text message")}.get),
        "ticket": (gettext_lazy("Ticket"), None),
        "master": (gettext_lazy("Merged into"), None),
        "goes_on_in": (gettext_lazy("Goes on in"), None),
    },
    chapter=chapter,
)
