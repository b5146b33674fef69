"""What connects tickets and knowledge, which do not know each other: answers cite articles, and what is asked often and has
no article is a list of the editors."""

from dataclasses import dataclass

from insights import unanswered
from knowledge import actions, gaps
from tickets import citing


@dataclass(frozen=True)
class Cited:
    pk: int
    number: str
    version: int
    answer: str


class Knowledge:
    """The articles as tickets ask for them."""

    def find(self, number, *, now):
        try:
            row = actions.citable(number, now=now)
        except actions.Refused as refusal:
            raise citing.Unfit(str(refusal)) from None
        return Cited(row.pk, row.article.number, row.version, row.answer)

    def note(self, cited, *, ticket_no, by, now):
        actions.note_use(cited.pk, ticket_no=ticket_no, by=by, now=now)


def connect():
    citing.register(Knowledge())
    gaps.register(unanswered.topics)
