"""What a question means: a ticket number or the end of one, a phone, a name, or words (SPEC 7.3; ADR 0010).

Everything asked for must be true of what is found. What a term was taken for is said above the result; in quotation marks
it is words and nothing else. Whoever may not know who called cannot find it out by asking: phones and names are compared
by their keyed hashes, and only where this reader may see them.
"""
import re
import unicodedata
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Collate, Reverse

from accounts.masking import mask_in_text, mask_name, mask_phone
from accounts.numbers import PhoneKind, normalise_phone, phone_kind
from accounts.privacy import phone_hash
from accounts.roles import Role
from tickets.disclosure import MAY_ASK
from tickets.finding.index import folded, keys_of
from tickets.models import Call, Ticket
from tickets.people import name_hash
from tickets.states import State

LONGEST = 50  # letters of a question; longer ones are refused by the form
QUOTED = re.compile(r'["“”]([^"“”]*)["“”]|「([^」]*)」')
APART = re.compile(r"[\s,、，;；。]+")  # noqa: RUF001  # what people type between words
NUMBER = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{0,10}")  # year and month, then as much as is known
TAIL = re.compile(r"[0-9]{3,5}")  # the running number of a day, as people read it out
DIALLED = re.compile(r"[+0-9][0-9\s\-()]{5,28}")
CALLED_BACK = (PhoneKind.MOBILE, PhoneKind.LANDLINE, PhoneKind.FOREIGN)
QUERY_CODE = re.compile(r"(?=.*[A-Z])(?=.*[2-7])[A-Z2-7]{8}")
NAME = re.compile(r"[\u3400-\u9fff]{1,12}(?:·[\u3400-\u9fff]{1,12})*|[A-Za-z]{2,20}")
SEES_CALLERS = (Role.LI, Role.HD)  # of cases that they have in hand, as disclosure.sees_in_full() has it


@dataclass(frozen=True)
class Term:
    """One thing that was asked for. `kind` is number, tail, phone, name, code, word, or letter: too short to be found."""

    kind: str
    text: str

    @property
    def shown(self):
        """As it may stand in a log or a file."""
        if self.kind == "phone":
            return mask_phone(self.text)
        return mask_name(self.text) if self.kind == "name" else mask_in_text(self.text)


@dataclass(frozen=True)
class Asked:
    text: str = ""
    terms: tuple = ()

    def of(self, *kinds):
        return [term.text for term in self.terms if term.kind in kinds]

    @property
    def words(self):
        """Folded words, each of which must be said in a ticket; a letter by itself only beside a word."""
        return [folded(text) for text in self.of("word", "code", "letter")] if self.keys else []

    @property
    def keys(self):
        return sorted({key for text in self.of("word", "code") for key in keys_of(folded(text))})

    @property
    def has_words(self):
        return bool(self.of("word", "code", "letter"))

    @property
    def is_too_short(self):
        return bool(self.of("letter")) and not self.keys

    @property
    def shown(self):
        return " ".join(term.shown for term in self.terms)


def understood(text, user):
    """The question as this reader may ask it; one query where a term may be a name."""
    plain = unicodedata.normalize("NFKC", text).replace("\x00", " ").strip()
    if phone := phone_of(plain):
        return Asked(text, (Term("phone", phone),))
    terms = [Term("word", words) for found in QUOTED.findall(plain) if (words := " ".join("".join(found).split()))]
    terms += [term_of(part) for part in APART.split(QUOTED.sub(" ", plain)) if part]
    terms = [replace(term, kind="letter") if term.kind == "word" and not keys_of(folded(term.text)) else term for term in terms]
    named = names_among([term.text for term in terms if term.kind == "name?"], user)
    return Asked(text, tuple(dict.fromkeys(
        replace(term, kind="name" if term.text in named else "word") if term.kind == "name?" else term for term in terms)))


def term_of(part):
    if NUMBER.fullmatch(part):
        return Term("number", part)
    if phone := phone_of(part):
        return Term("phone", phone)
    if TAIL.fullmatch(part):
        return Term("tail", part)
    if QUERY_CODE.fullmatch(part):
        return Term("code", part)
    return Term("name?" if NAME.fullmatch(part) and len(part) > 1 else "word", part)


def phone_of(text):
    """The number in its one spelling if somebody could be called at it, else ""."""
    if not DIALLED.fullmatch(text) or NUMBER.fullmatch(text):
        return ""
    try:
        return normalise_phone(text) if phone_kind(text) in CALLED_BACK else ""
    except ValidationError:
        return ""


# --- who called --------------------------------------------------------------------------------------------------


def names_among(texts, user):
    """Those of them that are the whole name of a citizen in a ticket where this reader may see it."""
    callers = callers_seen_by(user)
    if not texts or callers is None:
        return set()
    by_hash = {name_hash(text): text for text in texts}
    seen = Ticket.objects.visible_to(user).filter(callers, caller__name_hash__in=by_hash)
    return {by_hash[found] for found in seen.values_list("caller__name_hash", flat=True).distinct()[: len(by_hash)]}


def callers_seen_by(user):
    """A condition on tickets, or None for who may know of no citizen who he is."""
    if user.has_role(*MAY_ASK):
        return Q()
    if user.has_role(*SEES_CALLERS):
        below = Q(pk__in=[])
        for membership in user.membership_list:
            if membership.role in SEES_CALLERS:
                below |= Q(lead_unit__path__startswith=membership.unit.path)
        return below & Q(state=State.HANDLING, is_confidential=False)
    return None


def of_phone(phone):
    """Tickets whose citizen gave this number, as his first or second, or that came of a call from it."""
    hashed = phone_hash(phone)
    first = Ticket.objects.filter(phone_hash=hashed).exclude(phone_hash="").values("pk")
    second = Ticket.objects.filter(caller__phone2_hash=hashed).exclude(caller__phone2_hash="").values("pk")
    called = Call.objects.filter(number_hash=hashed, ticket__isnull=False).exclude(number_hash="").values("ticket")
    return first.union(second, called, all=True)


def narrowed(rows, asked, user):
    """Of these tickets, which the reader may see, those of the numbers, phones and names that were asked for."""
    for number in asked.of("number"):
        rows = rows.filter(ticket_no__gte=number)
        after = str(int(number) + 1)  # a range that the index of the numbers reads, in every collation
        rows = rows.filter(ticket_no__lt=after)
    for tail in asked.of("tail"):
        rows = rows.alias(backwards=Collate(Reverse("ticket_no"), "C")).filter(backwards__startswith=tail[::-1])
    phones, names = asked.of("phone"), asked.of("name")
    if not phones and not names:
        return rows
    callers = callers_seen_by(user)
    if callers is None:
        return rows.none()
    rows = rows.filter(callers)
    for phone in phones:
        rows = rows.filter(pk__in=of_phone(phone))
    for name in names:
        rows = rows.filter(caller__name_hash=name_hash(name))
    return rows
