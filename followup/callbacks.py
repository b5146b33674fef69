"""Callback tasks of a locked ticket: opened per reporter, tried, answered, and summed up on the ticket."""
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from followup import new_demand, numbers, results, schedule
from followup.models import CallbackAttempt, CallbackTask
from followup.survey import links
from tickets import winding
from tickets.actions import Refused, lock, record_locked
from tickets.choices import Channel, Outcome, Urgency
from tickets.models import Caller, Ticket
from tickets.presenters import short
from tickets.states import State

Kind, Status = CallbackTask.Kind, CallbackTask.Status
Result, Reason = CallbackAttempt.Result, CallbackTask.Reason
Solved, Satisfied, Speaker = CallbackTask.Solved, CallbackTask.Satisfied, CallbackTask.Speaker
NOT_TWICE = gettext_lazy("Somebody else makes the second call: not who asked first, and not who ordered it.")
ABOUT_SERVICE = (Reason.NOT_CONTACTED, Reason.SHIRKING, Reason.SLOW, Reason.POLICY)
NOT_THE_RESULT = (*ABOUT_SERVICE, Reason.CHANGED)  # what he wants instead now is a matter of its own
POSTPONED = (Result.RESCHEDULE, Result.NOT_HIMSELF)  # "another time" (SPEC 7.5): no call in vain


def reporters_of(ticket):
    """One caller per distinct phone: the ticket's own first, then those of merged tickets and of what had joined these."""
    callers, below = [ticket.caller], [ticket.pk]
    while below:
        children = list(Ticket.objects.filter(master__in=below, split_into=None).order_by("pk").values_list("pk", "caller"))
        below = [pk for pk, _caller in children]
        callers += Caller.objects.filter(pk__in=[caller for _pk, caller in children]).order_by("pk")
    distinct = {}
    for caller in callers:
        distinct.setdefault(caller.phone_hash or caller.pk, caller)
    return list(distinct.values())


def open_tasks(ticket, *, now, kind=Kind.RESULT):
    """T26, T42: one task per reporter; who has no phone, or said he wants no call, is settled at once."""
    for caller in reporters_of(ticket):
        add_task(ticket, caller, now=now, kind=kind)
    settle(ticket, by=User.objects.system(), now=now)


def add_task(ticket, caller, *, now, kind=Kind.RESULT):
    task = CallbackTask(ticket=ticket, round=ticket.round, kind=kind, caller=caller, created_at=now,
                        next_attempt_at=schedule.next_attempt([], now), best_band=band_he_called_in(caller))
    if not (caller.phone or caller.phone2):
        close_task(task, Outcome.UNREACHABLE, by=User.objects.system(), now=now, note="no usable contact")
    elif kind == Kind.RESULT and caller == ticket.caller and not (ticket.need_reply or ticket.force_callback):
        close_task(task, Outcome.REFUSED, by=ticket.registered_by, now=now, note="refused in advance")
    task.save()
    return task


def band_he_called_in(caller):
    """Who called us in the evening is at home in the evening."""
    called_at = Ticket.objects.filter(caller=caller).values_list("registered_at", flat=True).first()
    return schedule.band_of(called_at) if called_at else None


def tasks_of(ticket):
    """Of this round, and not corrected; when a withdrawal was denied and then claimed again, only of the later claim."""
    tasks = results.standing(CallbackTask.objects.filter(ticket=ticket, round=ticket.round, kind__in=kinds_asked(ticket)))
    if ticket.withdraw_from:
        tasks = tasks.filter(pk__in=tasks.values("caller").annotate(newest=Max("pk")).values("newest"))
    return tasks.order_by("pk")


def kinds_asked(ticket):
    return (Kind.WITHDRAW_CHECK,) if ticket.withdraw_from else CallbackTask.RATINGS


def still_open(ticket):
    """Those of this round that still wait for an outcome, the first one due first, locked."""
    return list(tasks_of(ticket).filter(outcome="").order_by("next_attempt_at", "pk").select_for_update(of=("self",)))


def next_task(ticket, *, by, now):
    """The open task that `by` has claimed, else the one that is due first; None when every reporter was asked.

    Refused while somebody else is at it: he has the citizen on the line.
    """
    tasks = left_for(ticket, by)
    task = next((task for task in tasks if task.is_claimed(now) and task.claimed_by_id == by.pk), tasks[0] if tasks else None)
    if task and task.is_claimed(now) and task.claimed_by_id != by.pk:
        raise Refused(claimed_by_another(task))
    return task


def left_for(ticket, user):
    """The open tasks that he may make. Refused when there are some, and none for him."""
    tasks = still_open(ticket)
    his = [task for task in tasks if may_call(task, user)]
    if tasks and not his:
        raise Refused(NOT_TWICE)
    return his


def may_call(task, user, known=None):
    """A second callback is made by another person (I18); `asked_by_others` says the same of many at once. `known` are all
    callbacks of the ticket, where they were read already."""
    if task.kind != Kind.RE_CALLBACK or user.is_system:
        return True
    rows = CallbackTask.objects.filter(ticket=task.ticket_id, outcome_by=user) if known is None else known
    asked = any((row.round, row.kind, row.outcome_by_id) == (task.round, Kind.RESULT, user.pk) for row in rows)
    return task.ordered_by_id != user.pk and not asked


def asked_by_others(user):
    first = CallbackTask.objects.filter(ticket=OuterRef("ticket"), round=OuterRef("round"), kind=Kind.RESULT, outcome_by=user)
    return ~Q(kind=Kind.RE_CALLBACK) | ~Q(ordered_by=user) & ~Exists(first)


def claimed_by_another(task):
    return _("%(who)s has this callback until %(time)s.") % {
        "who": task.claimed_by.display_name, "time": short(task.claimed_until)}


def open_now(ticket):
    """Open tasks, read once per ticket instance: several steps ask on one page."""
    if not hasattr(ticket, "_open_tasks"):
        known = getattr(ticket, "_callbacks", None)
        ticket._open_tasks = list(tasks_of(ticket).filter(outcome="")) if known is None else [
            task for task in known if not task.outcome and task.round == ticket.round and task.kind in kinds_asked(ticket)]
    return ticket._open_tasks


def put(task, status):
    """In any other status than CLAIMED nobody holds it."""
    task.status, task.claimed_by, task.claimed_until = status, None, None


def close_task(task, outcome, *, by, now, note=""):
    task.outcome, task.outcome_at, task.outcome_by = outcome, now, by
    put(task, Status.UNREACHABLE if outcome == Outcome.UNREACHABLE else Status.DONE)
    task.note = note or task.note


def outcome_of(*, contacted, solved, satisfied, reason):
    """SPEC 7.5: what the answers mean for closing. Solved, but dissatisfied with the service alone, may close; so may what
    is solved as it was demanded, when the demand has changed."""
    if contacted is False or solved == Solved.UNSOLVED:
        return Outcome.NEGATIVE
    if satisfied == Satisfied.UNSATISFIED:
        return Outcome.NEUTRAL if reason in NOT_THE_RESULT else Outcome.NEGATIVE
    if satisfied == Satisfied.NO_COMMENT or solved == Solved.NO_COMMENT:
        return Outcome.NEUTRAL
    return Outcome.POSITIVE


def attempt(task, result, *, by, now, note="", recording_ref=""):
    number_used = next(iter(numbers.left(task)), numbers.Number.PHONE)
    return CallbackAttempt.objects.create(task=task, at=now, by=by, result=result, note=note, number_used=number_used,
                                          recording_ref=recording_ref)


@transaction.atomic
def record_outcome(ticket_id, *, by, now, contacted, solved, satisfied, process_satisfied="", reply_true=None, reason="",
                   note="", speaker=Speaker.HIMSELF, demand="", recording_ref=""):
    """The questionnaire of one reporter. The ticket's outcome is the worst of all. `demand` is what he wants besides."""
    ticket = lock(ticket_id, by=by)
    task = next_task(ticket, by=by, now=now)
    if task is None or task.kind not in CallbackTask.RATINGS:
        raise Refused(_("Every reporter was asked already."))
    attempt(task, Result.ANSWERED, by=by, now=now, recording_ref=recording_ref)
    task.reply_true, task.speaker = reply_true, speaker
    fill_in(task, by=by, now=now, contacted=contacted, solved=solved, satisfied=satisfied,
            process_satisfied=process_satisfied, reason=reason, note=note)
    if demand:
        task.new_ticket = new_demand.draft(task, demand, by=by, now=now)
    return _finish(ticket, task, by=by, now=now)


def fill_in(task, *, by, now, contacted, solved, satisfied, process_satisfied, reason, note):
    task.contacted, task.solved, task.satisfied, task.reason = contacted, solved, satisfied, reason
    task.process_satisfied = process_satisfied
    outcome = outcome_of(contacted=contacted, solved=solved, satisfied=satisfied, reason=reason)
    close_task(task, outcome, by=by, now=now, note=note)


class SurveyOver(Exception):
    """Answered already, too late, or the matter has gone on."""


def may_answer(task, now):
    """Whether the link of a text message is open: once, for 48 hours, while its round still waits for the answer."""
    ticket = task.ticket
    is_asked = ticket.state == (State.CLOSED if task.after_closing else State.PENDING_CALLBACK)
    return (task.outcome == "" and now < task.survey_sent_at + schedule.SURVEY_OPEN and is_asked
            and task.round == ticket.round and task.kind in kinds_asked(ticket))


@transaction.atomic
def answer_survey(task_id, *, now, contacted, solved, satisfied, process_satisfied, reason, note):
    """The questionnaire as the reporter himself filled it in, on the page of his link; the system writes it down."""
    system = User.objects.system()
    ticket = lock(CallbackTask.objects.values_list("ticket_id", flat=True).get(pk=task_id), by=system)
    task = CallbackTask.objects.select_for_update().get(pk=task_id)
    task.ticket = ticket
    if not may_answer(task, now):
        raise SurveyOver
    fill_in(task, by=system, now=now, contacted=contacted, solved=solved, satisfied=satisfied,
            process_satisfied=process_satisfied, reason=reason, note=note)
    if note and reason == Reason.CHANGED:
        task.new_ticket = new_demand.draft(task, note, by=system, now=now, channel=Channel.SMS)
    return _finish(ticket, task, by=system, now=now, way="message")


@transaction.atomic
def record_declined(ticket_id, *, by, now, note, recording_ref=""):
    """The citizen does not want to be asked: an outcome of its own, never counted as satisfied."""
    ticket = lock(ticket_id, by=by)
    task = next_task(ticket, by=by, now=now)
    if task is None or task.kind not in CallbackTask.RATINGS:
        raise Refused(_("Every reporter was asked already."))
    attempt(task, Result.DECLINED, by=by, now=now, note=note, recording_ref=recording_ref)
    close_task(task, Outcome.REFUSED, by=by, now=now, note=note)
    return _finish(ticket, task, by=by, now=now)


@transaction.atomic
def record_withdrawal_answer(ticket_id, *, by, now, confirmed, note="", recording_ref=""):
    """Was it really the citizen who withdrew?"""
    ticket = lock(ticket_id, by=by)
    task = next_task(ticket, by=by, now=now)
    if task is None or task.kind != Kind.WITHDRAW_CHECK:
        raise Refused(_("No withdrawal is being checked."))
    attempt(task, Result.ANSWERED, by=by, now=now, recording_ref=recording_ref)
    close_task(task, Outcome.WITHDRAW_CONFIRMED if confirmed else Outcome.WITHDRAW_DENIED, by=by, now=now, note=note)
    return _finish(ticket, task, by=by, now=now)


def _finish(ticket, task, *, by, now, **told):
    task.save()
    more = {"speaker": task.speaker, "new_demand": task.new_ticket and task.new_ticket.ticket_no}
    told |= {name: value for name, value in more.items() if value}
    ticket = record_locked(ticket, "callback_outcome", by=by, now=now, note=task.note,
                           data={"outcome": task.outcome, "solved": task.solved, "satisfied": task.satisfied, **told})
    return settle(ticket, by=by, now=now)


def settle(ticket, *, by, now):
    """Write the ticket's outcome once every task has one: the worst of those reached (SPEC 7.5)."""
    outcomes = [task.outcome for task in results.counted(list(tasks_of(ticket)))]
    if not outcomes or "" in outcomes or ticket.callback_outcome:
        return ticket
    worst = results.withdrawn_by_all(outcomes) if ticket.withdraw_from else results.worst_of(outcomes)
    first = "" if ticket.withdraw_from else worst  # a withdrawal says nothing about the result
    return record_locked(ticket, "callback_settled", by=by, now=now, data={"outcome": worst}, callback_outcome=worst,
                         callback_at=now, callback_by=by, first_outcome=ticket.first_outcome or first)




def tries_of(task):
    """Instants of the calls in vain. A call that only found out when to call again is none of them."""
    return list(task.attempts.exclude(result__in=POSTPONED).values_list("at", flat=True).order_by("at"))


def no_answer(ticket, result, *, by, now, note, again_at=None, recording_ref=""):
    """One failed try on the task that is due; after the third a questionnaire goes out by text message."""
    task = next_task(ticket, by=by, now=now)
    if task is None:
        raise Refused(_("Every reporter was asked already."))
    if is_over(tries_of(task), numbers.left(task)):
        raise Refused(_("Three attempts were made: wait for the text message."))
    attempt(task, result, by=by, now=now, note=note, recording_ref=recording_ref)
    tries, left = tries_of(task), numbers.left(task)
    if not left:
        close_task(task, Outcome.UNREACHABLE, by=by, now=now, note=note)
    elif again_at:
        put(task, Status.RETRY_WAIT)
        task.next_attempt_at, task.best_band = again_at, schedule.band_of(again_at)
    elif is_over(tries, left):
        put(task, Status.SMS_WAIT)
        task.survey_sent_at, task.next_attempt_at = now, now + schedule.SURVEY_OPEN
        links.send(ticket, task, to=numbers.known(task)[left[0]], now=now)
    else:
        put(task, Status.RETRY_WAIT)
        task.next_attempt_at = schedule.next_attempt([*tries, now] if result in POSTPONED else tries, now)
    task.save()
    return task


def is_over(tries, left):
    """Whether calling is over and a text message asks; a number that was not tried yet is called first, once."""
    return schedule.enough(tries) and left != [numbers.Number.CALLED]


@transaction.atomic
def give_up(ticket_id, *, by, now, note=""):
    """Mark the due task unreachable once the rule of three tries and 48 hours is fulfilled."""
    ticket = lock(ticket_id, by=by)
    task = next_task(ticket, by=by, now=now)
    if task is None:
        raise Refused(_("Every reporter was asked already."))
    if not schedule.exhausted(tries_of(task), task.survey_sent_at, now):
        raise Refused(_("Three tries on two days in two time bands, then 48 hours for the text message."))
    close_task(task, Outcome.UNREACHABLE, by=by, now=now, note=note)
    return _finish(ticket, task, by=by, now=now)


def join(master, child, *, by, now, new_reporter):
    """A merged ticket's reporter joins the master: counted, and asked as well when callbacks are under way. What is
    more urgent for one of them is more urgent for all, and a callback that a rule demands for one is demanded for all.

    A good outcome waits for the new answer; a bad one stands, and the next round asks the new reporter too.
    """
    joins = (new_reporter and master.state == State.PENDING_CALLBACK and not master.withdraw_from
             and master.callback_outcome != Outcome.NEGATIVE)
    unsettled = {"callback_outcome": "", "callback_at": None, "callback_by": None} if joins else {}
    urgency = max(child.urgency, master.urgency, key=Urgency.values.index)
    due = winding.retime(master, now, urgency=urgency) if urgency != master.urgency else {}
    master = record_locked(master, "merged_in", by=by, now=now, urgency=urgency,
                           force_callback=master.force_callback or child.force_callback,
                           data={"ticket": child.ticket_no} | ({"due": due} if due else {}),
                           repeat_count=master.repeat_count + 1, reporter_count=master.reporter_count + new_reporter,
                           **unsettled)
    if joins:
        add_task(master, child.caller, now=now)
        master = settle(master, by=User.objects.system(), now=now)
    return master


def expire_surveys(*, now):
    """Questionnaires nobody answered in 48 hours: the task becomes unreachable, never satisfied. Returns how many."""
    over = CallbackTask.objects.filter(status=Status.SMS_WAIT, survey_sent_at__lte=now - schedule.SURVEY_OPEN)
    return sum(expire_survey(task_id, now=now) for task_id in list(over.values_list("pk", flat=True)))


@transaction.atomic
def expire_survey(task_id, *, now):
    """Whether it was still waiting: the answer, or another step, may have come first."""
    system = User.objects.system()
    ticket = lock(CallbackTask.objects.values_list("ticket_id", flat=True).get(pk=task_id), by=system)
    task = next((task for task in still_open(ticket) if task.pk == task_id), None)
    if task is None or not schedule.exhausted(tries_of(task), task.survey_sent_at, now):
        return False
    close_task(task, Outcome.UNREACHABLE, by=system, now=now, note="survey expired")
    _finish(ticket, task, by=system, now=now)
    return True
