"""Everything a person may do with a ticket, as one table that pages and API share.

Each app lists its steps in its own `steps.py` and registers them here. A step binds a form to an action; steps
that are moves take their states and permissions from life.py, the others (催办, 补充 …) say theirs here.
"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.roster import people
from notices.actions import tell
from tickets import actions
from tickets.actions import AlreadyMoved, Refused
from tickets.life import Life
from tickets.models import Proposal, Ticket

STEPS: dict[str, "Step"] = {}


class Invalid(Exception):
    """The body does not make sense; `form` carries the errors, field by field."""

    def __init__(self, form):
        super().__init__(str(form.errors))
        self.form = form


def always_alone(ticket, user, data):
    return True


def nobody(ticket, user):
    return False


def anybody(ticket, user):
    return True


@dataclass(frozen=True)
class Step:
    name: str
    label: Any  # a lazy translation
    run: Callable  # run(ticket_id, *, by, now, **cleaned_data)
    form: type[Form] = Form
    tone: str = "secondary"  # primary, danger, secondary: how the button looks
    ready: Callable = lambda ticket, user: ""  # a sentence when other rows forbid it now
    several: type[Form] | None = None  # what it asks for several tickets at once; None: each needs words of its own
    completes: bool = False  # its form brings along what its conditions ask for, so the move asks them, not the page
    # only for steps that are no moves
    states: tuple = ()
    may: Callable = nobody
    # only for steps that need a second person
    propose: Callable = nobody  # who may make the proposal
    asks: str = ""  # whom to tell of it: a role key of accounts.roster
    alone: Callable = always_alone  # alone(ticket, user, data): may he act without a proposal
    second: Callable = anybody  # which of those who may take the step may confirm a proposal

    @property
    def is_move(self):
        return hasattr(Life, self.name)

    def fits(self, ticket):
        """None when the state is wrong, else '' or the sentence that forbids it."""
        if self.is_move:
            unmet = actions.unmet_reason(ticket, self.name)
            return "" if unmet and self.completes else unmet
        return "" if ticket.state in self.states else None

    def permits(self, ticket, user):
        return actions.permits(ticket, self.name, user) if self.is_move else self.may(ticket, user)

    def bind(self, ticket, user, now, data=None):
        """The step's form; one that depends on the case gets ticket, user and now."""
        options = {"data": data} if data is not None else {}
        if getattr(self.form, "wants_ticket", False):
            options |= {"ticket": ticket, "user": user, "now": now}
        return self.form(**options, auto_id=f"{self.name}-%s")


@dataclass(frozen=True)
class Offer:
    """A step that this user may take now: at once, by proposing it, or by confirming a proposal."""

    step: Step
    mode: str  # act, propose, confirm
    proposal: Proposal | None = None


@dataclass(frozen=True)
class Taken:
    ticket: Ticket
    proposal: Proposal | None = None  # set when the step now waits for the second person


def register(*steps):
    for step in steps:
        assert step.name not in STEPS, step.name
        STEPS[step.name] = step


def open_proposals(ticket):
    """{step name: open proposal}, read once per ticket instance: several steps ask on one page."""
    if not hasattr(ticket, "_open_proposals"):
        rows = ticket.proposals.filter(status=Proposal.Status.OPEN).select_related("by")
        ticket._open_proposals = {proposal.step: proposal for proposal in rows}
    return ticket._open_proposals


def offers(ticket, user):
    """What the page shows: exactly what `take` would accept. Costs one query for open proposals."""
    waiting = open_proposals(ticket)
    for step in STEPS.values():
        if step.fits(ticket) != "":
            continue
        mode = mode_of(step, ticket, user, waiting.get(step.name), {})
        if mode and not step.ready(ticket, user):
            yield Offer(step, mode, waiting.get(step.name))


def mode_of(step, ticket, user, proposal, data):
    """How this user may take the step: 'act', 'confirm', 'propose' or None."""
    if step.permits(ticket, user):
        if proposal and proposal.by_id != user.pk and step.second(ticket, user):
            return "confirm"
        if step.alone(ticket, user, data):
            return "act"
    if step.propose(ticket, user) and not proposal:
        return "propose"
    return None


def take(step, ticket, *, by, body, now, version=None):
    """Take a step for a visible ticket with an unchecked body; the one door of pages and API.

    Raises AlreadyMoved, PermissionDenied, Refused or Invalid, in this order of asking.
    """
    if version is not None and version != ticket.version:
        raise AlreadyMoved(ticket)
    unmet = step.fits(ticket)
    if unmet is None:
        raise AlreadyMoved(ticket)
    proposal = ticket.proposals.filter(step=step.name, status=Proposal.Status.OPEN).first()
    mode = mode_of(step, ticket, by, proposal, body)
    sentence = unmet or step.ready(ticket, by)
    if mode is None or sentence:
        _check_fresh(ticket)
    if mode is None:
        _say_why(step, ticket, by, proposal)
    if sentence:
        raise Refused(sentence)
    form = step.bind(ticket, by, now, (body or proposal.data) if mode == "confirm" else body)
    if not form.is_valid():
        raise Invalid(form)
    if mode == "propose":
        return _propose(step, ticket, form, by=by, now=now)
    return _run(step, ticket, form, mode, proposal, by=by, now=now, body=body)


def _check_fresh(ticket):
    """What looks forbidden may only be over: another request moved the ticket between our reading it and asking the rules."""
    fresh = Ticket.objects.get(pk=ticket.pk)
    if fresh.version != ticket.version:
        raise AlreadyMoved(fresh)


def _say_why(step, ticket, by, proposal):
    if step.permits(ticket, by) and not proposal:
        raise Refused(_("This step needs two persons: a colleague has to propose it first."))
    if proposal and proposal.by_id == by.pk:
        raise Refused(_("Your proposal waits for a second person."))
    raise PermissionDenied(step.name)


@transaction.atomic
def _propose(step, ticket, form, *, by, now):
    locked = actions.lock(ticket.pk, by=by)
    if locked.version != ticket.version:
        raise AlreadyMoved(locked)
    typed = {name: form[name].value() for name in form.fields}
    proposal = Proposal.objects.create(ticket=locked, step=step.name, by=by, at=now, data=actions.plain(typed))
    ticket = actions.record_locked(locked, "propose", by=by, now=now, data={"step": step.name})
    tell(people(step.asks, unit=ticket.lead_unit, now=now), cause=f"proposal:{proposal.pk}", kind="second_person_needed",
         ticket_no=ticket.ticket_no, params={"what": msgid_of(step.label)}, now=now)
    return Taken(ticket, proposal)


def msgid_of(label):
    """The English msgid of a lazy label, so that each reader of a notice gets it in his own language."""
    with override(None):
        return str(label)


@transaction.atomic
def _run(step, ticket, form, mode, proposal, *, by, now, body):
    options = dict(form.cleaned_data)
    if mode == "confirm" or not step.is_move:
        locked = actions.lock(ticket.pk, by=by)  # the ticket row first, then the proposal: one order for everybody
        if locked.version != ticket.version and not _still(step, locked, by, mode, proposal, body):
            raise AlreadyMoved(locked)
    if mode == "confirm":
        hit = Proposal.objects.filter(pk=proposal.pk, status=Proposal.Status.OPEN).update(
            status=Proposal.Status.CONFIRMED, decided_by=by, decided_at=now)
        if not hit:
            raise AlreadyMoved(ticket)
        options["proposed_by"] = proposal.by
    return Taken(step.run(ticket.pk, by=by, now=now, **options))


def _still(step, locked, by, mode, proposal, body):
    """Somebody was quicker: is this step still open to this user on the locked row? Moves ask that themselves."""
    return step.fits(locked) == "" and mode_of(step, locked, by, proposal, body) == mode
