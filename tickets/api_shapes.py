"""The answers of the API: one typed dictionary per shape, and the functions that fill them."""
from datetime import datetime
from typing import Any, TypedDict

from django.urls import reverse

from tickets import choices, clocks, states
from tickets.api_forms import inputs_of
from tickets.disclosure import identity_of
from tickets.marks import marks_of
from tickets.numbers import query_code
from tickets.redaction import Reading
from tickets.taking import questions


class Coded(TypedDict):
    code: str
    name: str


class Person(TypedDict):
    username: str
    name: str


class Links(TypedDict):
    self: str


class Created(TypedDict):
    ticket_no: str
    query_code: str
    state: states.State
    version: int
    links: Links


class Brief(TypedDict):
    ticket_no: str
    state: states.State
    version: int
    allowed_transitions: list[str]
    links: Links


class Proposed(TypedDict):
    step: str
    by: Person
    at: datetime


class Waiting(Brief):
    proposal: Proposed


class Row(TypedDict):
    ticket_no: str
    state: states.State
    turn: states.Turn
    version: int
    type: str
    urgency: choices.Urgency
    channel: choices.Channel
    title: str
    category: Coded | None
    area: Coded | None
    lead_unit: Coded | None
    is_confidential: bool
    registered_at: datetime
    next_due_at: datetime | None
    late: bool
    links: Links


class Page(TypedDict):
    results: list[Row]
    next: str | None


class Identity(TypedDict):
    name: str
    phone: str
    phone2: str
    beneficiary: str
    address: str
    masked: bool
    may_reveal: bool


class Facts(TypedDict):
    type: str
    subject_type: choices.SubjectType
    urgency: choices.Urgency
    channel: choices.Channel
    category: Coded | None
    area: Coded | None
    title: str
    content: str
    demand: str
    unit_summary: str
    target: str
    target_unit: Coded | None
    occurred_at: datetime | None
    extra: dict[str, Any]
    answer: str
    note: str
    need_reply: bool
    is_confidential: bool
    proposed_unit: Coded | None
    closure_kind: str
    closing_reason: str
    callback_outcome: str
    master: str | None


class Times(TypedDict):
    registered_at: datetime
    accepted_at: datetime | None
    reviewed_at: datetime | None
    first_dispatched_at: datetime | None
    signed_at: datetime | None
    first_contact_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    archived_at: datetime | None


class Counts(TypedDict):
    round: int
    redo_round: int
    return_count: int
    reopen_count: int
    extension_count: int
    repeat_count: int
    reporter_count: int
    remind_count: int


class ClockFace(TypedDict):
    id: int
    kind: clocks.Kind
    status: clocks.Status
    round: int
    holder: Coded | None
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    late: bool
    calendar_known: bool


class Event(TypedDict):
    seq: int
    name: str
    source: str
    target: states.State
    by: str
    at: datetime
    note: str
    data: dict[str, Any]


class Holding(TypedDict):
    unit: Coded
    role: str
    level: int
    round: int
    status: str
    handler: Person | None
    opened_at: datetime
    due_at: datetime | None
    signed_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None


class InputField(TypedDict):
    name: str
    label: str
    type: str
    format: str
    required: bool
    choices: list[str]
    min_length: int | None
    max_length: int | None
    minimum: int | None
    maximum: int | None


class AllowedTransition(TypedDict):
    name: str
    label: str
    mode: str
    proposed_by: str | None
    proposed: dict[str, Any] | None
    url: str
    fields: list[InputField]


class Detail(TypedDict):
    ticket_no: str
    state: states.State
    turn: states.Turn
    version: int
    marks: list[str]
    lead_unit: Coded | None
    registered_by: Person
    identity: Identity
    facts: Facts
    times: Times
    counts: Counts
    clocks: list[ClockFace]
    events: list[Event]
    assignments: list[Holding]
    allowed_transitions: list[AllowedTransition]
    links: Links


class CallLogged(TypedDict):
    call_no: str
    disposition: str


class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    instance: str


def coded(row) -> Coded | None:
    return {"code": row.code, "name": row.name} if row else None


def person(user) -> Person | None:
    return {"username": user.username, "name": str(user)} if user else None


def links(ticket) -> Links:
    return {"self": reverse("api-ticket", args=[ticket.ticket_no])}


def created(ticket) -> Created:
    return {"ticket_no": ticket.ticket_no, "query_code": query_code(ticket), "state": ticket.state,
            "version": ticket.version, "links": links(ticket)}


def brief(ticket, offers) -> Brief:
    return {"ticket_no": ticket.ticket_no, "state": ticket.state, "version": ticket.version,
            "allowed_transitions": [offer.step.name for offer in offers], "links": links(ticket)}


def proposed(proposal) -> Proposed:
    return {"step": proposal.step, "by": person(proposal.by), "at": proposal.at}


def row(ticket, user, now) -> Row:
    reading = Reading(ticket, user)
    return {
        "ticket_no": ticket.ticket_no, "state": ticket.state, "turn": ticket.turn, "version": ticket.version,
        "type": ticket.type, "urgency": ticket.urgency, "channel": ticket.channel, "title": reading.title,
        "category": coded(ticket.category), "area": coded(ticket.area), "lead_unit": coded(ticket.lead_unit),
        "is_confidential": ticket.is_confidential, "registered_at": ticket.registered_at,
        "next_due_at": ticket.next_due_at, "late": bool(ticket.next_due_at and ticket.next_due_at < now),
        "links": links(ticket),
    }


def detail(ticket, user, offers, now) -> Detail:
    """Reads clocks, events and assignments: three queries."""
    reading = Reading(ticket, user)
    identity = identity_of(ticket, user)
    return {
        "ticket_no": ticket.ticket_no, "state": ticket.state, "turn": ticket.turn, "version": ticket.version,
        "marks": [str(text) for text, _tone, _icon in marks_of(ticket)], "lead_unit": coded(ticket.lead_unit),
        "registered_by": person(ticket.registered_by), "identity": identity, "facts": facts(ticket, reading),
        "times": {name: getattr(ticket, name) for name in Times.__annotations__},
        "counts": {name: getattr(ticket, name) for name in Counts.__annotations__},
        "clocks": [clock_face(clock, now) for clock in ticket.clocks.select_related("holder").order_by("id")],
        "events": [event(said, reading) for said in ticket.events.select_related("by").order_by("seq")],
        "assignments": [holding(part) for part in ticket.assignments.select_related("unit", "handler").order_by("id")],
        "allowed_transitions": [allowed(offer, ticket, reading) for offer in offers], "links": links(ticket),
    }


def facts(ticket, reading) -> Facts:
    return {
        "type": ticket.type, "subject_type": ticket.subject_type, "urgency": ticket.urgency, "channel": ticket.channel,
        "category": coded(ticket.category), "area": coded(ticket.area), "title": reading.title,
        "content": reading.content, "demand": reading.demand,
        "unit_summary": reading.summary if ticket.is_confidential else "",
        "target": reading.text(ticket.target), "target_unit": coded(ticket.target_unit),
        "occurred_at": ticket.occurred_at, "extra": questions.told(ticket, reading),
        "answer": reading.text(ticket.answer), "note": "" if reading.outside else reading.text(ticket.note),
        "need_reply": ticket.need_reply, "is_confidential": ticket.is_confidential,
        "proposed_unit": coded(ticket.proposed_unit), **how_it_ended(ticket, reading),
        "master": ticket.master.ticket_no if ticket.master else None,
    }


def how_it_ended(ticket, reading) -> dict[str, str]:
    fields = ("closure_kind", "closing_reason", "callback_outcome")
    return {field: "" if reading.is_blind else getattr(ticket, field) for field in fields}


def clock_face(clock, now) -> ClockFace:
    return {"id": clock.pk, "kind": clock.kind, "status": clock.status, "round": clock.round, "holder": coded(clock.holder),
            "started_at": clock.started_at, "due_at": clock.due_at, "stopped_at": clock.stopped_at,
            "late": clock.late_at(now), "calendar_known": clock.calendar_known}


def event(said, reading) -> Event:
    return {"seq": said.seq, "name": said.name, "source": said.source, "target": said.target, "by": str(said.by),
            "at": said.at, "note": reading.note(said), "data": reading.data_of(said)}


def holding(part) -> Holding:
    return {"unit": coded(part.unit), "role": part.role, "level": part.level, "round": part.round,
            "status": part.status, "handler": person(part.handler), "opened_at": part.opened_at, "due_at": part.due_at,
            "signed_at": part.signed_at, "replied_at": part.replied_at, "closed_at": part.closed_at}


def allowed(offer, ticket, reading) -> AllowedTransition:
    step, proposal = offer.step, offer.proposal
    return {"name": step.name, "label": str(step.label), "mode": offer.mode,
            "proposed_by": str(proposal.by) if proposal else None,
            "proposed": reading.data(proposal.data) if proposal else None,
            "url": reverse(f"api-step-{step.name}", args=[ticket.ticket_no]),
            "fields": [known.described() for known in inputs_of(step.form).values()]}
