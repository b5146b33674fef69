"""Where an answer on the line is taken from. Articles of knowledge lie beside this app and are not known here: what lies above
registers how one is found and how its use is noted."""

from typing import Protocol

from django.utils.translation import gettext as _


class Unfit(Exception):
    """The number names nothing that may be told to a citizen now; the message says what is wrong."""


class Cited(Protocol):
    """What an answer cites."""

    pk: int
    number: str
    version: int
    answer: str


class Source(Protocol):
    def find(self, number, *, now) -> Cited:
        """Raises Unfit."""

    def note(self, cited, *, ticket_no, by, now):
        """One more answer cites it; in the transaction of the answer."""


SOURCES: list[Source] = []  # none or one


def register(source):
    SOURCES[:] = [source]


def find(number, *, now):
    if not SOURCES:
        raise Unfit(_("There is no published and valid article of this number."))
    return SOURCES[0].find(number, now=now)


def note(cited, ticket, *, by, now):
    SOURCES[0].note(cited, ticket_no=ticket.ticket_no, by=by, now=now)
