"""The story of a ticket as one time line: what people did, what its clocks did, and who was told of it."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notices import texts
from notices.models import Notice
from tickets import story
from tickets.clocks import WINDOWS, Status
from tickets.presenters import day_and_time

PEOPLE, DEADLINES, NOTICES = "people", "deadlines", "notices"
KINDS = frozenset({PEOPLE, DEADLINES, NOTICES})
FILTERS = (
    ("", gettext_lazy("All")),
    (PEOPLE, gettext_lazy("People")),
    (DEADLINES, gettext_lazy("Deadlines")),
    (NOTICES, gettext_lazy("Notices")),
)
MOST_NOTICES = 300  # the newest; a ticket that rang more often is read in the audit log
NAMED = 3  # so many people are named, the others are counted

ICONS = {
    "create": "phone-incoming", "submit": "send", "direct_answer": "message-check", "transfer_out": "external-link",
    "void_draft": "ban", "return_for_info": "help-circle", "approve": "circle-check", "confirm_refusal": "circle-x",
    "add_supplement": "message-plus", "change_urgency": "gauge", "set_confidential": "lock", "unmask": "eye",
    "edit_summary": "pencil", "follow_up": "link", "broadcast_answer": "speakerphone",
    "propose": "users", "reject_proposal": "circle-x", "dispatch": "route", "express_dispatch": "bolt", "designate": "gavel",
    "recall": "arrow-back-up", "sign": "signature", "deem_signed": "alarm", "request_return": "arrow-back-up",
    "approve_return": "arrow-back-up", "reject_return": "circle-x", "escalate_return": "gavel", "assign_down": "sitemap",
    "record_contact": "phone-outgoing", "request_extension": "calendar-plus", "decide_extension": "calendar-check",
    "request_suspension": "player-pause", "approve_suspension": "player-pause", "resume": "player-play",
    "remind": "bell-ringing", "submit_reply": "message-check", "return_reply": "message-x",
    "approve_reply": "circle-check", "progress": "progress",
    "answer_part": "message-check", "issue_supervision": "flag", "instruct": "flag", "judge_difficulty": "gauge",
    "add_evidence": "paperclip", "add_files": "paperclip", "keep_tracking": "eye-check", "propose_article": "bulb",
    "move_tracking": "calendar-event", "finish_tracking": "check",
    "log_tracking": "list-check",
    "open_conference": "users", "add_to_conference": "message-plus", "close_conference": "gavel", "escalate": "trending-up",
    "acknowledge_escalation": "check", "callback_outcome": "phone-check", "callback_settled": "checklist",
    "correct_outcome": "pencil", "order_re_callback": "phone-outgoing", "second_not_reached": "phone-x",
    "appeal_result": "scale", "object_to_decision": "scale", "decide_appeal": "gavel",
    "callback_no_answer": "phone-x", "close_satisfied": "mood-smile", "close_unreachable": "phone-off",
    "order_redo": "rotate-clockwise", "to_adjudication": "scale", "force_close": "lock", "archive": "archive",
    "reopen": "lock-open", "merge_into": "git-merge", "merged_in": "git-merge", "split_off": "arrows-split",
    "split_out": "arrows-split", "split_from": "arrows-split",
}  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """One line of the time line. A quiet one stands small beneath what caused it."""

    at: datetime
    kind: str
    sentence: str
    icon: str = "user"
    dot: str = ""
    note: str = ""
    facts: list = field(default_factory=list)
    is_quiet: bool = False


def of(ticket, user, reading, chapters, clocks, now):
    """Newest first; within one instant first what somebody did, then what follows from it. Two queries."""
    moments = [
        *(acted(entry) for entry in story.time_line(ticket, reading, chapters)),
        *(moment for clock in clocks for moment in turns_of(clock, now)),
        *told(ticket, user, reading),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def acted(entry):
    by_clockwork = entry.by_system and entry.name in ("escalate", "deem_signed")
    icon = ICONS.get(entry.name, "settings-automation" if entry.by_system else "user")
    kind = DEADLINES if by_clockwork else PEOPLE
    return Moment(entry.at, kind, entry.sentence, icon=icon, dot=entry.dot, note=entry.note, facts=entry.facts)


def turns_of(clock, now):
    """When a clock began, and how it ended."""
    label = clock.get_kind_display()
    due = {"clock": label, "due": day_and_time(clock.due_at, now)}
    if clock.status == Status.PAUSED:
        yield quiet(clock.started_at, _("%(clock)s: the deadline began; it is paused now") % due, "player-pause")
    else:
        yield quiet(clock.started_at, _("%(clock)s: the deadline began, due %(due)s") % due, "clock-play")
    if clock.stopped_at:
        yield quiet(clock.stopped_at, f"{label}: {ending(clock)}", "clock-check", "red" if clock.late_at(now) else "")
    elif clock.kind not in WINDOWS and clock.late_at(now):
        yield quiet(clock.due_at, _("%(clock)s: the deadline passed") % due, "alert-triangle", "red")


def ending(clock):
    if clock.status == Status.VOID:
        return _("the deadline fell away")
    if clock.status == Status.HELD:
        return _("the deadline waits for the check of the answer")
    if clock.attempted:
        return _("the deadline stopped after two tries")
    return _("the deadline was met late") if clock.late_at(clock.stopped_at) else _("the deadline was met in time")


def quiet(at, sentence, icon, dot=""):
    return Moment(at, DEADLINES, sentence, icon=icon, dot=dot, is_quiet=True)


# --- who was told -------------------------------------------------------------------------------------------------


def told(ticket, user, reading):
    """Notices by what they say, all who got one in a line. Titles only: a text message holds the query code.

    A unit reads what the citizen was told and what it was told itself; whom the hotline rings is the hotline's business.
    """
    rows = Notice.objects.filter(ticket_no=ticket.ticket_no).select_related("recipient").order_by("-pk")
    groups: dict = {}
    for notice in rows[:MOST_NOTICES]:
        if notice.recipient_id is None or not reading.outside or notice.recipient_id == user.pk:
            groups.setdefault((notice.created_at, notice.kind, notice.recipient_id is None), []).append(notice)
    return [said(at, to_citizen, notices) for (at, _kind, to_citizen), notices in groups.items()]


def said(at, to_citizen, notices):
    lost = [notice for notice in notices if notice.status == Notice.Status.FAILED]
    if to_citizen:
        way = (_("E-mail to the citizen: %(what)s") if notices[0].channel == Notice.Channel.EMAIL
               else _("Text message to the citizen: %(what)s"))
        sentence = way % {"what": CITIZEN.get(notices[0].kind, notices[0].kind)}
    else:
        people = list(dict.fromkeys(notice.recipient.display_name for notice in reversed(notices)))
        sentence = _("Told %(people)s: %(what)s") % {"people": named(people), "what": texts.title(notices[0])}
    if lost:
        sentence = _("%(told)s (not delivered)") % {"told": sentence}
    return Moment(at, NOTICES, sentence, icon="message" if to_citizen else "bell", dot="red" if lost else "", is_quiet=True)


def named(people):
    more = len(people) - NAMED
    if more <= 0:
        return " · ".join(people)
    others = ngettext("%(names)s and one more", "%(names)s and %(n)d more", more)
    return others % {"names": " · ".join(people[:NAMED]), "n": more}


CITIZEN = {
    "accepted": gettext_lazy("accepted"),
    "accepted_confidential": gettext_lazy("accepted"),
    "sent_to_unit": gettext_lazy("passed to the unit"),
    "extended": gettext_lazy("it takes longer"),
    "suspended": gettext_lazy("suspended with a planned date"),
    "replied": gettext_lazy("handled, a callback follows"),
    "questionnaire": gettext_lazy("please tell us the result"),
    "withdrawal_check": gettext_lazy("do you withdraw it?"),
    "refused": gettext_lazy("belongs to another channel"),
    "merged": gettext_lazy("joined with another ticket"),
    "force_closed": gettext_lazy("closed, as explained"),
    "reopened": gettext_lazy("handled again"),
    "letter_accepted": gettext_lazy("accepted"),
    "letter_closed": gettext_lazy("closed, with the reply"),
    "letter_closed_silently": gettext_lazy("closed, the result by phone"),
    "letter_refused": gettext_lazy("belongs to another channel"),
    "letter_passed_on": gettext_lazy("belongs to another channel"),
    "letter_merged": gettext_lazy("joined with another ticket"),
}


# --- what of it is shown ------------------------------------------------------------------------------------------


def choices(moments, which, path):
    """(label, address, how many, chosen) of the filters."""
    return [
        {
            "label": label,
            "url": f"{path}?story={kind}" if kind else path,
            "count": sum(kind in ("", moment.kind) for moment in moments),
            "is_here": kind == which,
        }
        for kind, label in FILTERS
    ]


def narrowed(moments, which):
    return [moment for moment in moments if which in ("", moment.kind)]
