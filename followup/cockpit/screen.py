"""What the agent sees while he calls: whom, what to say, what to ask, and what the unit did; all of it on one screen."""
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.masking import mask_phone
from dispatch.models import Reply
from dispatch.story import some
from followup import callbacks, numbers, schedule
from followup.models import CallbackTask
from tickets import presenters
from tickets.disclosure import identity_of
from tickets.page import typed_in
from tickets.redaction import Reading
from tickets.states import State
from tickets.steps import STEPS
from tickets.telephony import dialling

Status = CallbackTask.Status
SPOKEN = 120  # characters of a reply that somebody listens to
ASKS_RESULT = gettext_lazy("Hello, this is the Chenghu District 12345 hotline. On %(date)s you reported: %(matter)s. "
                           "%(unit)s answered: “%(reply)s” I would like to ask you how it was dealt with.")
ASKS_WITHDRAWAL = gettext_lazy("Hello, this is the Chenghu District 12345 hotline. On %(date)s you reported: %(matter)s. "
                               "We were told that you no longer want it dealt with, and I would like to hear it from you.")


def tasks_of(ticket):
    return list(callbacks.tasks_of(ticket).select_related("caller", "claimed_by"))


def task_for(tasks, user, now):
    """The one he has in hand, else whom he would get; None when every reporter was asked."""
    his = [task for task in tasks if not task.outcome and callbacks.may_call(task, user)]
    waiting = sorted(his, key=lambda task: (task.next_attempt_at, task.pk))
    free = [task for task in waiting if not task.is_claimed(now)]
    return next((task for task in waiting if is_mine(task, user, now)), next(iter([*free, *waiting]), None))


def is_mine(task, user, now):
    return task.is_claimed(now) and task.claimed_by_id == user.pk


def asks(ticket):
    """The step that takes down what the citizen says."""
    return STEPS["record_withdrawal_answer" if ticket.withdraw_from else "record_outcome"]


def in_vain(ticket):
    """The step that takes down a call in vain; about a closed ticket nothing moves."""
    return STEPS["second_not_reached" if ticket.state == State.CLOSED else "callback_no_answer"]


def context(ticket, tasks, task, user, now, *, answers=None, tried=None, problem=""):
    """`answers` and `tried` are the two forms as they were sent, when something is wrong with them."""
    reading, mine = Reading(ticket, user), is_mine(task, user, now)
    reply = Reply.objects.filter(ticket=ticket, round=ticket.round, status=Reply.Status.APPROVED).order_by("-pk").first()
    identity, left = identity_of(ticket, user, caller=task.caller), numbers.left(task)
    return {
        "ticket": ticket, "task": task, "now": now, "mine": mine, "problem": problem,
        "title": reading.title, "content": reading.content, "demand": reading.demand,
        "pills": list(presenters.pills_of(ticket)),
        "reply": reply and reading.text(reply.text), "story": story_of(ticket, reply),
        "identity": identity, "numbers": numbers_of(task, left, identity),
        "place": (tasks.index(task) + 1, len(tasks)), "best": best_time(task),
        "script": script_of(ticket, reading, reply), "lock": lock_of(task, now) if mine else None,
        "holder": "" if mine or not task.is_claimed(now) else callbacks.claimed_by_another(task),
        "waits": task.status == Status.SMS_WAIT, "is_quiet": schedule.is_quiet(now),
        "log": list(task.attempts.select_related("by").order_by("-pk")), "in_vain": if_in_vain(task, left, now),
        "is_second": task.kind == CallbackTask.Kind.RE_CALLBACK,
        "asks": asks(ticket), "answers": answers or asks(ticket).bind(ticket, user, now),
        "tried": tried or in_vain(ticket).bind(ticket, user, now),
        "typed": [] if mine else [*typed_in(answers or []), *typed_in(tried or [])],
        "may_decline": not ticket.withdraw_from,
    }


def numbers_of(task, left, identity):
    """(number, address that dials it or "", what to know of it), the next one to dial first."""
    masked = identity["masked"]
    shown = {which: mask_phone(number) if masked else number for which, number in numbers.known(task).items()}
    others = [which for which in shown if which not in left]
    return [(shown[which], "" if masked else dialling.address(shown[which]), numbers.Number(which).label) for which in left] + [
        (shown[which], "", _("Only when the others are dead") if is_spare(which, left) else _("Wrong or dead number"))
        for which in others]


def is_spare(which, left):
    """He called from it, and the numbers that he gave are still good."""
    return which == numbers.Number.CALLED and bool(left)


def best_time(task):
    if task.best_band is None:
        return ""
    start, end = schedule.BANDS[task.best_band]
    return f"{start:%H:%M}–{end:%H:%M}"


def lock_of(task, now):
    """The countdown of js/clock.js, and how it stands now."""
    left = (task.claimed_until - now).total_seconds()
    return {"due": task.claimed_until.isoformat(), "text": _("%(time)s left") % {"time": presenters.span(left)}}


def if_in_vain(task, left, now):
    """What follows when nobody answers this call either."""
    tries = [*callbacks.tries_of(task), now]
    if left == [numbers.Number.CALLED]:
        return _("If in vain now: nobody can reach him any more.")
    if callbacks.is_over(tries, left):
        return _("If in vain now: he is asked by text message.")
    return _("If in vain now: next try %(time)s.") % {"time": presenters.short(schedule.next_attempt(tries, now))}


def script_of(ticket, reading, reply):
    """Opening and closing as SPEC 7.6 has them, filled in."""
    called = localtime(ticket.accepted_at)
    said = Truncator(reading.text(reply.text)).chars(SPOKEN) if reply else ""
    opening = (ASKS_WITHDRAWAL if ticket.withdraw_from else ASKS_RESULT) % {
        "date": _("%(month)d/%(day)d") % {"month": called.month, "day": called.day}, "matter": reading.title,
        "unit": ticket.lead_unit.name if ticket.lead_unit else "", "reply": said}
    return [(_("Opening"), opening),
            (_("Himself?"), _("If it is not the citizen himself, tell nothing of the matter and ask when he can be reached.")),
            (_("Closing"), _("Thank you for your help. Goodbye."))]


def story_of(ticket, reply):
    said = presenters.short
    return some(
        (_("Unit"), ticket.lead_unit and ticket.lead_unit.name),
        (_("Accepted"), ticket.accepted_at and said(ticket.accepted_at)),
        (_("Dispatched"), ticket.first_dispatched_at and said(ticket.first_dispatched_at)),
        (_("First contact"), ticket.first_contact_at and said(ticket.first_contact_at)),
        (_("Answered"), reply and said(reply.at)),
        (_("Unit says: solved"), reply and reply.get_solved_display()),
        (_("Unit's own callback"), reply and reply.get_self_callback_display()),
        (_("Redo"), ticket.redo_round or ""),
    )


def told(ticket_no, task):
    """What was recorded, for who goes on at once."""
    known = {"no": ticket_no, "time": presenters.short(task.next_attempt_at), "outcome": task.get_outcome_display()}
    if task.outcome:
        return _("%(no)s: %(outcome)s.") % known
    if task.status == Status.SMS_WAIT:
        return _("%(no)s: not reached; he is asked by text message.") % known
    return _("%(no)s: not reached; next try %(time)s.") % known
