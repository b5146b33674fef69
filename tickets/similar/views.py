"""The middle of the intake screen: who calls, what is like his matter, and what the operator decides about it.

What is looked up comes by POST, so that a number or a name gets into no address and no log.
"""
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import audience
from accounts.instant import database_now
from tickets import intake
from tickets.actions import AlreadyMoved, Refused
from tickets.channels import handling
from tickets.finding.asked import LONGEST
from tickets.models import CallerNote
from tickets.presenters import Pill
from tickets.similar import joining, lookup, notes, shown, who_calls, words
from tickets.similar.forms import LookForm, NoteForm
from tickets.steps import Invalid
from tickets.taking import drafts, screen
from tickets.taking.views import TAKING_IN, intake_screen
from tickets.telephony import strip
from tickets.timed import acts
from tickets.timed import pages as timed

How = joining.How
DONE = {
    How.JOIN: gettext_lazy("The caller is another reporter of %(number)s."),
    How.URGE: gettext_lazy("The unit is urged; the call is in the ledger with %(number)s."),
    How.ADD: gettext_lazy("Added to %(number)s; the call is in the ledger with it."),
    How.FOLLOW_UP: gettext_lazy("A new ticket follows %(number)s up."),
}
AS_STEP = {How.JOIN: "merge_into", How.URGE: "remind", How.ADD: "add_supplement", How.FOLLOW_UP: "submit"}  # in the audit log


def number_of(request):
    return request.POST.get("caller_number", "") or request.POST.get("contact_phone", "")


@audience(*TAKING_IN)
@require_POST
def caller(request):
    """Who is on the line. Writes nothing."""
    number = number_of(request)
    context = {"phone": number, "who_calls": who_calls.of(number, request.user, database_now())}
    return render(request, "similar/_strip.html", context)


@audience(*TAKING_IN)
@require_POST
def history(request):
    """All his earlier matters. Writes nothing."""
    return render(request, "similar/_history.html", {"rows": who_calls.history(number_of(request), request.user)})


@audience(*TAKING_IN)
@require_POST
def candidates(request):
    """What is like the matter that is being typed; asked for when the typing rests."""
    others, seen = request.POST.getlist("other"), request.POST.getlist("seen")
    context = shown.panel(LookForm(request.POST).known(), request.user, database_now(), others=others, seen=seen,
                          ticked="duplicate_checked" in request.POST)
    return render(request, "similar/_candidates.html", context)


@audience(*TAKING_IN)
@require_POST
def look_up(request):
    """What all tickets that he may read say, the best and newest first. Writes nothing."""
    asked, rows = words.look_up(request.POST.get("q", "")[:LONGEST], request.user)
    return render(request, "similar/_found.html", {"rows": rows, "asked": asked})


# --- what he decides -----------------------------------------------------------------------------------------------------


@audience(*TAKING_IN)
@require_POST
def recognise(request, ticket_no, how):
    """The caller's matter is that of an earlier ticket."""
    now = database_now()
    form = screen.IntakeScreen(strip.posted(request), now=now, strict=how == How.FOLLOW_UP)
    is_valid = form.is_valid()
    given = form.cleaned_data
    earlier = known(ticket_no, given, now)
    if not (is_valid if how in (How.JOIN, How.FOLLOW_UP) else is_said(form, how)):
        return intake_screen(request, form, status=422)
    try:
        ticket = decide(how, earlier, form, by=request.user, now=now, call=strip.call_of(request))
    except intake.KeyReused as reused:
        return intake_screen(request, form, status=422, known=str(reused))
    except (AlreadyMoved, PermissionDenied, Refused, Invalid) as refusal:
        audit.record("DENIED", user=request.user, now=now, request=request, ticket_no=ticket_no, what=AS_STEP[how],
                     result=type(refusal).__name__, reason=str(refusal)[:200])
        return intake_screen(request, form, status=422, problem=sentence(refusal))
    messages.success(request, DONE[how] % {"number": earlier.ticket_no})
    if how == How.FOLLOW_UP:
        return redirect("tickets:taken", ticket.ticket_no)
    return redirect("tickets:by_number", earlier.ticket_no)


def known(ticket_no, given, now):
    """A ticket that what is known of the call leads to. Any other one is as good as not there."""
    ticket = lookup.recognisable().select_related("category", "area").filter(ticket_no=ticket_no).first()
    if ticket is None or not lookup.fits(ticket, lookup.matter(given), now):
        raise Http404
    return ticket


def is_said(form, how):
    """For a call that makes no ticket: a number without mistakes, and words where some are needed."""
    if how == How.ADD and not form.cleaned_data.get("content") and "content" not in form.errors:
        form.add_error("content", _("What is new?"))
    needed = {"caller_number", "contact_phone"} | ({"content"} if how == How.ADD else set())
    return not needed & set(form.errors)


def decide(how, earlier, form, *, by, now, call):
    given, key, message = form.cleaned_data, form.data.get("key", "")[:100], form.given_message
    if how in (How.JOIN, How.FOLLOW_UP):
        act = joining.join if how == How.JOIN else joining.follow_up
        with handling.becoming(message, given, by=by, now=now) as linked:
            return linked(act(earlier, by=by, now=now, key=key, call=call, **given))
    source = {"key": key, "number": given.get("caller_number") or given.get("contact_phone") or "", "call": call,
              "message": message}
    if how == How.ADD:
        ticket = joining.add(earlier, by=by, now=now, text=given["content"], **source)
    else:
        ticket = joining.urge(earlier, by=by, now=now, note=given.get("demand") or given.get("content") or "", **source)
    drafts.forget(by=by, key=drafts.key_of(form.data))
    return ticket


def sentence(refusal):
    if isinstance(refusal, Refused):
        return str(refusal)
    return _("This cannot be done with that ticket any more; look at the matters again.")


# --- what is to be heeded with a number ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    note: CallerNote
    begins: str
    ends: str
    state: Pill
    may_end: bool


@audience(*notes.KEEPERS)
@require_safe
def caller_notes(request):
    now = database_now()
    return notes_page(request, now, NoteForm(now=now))


def notes_page(request, now, form, status=200):
    rows = CallerNote.objects.select_related("by").order_by("-valid_from", "-pk")[:200]
    lines = [Line(row, timed.shown(row.valid_from), timed.until(row), timed.state_of(row, now), row.may_end(now))
             for row in rows]
    return render(request, "similar/notes.html", {"lines": lines, "form": form, "may_edit": True}, status=status)


@audience(*notes.KEEPERS)
@require_POST
def add_note(request):
    now = database_now()
    form = NoteForm(request.POST, now=now)
    if form.is_valid():
        try:
            notes.add(**form.cleaned_data, by=request.user, now=now, request=request)
        except acts.Overlaps:
            form.add_error("number", notes.THERE_ALREADY)
        else:
            messages.success(request, _("The note is kept."))
            return redirect("tickets:caller-notes")
    return notes_page(request, now, form, status=422)


@audience(*notes.KEEPERS)
@require_POST
def end_note(request, note_id):
    return timed.end(request, CallerNote, note_id, now=database_now(), back="tickets:caller-notes")
