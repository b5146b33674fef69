"""Free text and recorded changes as a user may read them: typed words can say what the masked fields hide (I14)."""
from accounts.masking import mask_in_text
from tickets.disclosure import MAY_ASK, NEVER, is_withheld
from tickets.who import UNIT_ROLES

HIDDEN = "***"
NOBODYS = {"caller_id", "phone_hash", "query_salt"}  # links between a person's tickets are nobody's business
DESK_ONLY = {"note"}  # of the operator, never shown to units
IDENTIFYING = {"address", "beneficiary", "extra", "target", "content", "demand", "title", "answer"}
ADDRESS_IN_TITLE = 18  # characters of the address that title_for() keeps


def is_scrubbed(ticket, user):
    """Units never learn who reported confidentially; leaders and auditors read cases, not people."""
    return is_withheld(ticket, user) or user.has_role(*NEVER) and not user.has_role(*MAY_ASK, *UNIT_ROLES)


def is_outsider(user):
    """Holds no role at the hotline: the desk's own notes are not for him."""
    return user.has_role(*UNIT_ROLES) and not user.has_role(*MAY_ASK)


class Reading:
    """One user reading one ticket."""

    def __init__(self, ticket, user):
        self.scrubs, self.outside = is_scrubbed(ticket, user), is_outsider(user)
        self.names = _names(ticket) if self.scrubs else []

    def text(self, words):
        if not self.scrubs or not words:
            return words
        for name in self.names:
            words = words.replace(name, HIDDEN)
        return mask_in_text(words)

    def data(self, recorded):
        """What an event keeps beside its note."""
        shown = {name: self._value(value) for name, value in recorded.items() if name != "changed"}
        changed = {name: self._value(pair) for name, pair in recorded.get("changed", {}).items()
                   if name not in self._closed}
        return shown | ({"changed": changed} if changed else {})

    @property
    def _closed(self):
        return NOBODYS | (DESK_ONLY if self.outside else set()) | (IDENTIFYING if self.scrubs else set())

    def _value(self, value):
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {name: self._value(item) for name, item in value.items()}
        return value


def _names(ticket):
    """Name and address, longest first, so that a part never survives inside the whole."""
    caller = ticket.caller
    known = {caller.name, caller.beneficiary, ticket.address, ticket.address[:ADDRESS_IN_TITLE]}
    return sorted((name for name in known if len(name) > 1), key=len, reverse=True)
