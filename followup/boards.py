"""The callback desk: whom to call now, whom later, whose answer by text message is still open."""
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.roles import Role
from dispatch.boards import proposals_by_others, step_and_asker
from followup import callbacks
from followup.annotations.keeping import AUTHORS
from followup.appeals.boards import APPEALS, OF_UNIT
from followup.city import layers
from followup.claims import BY_PHONE
from followup.models import Annotation, CallbackAttempt, CallbackTask
from tickets.calendars import local_date
from tickets.choices import Outcome
from tickets.queues import Desk, WorkList, having, seen
from tickets.states import State

Kind, Status = CallbackTask.Kind, CallbackTask.Status


def with_task(user, tasks):
    """Tickets with such an open task, found from the tasks; the one to be tried first gives the order."""
    tasks = tasks.filter(callbacks.asked_by_others(user), outcome="")
    tried = CallbackAttempt.objects.filter(task__ticket=OuterRef("pk"), task__outcome="")
    found = having(seen(user), tasks.order_by("next_attempt_at"), next_try="next_attempt_at", task_kind="kind")
    return found.annotate(tries=count_of(tried))


def count_of(attempts):
    return Coalesce(Subquery(attempts.order_by().values("task__ticket").annotate(n=Count("pk")).values("n")), 0)


def due(user, now):
    results = CallbackTask.objects.filter(status__in=BY_PHONE, kind__in=CallbackTask.RATINGS)
    return with_task(user, results.filter(next_attempt_at__lte=now))


def withdrawals(user, now):
    return with_task(user, CallbackTask.objects.filter(kind=Kind.WITHDRAW_CHECK))


def later(user, now):
    return with_task(user, CallbackTask.objects.filter(status__in=BY_PHONE, next_attempt_at__gt=now))


def by_message(user, now):
    return with_task(user, CallbackTask.objects.filter(status=Status.SMS_WAIT))


def to_decide(user, now):
    """Every reporter was asked and the answer is on record: close it, or have it done again."""
    return seen(user).exclude(callback_outcome="").filter(
        ~Exists(CallbackTask.objects.filter(ticket=OuterRef("pk"), outcome="")), state=State.PENDING_CALLBACK)


def negative(user, now):
    return seen(user).filter(Q(state=State.ADJUDICATION) | Q(state=State.PENDING_CALLBACK, callback_outcome=Outcome.NEGATIVE))


def kind_and_tries(ticket):
    tried = ngettext("tried once", "tried %(n)d times", ticket.tries) % {"n": ticket.tries}
    never = _("not tried yet")
    return f"{Kind(ticket.task_kind).label} · {tried if ticket.tries else never}"


CALLBACKS = Desk("callbacks", _("Callback desk"), (Role.CB,), (
    WorkList("due", _("To call now"), _("Nobody is to be called now."), due, order="next_try", remark=kind_and_tries,
             edge="blue"),
    WorkList("withdrawals", _("Withdrawals to check"), _("No withdrawal is to be checked."), withdrawals, order="next_try",
             remark=kind_and_tries, edge="orange"),
    WorkList("later", _("Call again later"), _("Nobody waits for another try."), later, order="next_try",
             remark=kind_and_tries),
    WorkList("message", _("Asked by text message"), _("No text message waits for an answer."), by_message, order="next_try",
             remark=kind_and_tries),
    WorkList("decide", _("Outcome known"), _("Every known outcome was acted on."), to_decide, edge="green"),
    WorkList("negative", _("Unsolved or dissatisfied"), _("Nobody is dissatisfied."), negative, edge="red"),
    WorkList("confirm", _("To confirm"), _("No proposal waits for a second person."), proposals_by_others, order="asked_at",
             remark=step_and_asker),
), app="followup")


# --- 持续跟踪 -----------------------------------------------------------------------------------------------------


def mine_of(user):
    """Open annotations that one wrote, or that one's unit has to look after."""
    return Annotation.objects.open().filter(Q(by=user) | Q(unit__in=user.unit_ids(Role.LI)))


def followed(user, annotations):
    return having(seen(user), annotations.order_by("due_at"), look_at="due_at")


def look_now(user, now):
    return followed(user, mine_of(user).filter(due_at__lte=now))


def look_later(user, now):
    return followed(user, mine_of(user)).filter(look_at__gt=now)


def everybodys(user, now):
    """Also with others, as far as one sees the tickets: whoever wrote it may be away."""
    return followed(user, Annotation.objects.open().filter(due_at__lte=now))


def date_to_look(ticket):
    return str(_("look again on %(date)s") % {"date": f"{local_date(ticket.look_at)}"})


FOLLOW_UPS = Desk("follow-ups", _("My follow-ups"), AUTHORS, (
    WorkList("now", _("To look at now"), _("No follow-up of yours is due."), look_now, order="look_at", remark=date_to_look,
             edge="orange"),
    WorkList("later", _("Later follow-ups"), _("You keep no ticket under tracking. “Keep tracking” on its page begins."),
             look_later, order="look_at", remark=date_to_look, edge="blue"),
    WorkList("all", _("Overdue with anybody"), _("No follow-up is overdue."), everybodys, order="look_at",
             remark=date_to_look),
), app="followup")


# --- three layers -----------------------------------------------------------------------------------------------------


def differing(user, now):
    return layers.differing(seen(user))


def by_the_city(user, now):
    return layers.called_by_the_city(seen(user))


LAYERS = Desk("layers", _("Three layers of callback"), (Role.SV, Role.QI), (
    WorkList("differ", _("Callbacks differ"), _("Unit, district and city say the same."), differing, order="-registered_at",
             remark=layers.remark, edge="orange", counted=False),
    WorkList("city", _("Called by the city"), _("No callback of the city was imported yet."), by_the_city,
             order="-registered_at", remark=layers.remark, counted=False),
), app="followup")
DESKS = (CALLBACKS, LAYERS, APPEALS, OF_UNIT, FOLLOW_UPS)
