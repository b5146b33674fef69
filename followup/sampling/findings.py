"""What a supervisor found about a drawn callback; where the rule was not kept, the citizen is called again."""
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from followup import callbacks
from followup.models import CallbackTask, SampledCallback, SampleFinding
from followup.sampling.drawing import only_supervisors
from tickets.actions import Refused, lock, record_locked
from tickets.choices import Outcome
from tickets.states import State


@transaction.atomic
def record(sampled_id, *, by, now, kept, recording, text):
    """One finding, once. "Not kept" gives the callback back while its ticket still waits for it. Raises Refused."""
    only_supervisors(by, "record_finding")
    task = CallbackTask.objects.get(sampled__pk=sampled_id)
    ticket = lock(task.ticket_id, by=by)  # first: nobody closes it meanwhile
    sampled = SampledCallback.objects.select_for_update(of=("self",)).get(pk=sampled_id)
    if SampleFinding.objects.filter(sampled=sampled).exists():
        raise Refused(_("There is a finding already; it is never changed."))
    again = None if kept else give_back(ticket, task, by=by, now=now)
    return SampleFinding.objects.create(sampled=sampled, kept=kept, recording=recording, text=text, given_back=again,
                                        at=now, by=by)


def may_be_given_back(ticket, task):
    """While the ticket waits in just this round and nobody else's bad answer stands already."""
    return (ticket.state == State.PENDING_CALLBACK and ticket.callback_outcome != Outcome.NEGATIVE
            and task.round == ticket.round and task.kind in callbacks.kinds_asked(ticket)
            and task.kind != CallbackTask.Kind.RE_CALLBACK)  # once a round; the first answer stands


def give_back(ticket, task, *, by, now):
    """A new callback of the same reporter; what was settled without him is settled anew. None when it is too late for that."""
    if not may_be_given_back(ticket, task):
        return None
    again = callbacks.tasks_of(ticket).filter(caller=task.caller, outcome="").first()
    again = again or callbacks.add_task(ticket, task.caller, now=now, kind=task.kind)
    ticket = record_locked(ticket, "sample_given_back", by=by, now=now, callback_outcome="", callback_at=None, callback_by=None)
    callbacks.settle(ticket, by=User.objects.system(), now=now)
    return again
