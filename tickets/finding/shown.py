"""How a search is shown: what the question was taken for, and where the words stand."""
import unicodedata
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.finding import hits
from tickets.finding.asked import callers_seen_by

BEFORE, AFTER = 16, 44  # letters around the first word that was found
KINDS = {
    "number": gettext_lazy("Ticket no. begins with %s"), "tail": gettext_lazy("Ticket no. ends with %s"),
    "phone": gettext_lazy("Phone %s"), "name": gettext_lazy("Citizen's name is %s"), "word": gettext_lazy("Says “%s”"),
    "letter": gettext_lazy("Says “%s”"), "code": gettext_lazy("Says “%s”"),
}
ORDER_NAMES = {hits.BEST: gettext_lazy("Best match first"), hits.NEWEST: gettext_lazy("Newest first")}


@dataclass(frozen=True)
class Summary:
    """What stands above the result."""

    taken_for: list
    advice: list = field(default_factory=list)
    as_words: str = ""  # the address of the same search with everything in quotation marks
    orders: list = field(default_factory=list)  # (label, address, whether it is this one)


def summary(listing):
    asked = listing.asked
    return Summary([str(KINDS[term.kind]) % term.text for term in asked.terms], list(advice(asked, listing.user)),
                   as_words(listing), orders_of(listing))


def advice(asked, user):
    if asked.of("phone", "name") and callers_seen_by(user) is None:
        yield _("Phones and names are not searched for you: your role does not see who called.")
    if asked.is_too_short:
        yield _("One letter finds nothing. Type at least two that stand side by side.")
    if asked.of("code"):
        yield _("If this is a citizen's query code: it leads nowhere without the ticket number. Ask for the number.")
    if len(asked.terms) > 1:
        yield _("All of it must be true of one ticket. Try fewer words.")
    if asked.of("number", "tail", "phone", "name") and not asked.of("word"):
        yield _("Only whole phone numbers and whole names are found, and the beginning or the end of a ticket number.")


def as_words(listing):
    taken = [term for term in listing.asked.terms if term.kind in ("number", "tail", "phone", "name")]
    if not taken:
        return ""
    words = " ".join(f'"{term.text}"' if term in taken or " " in term.text else term.text for term in listing.asked.terms)
    return listing.address(q=words, after=None, sort=None)


def orders_of(listing):
    if not listing.asked.has_words:
        return []
    return [(label, listing.address(sort=None if name == hits.BEST else name), listing.sorting.name == name)
            for name, label in ORDER_NAMES.items()]


def row(ticket, title, asked, user):
    """What of a line of the list is different because words were searched for."""
    if not asked.words:
        return {}
    return {"title": marked(title, asked.words), "found": found(ticket, asked.words, user)}


def found(ticket, words, user):
    """A piece of the first text in which a word stands that the title does not have, "" when the title has them all."""
    title, *texts = hits.readable(ticket, user)
    missing = [word for word in words if word not in level(title)]
    for text in texts:
        if missing and (places := places_of(text, missing)):
            return marked(piece(text, places[0][0]), words)
    return ""


def piece(text, start):
    begin, end = max(0, start - BEFORE), start + AFTER
    cut = " ".join(text[begin:end].split())
    return f"{'…' if begin else ''}{cut}{'…' if end < len(text) else ''}"


def level(text):
    """The text folded letter by letter, so that a place in it is the same place in the original."""
    return "".join(one.upper() if len(one := unicodedata.normalize("NFKC", sign)) == len(one.upper()) == 1 else sign
                   for sign in text)


def places_of(text, words):
    """[(start, end)] of all words in the text, from left to right, each letter once."""
    plain, places = level(text), []
    for word in words:
        start = plain.find(word)
        while start >= 0:
            places.append((start, start + len(word)))
            start = plain.find(word, start + 1)
    joined: list = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def marked(text, words):
    """The text as HTML, escaped, with the words in <mark>."""
    pieces, done = [], 0
    for start, end in places_of(text, words):
        pieces += [("", text[done:start], ""), ("<mark>", text[start:end], "</mark>")]
        done = end
    pieces.append(("", text[done:], ""))
    return mark_safe("".join(f"{before}{escape(words)}{after}" for before, words, after in pieces))  # noqa: S308 (escaped here)
