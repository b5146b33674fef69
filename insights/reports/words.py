"""The words of a report, in the language of who reads it; a snapshot keeps only their names."""
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from dispatch.models import SupervisionOrder
from insights.callback_rates.figures import GROUPS
from insights.figures.published import INDICATORS
from tickets.choices import Channel, ForceReason, RefusalReason, ReplyFault, Type
from tickets.states import State
from tickets.telephony.models import Seat

SECTIONS = {
    "figures": gettext_lazy("Figures of the period"), "hours": gettext_lazy("Accepted by the hour"),
    "days": gettext_lazy("Accepted by the day"), "months": gettext_lazy("Accepted by the month"),
    "types": gettext_lazy("By type"), "channels": gettext_lazy("By channel"),
    "categories": gettext_lazy("Ten most frequent kinds of matter"),
    "streets": gettext_lazy("Five places with the most matters"),
    "critical": gettext_lazy("Critical matters"), "late_by_unit": gettext_lazy("Overdue by unit"),
    "seats": gettext_lazy("Seats on duty"), "units": gettext_lazy("Dispatched by unit"),
    "ranking": gettext_lazy("Three rates by unit"), "month_ranking": gettext_lazy("Ranking of the month"),
    "rectifications": gettext_lazy("Rectification: what became of it"),
    "repeated": gettext_lazy("Repeated and shared matters, still open"),
    "pauses_due": gettext_lazy("Suspensions that end within seven days"), "forced": gettext_lazy("Closed by force, one by one"),
    "refusals": gettext_lazy("Not accepted, by reason"),
    "hour_figures": gettext_lazy("1. Intake"), "hour_event": gettext_lazy("2. The marked event"),
    "hour_hot": gettext_lazy("3. Hot issues"), "hour_emergencies": gettext_lazy("4. Emergencies"),
    "hour_questions": gettext_lazy("5. Questions that many ask"),
    "hour_carried": gettext_lazy("6. Still open from earlier issues"),
    "hour_orders": gettext_lazy("7. Joint supervision"),
    "quality": gettext_lazy("Quality of the work"), "faults": gettext_lazy("Replies sent back, by fault"),
    "knowledge": gettext_lazy("What the knowledge was used for"),
    "festival": gettext_lazy("Intake of the holiday"), "rises_and_falls": gettext_lazy("What rose and what fell most"),
    "watched": gettext_lazy("Watched matters"), "watched_list": gettext_lazy("Watched matters, one by one"),
}
COLUMNS = {
    "this": gettext_lazy("This period"), "before": gettext_lazy("Period before"),
    "week_ago": gettext_lazy("Same weekday a week ago"),
    "year_ago": gettext_lazy("The same a year ago"), "share": gettext_lazy("Share"),
    "accepted": gettext_lazy("Accepted tickets"),
    "same_festival": gettext_lazy("Same holiday a year ago"),
    "ticket": gettext_lazy("Ticket"), "place": gettext_lazy("Place"), "unit": gettext_lazy("Unit"),
    "state": gettext_lazy("State"),
    "late_now": gettext_lazy("Overdue"), "dispatched": gettext_lazy("Dispatched tickets"), "people": gettext_lazy("People"),
    "rank": gettext_lazy("Rank"), "rated": gettext_lazy("Rated callbacks"), "score": gettext_lazy("In all"),
    "progress": gettext_lazy("Progress"), "mark": gettext_lazy("Remark"), "due": gettext_lazy("Due"),
    "done_by": gettext_lazy("Done by"), "reporters": gettext_lazy("Reporters"), "review_on": gettext_lazy("Review on"),
    "reason": gettext_lazy("Reason"), "refused": gettext_lazy("Matters not accepted"), "this_hour": gettext_lazy("This hour"),
    "hour_before": gettext_lazy("Hour before"), "hour_yesterday": gettext_lazy("Same hour yesterday"),
    "today": gettext_lazy("Day so far"), "trend": gettext_lazy("Trend"), "handling": gettext_lazy("Handling"),
    "minutes": gettext_lazy("Reached after (min)"), "asked": gettext_lazy("How often"), "answer": gettext_lazy("Answer"),
    "first_named": gettext_lazy("First named"), "still_open": gettext_lazy("Still open"), "kind": gettext_lazy("Kind"),
}
WORDS = {
    "days": gettext_lazy("Days"), "a_day": gettext_lazy("Accepted a day"),
    "no_unit": gettext_lazy("No unit at present"), "praised": gettext_lazy("Praised"), "explain": gettext_lazy("To explain"),
    "small": gettext_lazy("Sample too small"), "answered": gettext_lazy("Answered"), "overdue": gettext_lazy("Overdue"),
    "open": gettext_lazy("Not answered yet"), "event_share": gettext_lazy("Together, of all accepted"),
    "no_place": gettext_lazy("no place"), "answered_from_knowledge": gettext_lazy("Official answer in the knowledge"),
    "to_research": gettext_lazy("To be researched"),
}
STAGES = {
    "undispatched": pgettext_lazy("stage", "not dispatched %(n)s"), "in_hand": pgettext_lazy("stage", "in hand %(n)s"),
    "replied": pgettext_lazy("stage", "replied %(n)s"), "settled": pgettext_lazy("stage", "settled %(n)s"),
}
CHOICES = {"type": Type, "channel": Channel, "state": State, "seat": Seat.Place, "force": ForceReason, "refusal": RefusalReason,
           "order": SupervisionOrder.Kind, "fault": ReplyFault}


def said(name):
    """What a word says, in the language of now."""
    kind, _colon, value = name.partition(":")
    if kind == "text":
        return value
    if kind == "indicator":
        return str(INDICATORS[value].title)
    if kind == "group":
        return str(GROUPS[value][0])
    if kind == "word":
        return str(WORDS[value])
    if kind == "stage":
        stage, _colon, many = value.partition(":")
        return str(STAGES[stage]) % {"n": many}
    return str(dict(CHOICES[kind].choices).get(value) or (_("Without a type") if kind == "type" else value or "—"))


def column(name):
    return str(COLUMNS[name]) if name in COLUMNS else said(name)


def note(name):
    """A remark under a section."""
    kind, *values = name.split(":")
    if kind == "listed":
        shown, total = values
        return "" if shown == total else _("%(shown)s of %(total)s are listed; confidential matters are only counted.") % {
            "shown": shown, "total": total}
    if kind == "published":
        return _("As published, version %(version)s.") % {"version": values[0]}
    return {"late_as_made": _("What is overdue is as of the moment at which the report was made."),
            "as_made": _("As of the moment at which the report was made."),
            "not_published": _("As it stands: the ranking of this month is not published yet.")}.get(kind, "")


def together(texts):
    return ("、" if (get_language() or "").startswith("zh") else ", ").join(texts)
