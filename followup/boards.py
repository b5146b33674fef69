"""The callback desk: whom to call now, whom later, whose answer by text message is still open."""
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.roles import Role
from dispatch.boards import proposals_by_others, step_and_asker
from followup.city import layers
from followup.claims import BY_PHONE
from followup.models import CallbackAttempt, CallbackTask
from tickets.choices import Outcome
from tickets.queues import Desk, WorkList, seen
from tickets.states import State

Kind, Status = CallbackTask.Kind, CallbackTask.Status


def with_task(user, tasks):
    """Tickets with such an open task; the one to be tried first gives the order."""
    first = tasks.filter(ticket=OuterRef("pk"), outcome="").order_by("next_attempt_at")
    tried = CallbackAttempt.objects.filter(task__ticket=OuterRef("pk"), task__outcome="")
    return seen(user).annotate(
        next_try=Subquery(first.values("next_attempt_at")[:1]), task_kind=Subquery(first.values("kind")[:1]),
        tries=count_of(tried),
    ).filter(next_try__isnull=False)


def count_of(attempts):
    return Coalesce(Subquery(attempts.order_by().values("task__ticket").annotate(n=Count("pk")).values("n")), 0)


def due(user, now):
    results = CallbackTask.objects.filter(status__in=BY_PHONE, kind__in=(Kind.RESULT, Kind.RE_CALLBACK))
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


def differing(user, now):
    return layers.differing(seen(user))


def by_the_city(user, now):
    return layers.called_by_the_city(seen(user))


LAYERS = Desk("layers", _("Three layers of callback"), (Role.SV, Role.QI), (
    WorkList("differ", _("Callbacks differ"), _("Unit, district and city say the same."), differing, order="-registered_at",
             remark=layers.remark, edge="orange", counted=False),
    WorkList("city", _("Called by the city"), _("No callback of the city was imported yet."), by_the_city,
             order="-city_called_at", remark=layers.remark, counted=False),
), app="followup")
DESKS = (CALLBACKS, LAYERS)
