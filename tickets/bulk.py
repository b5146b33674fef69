"""One step for several tickets: first what would happen to each, then each by itself, with an answer for each.

Every ticket is its own act in its own transaction. The version that the preview saw goes with it, so a ticket that
moved meanwhile is left alone, and a form that is sent twice does nothing twice.
"""
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.urls import reverse
from django.utils.translation import gettext as _

from tickets import consequences, doors, page
from tickets.actions import AlreadyMoved, Refused
from tickets.columns import title_of
from tickets.models import Proposal, Ticket, TicketEvent
from tickets.presenters import BUTTONS, Pill, state_pill
from tickets.states import State
from tickets.steps import STEPS, Invalid, mode_of, open_proposals

LIMIT = 100
OWN_FIELDS = {"csrfmiddlewaretoken", "t", "back"}  # of the page, not of the step


@dataclass(frozen=True)
class Plan:
    """What would happen to one ticket, or why nothing would."""

    ticket_no: str
    title: str
    state: Pill | None
    said: str
    is_ready: bool
    version: int = 0
    mode: str = ""


@dataclass(frozen=True)
class Result:
    ticket_no: str
    title: str
    pill: Pill
    said: str
    is_done: bool = False
    is_broken: bool = False  # the database, not a rule, kept it from happening


def steps():
    return [step for step in STEPS.values() if step.several is not None]


def bar(tickets, user, papers=()):
    """The buttons under a list: every step for several that at least one of its tickets offers, and what the desk makes of
    any of them. Costs no query."""
    found = []
    for step in sorted(steps(), key=lambda step: step.tone != "primary"):
        if any(step.fits(ticket) == "" and mode_of(step, ticket, user, None, {}) is not None for ticket in tickets):
            found.append({"name": step.name, "label": step.label, "style": BUTTONS[step.tone],
                          "url": reverse("tickets:several", args=[step.name])})
    made = papers if tickets else ()
    return found + [{"name": paper.name, "label": paper.label, "style": "", "url": reverse(paper.url_name)} for paper in made]


def quick(names, ticket, user):
    """Of these steps those that this user can take now, as links beside the row of a list. Costs no query."""
    return [{"label": step.label, "url": reverse("tickets:do", args=[ticket.ticket_no, name])}
            for name, step in ((name, STEPS[name]) for name in names)
            if step.fits(ticket) == "" and mode_of(step, ticket, user, None, {}) is not None]


def form_of(step, data=None, initial=None):
    return step.several(data, initial=initial, auto_id=f"{step.name}-%s")


def versions_of(values):
    """{ticket no: version} of "no:version" pairs, at most LIMIT; what is no pair is left out."""
    pairs = [value.split(":") for value in values if value.replace(":", "", 1).isascii()]
    good = {no: int(version) for no, version in (pair for pair in pairs if len(pair) == 2)
            if no.isdigit() and version.isdigit() and len(no) <= 16 and len(version) < 10}
    return dict(list(good.items())[:LIMIT])


# --- before ---------------------------------------------------------------------------------------------------------


def plans(step, numbers, user):
    """A Plan for each number, in their order. Two queries and what the step itself asks."""
    wanted = [no for no in dict.fromkeys(numbers) if no.isascii() and no.isdigit() and len(no) <= 16][:LIMIT]
    rows = Ticket.objects.visible_to(user).for_list().select_related("sla_profile").filter(ticket_no__in=wanted)
    tickets = {ticket.ticket_no: ticket for ticket in rows}
    read_proposals(tickets.values())
    return [plan(step, no, tickets.get(no), user) for no in wanted]


def read_proposals(tickets):
    """What steps.open_proposals would ask for each of them, in one query."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    for ticket in by_id.values():
        ticket._open_proposals = {}
    for proposal in Proposal.objects.filter(ticket__in=by_id, status=Proposal.Status.OPEN).select_related("by"):
        by_id[proposal.ticket_id]._open_proposals[proposal.step] = proposal


def look_at(form, plans, user, now):
    """A form that says something about the tickets themselves reads those that are ready; one query."""
    if hasattr(form, "look_at"):
        ready = [plan.ticket_no for plan in plans if plan.is_ready]
        seen = Ticket.objects.visible_to(user).select_related("category", "target_unit").filter(ticket_no__in=ready)
        form.look_at(list(seen), now)


def plan(step, ticket_no, ticket, user):
    if ticket is None:
        return Plan(ticket_no, "", None, gone(), is_ready=False)
    mode, sentence = prospect(step, ticket, user)
    said = sentence or (_("Waits for a second person then.") if mode == "propose" else target_of(step, ticket))
    return Plan(ticket_no, title_of(ticket, user), state_pill(ticket), said, not sentence, ticket.version, mode)


def consequence(step, plans):
    """What nobody can take back when this is sent; "" when it is only proposed."""
    return next(filter(None, (consequences.of(step, plan.mode) for plan in plans if plan.is_ready)), "")


def gone():
    return _("There is no such ticket, or it is out of your sight now.")


def prospect(step, ticket, user):
    """(mode, "") when the step could be taken now, else ("", the sentence that says why not)."""
    unmet = step.fits(ticket)
    if unmet is None:
        return "", _("Not possible in this state.")
    proposal = open_proposals(ticket).get(step.name)
    mode = mode_of(step, ticket, user, proposal, {})
    if mode == "confirm":
        return "", _("A colleague's proposal waits for you: open the ticket and read it first.")
    if mode is None:
        return "", _("Your proposal waits for a second person.") if proposal else _("This step is not yours.")
    sentence = unmet or step.ready(ticket, user)
    return ("", sentence) if sentence else (mode, "")


def target_of(step, ticket):
    """Where the step leads, in words."""
    if not step.is_move:
        return _("The state stays.")
    target = getattr(Ticket, step.name)._django_fsm.get_transition(ticket.state).target
    return _("Becomes: %(state)s") % {"state": State(target).label}


# --- the act itself -------------------------------------------------------------------------------------------------


def attempt(request, step, ticket_no, version, *, now):
    """Take the step for one ticket; whatever comes of it, comes as a Result."""
    try:
        ticket = page.visible(request.user, ticket_no)
        if done_before(step, ticket, version, request.user):
            return Result(ticket_no, title_of(ticket, request.user), Pill(_("Done"), "green"),
                          _("You did this already; it was not done twice."), is_done=True)
        return _attempt(request, step, ticket, version, now=now)
    except Ticket.DoesNotExist:
        return Result(ticket_no, "", Pill(_("Not done"), "red"), gone())
    except OperationalError:
        return not_tried(ticket_no)


def _attempt(request, step, ticket, version, *, now):
    body = request.POST.copy()
    for name in OWN_FIELDS:
        body.pop(name, None)
    title, failed = title_of(ticket, request.user), Pill(_("Not done"), "red")
    try:
        taken = doors.attempt(request, ticket, step, body=body, now=now, version=version)
    except AlreadyMoved as moved:
        fresh = _("Somebody was faster. It is now: %(state)s.") % {"state": state_pill(moved.ticket).text}
        return Result(ticket.ticket_no, title, Pill(_("Moved on"), "orange"), fresh)
    except Refused as refusal:
        return Result(ticket.ticket_no, title, failed, str(refusal))
    except PermissionDenied:
        return Result(ticket.ticket_no, title, failed, _("This step is not yours."))
    except Invalid as refusal:
        wrong = " ".join(str(error) for errors in refusal.form.errors.values() for error in errors)
        return Result(ticket.ticket_no, title, failed, wrong)
    if taken.proposal:
        said = _("A second person has to confirm it.")
        return Result(ticket.ticket_no, title, Pill(_("Proposed"), "blue"), said, is_done=True)
    now_is = _("It is now: %(state)s.") % {"state": state_pill(taken.ticket).text}
    return Result(ticket.ticket_no, title, Pill(_("Done"), "green"), now_is, is_done=True)


def done_before(step, ticket, version, user):
    """Whether the very form that is being sent was sent before, by the same person."""
    if ticket.version == version:
        return False
    first = TicketEvent.objects.filter(ticket=ticket, seq=version + 1, by=user).first()
    return first is not None and (first.name == step.name or first.name == "propose" and first.data.get("step") == step.name)


def must_stop(results):
    """A database that fell silent would keep everybody waiting for every ticket that is left."""
    return bool(results) and results[-1].is_broken


def not_tried(ticket_no):
    said = _("The database did not answer. Send it again.")
    return Result(ticket_no, "", Pill(_("Not done"), "red"), said, is_broken=True)


def again(step, results, back):
    """Where the tickets that were not done can be looked at once more; "" when there are none."""
    left = [("t", result.ticket_no) for result in results if not result.is_done]
    return f"{reverse('tickets:several', args=[step.name])}?{urlencode([*left, ('back', back)])}" if left else ""

