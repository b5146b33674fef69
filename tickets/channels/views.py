"""The inbox of what comes in other than by phone, and what an operator does with a message."""
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from tickets import timeline
from tickets.actions import AlreadyMoved, Refused
from tickets.channels import arrival, handling, inbox, letters
from tickets.channels.forms import JoinForm, NoMatterForm, PaperForm
from tickets.channels.models import Message
from tickets.choices import Channel
from tickets.list_views import wants_part
from tickets.steps import Invalid

TAKING_IN = handling.TAKING_IN


@audience(*TAKING_IN)
@require_safe
def waiting(request):
    sought = inbox.Sought(request.GET, request.user, database_now())
    template = "channels/_inbox.html" if wants_part(request) else "channels/inbox.html"
    return render(request, template, inbox.context(sought))


@audience(*TAKING_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request):
    """What came on paper, over the counter or in the news, typed in."""
    now = database_now()
    form = PaperForm(request.POST if request.method == "POST" else None, now=now)
    if request.method != "POST":
        return render(request, "channels/write.html", {"form": form})
    if form.is_valid():
        try:
            message, _is_new = arrival.receive(by=request.user, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("source_ref", str(refusal))
        else:
            return redirect("tickets:message", message.pk)
    return render(request, "channels/write.html", {"form": form}, status=422)


@audience(*TAKING_IN)
@require_safe
def read(request, message_id):
    return page(request, message_id, database_now())


def page(request, message_id, now, *, join=None, none=None, problem="", status=200):
    rows = Message.objects.select_related("taken_by", "handled_by", "ticket").filter(inbox.readable(request.user))
    message = rows.filter(pk=message_id).first()
    if message is None:
        raise Http404
    line = inbox.line_of(message, request.user, now)
    answers = [(one, timeline.CITIZEN[one.kind]) for one in letters.sent_for(message)]
    context = {"line": line, "message": message, "now": now, "problem": problem, "join": join or JoinForm(),
               "none": none or NoMatterForm(), "letters": answers,
               "is_unanswerable": message.channel == Channel.EMAIL and not letters.is_on(),
               "may_act": message.is_open and not line.holder,
               "opens": f"{reverse('tickets:new')}?message={message.pk}"}
    return render(request, "channels/message.html", context, status=status)


@audience(*TAKING_IN)
@require_POST
def take(request, message_id):
    now = database_now()
    try:
        message = handling.take(message_id, by=request.user, now=now)
    except Message.DoesNotExist:
        raise Http404 from None
    except handling.Gone as gone:
        return page(request, message_id, now, problem=str(gone), status=409)
    return HttpResponseRedirect(f"{reverse('tickets:new')}?message={message.pk}")


@audience(*TAKING_IN)
@require_POST
def give_back(request, message_id):
    handling.release_all(by=request.user)
    return redirect("tickets:messages")


@audience(*TAKING_IN)
@require_POST
def join(request, message_id):
    now, form = database_now(), JoinForm(request.POST)
    if not form.is_valid():
        return page(request, message_id, now, join=form, status=422)
    return settled(request, message_id, now, handling.join, form, "join", _("Added to ticket %(number)s."))


@audience(*TAKING_IN)
@require_POST
def no_matter(request, message_id):
    now, form = database_now(), NoMatterForm(request.POST)
    if not form.is_valid():
        return page(request, message_id, now, none=form, status=422)
    return settled(request, message_id, now, handling.no_matter, form, "none", _("Put away: no matter."))


def settled(request, message_id, now, act, form, name, said):
    """Do it, or show the message again with the sentence that forbids it."""
    try:
        message = act(message_id, by=request.user, now=now, **form.cleaned_data)
    except Message.DoesNotExist:
        raise Http404 from None
    except handling.Gone as gone:
        return page(request, message_id, now, problem=str(gone), status=409)
    except (Refused, PermissionDenied, AlreadyMoved, Invalid) as refusal:
        form.add_error("ticket_no", sentence_of(refusal))
        return page(request, message_id, now, status=422, **{name: form})
    messages.success(request, said % {"number": message.ticket.ticket_no if message.ticket else ""})
    return redirect("tickets:messages")


def sentence_of(refusal):
    """Why the ticket does not take it."""
    if isinstance(refusal, Refused):
        return str(refusal)
    if isinstance(refusal, Invalid):
        return " ".join(sentence for sentences in refusal.form.errors.values() for sentence in sentences)
    return _("This ticket takes no additions from you now.")
