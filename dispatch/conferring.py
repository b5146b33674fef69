"""会商 (SPEC O11): a supervisor asks several people about a ticket, writes down what was said and decides.

Who takes part: a consultation never lets anybody see a ticket. Only units that have a part in it (and so read it already,
with the citizen's identity masked as everywhere) and desks that read every ticket can be asked. To show the case to a
unit from outside would mean a second, weaker rule of sight beside `visible_to`; such a unit is made a co-unit first.
Who reads it: the desks that read every ticket, and the units that were asked. Other units that have a part, operators
and callback agents read in the time line that there was a consultation, and no word of it: the trail keeps who, when and
whom, the words are in rows of their own. Nothing of it goes into a text for the citizen.
"""
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import UNIT_ROLES, Role
from accounts.roster import everyone
from dispatch.models import Assignment, Conference, Contribution
from notices.actions import tell
from tickets.actions import AlreadyMoved, Refused, lock, record_locked
from tickets.states import OPEN, State

HOSTS = (Role.SV, Role.ZH, Role.DL)  # who may open and close one
DESKS = (Role.RV, Role.DP, Role.SV, Role.ZH, Role.DL, Role.QL)  # who can be asked: they read every ticket
READERS = (*DESKS, Role.AU)
TALKING = (*OPEN, State.CLOSED)
CLOSING = tuple(state for state in State if state != State.ARCHIVED)  # one that is left over can always be ended


def of_ticket(ticket):
    """The newest first, read once per ticket instance: panel and several steps ask on one page."""
    if not hasattr(ticket, "_conferences"):
        ticket._conferences = list(ticket.conferences.select_related("by", "closed_by").order_by("-pk"))
    return ticket._conferences


def open_one(ticket):
    return next((conference for conference in of_ticket(ticket) if conference.closed_at is None), None)


def parts_of(ticket):
    """The parts through which a unit reads the ticket, with the unit."""
    parts = getattr(ticket, "_parts", None)  # the page has read them: see dispatch.story
    if parts is None:
        parts = ticket.assignments.select_related("unit")
    return [part for part in parts if part.status in Assignment.SEEN]


def units_to_ask(ticket):
    """Units whose part is open, each once."""
    live = [part.unit for part in parts_of(ticket) if part.status in Assignment.LIVE]
    return list({unit.pk: unit for unit in live}.values())


def spoken_for(conference, ticket, user):
    """The unit that was asked and for which this user may speak, or None."""
    asked = [part.unit for part in parts_of(ticket) if part.unit.code in conference.units]
    return next((unit for unit in asked if user.covers(unit, *UNIT_ROLES)), None)


def may_read(conference, ticket, user):
    return user.has_role(*READERS) or spoken_for(conference, ticket, user) is not None


def may_add(conference, ticket, user):
    return user.has_role(*HOSTS, *conference.desks) or spoken_for(conference, ticket, user) is not None


# --- for the steps --------------------------------------------------------------------------------------------


def none_open(ticket, user):
    return _("A consultation is open already.") if open_one(ticket) else ""


def one_open(ticket, user):
    return "" if open_one(ticket) else _("No consultation is open.")


def takes_part(ticket, user):
    conference = open_one(ticket)
    if conference is None:
        return one_open(ticket, user)
    return "" if may_add(conference, ticket, user) else _("You were not asked in this consultation.")


# --- actions --------------------------------------------------------------------------------------------------


@transaction.atomic
def open_conference(ticket_id, *, by, now, question, units=(), desks=()):
    ticket = _locked(ticket_id, OPEN, by=by, roles=HOSTS)
    if open_one(ticket):
        raise Refused(_("A consultation is open already."))
    if not (units or desks):
        raise Refused(_("Say who is asked: a unit or a desk."))
    strangers = {unit.pk for unit in units} - {unit.pk for unit in units_to_ask(ticket)}
    if strangers or set(desks) - set(DESKS):
        raise Refused(_("Only units that have a part in the ticket can be asked: add others as co-units first."))
    codes = sorted(unit.code for unit in units)
    conference = Conference.objects.create(ticket=ticket, by=by, at=now, question=question, units=codes, desks=sorted(desks))
    ticket = record_locked(ticket, "open_conference", by=by, now=now, data={
        "conference": conference.pk, "units": codes, "desks": sorted(desks)})
    _tell(asked_people(conference, units, now), conference, "conference_opened", ticket, by=by, now=now)
    return ticket


@transaction.atomic
def add(ticket_id, *, by, now, text):
    """A participant says something; who opened it and whoever spoke before hears of it."""
    ticket = _locked(ticket_id, TALKING, by=by)
    conference = _needed(ticket)
    if not may_add(conference, ticket, by):
        raise PermissionDenied("add_to_conference")
    unit = spoken_for(conference, ticket, by)
    said = Contribution.objects.create(conference=conference, by=by, unit=unit, at=now, text=text)
    ticket = record_locked(ticket, "add_to_conference", by=by, now=now, data={
        "conference": conference.pk, "contribution": said.pk} | ({"unit": unit.code} if unit else {}))
    _tell([conference.by, *speakers(conference)], conference, "conference_added", ticket, by=by, now=now)
    return ticket


@transaction.atomic
def close(ticket_id, *, by, now, minutes, decision):
    """Whoever closes it writes what was said and what is decided; from then on nothing is added."""
    ticket = _locked(ticket_id, CLOSING, by=by, roles=HOSTS)
    conference = _needed(ticket)
    if not (minutes.strip() and decision.strip()):
        raise Refused(_("A consultation ends with minutes and a decision."))
    conference.minutes, conference.decision, conference.closed_by, conference.closed_at = minutes, decision, by, now
    conference.save(update_fields=["minutes", "decision", "closed_by", "closed_at"])
    ticket = record_locked(ticket, "close_conference", by=by, now=now, data={"conference": conference.pk})
    units = [part.unit for part in parts_of(ticket) if part.unit.code in conference.units]
    recipients = [conference.by, *speakers(conference), *asked_people(conference, units, now)]
    _tell(recipients, conference, "conference_closed", ticket, by=by, now=now)
    return ticket


def _locked(ticket_id, states, *, by, roles=()):
    ticket = lock(ticket_id, by=by)
    if ticket.state not in states:
        raise AlreadyMoved(ticket)
    if roles and not by.has_role(*roles):
        raise PermissionDenied("conference")
    return ticket


def _needed(ticket):
    conference = open_one(ticket)
    if conference is None:
        raise Refused(_("No consultation is open."))
    return conference


# --- who hears of it ------------------------------------------------------------------------------------------


def asked_people(conference, units, now):
    """Liaison and leader of each unit, and whoever holds one of the desks. By the bell only: it says no word of the case."""
    of_units = [person for unit in units for person in everyone("unit_liaison", "unit_leader", unit=unit, now=now)]
    at_desks = Membership.objects.filter(role__in=conference.desks, user__is_active=True).values("user")
    return [*of_units, *User.objects.filter(pk__in=at_desks).order_by("pk")]


def speakers(conference):
    return User.objects.filter(pk__in=conference.contributions.values("by"), is_active=True).order_by("pk")


def _tell(recipients, conference, kind, ticket, *, by, now):
    tell([person for person in recipients if person.pk != by.pk], kind=kind, ticket_no=ticket.ticket_no, now=now,
         cause=f"conference:{conference.pk}:{ticket.version}")
