"""The one ticket page and the intake screen. Each view reads the clock once, asks one question, and shows the answer."""

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import confirming
from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from tickets import choosing, consequences, disclosure, doors, intake, intake_page, page, sightings, timeline
from tickets.actions import AlreadyMoved, Refused
from tickets.live import drafts
from tickets.live.news import news_of
from tickets.models import Sighting, Ticket
from tickets.numbers import query_code
from tickets.presenters import promise_of, state_pill
from tickets.scope import READERS
from tickets.steps import STEPS, Invalid, offers

TAKING_IN = (Role.OP, Role.OPS)
OWN_FIELDS = {"csrfmiddlewaretoken", "version", confirming.FIELD}  # of the page, not of the step


@audience(*READERS)
@require_safe
def lists(request):
    """What fields offer while one types; the same for everybody, so kept for a minute."""
    key = f"lists:{get_language()}"
    options = cache.get(key)
    if options is None:
        options = choosing.lists()
        cache.set(key, options, 60)
    return render(request, "tickets/_lists.html", {"lists": options})


# --- the ticket page ----------------------------------------------------------------------------------------------


@audience(*READERS)
@require_safe
def ticket(request, ticket_no):
    return show(request, page.found(request.user, ticket_no), database_now())


def show(request, ticket, now, *, status=200, **more):
    which = request.GET.get("story", "")
    context = page.context(ticket, request.user, now, which=which if which in timeline.KINDS else "", **more)
    sightings.note(ticket, request.user, how=Sighting.How.PAGE, now=now, in_full=not context["identity"]["masked"])
    return render(request, "tickets/ticket.html", context, status=status)


@audience(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def do(request, ticket_no, step_name):
    """The form of one step: opened by GET, taken by POST."""
    now, ticket = database_now(), page.found(request.user, ticket_no)
    if step_name not in STEPS:
        raise Http404
    if request.method == "POST":
        return take(request, ticket, STEPS[step_name], now)
    work = page.work_on(ticket, request.user, now, step_name)
    if work["offer"] is None:
        work["problem"] = _("This step is not possible now, or it is not yours.")
    if request.htmx:
        return render(request, "tickets/_work.html", {"ticket": ticket, "work": work})
    return show(request, ticket, now, work=work)


def take(request, ticket, step, now):
    """One call; what it answers becomes a redirect, or the form again with everything that was typed."""
    if asked := confirming.question(request, consequences.of(step, "act"), action=step.label):
        return asked
    body = request.POST.copy()
    for name in OWN_FIELDS:
        body.pop(name, None)
    try:
        taken = doors.attempt(request, ticket, step, body=body, now=now, version=version_of(request))
    except Invalid as refusal:
        return again(request, ticket, step, now, form=refusal.form)
    except Refused as refusal:
        return again(request, ticket, step, now, form=step.bind(ticket, request.user, now, body), problem=str(refusal))
    except AlreadyMoved:
        return moved_on(request, step, ticket.ticket_no, body, now)
    done = _("%(step)s: proposed. A second person has to confirm it.") if taken.proposal else _("%(step)s: done.")
    undo = "" if taken.proposal else way_back(request, ticket.ticket_no, step)
    messages.success(request, done % {"step": step.label}, extra_tags=undo)
    answer = redirect(next_place(request, taken.ticket))
    drafts.is_sent(answer, ticket.ticket_no, step.name)
    return answer


def way_back(request, ticket_no, step):
    """The address of the step that takes this one back, if this user may take it now."""
    back = consequences.UNDO.get(step.name)
    fresh = Ticket.objects.visible_to(request.user).filter(ticket_no=ticket_no).first() if back else None
    is_open = fresh and any(offer.step.name == back and offer.mode == "act" for offer in offers(fresh, request.user))
    return reverse("tickets:do", args=[ticket_no, back]) if is_open else ""


def version_of(request):
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def again(request, ticket, step, now, **more):
    work = page.work_on(ticket, request.user, now, step.name, **more)
    return show(request, ticket, now, work=work, status=422)


def moved_on(request, step, ticket_no, body, now):
    """Somebody was faster: the fresh ticket, what it is now, and what was typed."""
    ticket = page.found(request.user, ticket_no)
    form = step.bind(ticket, request.user, now, body)
    conflict = _("It is now: %(state)s.") % {"state": state_pill(ticket).text}
    work = page.work_on(ticket, request.user, now, step.name, form=form, conflict=conflict)
    seen = version_of(request)
    news = news_of(ticket, request.user, seen) if seen is not None else None
    return show(request, ticket, now, work=work | {"typed": page.typed_in(form), "news": news}, status=409)


def next_place(request, ticket):
    """Back to the ticket, or home when it is out of this user's sight now."""
    still_seen = Ticket.objects.visible_to(request.user).filter(pk=ticket.pk).exists()
    return reverse("tickets:by_number", args=[ticket.ticket_no]) if still_seen else reverse("home")


@audience(*READERS)
@require_POST
def reveal(request, ticket_no):
    """O9: name and phone in full, once, for a reason that is kept. Answered without a redirect: nothing keeps the page."""
    now, ticket = database_now(), page.found(request.user, ticket_no)
    reason = request.POST.get("reason", "").strip()
    if len(reason) < 2 or len(reason) > 200:
        problem = _("Say why, in 2 to 200 characters.")
        context = {"ticket": ticket, "identity": disclosure.identity_of(ticket, request.user), "reveal_error": problem}
        return partly(request, "tickets/_identity.html", context, ticket, now, status=422)
    identity = disclosure.reveal(ticket.pk, by=request.user, now=now, reason=reason, request=request)
    sightings.note(ticket, request.user, how=Sighting.How.PAGE, now=now, in_full=True)
    context = {"ticket": ticket, "identity": identity}
    return partly(request, "tickets/_identity.html", context, page.found(request.user, ticket_no), now, identity=identity)


def partly(request, template, context, ticket, now, *, status=200, **more):
    """The fragment for htmx, the whole page otherwise."""
    if request.htmx:
        return render(request, template, {"reveal_error": ""} | context, status=status)
    full = page.context(ticket, request.user, now, **more) | {"reveal_error": context.get("reveal_error", "")}
    return render(request, "tickets/ticket.html", full, status=status)


# --- intake -------------------------------------------------------------------------------------------------------


@audience(*TAKING_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """One screen for a call: write it down, submit it, answer it, or note that it was none."""
    now = database_now()
    if request.method != "POST":
        return intake_screen(request, intake_page.IntakeScreen(now=now))
    act = request.POST.get("act", "submit")
    if act == "invalid":
        return log_call(request, now)
    form = intake_page.IntakeScreen(request.POST, now=now, strict=act == "submit")
    answer = intake_page.answer_form(request.POST if act == "answer" else None)
    if not form.is_valid() or act == "answer" and not (intake_page.may_be_answered(form) & answer.is_valid()):
        return intake_screen(request, form, answer=answer, status=422)
    try:
        ticket = take_in(request, act, form, answer, now)
    except intake.KeyReused as known:
        return intake_screen(request, form, answer=answer, status=422, known=str(known))
    except Refused as refusal:
        return intake_screen(request, form, answer=answer, status=422, problem=str(refusal))
    return redirect(after_intake(act, ticket))


def take_in(request, act, form, answer, now):
    """One call. An express dispatch starts as a draft whose next form is the dispatch itself."""
    given = {"by": request.user, "now": now, "key": form.given_key, **form.cleaned_data}
    if act == "answer":
        ticket, _created = intake.register_and_answer(answer=answer.cleaned_data["answer"], **given)
    elif act == "submit":
        ticket, _created = intake.register_and_submit(**given)
    else:
        ticket, _created = intake.register(**given)
    return ticket


def after_intake(act, ticket):
    if act == "express":
        return reverse("tickets:do", args=[ticket.ticket_no, "express_dispatch"])
    return reverse("tickets:by_number" if act == "draft" else "tickets:taken", args=[ticket.ticket_no])


def log_call(request, now):
    form, screen = intake_page.call_form(request.POST), intake_page.IntakeScreen(request.POST, now=now)
    screen.is_valid()
    if not form.is_valid() or "caller_number" in screen.errors:
        return intake_screen(request, screen, call=form, status=422)
    with transaction.atomic():
        call = intake.log_call(by=request.user, now=now, number=screen.cleaned_data["caller_number"], **form.cleaned_data)
    messages.success(request, _("Call %(number)s is in the ledger; it became no ticket.") % {"number": call.call_no})
    return redirect("tickets:new")


def intake_screen(request, form, *, answer=None, call=None, known="", problem="", status=200):
    form.tell_rules()
    context = {
        "form": form,
        "fields": intake_page.layout(form),
        "keys": intake_page.keys(form),
        "needed": intake_page.NEEDED,
        "known": known,
        "problem": problem,
        "answer": answer or intake_page.answer_form(),
        "call": call or intake_page.call_form(),
        "may_express": request.user.has_role(Role.OPS, Role.DL),
        "phone": "",
        "earlier": [],
    }
    return render(request, "tickets/new.html", context, status=status)


@audience(*TAKING_IN)
@require_POST
def caller(request):
    """Earlier tickets of the caller. POST, so that a phone number gets into no address and no log; writes nothing."""
    phone = request.POST.get("caller_number", "") or request.POST.get("contact_phone", "")
    return render(
        request, "tickets/_earlier.html", {"phone": phone, "earlier": intake_page.earlier_of(phone[:60], request.user)}
    )


@audience(*TAKING_IN)
@require_safe
def taken(request, ticket_no):
    """What the operator reads out: number, query code, promise. Only to who registered it."""
    ticket = page.found(request.user, ticket_no)
    if ticket.registered_by_id != request.user.pk:
        raise Http404
    response_due, completion_due = promise_of(ticket.clocks.filter(round=1))
    context = {
        "ticket": ticket,
        "state": state_pill(ticket),
        "query_code": query_code(ticket),
        "response_due": response_due,
        "completion_due": completion_due,
    }
    return render(request, "tickets/taken.html", context)
