"""统一答复: one answer to everybody who reported the matter of a warning, as a text message in his ticket's name.

One person writes it and another releases it. The worker sends it, ticket by ticket, each in a transaction of its own: what is
on the ticket's trail is queued, and nobody is told twice, however often it looks. Of a confidential ticket nothing is sent.
"""
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.patterns import NO_MATTER
from insights.alerts import acts
from insights.models import AlertTicket, Broadcast, BroadcastTo
from notices.actions import tell_citizen
from tickets import story
from tickets.actions import Refused, lock, record_locked
from tickets.models import Ticket

Status, Result = Broadcast.Status, BroadcastTo.Result
BATCH = 200  # of one look

story.register(words={"broadcast_answer": story.Word(gettext_lazy("%(who)s answered all who reported the matter"), "blue")})


@transaction.atomic
def write(alert_id, *, by, now, text):
    alert = acts.locked(alert_id, acts.Status.TAKEN_UP, by=by)
    try:
        with transaction.atomic():
            return Broadcast.objects.create(alert=alert, text=text, by=by, at=now)
    except IntegrityError:
        raise Refused(_("An answer waits for its second person already.")) from None


@transaction.atomic
def decide(alert_id, broadcast_id, *, by, now, approved):
    """Released, it goes to all who have reported the matter by then, without those that were left out. Of a warning that was
    ended nothing is released."""
    acts.locked(alert_id, *([acts.Status.TAKEN_UP] if approved else acts.Status), by=by)
    row = Broadcast.objects.select_for_update(of=("self",)).get(pk=broadcast_id, alert=alert_id)
    if row.status != Status.OPEN:
        raise Refused(_("It was decided already."))
    if row.by_id == by.pk:
        raise Refused(_("Somebody else has to decide what you asked for."))
    tickets = AlertTicket.objects.filter(alert=alert_id, is_out=False).order_by("ticket").values_list("ticket", flat=True)
    if approved and not tickets:
        raise Refused(_("All tickets of this warning were left out: there is nobody to answer."))
    row.status = Status.APPROVED if approved else Status.REFUSED
    row.decided_by, row.decided_at = by, now
    row.save(update_fields=["status", "decided_by", "decided_at"])
    if approved:
        BroadcastTo.objects.bulk_create(BroadcastTo(broadcast=row, ticket_id=pk) for pk in tickets)
    return row


def send(*, clock):
    """What waits, the oldest first; returns how many were looked at. `clock` gives the database's instant."""
    waiting = BroadcastTo.objects.filter(result=Result.WAITING).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return sum(send_one(pk, now=clock()) for pk in list(waiting))


@transaction.atomic
def send_one(pk, *, now):
    rows = BroadcastTo.objects.select_related("broadcast__decided_by").select_for_update(of=("self",), skip_locked=True)
    to = rows.filter(pk=pk, result=Result.WAITING).first()
    if to is None:
        return 0
    to.result = answer(to, now)
    to.save(update_fields=["result"])
    return 1


def answer(to, now):
    by = to.broadcast.decided_by
    try:
        ticket = lock(to.ticket_id, by=by)
    except Ticket.DoesNotExist:  # who released it may not read tickets any more
        return Result.NOT_NOW
    if ticket.is_confidential or ticket.state in NO_MATTER:
        return Result.NOT_NOW
    if not ticket.caller.phone:
        return Result.NO_PHONE
    told = BroadcastTo.objects.filter(broadcast=to.broadcast, result=Result.TOLD, ticket__phone_hash=ticket.phone_hash)
    if told.exists():
        return Result.SAME_CALLER
    tell_citizen(ticket.caller.phone, cause=f"broadcast:{to.broadcast_id}:{ticket.pk}", kind="broadcast", now=now,
                 ticket_no=ticket.ticket_no, params={"answer": to.broadcast.text})
    record_locked(ticket, "broadcast_answer", by=by, now=now, note=to.broadcast.text)
    return Result.TOLD
