"""What callback, redo and adjudication add to the time line and to the page of a ticket."""

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import Reply
from dispatch.story import some
from followup.city.layers import BAD, GOOD, MEANS, layers_of, worded
from followup.models import CallbackAttempt, CallbackTask
from tickets.choices import Outcome
from tickets.presenters import Pill
from tickets.states import State
from tickets.story import Chapter, Item, Panel, Word, instant, label_of, noted, register, yes_or_no
from tickets.who import neutral_callback_agent

OUTCOME_TONE = {
    Outcome.POSITIVE: "green",
    Outcome.NEGATIVE: "red",
    Outcome.WITHDRAW_DENIED: "red",
    Outcome.UNREACHABLE: "orange",
}


def chapter(ticket, user, reading):
    tasks = ticket.callback_tasks.select_related("outcome_by", "claimed_by").annotate(tries=Count("attempts")).order_by("-pk")
    calls = ticket.state == State.PENDING_CALLBACK and neutral_callback_agent(ticket, user)
    items = [task_item(task, reading, calls) for task in tasks]
    if not items:
        return Chapter()
    layers = layers_of(ticket, tasks)
    ticket.layers_differ = layers.differ  # for its marks
    return Chapter(panels=[Panel(_("Callbacks"), items, "phone-outgoing"), layers_panel(layers, reading)])


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


def task_item(task, reading, calls):
    pill = (
        Pill(task.get_outcome_display(), OUTCOME_TONE.get(task.outcome, ""))
        if task.outcome
        else Pill(task.get_status_display(), "yellow")
    )
    waits, can_call = "" if task.outcome else task.next_attempt_at, calls and not task.outcome
    return Item(
        head=_("%(kind)s, round %(round)d") % {"kind": task.get_kind_display(), "round": task.round},
        pill=pill,
        facts=some(
            (_("Tries"), task.tries),
            (_("Next try"), waits),
            (_("Claimed by"), task.claimed_by and task.claimed_by.display_name),
            (_("Questionnaire sent"), task.survey_sent_at),
            (_("Did the unit contact?"), said(task.contacted)),
            (_("Is it solved?"), task.get_solved_display()),
            (_("Satisfied with the result"), task.get_satisfied_display()),
            (_("With attitude and speed"), task.get_process_satisfied_display()),
            (_("Reply is true"), said(task.reply_true)),
            (_("Reason"), task.get_reason_display()),
            (_("Asked by"), _("Text message") if task.said_by_message else task.outcome_by and task.outcome_by.display_name),
            (_("Asked"), task.outcome_at),
        ),
        text=noted(task.note, reading),
        is_open=can_call,
        href=reverse("followup:callback", args=[reading.ticket.ticket_no]) if can_call else "",
        href_label=_("Open the callback"),
    )


def said(answer):
    return "" if answer is None else yes_or_no(answer)


register(
    words={
        "approve_reply": Word(gettext_lazy("%(who)s approved the reply"), "green"),
        "callback_outcome": Word(gettext_lazy("%(who)s recorded the callback"), "blue"),
        "callback_settled": Word(gettext_lazy("%(who)s: every reporter was asked, the outcome is settled"), "blue"),
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
        "result": (gettext_lazy("What happened"), label_of(CallbackAttempt.Result)),
        "next": (gettext_lazy("Next try"), instant),
        "outcome": (gettext_lazy("Outcome"), label_of(Outcome)),
        "solved": (gettext_lazy("Is it solved?"), label_of(CallbackTask.Solved, Reply.Solved)),
        "satisfied": (gettext_lazy("Satisfied with the result"), label_of(CallbackTask.Satisfied)),
        "called_at": (gettext_lazy("The city called"), instant),
        "way": (gettext_lazy("Asked by"), {"message": gettext_lazy("Text message")}.get),
        "ticket": (gettext_lazy("Ticket"), None),
        "master": (gettext_lazy("Merged into"), None),
        "goes_on_in": (gettext_lazy("Goes on in"), None),
    },
    chapter=chapter,
)
