"""The bar, the seat, the floor, the ledger and the handover sheet; each post leads back to where it came from."""
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import audience
from accounts.instant import database_now
from accounts.roles import Role
from tickets import disclosure, page
from tickets.actions import Refused
from tickets.exports import asking
from tickets.exports.sources import CallLedger
from tickets.telephony import adapters, book, dialling, ledger, seats, shifts, simulator, strip
from tickets.telephony.forms import LedgerFileForm, ModeForm, NumberForm, SeatForm, SettleForm, ShiftForm, TransferForm
from tickets.telephony.seats import TAKES_CALLS
from tickets.telephony.strip import strip_of

READERS = book.READERS


def back(request, otherwise="tickets:new"):
    """Where the button stood, if that is a page of ours."""
    place = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(place, allowed_hosts=None) and place.startswith("/")
    return HttpResponseRedirect(place if ours else reverse(otherwise))


def done(request, act, **given):
    """One action; what it refuses is said where it was asked."""
    try:
        return act(by=request.user, now=database_now(), **given)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None


def own_call(request, call_no):
    call = ledger.calls_of(request.user).filter(call_no=call_no).first()
    if call is None:
        raise Http404
    return call


def nav(user):
    """Which of these pages stand in their common heading."""
    return {"leads": user.has_role(Role.OPS), "may_ring": settings.HOTLINE_DEMO and user.has_role(*TAKES_CALLS)}


def first_error(form):
    return next(iter(form.errors.values()))[0]


# --- the bar and the seat -----------------------------------------------------------------------------------------


@audience(*TAKES_CALLS)
@require_safe
def bar(request):
    """The bar alone: fetched when the telephone has done something. `?call=` is the call that the page is about."""
    here = request.GET.get("here", "")
    return render(request, "telephony/_strip.html", {
        "strip": strip_of(request.user, call=strip.call_of(request)), "here": here[:300] if here.startswith("/") else "",
        "call_no": request.GET.get("call", "")[:16]})


@audience(*TAKES_CALLS)
@require_POST
def seat(request):
    """Take a seat."""
    form = SeatForm(request.POST)
    if form.is_valid():
        done(request, seats.sit_down, **form.cleaned_data)
    else:
        messages.error(request, first_error(form))
    return back(request)


@audience(*TAKES_CALLS)
@require_POST
def leave(request):
    done(request, seats.leave)
    return back(request)


@audience(*TAKES_CALLS)
@require_POST
def mode(request):
    form = ModeForm(request.POST)
    if form.is_valid():
        done(request, seats.turn, **form.cleaned_data)
    return back(request)


@audience(*TAKES_CALLS)
@require_POST
def settle(request, call_no):
    """One key: what the call was that became no ticket."""
    call, form = own_call(request, call_no), SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
    elif done(request, lambda **given: ledger.settle(call.pk, **given), **form.cleaned_data):
        messages.success(request, _("Call %(number)s is in the ledger; it became no ticket.") % {"number": call.call_no})
    return back(request)


@audience(*TAKES_CALLS)
@require_POST
def transfer(request, call_no):
    call, form = own_call(request, call_no), TransferForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
    elif done(request, lambda **given: ledger.connect(call.pk, **given), **form.cleaned_data):
        messages.success(request, _("The connection is on record."))
    return back(request)


@audience(*TAKES_CALLS)
@require_POST
def dial(request, ticket_no):
    """Click to call: the telephone of the house rings at the seat and then calls the number, which goes into no address."""
    ticket, which = page.found(request.user, ticket_no), request.POST.get("which", "phone")
    identity = disclosure.identity_of(ticket, request.user)
    number = identity.get(which, "") if which in ("phone", "phone2") and not identity["masked"] else ""
    own = seats.seat_of(request.user)
    if not number or not adapters.is_configured():
        raise Http404
    if own is None:
        messages.error(request, _("Take a seat first."))
    else:
        try:
            adapters.originate(own.extension, dialling.digits(number))
            messages.success(request, _("Your telephone rings; lift it, and the number is called."))
        except adapters.Unreachable:
            messages.error(request, _("The telephone system does not answer. Dial by hand."))
    return back(request)


# --- the floor, the ledger, the handover --------------------------------------------------------------------------


@audience(Role.OPS)
@require_http_methods(["GET", "HEAD", "POST"])
def floor(request):
    """Seats on duty; a shift leader may clear one."""
    if request.method == "POST":
        number = request.POST.get("seat", "")
        if number.isascii() and number.isdigit() and len(number) < 10:
            done(request, lambda **given: seats.clear(int(number), **given))
        return redirect("tickets:seats")
    return render(request, "telephony/floor.html", shifts.floor() | nav(request.user))


@audience(*READERS)
@require_safe
def calls(request):
    return render(request, "telephony/ledger.html", ledger_page(request))


def ledger_page(request, form=None):
    query = request.GET.urlencode()
    return book.page(request.GET, request.user) | nav(request.user) | {
        "file_form": form or LedgerFileForm(auto_id="file-%s"), "file_url": f"{reverse('tickets:calls-file')}?{query}"}


@audience(*READERS)
@require_POST
def calls_file(request):
    """The calls of the filter in the address, as a file that arrives in “My files”."""
    form, now = LedgerFileForm(request.POST, auto_id="file-%s"), database_now()
    status = 422
    if form.is_valid():
        try:
            asking.ask(CallLedger(request.user, request.GET.urlencode(), now), query=request.GET.urlencode(), in_full=False,
                       request=request, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("reason", str(refusal))
            status = 429 if hasattr(refusal, "seconds") else 422
        else:
            messages.success(request, _("The file was asked for."))
            return redirect("tickets:exports")
    return render(request, "telephony/ledger.html", ledger_page(request, form), status=status)


@audience(Role.OPS)
@require_safe
def handover(request):
    now = database_now()
    asked = "since" in request.GET or "until" in request.GET
    since, until = shifts.current(now)
    form = ShiftForm(request.GET if asked else None, initial={"since": since, "until": until})
    if asked and form.is_valid():
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    wrong = asked and not form.is_valid()
    sheet = None if wrong else shifts.sheet(request.user, since, until, now)
    context = {"form": form, "sheet": sheet} | nav(request.user)
    return render(request, "telephony/handover.html", context, status=422 if wrong else 200)


@audience(*TAKES_CALLS)
@require_http_methods(["GET", "HEAD", "POST"])
def telephone(request):
    """The phone simulator of the demo: it hands its events through the same door as a telephone system."""
    if not settings.HOTLINE_DEMO:
        raise Http404
    own, form = seats.seat_of(request.user), NumberForm(request.POST or None)
    if request.method == "POST" and own and form.is_valid():
        try:
            simulator.press(request.POST.get("act", ""), own, form.cleaned_data["number"], now=database_now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect("tickets:telephone")
    last = simulator.last_call(own) if own else None
    context = nav(request.user) | {"own": own, "form": form, "last": strip.shown(last) if last else None,
                                   "recording": last.phone.recording if last else ""}
    return render(request, "telephony/simulator.html", context, status=422 if form.is_bound and not form.is_valid() else 200)
