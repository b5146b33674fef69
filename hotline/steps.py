"""What may be done with a ticket and reaches into an app that tickets do not know."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from knowledge import actions as knowledge
from knowledge.forms import ProposalForm
from knowledge.who import PROPOSERS
from tickets import redaction
from tickets.actions import Refused, lock, record_locked
from tickets.states import OPEN, State
from tickets.steps import Step, register

PROPOSED_IN = (*OPEN, State.CLOSED)


class ProposeArticleForm(ProposalForm):
    """Starts from what was asked and answered, without anything that is known of the citizen."""

    wants_ticket = True

    def __init__(self, *args, ticket, user, now, **kwargs):
        self.ticket = ticket
        super().__init__(*args, initial=start_values(ticket, user), **kwargs)

    def clean(self):
        return {name: without_the_citizen(value, self.ticket) for name, value in super().clean().items()}


def start_values(ticket, user):
    reading = redaction.Reading(ticket, user)
    topic = ticket.category.name if ticket.category else reading.title
    words = {"title": topic, "answer": reading.text(ticket.answer), "keywords": topic}
    return {name: without_the_citizen(value, ticket) for name, value in words.items()}


def without_the_citizen(words, ticket):
    known = [*redaction.persons(ticket), ticket.address, ticket.address[: redaction.ADDRESS_IN_TITLE]]
    return redaction.scrubbed(words, sorted({name for name in known if len(name) > 1}, key=len, reverse=True))


@transaction.atomic
def propose_article(ticket_id, *, by, now, **words):
    """The editors get a proposal; the ticket's trail says which."""
    ticket = lock(ticket_id, by=by)
    if ticket.is_confidential:
        raise Refused(_("Nothing of a confidential matter becomes knowledge."))
    version = knowledge.propose(by=by, now=now, from_ticket=ticket.ticket_no, **words)
    return record_locked(ticket, "propose_article", by=by, now=now, data={"article": version.article.number})


def may_propose(ticket, user):
    return user.has_role(*PROPOSERS)


def is_open_to_all(ticket, user):
    return _("Nothing of a confidential matter becomes knowledge.") if ticket.is_confidential else ""


register(
    Step("propose_article", gettext_lazy("Propose an article"), propose_article, ProposeArticleForm, states=PROPOSED_IN,
         may=may_propose, ready=is_open_to_all),
)
