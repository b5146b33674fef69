"""What the one ticket page shows, put together from the row, its clocks, its story and the steps on offer."""

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from tickets import consequences, presenters, sightings, sla, story, timeline
from tickets.clocks import Kind, Status
from tickets.disclosure import identity_of
from tickets.models import Ticket
from tickets.presenters import BUTTONS, MODES
from tickets.redaction import Reading
from tickets.special import rules
from tickets.steps import STEPS, offers

FACTS = (
    "category",
    "lead_unit",
    "area",
    "caller",
    "sla_profile",
    "target_unit",
    "proposed_unit",
    "master",
    "registered_by",
    "case_owner",
)


@dataclass(frozen=True)
class Button:
    name: str
    label: str
    style: str
    hint: str
    is_open: bool = False
    icon: str = ""


def found(user, ticket_no):
    try:
        return visible(user, ticket_no)
    except Ticket.DoesNotExist:
        raise Http404 from None


def visible(user, ticket_no):
    """A stranger's ticket and one that does not exist are the same: Ticket.DoesNotExist, which becomes 404."""
    return Ticket.objects.visible_to(user).select_related(*FACTS).get(ticket_no=ticket_no)


def context(ticket, user, now, *, identity=None, work=None, which=""):
    """`work` is the form that is open (see `work_on`); `identity` replaces the masked one after a reveal.
    `which` part of the time line is shown."""
    reading = Reading(ticket, user)
    chapters = story.chapters_of(ticket, user, reading)
    clocks = list(ticket.clocks.order_by("id"))
    offered = work["offered"] if work else list(offers(ticket, user))
    moments = timeline.of(ticket, user, reading, chapters, clocks, now)
    open_clocks, over_clocks = presenters.clock_chips(clocks, now, sla.calendar_shown())
    likely, other, grave = buttons(ticket, offered, clocks, work)
    path = reverse("tickets:by_number", args=[ticket.ticket_no])
    return {
        "ticket": ticket,
        "now": now,
        "state": presenters.state_pill(ticket),
        "pills": list(presenters.pills_of(ticket)),
        "turn": presenters.whose_turn(ticket),
        "title": reading.title,
        "content": reading.content,
        "is_summary": reading.summarises,
        "answer": reading.text(ticket.answer),
        "note": "" if reading.outside else reading.text(ticket.note),
        "facts": [*presenters.facts_of(ticket, reading), *rules.facts_of(ticket, story.events_of(ticket), now)],
        "counters": presenters.counters_of(ticket),
        "identity": identity or identity_of(ticket, user),
        "clocks": open_clocks,
        "held": presenters.held_bar(story.events_of(ticket), now),
        "over_clocks": over_clocks,
        "story": timeline.narrowed(moments, which),
        "story_filters": timeline.choices(moments, which, path),
        "panels": [panel for chapter in chapters for panel in chapter.panels],
        "buttons": [likely, other, grave],
        "can_act": bool(offered),
        "work": work,
        "reveal_error": "",
        "may_see_readers": user.has_role(*sightings.WATCHERS),
    }


# What is done most often where several steps are open; the others keep the order of the steps themselves.
LIKELY = ("sign", "record_contact", "submit_reply", "record_progress", "assign_down", "record_outcome", "close_satisfied",
          "approve", "dispatch", "approve_reply", "remind")
RARE = {"propose_article"}  # after all others, so that the digits of daily work stay where they are


def buttons(ticket, offered, clocks, work=None):
    """The steps this user may take now in three groups: likely, other, and those that end or overturn something."""
    waits = any(clock.kind == Kind.RESPONSE and clock.status == Status.RUNNING for clock in clocks)
    ranked = sorted(offered, key=lambda offer: rank(offer, waits))
    likely = [offer for offer in ranked if offer.mode == "confirm" or offer.step.tone == "primary"]
    grave = [offer for offer in ranked if offer not in likely and offer.step.tone == "danger"]
    other = [offer for offer in ranked if offer not in likely and offer not in grave]
    if not likely:
        likely, other = other[:1], other[1:]
    return [[button(offer, work) for offer in group] for group in (likely, other, grave)]


def rank(offer, waits_for_contact):
    """What a colleague waits for first, then the citizen's call while its clock runs, then by habit."""
    name = offer.step.name
    habit = LIKELY.index(name) if name in LIKELY else len(LIKELY) + (name in RARE)
    return offer.mode != "confirm", not (waits_for_contact and name == "record_contact"), name == "record_contact", habit


def button(offer, work):
    step = offer.step
    return Button(step.name, step.label, BUTTONS[step.tone], MODES[offer.mode],
                  is_open=bool(work) and work["step"] is step, icon=timeline.ICONS.get(step.name, ""))


def work_on(ticket, user, now, step_name, *, form=None, problem="", conflict=None):
    """The open form of one step, or None when there is no such step. `offer` is None when it cannot be taken now."""
    step = STEPS.get(step_name)
    if step is None:
        return None
    story.chapters_of(ticket, user, Reading(ticket, user))
    offered = list(offers(ticket, user))
    offer = next((offer for offer in offered if offer.step is step), None)
    return {
        "step": step,
        "offer": offer,
        "offered": offered,
        "version": ticket.version,
        "problem": problem,
        "conflict": conflict,
        "form": form or (step.bind(ticket, user, now) if offer else None),
        "mode": MODES[offer.mode] if offer else "",
        "proposal": proposal_of(offer, ticket, user, now),
        "typed": [],
        "style": BUTTONS[step.tone] or "btn-primary",
        "consequence": consequences.of(step, offer.mode) if offer else "",
    }


def proposal_of(offer, ticket, user, now):
    """Who proposed what and when, field by field as the form words it; None unless there is one to confirm."""
    if offer is None or offer.mode != "confirm":
        return None
    form = offer.step.bind(ticket, user, now, offer.proposal.data)
    return {"by": offer.proposal.by.display_name, "at": offer.proposal.at, "fields": said_in(form, Reading(ticket, user))}


def said_in(form, reading):
    """(label, words) of what a form was filled in with; choices by their labels."""
    pairs = []
    for field in form:
        value = field.value()
        chosen = dict(getattr(field.field, "choices", []))
        words = ", ".join(
            str(chosen.get(one, one)) for one in (value if isinstance(value, list) else [value]) if one not in (None, "")
        )
        if words:
            pairs.append((field.label, reading.text(words)))
    return pairs


def typed_in(form):
    """(label, words) of what somebody typed into a form that can no longer be sent, so that nothing is lost."""
    return [(field.label, field.value()) for field in form if isinstance(field.value(), str) and len(field.value()) > 1]
