"""The time line of a ticket: its events as sentences in the reader's language.

Each app says in its own `story.py` what its events are called and what its rows add: `register(words, chapter)`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import choices, presenters
from tickets.clocks import Kind
from tickets.presenters import Pill
from tickets.telephony.models import Transfer

WORDS: dict[str, "Word"] = {}
CHAPTERS: list[Callable] = []
DECODERS: dict[str, tuple] = {}


@dataclass(frozen=True)
class Word:
    """How an event is told: a sentence about %(who)s, and the colour of its dot."""

    sentence: str
    dot: str = ""


@dataclass(frozen=True)
class Entry:
    at: datetime
    name: str
    by_system: bool
    sentence: str
    dot: str
    note: str
    facts: list


@dataclass(frozen=True)
class Item:
    """One row of a panel, e.g. one unit's part; `act` is the address that its button posts to, `href` one that it opens."""

    head: str
    is_open: bool = False  # somebody has to read or decide it now
    pill: Pill | None = None
    facts: list = field(default_factory=list)
    text: str = ""
    act: str = ""
    act_label: str = ""
    href: str = ""
    href_label: str = ""


@dataclass(frozen=True)
class Panel:
    title: str
    items: list
    icon: str = "list-details"

    @property
    def is_open(self):
        return any(item.is_open or item.act for item in self.items)


@dataclass
class Chapter:
    """What one app adds to a ticket's page: panels, and facts for events that happened at the same instant."""

    panels: list = field(default_factory=list)
    facts: dict = field(default_factory=dict)  # (event name, instant) -> [(label, value)]
    units: dict = field(default_factory=dict)  # code -> name, for events that keep codes


def register(words, chapter=None, decoders=None):
    WORDS.update(words)
    DECODERS.update(decoders or {})
    if chapter:
        CHAPTERS.append(chapter)


def chapters_of(ticket, user, reading):
    """Read once per ticket instance: before the steps on offer, which then need not ask for the same rows."""
    if not hasattr(ticket, "_chapters"):
        ticket._chapters = [chapter(ticket, user, reading) for chapter in CHAPTERS]
    return ticket._chapters


def events_of(ticket):
    """The trail by seq with who did what, read once a page."""
    if not hasattr(ticket, "_events"):
        ticket._events = list(ticket.events.select_related("by").order_by("seq"))
    return ticket._events


def time_line(ticket, reading, chapters):
    """Newest first. One query, however long the story is."""
    facts, units = {}, {}
    for chapter in chapters:
        facts |= chapter.facts
        units |= chapter.units
    events = reversed(events_of(ticket))
    return [told(event, reading, facts.get((event.name, event.at), []), units) for event in events]


def told(event, reading, more, units):
    word = WORDS.get(event.name) or Word(f"%(who)s: {event.name}")
    who = _("The system") if event.by.is_system else event.by.display_name
    facts = [*decoded(reading.data_of(event), units), *more]
    note = OWN_NOTES.get(event.note) or reading.note(event)
    return Entry(
        at=event.at,
        name=event.name,
        by_system=event.by.is_system,
        sentence=word.sentence % {"who": who},
        dot=word.dot,
        facts=facts,
        note="" if any(value == note for _label, value in facts) else note,
    )


RECOGNISED = "recognised on the line"
# What the product itself notes is kept in English, once for all readers.
OWN_NOTES = {
    "survey expired": gettext_lazy("No answer to the text message in time."),
    "review date": gettext_lazy("The review date has come."),
    "no usable contact": gettext_lazy("There is no number to call."),
    "refused in advance": gettext_lazy("The citizen wished no callback."),
    RECOGNISED: gettext_lazy("Recognised while the caller was on the line"),
}


def noted(note, reading):
    """The citizen's words beside a callback."""
    return OWN_NOTES.get(note) or reading.said(note)


def decoded(data, units):
    """(label, value) of what an event keeps and a reader understands; what only machines read is left out."""
    facts = [
        (label, worded(data[name], decode, units))
        for name, (label, decode) in DECODERS.items()
        if data.get(name) not in (None, "", [])
    ]
    return facts + changes(data.get("changed", {}))


def worded(value, decode, units):
    if decode is None:
        return value
    if decode == "units":
        codes = value if isinstance(value, list) else [value]
        return ", ".join(units.get(code, code) for code in codes)
    return decode(value)


def label_of(*enums):
    """Decode a stored value by the first enumeration that knows it."""

    def decode(value):
        return next((enum(value).label for enum in enums if value in enum.values), value)

    return decode


def yes_or_no(value):
    return _("Yes") if value else _("No")


def instant(text):
    return parse_datetime(text)


def due_dates(moved):
    """{"COMPLETION": [old, new]} as "Completion: old → new"."""
    return "; ".join(
        f"{Kind(kind).label}: {presenters.short(instant(old))} → {presenters.short(instant(new))}"
        for kind, (old, new) in moved.items()
    )


CHANGED = {
    "urgency": (gettext_lazy("Urgency"), choices.Urgency),
    "type": (gettext_lazy("Type"), choices.Type),
}


def changes(changed):
    """Before → after of the few fields that people ask about."""
    shown = []
    for name, (label, enum) in CHANGED.items():
        if name in changed:
            old, new = (enum(value).label if value else presenters.NOBODY_YET for value in changed[name])
            shown.append((label, f"{old} → {new}"))
    if "is_confidential" in changed:
        shown.append((_("Confidential"), yes_or_no(changed["is_confidential"][1])))
    if "unit_summary" in changed:
        shown.append((_("Summary for the unit"), changed["unit_summary"][1]))
    return shown


register(
    words={
        "create": Word(gettext_lazy("%(who)s registered the matter"), "blue"),
        "submit": Word(gettext_lazy("%(who)s submitted it: accepted"), "blue"),
        "direct_answer": Word(gettext_lazy("%(who)s answered on the line"), "green"),
        "transfer_out": Word(gettext_lazy("%(who)s transferred it out")),
        "void_draft": Word(gettext_lazy("%(who)s voided the draft")),
        "return_for_info": Word(gettext_lazy("%(who)s sent it back for information"), "orange"),
        "approve": Word(gettext_lazy("%(who)s approved it for dispatch"), "blue"),
        "confirm_refusal": Word(gettext_lazy("%(who)s decided: not accepted"), "red"),
        "withdraw_early": Word(gettext_lazy("%(who)s recorded that the citizen withdrew")),
        "add_supplement": Word(gettext_lazy("%(who)s added what the citizen said"), "blue"),
        "change_urgency": Word(gettext_lazy("%(who)s changed the urgency"), "orange"),
        "set_confidential": Word(gettext_lazy("%(who)s changed the confidentiality"), "orange"),
        "unmask": Word(gettext_lazy("%(who)s looked at the citizen's identity"), "orange"),
        "phone_transfer": Word(gettext_lazy("%(who)s connected the caller to an emergency line"), "orange"),
        "propose": Word(gettext_lazy("%(who)s made a proposal; a second person decides"), "orange"),
        "reject_proposal": Word(gettext_lazy("%(who)s rejected a proposal"), "orange"),
    },
    decoders={
        "reason": (
            gettext_lazy("Reason"),
            label_of(
                choices.InfoReason, choices.RefusalReason, choices.ReturnReason, choices.SuspendReason, choices.ExclusionReason
            ),
        ),
        "channel": (gettext_lazy("Channel"), label_of(choices.Channel)),
        "receiver": (gettext_lazy("Received by, at"), None),
        "line": (gettext_lazy("Connected to"), label_of(Transfer.Line)),
        "connection": (gettext_lazy("Result"), label_of(Transfer.Result)),
        "connected_at": (gettext_lazy("At"), instant),
        "other_number": (gettext_lazy("Ticket no. there"), None),
        "step": (gettext_lazy("Step"), lambda name: step_label(name)),
        "due": (gettext_lazy("Due"), due_dates),
        "for_unit": (gettext_lazy("As the unit reads it"), None),
    },
)


def step_label(name):
    from tickets.steps import STEPS  # steps.py reads forms, which read choices: not at import

    return STEPS[name].label if name in STEPS else name
