"""The intake screen: one page for a call, from the first word to what is read out at its end."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from tickets import intake, page
from tickets.actions import Refused
from tickets.channels import handling, prefill
from tickets.files import views as files
from tickets.intake_form import BENEFICIARY
from tickets.numbers import query_code
from tickets.presenters import promise_of, state_pill
from tickets.saying import scripts
from tickets.similar import checking
from tickets.similar.beside import beside
from tickets.taking import drafts, screen, second_look
from tickets.telephony import ledger, strip

TAKING_IN = (Role.OP, Role.OPS)


@audience(*TAKING_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """One screen for a call: write it down, submit it, answer it, or note that it was none."""
    now = database_now()
    if request.method != "POST":
        return opened(request, now)
    act = request.POST.get("act", "submit")
    if act == "invalid":
        return log_call(request, now)
    if act == "mask":
        return masked(request, now)
    form = screen.IntakeScreen(strip.posted(request), now=now, strict=act == "submit")
    if not_taken := files.kept(request, drafts.key_of(request.POST), now):
        form.is_valid()
        return intake_screen(request, form, status=422, file_errors=not_taken)
    answer = screen.answer_form(request.POST if act == "answer" else None, now=now)
    if not form.is_valid() or act == "answer" and not (screen.may_be_answered(form) & answer.is_valid()):
        return intake_screen(request, form, answer=answer, status=422)
    if act == "submit" and not checking.stands(request, form, now):
        return intake_screen(request, form, status=422)
    looks = list(second_look.of(form))
    if act != "draft" and second_look.sign_of(looks) != request.POST.get("looked", ""):
        return intake_screen(request, form, answer=answer, status=422, looks=looks, must_look=True)
    try:
        with handling.becoming(form.given_message, form.cleaned_data, by=request.user, now=now) as linked:
            ticket = linked(take_in(request, act, form, answer, now))
    except intake.KeyReused as known:
        return intake_screen(request, form, answer=answer, status=422, known=str(known))
    except Refused as refusal:
        status = 409 if isinstance(refusal, handling.Gone) else 422
        return intake_screen(request, form, answer=answer, status=status, problem=str(refusal))
    return redirect(after_intake(act, ticket))


def opened(request, now):
    """An empty form, a draft that was asked for, or the one that a crash left behind, said to be restored."""
    mine = drafts.of(request.user, now)
    draft = drafts.chosen(mine, request.GET.get("draft", "")) if request.GET else drafts.cut_off(mine)
    words = drafts.read(draft)
    strip.resume(request, words.get("call", ""))
    known = prefill.initial_of(request) | words
    form = screen.IntakeScreen(initial=known, now=now)
    if known:
        form.prepare(known)
    return intake_screen(request, form, mine=mine, draft=draft, words=words, restored=bool(draft and not request.GET))


def masked(request, now):
    """The same form with the numbers in its texts starred out, nothing taken in."""
    words = screen.plain(request.POST)
    words |= second_look.masked(words)
    form = screen.IntakeScreen(initial=words, now=now)
    form.prepare(words)
    return intake_screen(request, form, words=words)


def take_in(request, act, form, answer, now):
    """One call. An express dispatch starts as a draft whose next form is the dispatch itself."""
    given = {"by": request.user, "now": now, "key": form.given_key, "call": strip.call_of(request), **form.cleaned_data}
    if act == "answer":
        ticket, _created = intake.register_and_answer(**answer.cleaned_data, **given)
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
    form, given = screen.call_form(request.POST), screen.IntakeScreen(strip.posted(request), now=now)
    given.is_valid()
    if not form.is_valid() or "caller_number" in given.errors:
        return intake_screen(request, given, call=form, status=422)
    if rang := strip.call_of(request):
        try:
            call = ledger.settle(rang.pk, by=request.user, now=now, **form.cleaned_data)
        except Refused as refusal:
            return intake_screen(request, given, call=form, status=422, problem=str(refusal))
    else:
        with transaction.atomic():
            call = intake.log_call(by=request.user, now=now, number=given.cleaned_data["caller_number"], **form.cleaned_data)
    drafts.forget(by=request.user, key=drafts.key_of(request.POST))
    messages.success(request, _("Call %(number)s is in the ledger; it became no ticket.") % {"number": call.call_no})
    return redirect("tickets:new")


def intake_screen(request, form, *, status=200, mine=None, draft=None, words=None, answer=None, call=None, looks=(), **said):
    """`said`: known, problem, restored, must_look. After an error the form goes on where its draft stands."""
    key = form["key"].value() or ""
    words = screen.plain(request.POST) if words is None else words  # what was typed beside the form stays as well
    mine = drafts.of(request.user, form.now) if mine is None else mine
    draft = draft or drafts.chosen(mine, key)
    form.tell_rules()
    telephone = strip.on_screen(request, form)  # it may know the number that the rest is about
    context = {
        "form": form,
        "fields": screen.layout(form),
        "keys": screen.keys(form),
        "needed": screen.NEEDED,
        "answer": answer or screen.answer_form(now=form.now, words=words),
        "call": call or screen.call_form(words=words),
        "may_express": request.user.has_role(Role.OPS, Role.DL),
        "source": prefill.source_of(form, request.user, form.now),
        "draft": draft,
        "draft_version": draft.version if draft else 0,
        "tabs": drafts.tabs(mine, key),
        "looks": looks,
        "looked": second_look.sign_of(looks),
        "known": "",
        "problem": "",
        "restored": False,
        "must_look": False,
        "now": form.now,
        "beneficiary": [form[name] for name in BENEFICIARY[1:]],
        "counts_as": screen.counts_as(form),
        "draft_words": screen.draft_words(),
        "scripts": scripts.shown(form.now),
        **beside(request, form),
        **files.beside(request, key),
        **telephone,
    }
    return render(request, "taking/new.html", context | said, status=status)


@audience(*TAKING_IN)
@require_POST
def draft(request):
    """Save what stands in the form. Small and quick: the page asks for it every few seconds."""
    key, sign = drafts.key_of(request.POST), drafts.sign_of(request.POST)
    if not key or sign is None:
        return JsonResponse({"problem": _("This is no form of ours.")}, status=400)
    posted = {name: text for name, text in request.POST.items() if name not in drafts.OF_SIGN}
    try:
        row = drafts.save(by=request.user, now=database_now(), key=key, words=drafts.words_of(posted), sign=sign)
    except drafts.Newer as newer:
        return JsonResponse({"version": newer.draft.version}, status=409)
    except Refused as refusal:
        return JsonResponse({"problem": str(refusal)}, status=422)
    return JsonResponse({"version": row.version} if row else {"over": True})


@audience(*TAKING_IN)
@require_POST
def discard(request):
    key = drafts.key_of(request.POST)
    if drafts.discard(by=request.user, key=key, now=database_now()):
        back = f"{reverse('tickets:new')}?{urlencode({'draft': key})}"
        messages.success(request, _("The unfinished form is put away."), extra_tags=back)
    return redirect(f"{reverse('tickets:new')}?draft=new")


@audience(*TAKING_IN)
@require_POST
def besides(request):
    """What goes with the category, the urgency and the text as they stand: questions, a template, warnings."""
    form = screen.IntakeScreen(request.POST, now=database_now())
    form.is_valid()
    looks = list(second_look.of(form))
    form.errors.pop("urgency_reason", None)  # just asked for
    context = {"form": form, "looks": looks, "looked": "", "must_look": False, "counts_as": screen.counts_as(form)}
    return render(request, "taking/_besides.html", context)


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
    return render(request, "taking/taken.html", context)
