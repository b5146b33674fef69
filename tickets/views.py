"""The one ticket page. Each view reads the clock once, asks one question, and shows the answer."""

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import confirming
from accounts.access import audience
from accounts.instant import database_now
from tickets import choosing, consequences, disclosure, doors, page, sightings, timeline
from tickets.actions import AlreadyMoved, Refused
from tickets.live import drafts
from tickets.live.news import news_of
from tickets.models import Sighting, Ticket
from tickets.presenters import state_pill
from tickets.scope import READERS
from tickets.steps import STEPS, Invalid, offers

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
