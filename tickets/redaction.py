"""Free text and recorded changes as a user may read them: typed words can say what the masked fields hide (I14).

Of a confidential matter units read no word of the citizen's: a summary that the hotline wrote stands in their place, and
until somebody has written it the citizen's words without what is known of him (SPEC 5.3).
"""
import re

from django.utils.text import Truncator

from accounts.masking import mask_in_text
from accounts.roles import UNIT_ROLES
from tickets.disclosure import MAY_ASK, NEVER, is_withheld
from tickets.who import may_call_again

HIDDEN = "***"
NOBODYS = {"caller_id", "phone_hash", "query_salt"}  # links between a person's tickets are nobody's business
DESK_ONLY = {"note", "unit_summary"}  # never shown to units: the operator's own, and what a summary said before it was edited
IDENTIFYING = {"address", "beneficiary", "extra", "target", "content", "demand", "title", "answer"}
FOR_UNIT = "for_unit"  # of an event: its note as units read it
DESK_NOTES = {"set_confidential", "callback_outcome", "correct_outcome"}  # why he has to be protected, what he said when called
SAID_FIRST = {  # what leads back to a first answer, for whoever may be about to ask a second time
    "callback_outcome", "callback_settled", "correct_outcome", "order_re_callback", "force_close", "order_redo",
    "to_adjudication", "adjudicate_redo", "adjudicate_redispatch", "adjudicate_suspend", "appeal_result", "decide_appeal",
    "object_to_decision", "propose",
}
ADDRESS_IN_TITLE = 18  # characters of the address that title_for() keeps
LONGEST_SUMMARY = 3000  # content and demand in full, and some stars
GAP = r"[\s·.\-]{0,2}"  # a name is often spelled apart


def is_scrubbed(ticket, user):
    """Units never learn who reported confidentially; leaders and auditors read cases, not people."""
    return is_withheld(ticket, user) or user.has_role(*NEVER) and not user.has_role(*MAY_ASK, *UNIT_ROLES)


def is_outsider(user):
    """Holds no role at the hotline: the desk's own notes are not for him."""
    return user.has_role(*UNIT_ROLES) and not user.has_role(*MAY_ASK)


class Reading:
    """One user reading one ticket."""

    def __init__(self, ticket, user):
        self.ticket, self.user = ticket, user
        self.scrubs, self.outside = is_scrubbed(ticket, user), is_outsider(user)
        self.summarises = ticket.is_confidential and self.outside
        self.names = _names(ticket) if self.scrubs else []

    @property
    def is_blind(self):
        """Asked once per ticket instance; only of agents does it cost a query."""
        known = self.ticket.__dict__.setdefault("_blind", {})
        if self.user.pk not in known:
            known[self.user.pk] = may_call_again(self.ticket, self.user)
        return known[self.user.pk]

    def hides(self, event):
        return event.name in SAID_FIRST and self.is_blind

    @property
    def hides_files(self):
        """Files of the caller may show who he is: they are for those from whom nothing of him is hidden."""
        return self.scrubs or self.summarises

    @property
    def title(self):
        return matter_of(self.ticket) if self.summarises else self.text(self.ticket.title)

    @property
    def content(self):
        return told_to_units(self.ticket) if self.summarises else self.text(self.ticket.content)

    @property
    def demand(self):
        """Of a summary it is a part."""
        return "" if self.summarises else self.text(self.ticket.demand)

    @property
    def summary(self):
        """What units read; the hotline sees what was written, and nothing while nobody has written it."""
        return told_to_units(self.ticket) if self.summarises else self.ticket.unit_summary

    def text(self, words):
        return scrubbed(words, self.names) if self.scrubs and words else words

    def said(self, words):
        """The citizen's own words where no summary takes their place."""
        return "" if self.summarises else self.text(words)

    def note(self, event):
        if self.summarises and event.name in DESK_NOTES or self.hides(event):
            return ""
        return self.text(self.summarises and event.data.get(FOR_UNIT) or event.note)

    def data_of(self, event):
        """What an event keeps beside its note."""
        return {} if self.hides(event) else self.data(event.data)

    def data(self, recorded):
        apart = {"changed", FOR_UNIT} if self.outside else {"changed"}
        shown = {name: self._value(value) for name, value in recorded.items() if name not in apart}
        changed = {name: self._value(pair) for name, pair in recorded.get("changed", {}).items()
                   if name not in self._closed}
        return shown | ({"changed": changed} if changed else {})

    @property
    def _closed(self):
        return NOBODYS | (DESK_ONLY if self.outside else set()) | (IDENTIFYING if self.scrubs else set())

    def _value(self, value):
        if isinstance(value, str):
            return HIDDEN if value.startswith("sealed:") else self.text(value)  # see taking/questions.py
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {name: self._value(item) for name, item in value.items()}
        return value


def matter_of(ticket):
    """What a confidential matter is called before units: a title holds the citizen's words or his address."""
    matter = ticket.category.name if ticket.category else ticket.get_type_display()
    return Truncator(f"{ticket.area.name if ticket.area else ''} {matter}".strip()).chars(40)


def told_to_units(ticket):
    """The summary as it was written, places included, or the automatic one. Names and numbers go once more: a summary may
    be older than what is known of the citizen now."""
    return scrubbed(ticket.unit_summary, persons(ticket)) if ticket.unit_summary else automatic_summary(ticket)


def automatic_summary(ticket):
    """Content and demand without names, numbers and address: a proposal, and what units read until there is a better one."""
    words = "\n".join(filter(None, [ticket.content, ticket.demand]))
    return scrubbed(words, _names(ticket))[:LONGEST_SUMMARY]


def scrubbed(words, names):
    for name in names:
        words = re.sub(GAP.join(map(re.escape, "".join(name.split()))), HIDDEN, words, flags=re.IGNORECASE)
    return mask_in_text(words)


def persons(ticket):
    beneficiary = ticket.caller.beneficiary.split(" · ")[0]  # the name stands first: see intake_form.beneficiary_of
    return [name for name in (ticket.caller.name, beneficiary) if len(name) > 1]


def _names(ticket):
    """Name and address, longest first, so that a part never survives inside the whole."""
    known = {*persons(ticket), ticket.address, ticket.address[:ADDRESS_IN_TITLE]}
    return sorted((name for name in known if len(name) > 1), key=len, reverse=True)
