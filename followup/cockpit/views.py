"""The cockpit of the callback desk: one citizen after the other, with one key from the answer to the next call."""
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from followup import boards, claims
from followup.cockpit import screen
from followup.forms import NOT_ANSWERED
from tickets import doors, page, sightings
from tickets.actions import AlreadyMoved, Refused
from tickets.models import Sighting, Ticket
from tickets.presenters import state_pill
from tickets.steps import STEPS, Invalid
from tickets.who import neutral_callback_agent

IN_VAIN = {result for result, _label in NOT_ANSWERED}
OWN_FIELDS = ("csrfmiddlewaretoken", "do", "then", "task")  # of the page, not of the step


def found(request, ticket_no):
    try:
        return page.visible(request.user, ticket_no)
    except Ticket.DoesNotExist:
        raise Http404 from None


def task_named(request):
    text = request.POST.get("task", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@audience(Role.CB)
@require_POST
def take_next(request):
    return onward(request, database_now())


def onward(request, now):
    task = claims.go_on(by=request.user, now=now)
    if task:
        return redirect("followup:callback", task.ticket.ticket_no)
    messages.info(request, _("Nobody is to be called now."))
    return redirect(boards.CALLBACKS.url)


@audience(Role.CB)
@require_http_methods(["GET", "HEAD", "POST"])
def callback(request, ticket_no):
    now, ticket = database_now(), found(request, ticket_no)
    if not neutral_callback_agent(ticket, request.user):
        raise PermissionDenied("callback")
    return record(request, ticket, now) if request.method == "POST" else show(request, ticket, now)


def show(request, ticket, now, status=200, **sent):
    tasks = screen.tasks_of(ticket)
    task = screen.task_for(tasks, request.user, now)
    if task is None:
        return redirect("tickets:by_number", ticket.ticket_no)
    context = screen.context(ticket, tasks, task, request.user, now, **sent)
    sightings.note(ticket, request.user, how=Sighting.How.PAGE, now=now, in_full=not context["identity"]["masked"])
    return render(request, "followup/callback.html", context, status=status)


def record(request, ticket, now):
    """One call, through the door of all steps; then the next citizen, or the ticket."""
    step, kind, body = asked(request, ticket)
    form = screen.in_vain(ticket) if kind == "tried" else step
    task_id, sent = task_named(request), {kind: form.bind(ticket, request.user, now, body)}
    if not claims.prolong(task_id, ticket=ticket, by=request.user, now=now):
        return show(request, ticket, now, 409, problem=_("This callback is not yours any more. Nothing was recorded."), **sent)
    try:
        taken = doors.attempt(request, ticket, step, body=body, now=now)
    except Invalid:
        return show(request, ticket, now, 422, **sent)
    except Refused as refusal:
        return show(request, ticket, now, 422, problem=str(refusal), **sent)
    except AlreadyMoved as moved:
        messages.warning(request, _("Not taken: the ticket is %(state)s now.") % {"state": state_pill(moved.ticket).text})
        return redirect("tickets:by_number", ticket_no=ticket.ticket_no)
    messages.success(request, screen.told(ticket.ticket_no, taken.ticket.callback_tasks.get(pk=task_id)))
    if request.POST.get("then") == "ticket":
        return redirect("tickets:by_number", ticket.ticket_no)
    return onward(request, now)


def asked(request, ticket):
    """(step, name of its form on the screen, body): a button for each result stands for the step and its answer."""
    act, body = request.POST.get("do", ""), request.POST.copy()
    for name in OWN_FIELDS:
        body.pop(name, None)
    if act in IN_VAIN:
        body["result"] = act
        return screen.in_vain(ticket), "tried", body
    if act == "record_declined":
        return STEPS[act], "tried", body
    if act != screen.asks(ticket).name:
        raise Http404
    return STEPS[act], "answers", body


@audience(Role.CB)
@require_POST
def claim(request, ticket_no):
    """A chosen one, whether it is due or not."""
    ticket = found(request, ticket_no)
    try:
        claims.claim(ticket.pk, by=request.user, now=database_now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    except AlreadyMoved as moved:
        messages.warning(request, _("Not taken: the ticket is %(state)s now.") % {"state": state_pill(moved.ticket).text})
        return redirect("tickets:by_number", ticket_no)
    return redirect("followup:callback", ticket_no)


@audience(Role.CB)
@require_POST
def hold(request, ticket_no):
    """He types, so he is at it: what is left of the lock from now on."""
    now, ticket = database_now(), found(request, ticket_no)
    is_his = claims.prolong(task_named(request), ticket=ticket, by=request.user, now=now)
    task = is_his and ticket.callback_tasks.get(pk=task_named(request))
    return render(request, "followup/_lock.html", {"lock": screen.lock_of(task, now) if task else None})


@audience(Role.CB)
@require_POST
def release(request):
    claims.release_all(by=request.user)
    return redirect(reverse(f"followup:{boards.CALLBACKS.url_name}"))
