"""Taking a matter in: registering it once, and the steps up to review (T01-T09, T40)."""
from django.db import transaction
from django.utils.text import Truncator

from accounts.privacy import phone_hash
from accounts.roles import Role
from notices.actions import tell, tell_citizen
from tickets import citing, clocks, demands, overrides, trail, winding
from tickets.actions import Refused, lock, move, move_locked, plain, record, record_locked
from tickets.files import keeping
from tickets.models import Call, Caller, Disposition, IdempotencyKey, SlaProfile, Ticket
from tickets.numbers import body_hash, claim, new_salt, query_code, take_number
from tickets.redaction import FOR_UNIT
from tickets.taking import questions
from tickets.telephony import ledger as calls

CALLER_FIELDS = {"caller_name": "name", "caller_gender": "gender", "contact_phone": "phone",
                 "contact_phone2": "phone2", "beneficiary": "beneficiary"}


class KeyReused(Exception):
    """The idempotency key came before with another body."""


@transaction.atomic
def register(*, by, now, key="", source_ref="", again=None, team=None, call=None, **intake):
    """T01: write the matter down as a draft. The same key and body bring the same ticket: (ticket, created).

    `intake` is the cleaned data of IntakeForm. Raises KeyReused for the same key with another body. `again` is a ticket
    whose matter goes on in this one: its team keeps it, and nobody called. `team` keeps it instead of the registrar's. `call`
    is the call of the ledger that it comes from, where the telephone has written one.
    """
    claimed = claim(user=by, key=key or new_salt(), body=plain(intake), now=now)
    if claimed is None:
        return _known(by, key, intake), False
    ticket_id, has_files = claimed
    profile = SlaProfile.objects.current(now)
    if profile is None:
        raise Refused("No SLA profile is in force: load the reference data first.")
    number = intake.pop("caller_number", "")
    caller = _caller(intake)
    why = _why(intake)
    fields, demanded = demands.at_birth(intake.get("category"), now)
    ticket = Ticket(
        pk=ticket_id, registered_by=by, registered_at=now,
        registered_team=team or (again.registered_team if again else _team(by)), query_salt=new_salt(),
        caller=caller, phone_hash=caller.phone_hash, sla_profile=profile, source_ref=source_ref,
        **_ticket_fields(intake), **fields,
    )
    brought = list(keeping.pending(by, key)) if has_files else []
    ticket.ticket_no = take_number("T", now)
    winding.apply(ticket, "create", now)
    trail.extend(ticket, "create", by=by, now=now, source="", is_move=True,
                 data={"channel": ticket.channel, **({"ticket": again.ticket_no} if again else {}),
                       **({"call": call.call_no} if call else {}),
                       **overrides.because_of(ticket.category, ticket.urgency, now), **demanded, **why,
                       **keeping.told(brought)})
    ticket.save(force_insert=True)
    keeping.attach(brought, ticket)
    if call is not None:
        calls.become(call, ticket, by=by, now=now)
    elif ticket.channel == "phone" and again is None:
        log_call(by=by, now=now, number=number or caller.phone, ticket=ticket, hotline_code=ticket.hotline_code)
    return ticket, True


def _known(by, key, intake):
    row = IdempotencyKey.objects.select_related("ticket").get(user=by, key=key)
    if row.body_hash != body_hash(plain(intake)):
        raise KeyReused(row.ticket.ticket_no)
    return row.ticket


def _caller(intake):
    caller = Caller(**{mine: intake.pop(theirs) for theirs, mine in CALLER_FIELDS.items() if theirs in intake})
    caller.phone_hash = phone_hash(caller.phone) if caller.phone else ""
    caller.save(force_insert=True)
    return caller


def _ticket_fields(intake):
    fields = {name: value for name, value in intake.items() if value is not None}
    fields.pop("duplicate_checked", None)
    if fields.get("extra"):
        fields["extra"] = questions.sealed(fields["extra"], questions.of(fields.get("category"))[0])
    fields["title"] = fields.get("title") or title_for(fields)
    return fields


def _why(intake):
    """What the trail keeps of a call that was made more urgent than its category: the code of the reason."""
    reason = intake.pop("urgency_reason", "")
    return {"urgency_reason": reason} if reason else {}


def title_for(fields):
    """Place and matter in at most 40 characters (SPEC 7.1 no. 17)."""
    category = fields.get("category")
    matter = category.name if category else fields.get("content", "")
    return Truncator(f"{fields.get('address', '')[:18]} {matter}".strip()).chars(40)


def _team(user):
    teams = [m.unit for m in user.membership_list if m.role in (Role.OP, Role.OPS)]
    return teams[0] if teams else None


def log_call(*, by, now, number="", ticket=None, disposition=Disposition.TICKET, note="", hotline_code="12345"):
    """Every call is in the ledger, with its own gapless number, whether it becomes a ticket or not."""
    return Call.objects.create(
        call_no=take_number("C", now), operator=by, started_at=now, ticket=ticket, disposition=disposition,
        hotline_code=hotline_code, caller_number=number, number_hash=phone_hash(number) if number else "", note=note)


@transaction.atomic
def register_and_submit(*, by, now, key="", source_ref="", call=None, **intake):
    """Register and submit in one go, as the operator's main button does; (ticket, created)."""
    ticket, created = register(by=by, now=now, key=key, source_ref=source_ref, call=call, **intake)
    if created:
        submit_locked(ticket, by=by, now=now)
    return ticket, created


@transaction.atomic
def register_and_answer(*, by, now, answer, article="", key="", **intake):
    ticket, created = register(by=by, now=now, key=key, **intake)
    if created:
        answer_locked(ticket, move_locked, by=by, now=now, answer=answer, article=article)
    return ticket, created


def answer_locked(ticket, take, *, by, now, answer, article):
    """T03. An article that is cited is in the trail with its version; without words of the operator's own it is the answer."""
    if not article:
        return take(ticket, Ticket.direct_answer, by=by, now=now, answer=answer)
    try:
        cited = citing.find(article, now=now)
    except citing.Unfit as unfit:  # withdrawn since the form was checked
        raise Refused(str(unfit)) from None
    ticket = take(ticket, Ticket.direct_answer, by=by, now=now, answer=answer or cited.answer,
                  data={"article": cited.number, "article_version": cited.version})
    citing.note(cited, ticket, by=by, now=now)
    return ticket


def submit_locked(ticket, *, by, now, changes=None, data=None):
    ticket = classify(ticket, Ticket.submit, changes or {}, by=by, now=now, data=data)
    if ticket.caller.phone:
        kind = "accepted_confidential" if ticket.is_confidential else "accepted"
        tell_citizen(ticket.caller.phone, cause=f"accepted:{ticket.pk}", kind=kind, ticket_no=ticket.ticket_no,
                     params={"query_code": query_code(ticket)}, now=now)
    return ticket


@transaction.atomic
def submit(ticket_id, *, by, now, **intake):
    """T02, with whatever the operator completed on the way."""
    ticket = lock(ticket_id, by=by)
    known = {theirs: getattr(ticket.caller, mine) for theirs, mine in CALLER_FIELDS.items()}
    given = {name: intake.pop(name) for name in CALLER_FIELDS if name in intake}
    intake.pop("caller_number", None)
    why = _why(intake)
    changes = _ticket_fields({"title": ticket.title} | intake)
    if any(known[name] != value for name, value in given.items()):
        caller = _caller(known | given)  # a new row: the old one is what was said first
        changes |= {"caller": caller, "phone_hash": caller.phone_hash}
    return submit_locked(ticket, by=by, now=now, changes=changes, data=why)


def because(ticket, changes, now):
    """The rule behind an urgency that is decided with the category; {} when neither changes."""
    if changes.get("category", ticket.category) == ticket.category and changes.get("urgency", ticket.urgency) == ticket.urgency:
        return {}
    return overrides.because_of(changes.get("category", ticket.category), changes.get("urgency", ticket.urgency), now)


def classify(ticket, step, changes, *, by, now, data=None, **more):
    """Take a step that takes the locked ticket in or judges its category: the special rules of this time bind it."""
    fields, demanded = demands.settled(ticket, changes, now)
    return move_locked(ticket, step, by=by, now=now, changes={**changes, **fields},
                       data={**because(ticket, changes, now), **demanded, **(data or {})}, **more)


@transaction.atomic
def direct_answer(ticket_id, *, by, now, answer, article=""):
    def take(ticket, step, **more):
        return classify(ticket, step, {}, **more)

    return answer_locked(lock(ticket_id, by=by), take, by=by, now=now, answer=answer, article=article)


@transaction.atomic
def transfer_out(ticket_id, *, by, now, agency, receiver, other_number="", note=""):
    return classify(lock(ticket_id, by=by), Ticket.transfer_out, {}, by=by, now=now, note=note, agency=agency,
                    data={"receiver": receiver, "other_number": other_number})


def void_draft(ticket_id, *, by, now, reason):
    return move(ticket_id, Ticket.void_draft, by=by, now=now, note=reason, reason="void")


@transaction.atomic
def return_for_info(ticket_id, *, by, now, reason, note=""):
    ticket = move(ticket_id, Ticket.return_for_info, by=by, now=now, note=note, data={"reason": reason})
    tell([ticket.registered_by], cause=f"info:{ticket.pk}:{ticket.version}", kind="info_needed",
         ticket_no=ticket.ticket_no, now=now)
    return ticket


@transaction.atomic
def approve(ticket_id, *, by, now, note="", **changes):
    """T08; the reviewer may correct type, category, urgency and place on the way, and write what units will read."""
    ticket = lock(ticket_id, by=by)
    changes = {name: value for name, value in changes.items() if value not in (None, "")}
    return classify(ticket, Ticket.approve, changes, by=by, now=now, note=note)


@transaction.atomic
def confirm_refusal(ticket_id, *, by, now, reason, channel, told_at, note="", proposed_by=None):
    ticket = move(ticket_id, Ticket.confirm_refusal, by=by, now=now, note=note, reason=reason, channel=channel,
                  told_at=told_at, second_by=proposed_by)
    if ticket.caller.phone:
        tell_citizen(ticket.caller.phone, cause=f"refused:{ticket.pk}", kind="refused", ticket_no=ticket.ticket_no,
                     params={"channel": channel}, now=now)
    return ticket


def withdraw_early(ticket_id, *, by, now, reason, identity_checked):
    return move(ticket_id, Ticket.withdraw_early, by=by, now=now, note=reason, reason="citizen",
                data={"identity_checked": identity_checked})


@transaction.atomic
def post_review(ticket_id, *, by, now, note=""):
    """后审 of an express dispatch: it was right to skip the review, or say what was not."""
    ticket = lock(ticket_id, by=by)
    clocks.stop(ticket, [clocks.Kind.REVIEW], now)
    return record_locked(ticket, "post_review", by=by, now=now, note=note, reviewed_at=now, reviewed_by=by)


def add_supplement(ticket_id, *, by, now, text, for_unit=""):
    """O4: appended to the story; the first text stays as it was. `for_unit`: what units read of a confidential one."""
    return record(ticket_id, "add_supplement", by=by, now=now, note=text, data={FOR_UNIT: for_unit} if for_unit else None)


@transaction.atomic
def change_urgency(ticket_id, *, by, now, urgency, reason):
    """O2: raising recomputes running clocks to the earlier of old and new due date."""
    ticket = lock(ticket_id, by=by)
    due_dates = winding.retime(ticket, now, urgency=urgency)
    return record_locked(ticket, "change_urgency", by=by, now=now, note=reason, data={"due": due_dates}, urgency=urgency)
