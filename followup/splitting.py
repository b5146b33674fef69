"""Out of a merger again. The machine knows no way out of "merged" (SPEC 3.3 has 44 transitions and the database refuses
any other pair), so the matter goes on in a new ticket and the merged one stays what it is, linked both ways.

What merging did (T39) and what becomes of it here:
- the reporter joined the master's callbacks: he leaves them, unless he was called already, which forbids the step;
- the master's counts of repetitions and reporters were raised: they are lowered by what that event raised;
- a settled good outcome was opened again for him: it is settled anew from the answers of the others;
- a higher urgency and a demanded callback stay on the master: due dates were shortened and told with it, only a
  supervisor lowers an urgency (O2), and a demand that stays costs the citizen nothing;
- the unit's part and the requests of the merged ticket ended: the new one is reviewed and dispatched like any other.

The citizen's clocks: acceptance is written once and is the instant of the new ticket's own submission, from which its
clocks start. The older promise is not lost: RESPONSE and COMPLETION that the merger cut off keep their old due dates
where these are earlier, written on the trail as a moved due date, even when they have passed by now.
"""
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from followup import callbacks
from followup.models import LEFT, CallbackTask
from tickets import clocks, intake
from tickets.actions import AlreadyMoved, Refused, lock, record_locked
from tickets.forms import SubmitForm, known_values
from tickets.models import Split, Ticket
from tickets.states import State
from tickets.who import by_role

WITHIN = timedelta(days=7)
PROMISES = (clocks.Kind.RESPONSE, clocks.Kind.COMPLETION)
may_split = by_role(Role.RV, Role.SV)


def unmet(ticket, user):
    """For Step.ready: the sentence that keeps the matter in the other ticket, or ''. The seven days are asked later."""
    if Split.objects.filter(merged=ticket).exists():
        return _("The matter goes on in a ticket of its own already.")
    if not ticket.master.is_open:
        return _("The other ticket is not open any more.")
    if Ticket.objects.filter(master=ticket, split_into=None).exists():
        return _("Other tickets were merged into this one before: their reporters would be lost.")
    if own_tasks(ticket).exclude(outcome="").filter(attempts__isnull=False).exists():
        return _("The citizen was called back about the other ticket already.")
    return ""


def own_tasks(ticket):
    """Callbacks of the master that ask this reporter and nobody else's ticket."""
    tasks = CallbackTask.objects.filter(ticket=ticket.master)
    if not ticket.phone_hash:
        return tasks.filter(caller=ticket.caller)
    if ticket.phone_hash == ticket.master.phone_hash:
        return tasks.none()  # the master's own reporter stays
    return tasks.filter(caller__phone_hash=ticket.phone_hash)


@transaction.atomic
def split_off(ticket_id, *, by, now, reason):
    """Take a merged ticket out of its master again: returns the merged ticket."""
    pair = Ticket.objects.values_list("pk", "master_id").get(pk=ticket_id)
    rows = {pk: lock(pk, by=by) for pk in sorted(filter(None, pair))}  # as merging locks them
    ticket = rows[ticket_id]
    if ticket.state != State.MERGED:
        raise AlreadyMoved(ticket)
    if not may_split(ticket, by):
        raise PermissionDenied("split_off")
    ticket.master = master = rows[ticket.master_id]
    if sentence := unmet(ticket, by):
        raise Refused(sentence)
    if now > ticket.events.get(name="merge_into").at + WITHIN:
        raise Refused(_("More than seven days have passed: register a new ticket."))
    fresh = take_in_again(ticket, by=by, now=now)
    Split.objects.create(merged=ticket, ticket=fresh, by=by, at=now)
    keep_promises(ticket, fresh, by=by, now=now)
    leave(master, ticket, fresh, by=by, now=now)
    return record_locked(ticket, "split_off", by=by, now=now, note=reason, data={"ticket": fresh.ticket_no})


def take_in_again(ticket, *, by, now):
    """The same words of the same caller, accepted now. What was merged as a draft has to be complete first."""
    if ticket.accepted_at is None and not SubmitForm({}, ticket=ticket, user=by, now=now).is_valid():
        raise Refused(_("It was merged as a draft that is not complete: register the matter anew."))
    fresh, _created = intake.register_and_submit(by=by, now=now, again=ticket, **known_values(ticket))
    return fresh


def keep_promises(ticket, fresh, *, by, now):
    """`rewound` tells the replay of the trail that due dates were set, not counted."""
    promised = {clock.kind: clock.due_at for clock in ticket.clocks.filter(kind__in=PROMISES, status=clocks.Status.VOID)}
    face = clocks.face(fresh, now)
    for clock in face.pick(PROMISES, clocks.Status.RUNNING):
        if promised.get(clock.kind, clock.due_at) < clock.due_at:
            clock.due_at = promised[clock.kind]
            clock.plan_fire()
    moved = face.save()
    record_locked(fresh, "split_from", by=by, now=now, data={
        "ticket": ticket.ticket_no} | ({"due": moved, "rewound": True} if moved else {}))


def leave(master, ticket, fresh, *, by, now):
    """The master as it would be without this reporter."""
    raised = master.events.get(name="merged_in", data__ticket=ticket.ticket_no).data["changed"]
    record_locked(master, "split_out", by=by, now=now, repeat_count=master.repeat_count - 1,
                  reporter_count=master.reporter_count - ("reporter_count" in raised),
                  data={"ticket": ticket.ticket_no, "goes_on_in": fresh.ticket_no})
    others = {caller.phone_hash for caller in callbacks.reporters_of(master)} - {""}
    if ticket.phone_hash not in others:
        for task in own_tasks(ticket).filter(outcome="").select_for_update():
            callbacks.close_task(task, LEFT, by=by, now=now)
            task.save()
    if master.state == State.PENDING_CALLBACK:
        callbacks.settle(master, by=User.objects.system(), now=now)
